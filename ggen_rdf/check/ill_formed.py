"""Finds shapes that SHACL gives no meaning, which would otherwise constrain nothing.

In: the shapes of a graph, and what finds the place of a triple. Out: a diagnostic at each place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyoxigraph as ox

from ggen_rdf.constraints import Shapes
from ggen_rdf.constraints.names import sh
from ggen_rdf.constraints.paths import members, objects
from ggen_rdf.diagnostics import Diagnostic, Label
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


def check_lists(shapes: Shapes, locator: Callable[[], Locator]) -> Iterator[Diagnostic]:
    """Report each list of a shape that is none."""
    for name, content in _LISTS.items():
        for quad in shapes.graph.quads(predicate=sh(name)):
            if isinstance(quad.object, ox.Triple) or members(shapes.graph, quad.object) is None:
                yield _diagnostic(
                    quad,
                    locator(),
                    f"the value of `sh:{name}` is not a list of {content}",
                    "is not a list",
                    f"write a list: `sh:{name} ( … )`",
                )


def check_paths(shapes: Shapes, locator: Callable[[], Locator]) -> Iterator[Diagnostic]:
    """Report each property shape without a path."""
    for quad in shapes.graph.quads(predicate=_PROPERTY):
        if isinstance(quad.object, ox.Triple) or not objects(shapes.graph, quad.object, _PATH):
            yield _diagnostic(
                quad,
                locator(),
                "a property shape has no path",
                "needs a `sh:path`, has none",
                "name the property that it is about with `sh:path`, or write `sh:node`",
            )


def _diagnostic(quad: ox.Quad, locator: Locator, message: str, label: str, advice: str) -> Diagnostic:
    value = None if isinstance(quad.object, ox.Triple) else quad.object
    subject = quad.subject
    span = None if isinstance(subject, ox.Triple) else locator.triple(subject, quad.predicate, value)
    return Diagnostic(
        "shacl/ill-formed",
        message,
        (Label(span, label),) if span else (),
        help=advice,
        about=subject.value if isinstance(subject, ox.NamedNode) else None,
    )
