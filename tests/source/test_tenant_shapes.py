"""Tenants that are wrong in every way that `shapes/tenant.ttl` knows, and what is said about them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ggen_rdf.check import check_shapes, checking_shapes
from ggen_rdf.check.shacl import left
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.diagnostics.render import full
from ggen_rdf.library import library_path
from ggen_rdf.source.read import read_workspace
from ggen_rdf.view import open_views
from tests.support.golden import compare

CASES = Path(__file__).parent / "tenants"
CODES = set(re.findall(r'ggen:code "(tenant/[a-z-]+)"', Path(library_path("shapes", "tenant.ttl")).read_text()))


def checked(root: Path) -> list[Diagnostic]:
    """What the shapes of tenants say about a workspace."""
    workspace, unread = read_workspace(str(root))
    views, open_questions = open_views(workspace)
    shapes, broken = checking_shapes(str(root))
    assert not [*unread, *open_questions, *broken]
    found = check_shapes(views.platform.graph, shapes, views.platform.locate)
    return [diagnostic for diagnostic in found if diagnostic.code.startswith("tenant/")]


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_words(case: Path, accept: bool) -> None:
    """The messages are the expected ones, to the byte; each stands in a file of the user's."""
    found = checked(case)
    assert found
    assert all(diagnostic.labels and diagnostic.help for diagnostic in found)
    compare(case / "expected.txt", "\n".join(full(d) for d in found) + "\n", accept)


def test_every_code_has_a_case() -> None:
    """There is a wrong tenant for every shape."""
    assert {diagnostic.code for case in CASES.iterdir() for diagnostic in checked(case)} == CODES
    assert len(CODES) > 25


def test_the_shop_is_fine(workspace: Path) -> None:
    """The tenants of the mission are right as they are."""
    assert checked(workspace) == []


def test_the_words_of_sql_are_those_of_the_target() -> None:
    """No schema may have a name that `sql` would have to quote."""
    target = Path(library_path("ontologies", "targets", "sql.ttl")).read_text()
    words = re.search(r'ggen:reservedAs "\\"\{\}\\"" ;\s+ggen:reserved """(.*?)"""', target, re.S)
    shape = re.search(r":ReservedWord .*?IN \((.*?)\)\)", Path(library_path("shapes", "tenant.ttl")).read_text(), re.S)
    assert words is not None
    assert shape is not None
    assert re.findall(r'"(\w+)"', shape[1]) == words[1].split()


def test_shapes_need_no_help() -> None:
    """Every shape of tenants is checked in the store; none is left to the slow reference."""
    workspace, _ = read_workspace(str(CASES / "toml"))
    shapes, _ = checking_shapes()
    assert [str(shape.node) for shape in left(workspace.graph, shapes.shapes) if "tenant#" in str(shape.node)] == []
