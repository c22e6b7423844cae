"""Each shape of the modelling language has a model that violates it and a twin that does not.

A case is a folder named after the shape: what is wrong, the same mended, and what is said. Both add to `base.ttl`,
their own or that of all.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from ggen_rdf.check import checking_shapes, violations
from ggen_rdf.constraints.names import GGEN
from ggen_rdf.library import library_path
from tests.check import models

MODEL = Path(__file__).parent / "model"
CASES = sorted(path.name for path in MODEL.iterdir() if path.is_dir())
SPACE = "https://w3id.org/ggen/shapes/model#"


def test_every_shape_has_a_case() -> None:
    """A shape without a failing model is one that nobody has seen at work; one without a name cannot be found."""
    shapes = checking_shapes()[0].shapes
    coded = {quad.subject for quad in shapes.graph.quads(predicate=ox.NamedNode(f"{GGEN}code"))}
    named = {node.value for node in coded if isinstance(node, ox.NamedNode)}
    assert len(named) == len(coded)
    assert sorted(iri.removeprefix(SPACE) for iri in named if iri.startswith(SPACE)) == CASES


@pytest.mark.parametrize("case", CASES)
def test_bad(case: str, tmp_path: Path, accept: bool) -> None:
    """The bad model violates the shape it stands for, and what is said is what is expected."""
    workspace = models.closed(tmp_path / "w", _files(case, "bad"))
    shapes = checking_shapes()[0].shapes
    violated = {violation.shape.node.value for violation in violations(workspace.graph, shapes)}
    assert SPACE + case in violated
    expected = MODEL / case / "expected.txt"
    said = models.lines(models.checked(workspace))
    if accept:
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_good(case: str, tmp_path: Path) -> None:
    """The good twin is clean."""
    workspace = models.closed(tmp_path / "w", _files(case, "good"))
    assert models.lines(models.checked(workspace)) == ""


@pytest.mark.parametrize("example", ["shop", "starter"])
def test_examples_are_clean(example: str, request: pytest.FixtureRequest) -> None:
    """What `ggen new` makes has nothing wrong with it."""
    from ggen_rdf.reason import close
    from ggen_rdf.source.read import read_workspace

    workspace, problems = read_workspace(library_path("examples", example))
    assert not problems
    close(workspace.graph, workspace.root)
    assert models.lines(models.checked(workspace)) == ""


def test_the_model_is_a_schema(tmp_path: Path) -> None:
    """Instances are checked against the model's own shapes."""
    base = (MODEL / "base.ttl").read_text(encoding="utf-8")
    said = (
        '@prefix : <https://case.example/model#> .\n:t a :Task ; :taskId "1" ; :title "a" , "b" ; :state "opened" .\n'
    )
    workspace = models.closed(tmp_path / "w", {"base.ttl": base, "data.ttl": said})
    found = [(d.code, d.message) for d in models.checked(workspace)]
    assert found == [
        ("shacl/max-count", "`:t` may have at most 1 `:title`, has 2"),
        ("shacl/in", "the `:state` of `:t` is not one of `open`, `done`"),
    ]


def _files(case: str, which: str) -> dict[str, str]:
    base, own = (MODEL / case / "base.ttl"), (MODEL / case / f"{which}.ttl")
    base = base if base.exists() else MODEL / "base.ttl"
    return {"base.ttl": base.read_text(encoding="utf-8"), f"{which}.ttl": own.read_text(encoding="utf-8")}
