"""The SHACL test suite of the W3C: our checker gets right what it claims; what it leaves to pySHACL is listed."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ggen_rdf.check.shacl import left, validate
from ggen_rdf.constraints import Shapes, shapes_in
from ggen_rdf.constraints.names import TYPE
from ggen_rdf.constraints.paths import objects, subjects
from ggen_rdf.graph import Graph, Term
from tests.shacl import reports
from tests.shacl.fetch_suite import fetch

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
BASE = "file:///suite/"

# Told apart by nothing but a literal's spelling, which the store does not keep: it has no integer types beside
# xsd:integer, and "1"^^xsd:boolean is true there.
SPELLING = {"core/property/datatype-ill-formed", "core/property/uniqueLang-002"}

# The suite wants a result twice that is reached on two ways. To tell a person once is enough.
ONCE = {"core/property/property-001"}

# pySHACL has no shapes graph to query either, and says so.
NOBODY = {"sparql/pre-binding/shapesGraph-001"}

# What the store's queries leave to pySHACL. Everything else they answer themselves.
LEFT_TO_PYSHACL = {
    "sparql/component/nodeValidator-001",
    "sparql/component/optional-001",
    "sparql/component/propertyValidator-select-001",
    "sparql/component/validator-001",
    "sparql/pre-binding/pre-binding-002",
    "sparql/pre-binding/pre-binding-003",
    "sparql/pre-binding/pre-binding-005",
    "sparql/pre-binding/pre-binding-006",
    "sparql/pre-binding/pre-binding-007",
    "sparql/pre-binding/shapesGraph-001",
    "sparql/pre-binding/unsupported-sparql-001",
    "sparql/pre-binding/unsupported-sparql-002",
    "sparql/pre-binding/unsupported-sparql-003",
    "sparql/pre-binding/unsupported-sparql-004",
    "sparql/pre-binding/unsupported-sparql-005",
    "sparql/pre-binding/unsupported-sparql-006",
}


def cases(folder: str) -> list[str]:
    """The paths of the test cases in a folder of the suite, without their ending."""
    root = fetch()
    tests = (path for path in sorted((root / folder).rglob("*.ttl")) if path.name != "manifest.ttl")
    found = (path for path in tests if "sht:Validate" in path.read_text(encoding="utf-8"))
    return [path.relative_to(root).with_suffix("").as_posix() for path in found]


@pytest.mark.parametrize("case", cases("core") + cases("sparql"))
def test_case(case: str) -> None:
    """Our results are the expected ones, but for the listed cases; those must still differ, or leave the list."""
    manifest, graph, shapes, result = _read(case)
    found, failures = validate(graph, shapes)
    if result == ox.NamedNode(SHT + "Failure"):
        assert failures
        return
    assert bool(failures) == (case in NOBODY)
    mine, wanted = reports.ours(found), reports.expected(manifest, result)
    if case in SPELLING | NOBODY:
        assert mine != wanted
    elif case in ONCE:
        assert mine.keys() == wanted.keys()
        assert mine != wanted
    else:
        assert mine == wanted


def test_left_to_pyshacl() -> None:
    """The list of what is left to pySHACL is exact."""
    found = set()
    for case in cases("core") + cases("sparql"):
        _, graph, shapes, _ = _read(case)
        if left(graph, shapes):
            found.add(case)
    assert found == LEFT_TO_PYSHACL


def _read(case: str) -> tuple[Graph, Graph, Shapes, Term]:
    """The manifest of a case, its data, its shapes and the report it wants."""
    name = f"{BASE}{case}.ttl"
    manifest = _loaded(name)
    (test,) = subjects(manifest, TYPE, ox.NamedNode(SHT + "Validate"))
    (action,) = objects(manifest, test, ox.NamedNode(MF + "action"))
    (data,) = objects(manifest, action, ox.NamedNode(SHT + "dataGraph"))
    (shapes,) = objects(manifest, action, ox.NamedNode(SHT + "shapesGraph"))
    (result,) = objects(manifest, test, ox.NamedNode(MF + "result"))
    graphs = {name: manifest}
    for other in (data.value, shapes.value):
        graphs.setdefault(other, _loaded(other))
    return manifest, graphs[data.value], shapes_in(graphs[shapes.value]), result


def _loaded(name: str) -> Graph:
    graph = Graph()
    graph.load((fetch() / name.removeprefix(BASE)).read_bytes(), ox.RdfFormat.TURTLE, name)
    return graph
