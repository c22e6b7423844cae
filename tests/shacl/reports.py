"""Validation reports as comparable tuples: ours, pySHACL's, and the expected ones of the W3C test suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pyoxigraph as ox

from ggen_rdf.check.pyshacl_fallback import rdflib_graph, term_of, triples
from ggen_rdf.check.violation import Violation
from ggen_rdf.constraints import SH
from ggen_rdf.constraints.paths import objects, path_of
from ggen_rdf.graph import Graph, Term

Result = tuple[str, str, str, str, str, str]
"""Focus node, path, value, component, shape and severity of one result."""


def ours(found: list[Violation]) -> Counter[Result]:
    """The results of our own checker."""
    return Counter(
        (str(v.focus), v.path.sparql if v.path else "", str(v.value or ""), v.component, str(v.shape.node), v.severity)
        for v in found
    )


def expected(graph: Graph, report: Term) -> Counter[Result]:
    """The results that a report in a graph lists."""
    return Counter(_result(graph, node) for node in objects(graph, report, ox.NamedNode(SH + "result")))


def _result(graph: Graph, node: Term) -> Result:
    def one(name: str) -> str:
        return str(min(objects(graph, node, ox.NamedNode(SH + name)), key=str, default=""))

    told = objects(graph, node, ox.NamedNode(SH + "resultPath"))
    path = path_of(graph, min(told, key=str)) if told else None
    component = one("sourceConstraintComponent").strip("<>")
    severity = one("resultSeverity").strip("<>")
    return one("focusNode"), path.sparql if path else "", one("value"), component, one("sourceShape"), severity


@contextmanager
def _queries_read_once() -> Iterator[None]:
    """pySHACL asks the same query for each focus node, and rdflib would parse it as often."""
    from rdflib.plugins.sparql import processor

    read: dict[str, Any] = {}

    def query(self: Any, text: str, bindings: Any = None, prefixes: Any = None, base: Any = None) -> Any:
        if text not in read:
            read[text] = processor.translateQuery(processor.parseQuery(text), base, prefixes)
        return processor.evalQuery(self.graph, read[text], bindings, base)

    with mock.patch.object(processor.SPARQLProcessor, "query", query):
        yield


def pyshacl_results(graph: Graph, shapes: Graph) -> Counter[Result]:
    """The results of pySHACL on the same two graphs."""
    import pyshacl

    data, said = rdflib_graph(triples(graph)), rdflib_graph(triples(shapes))
    with _queries_read_once():
        report = pyshacl.validate(data, shacl_graph=said, advanced=True, inference="none")[1]
    copy = Graph()
    copy.add(((term_of(s), ox.NamedNode(str(p)), term_of(o)) for s, p, o in report), ox.NamedNode("urn:report"))
    summary: Any = next(q.subject for q in copy.quads(predicate=ox.NamedNode(SH + "conforms")))
    return expected(copy, summary)
