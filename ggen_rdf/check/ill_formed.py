"""Finds shapes that SHACL gives no meaning, which would otherwise constrain nothing.

In: the shapes of a graph, and what finds the place of a triple. Out: a diagnostic at each place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyoxigraph as ox

from ggen_rdf.constraints import SH, Shapes
from ggen_rdf.constraints.names import RDF, sh
from ggen_rdf.constraints.paths import members, objects, subjects
from ggen_rdf.diagnostics import Diagnostic, Label
from ggen_rdf.graph import Graph, Term
from ggen_rdf.source.locate import Locator

_LISTS = {
    "and": "shapes",
    "or": "shapes",
    "xone": "shapes",
    "in": "values",
    "languageIn": "languages",
    "ignoredProperties": "properties",
}
"""What is a list, and of what."""

_PROPERTY, _PATH = sh("property"), sh("path")


_HEADLESS = f"""
    SELECT ?shape ?value {{
      ?shape <{SH}in> ?value . FILTER(!sameTerm(?value, <{RDF}nil>))
      FILTER NOT EXISTS {{ ?value <{RDF}rest> ?rest }}
    }}
"""


def check_lists(shapes: Shapes, locator: Callable[[], Locator]) -> Iterator[Diagnostic]:
    """Report each list of a shape that is none. Of lists of values, of which models are full, only the head counts."""
    wrong = [(row["shape"], "in", row["value"]) for row in shapes.graph.select(_HEADLESS)]
    for name in _LISTS.keys() - {"in"}:
        pairs = _pairs(shapes.graph, sh(name))
        wrong += [(node, name, value) for node, value in pairs if members(shapes.graph, value) is None]
    for node, name, value in wrong:
        message = f"the value of `sh:{name}` is not a list of {_LISTS[name]}"
        advice = f"write a list: `sh:{name} ( … )`"
        yield _diagnostic(node, sh(name), value, locator(), message, "is not a list", advice)


def check_paths(shapes: Shapes, locator: Callable[[], Locator]) -> Iterator[Diagnostic]:
    """Report each property shape without a path."""
    for node, value in _pairs(shapes.graph, _PROPERTY):
        if not objects(shapes.graph, value, _PATH):
            advice = "name the property that it is about with `sh:path`, or write `sh:node`"
            message, label = "a property shape has no path", "needs a `sh:path`, has none"
            yield _diagnostic(node, _PROPERTY, value, locator(), message, label, advice)


def _pairs(graph: Graph, predicate: ox.NamedNode) -> list[tuple[Term, Term]]:
    """Everything that a predicate relates."""
    return [(node, value) for node in subjects(graph, predicate) for value in objects(graph, node, predicate)]


def _diagnostic(
    node: Term, predicate: ox.NamedNode, value: Term, locator: Locator, message: str, label: str, advice: str
) -> Diagnostic:
    span = locator.triple(node, predicate, value)
    return Diagnostic(
        "shacl/ill-formed",
        message,
        (Label(span, label),) if span else (),
        help=advice,
        about=node.value if isinstance(node, ox.NamedNode) else None,
    )
