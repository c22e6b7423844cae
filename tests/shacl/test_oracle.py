"""pySHACL is the oracle of our own checker: on the same graphs both find the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from ggen_rdf.check import checking_shapes, violations
from ggen_rdf.check.shacl import left, validate
from ggen_rdf.constraints import shapes_in
from ggen_rdf.graph import Graph
from ggen_rdf.library import library_path
from ggen_rdf.source.read import read_workspace
from ggen_rdf.view import open_views
from tests.shacl import reports

BUNDLES = 4
"""The mistakes are made several at a time, for pySHACL takes seconds for each look."""

Mistake = tuple[str, str, str]
"""What is written wrongly: the file, a text in it, and what stands there instead."""


def mistakes() -> list[Mistake]:
    """The mistakes of `mistakes.txt`."""
    blocks = (Path(__file__).parent / "mistakes.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return [(file, old, new) for file, old, new in (block.splitlines() for block in blocks)]


@pytest.mark.parametrize("bundle", range(BUNDLES))
def test_mistaken_shop(bundle: int, tmp_path: Path) -> None:
    """On what people make of the shop nothing is left to pySHACL, and our results are the same as its own."""
    made = mistakes()[bundle::BUNDLES]
    graph, shapes = _shop(tmp_path / "shop", made), checking_shapes()[0].shapes
    assert left(graph, shapes) == []
    found = reports.ours(violations(graph, shapes))
    assert len(found) >= len(made)
    assert found == reports.pyshacl_results(graph, shapes.graph)
    assert found == reports.ours(validate(graph, shapes, closed=True)[0])


def test_shop(tmp_path: Path) -> None:
    """Both find nothing wrong with the shop."""
    graph, shapes = _shop(tmp_path / "shop", []), checking_shapes()[0].shapes
    assert violations(graph, shapes) == []
    assert not reports.pyshacl_results(graph, shapes.graph)


@pytest.mark.parametrize("number", range(len(mistakes())))
def test_each_mistake_is_seen(number: int, tmp_path: Path) -> None:
    """No mistake goes unseen."""
    graph = _shop(tmp_path / "shop", [mistakes()[number]])
    assert validate(graph, checking_shapes()[0].shapes, closed=True)[0]


def _shop(root: Path, made: list[Mistake]) -> Graph:
    shutil.copytree(library_path("examples", "shop"), root)
    for file, old, new in made:
        path = root / "model" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    return open_views(read_workspace(str(root))[0])[0].platform.graph


def test_fallback(tmp_path: Path) -> None:
    """What our queries cannot say is left to pySHACL, and its results are handed on."""
    graph = Graph()
    text = (Path(__file__).parent / "beyond.ttl").read_bytes()
    graph.load(text, ox.RdfFormat.TURTLE, "file:///beyond.ttl")
    shapes = shapes_in(graph)
    names = sorted(shape.node.value.rpartition("#")[2] for shape in left(graph, shapes))
    assert names == ["Aimed", "Component", "Expression", "Recursive", "SubSelect", "Unbound", "Unknown"]
    found, failures = validate(graph, shapes)
    assert {violation.focus.value for violation in found} == {"http://beyond.example/#bad"}
    told = sorted(violation.shape.node.value.rpartition("#")[2] for violation in found)
    assert told == ["AimedSize", "ComponentSize", "Expression", "RecursiveSize", "Unbound"]
    assert sorted(f.shape.node.value.rpartition("#")[2] for f in failures) == ["SubSelect", "Unknown"]


def test_rules_send_everything_to_pyshacl() -> None:
    """A rule adds triples, which every shape may look at."""
    graph = Graph()
    graph.load(
        b"""@prefix : <http://x/#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
        :Rule sh:targetNode :a ; sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate :p ; sh:object 1 ] .
        :Plain sh:targetNode :a ; sh:property [ sh:path :p ; sh:maxCount 0 ] . :a :q 2 .""",
        ox.RdfFormat.TURTLE,
        "file:///rule.ttl",
    )
    assert [str(v.focus) for v in violations(graph, shapes_in(graph))] == ["<http://x/#a>"]


@pytest.mark.parametrize("more", ["", "sh:ignoredProperties () ;", "sh:property [ sh:path [ sh:inversePath :p ] ] ;"])
def test_closed_without_properties(more: str) -> None:
    """Nothing is allowed on a node whose closed shape knows no property."""
    graph = _graph(f":Shape a sh:NodeShape ; {more} sh:closed true ; sh:targetNode :a , :b . :a :p 1 ; :q 2 , 3 .")
    found = reports.ours(violations(graph, shapes_in(graph)))
    assert found.total() == 3
    assert found == reports.pyshacl_results(graph, graph)


@pytest.mark.parametrize(
    ("datatype", "low", "high"),
    [("long", -(2**63), 2**63 - 1), ("unsignedLong", 0, 2**64 - 1), ("int", -(2**31), 2**31 - 1),
     ("unsignedByte", 0, 255), ("negativeInteger", -(2**70), -1)],
)  # fmt: skip
def test_integers_at_the_ends_of_their_range(datatype: str, low: int, high: int) -> None:
    """However large an integer is, its datatype allows it. pySHACL cannot tell: it sees what the store kept."""
    ends = [sign * 2**power + d for sign in (1, -1) for power in (8, 31, 63, 64) for d in (-1, 0, 1)]
    numbers = [0, -1, 5_000_000_000, *ends]
    values = " , ".join(f'"{number}"^^xsd:{datatype}' for number in numbers)
    graph = _graph(f":S sh:targetNode :a ; sh:property [ sh:path :p ; sh:datatype xsd:{datatype} ] . :a :p {values} .")
    refused = {int(violation.value.value) for violation in violations(graph, shapes_in(graph)) if violation.value}
    assert refused == {number for number in numbers if not low <= number <= high}


def test_script_is_not_run() -> None:
    """pySHACL could run JavaScript, but is not let; so it is said that nothing checks it."""
    graph = _graph(':Shape sh:targetNode :a ; sh:js [ sh:jsFunctionName "f" ] . :a :p 1 .')
    failures = validate(graph, shapes_in(graph))[1]
    assert [failure.reason for failure in failures] == ["nothing here can check http://www.w3.org/ns/shacl#js"]


def _graph(text: str) -> Graph:
    graph = Graph()
    prefixes = "@prefix : <http://x/#> . @prefix sh: <http://www.w3.org/ns/shacl#> . "
    prefixes += "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . "
    graph.load((prefixes + text).encode(), ox.RdfFormat.TURTLE, "file:///a.ttl")
    return graph
