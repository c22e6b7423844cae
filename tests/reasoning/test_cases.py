"""Pairs of files: a model, and what follows from it (`rules/*.nt`) or what is wrong with it (`clashes/*.txt`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ggen_rdf.diagnostics import ordered
from ggen_rdf.reason import check_complete, clashes, close
from tests.reasoning.models import inferred, load_file, shown, told
from tests.support.golden import compare

HERE = Path(__file__).parent


def cases(folder: str) -> list[pytest.param]:
    """The models of a folder."""
    return [pytest.param(path, id=path.stem) for path in sorted((HERE / folder).glob("*.ttl"))]


@pytest.mark.parametrize("model", cases("rules"))
def test_conclusions(model: Path, accept: bool) -> None:
    graph, _ = load_file(model)
    _, diagnostics = close(graph)
    assert diagnostics == []
    compare(model.with_suffix(".nt"), inferred(graph, shown(model)), accept)


@pytest.mark.parametrize("model", cases("clashes"))
def test_contradictions(model: Path, accept: bool) -> None:
    graph, locator = load_file(model)
    closure, _ = close(graph)
    compare(model.with_suffix(".txt"), told(ordered(clashes(graph, closure, locator))), accept)


@pytest.mark.parametrize("model", cases("complete"))
def test_what_only_hermit_finds(model: Path, accept: bool, tool: Callable[[str], str]) -> None:
    tool("java")
    graph, locator = load_file(model)
    closure, _ = close(graph)
    assert clashes(graph, closure, locator) == [], "the rules find it: it belongs to clashes/"
    compare(model.with_suffix(".txt"), told(ordered(check_complete(graph, closure, locator))), accept)
