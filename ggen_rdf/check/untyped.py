"""Finds what has attributes although nothing says what it is: most often a misspelt name, whose statements are lost.

In: a closed graph. Out: a diagnostic at each such name, with the structure that was probably meant. A shape with a
target, or one that another names, is no structure and needs no type.
"""

from __future__ import annotations

import re

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, nearest
from ggen_rdf.graph import Graph, Term
from ggen_rdf.source.locate import Locator

_UNTYPED = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?thing {
  ?thing sh:property ?attribute FILTER(isIRI(?thing))
  FILTER NOT EXISTS { ?thing a ?type }
  FILTER NOT EXISTS { ?any ?names ?thing }
  FILTER NOT EXISTS { ?thing sh:targetClass|sh:targetNode|sh:targetSubjectsOf|sh:targetObjectsOf|sh:target ?aim }
} ORDER BY ?thing
"""
_STRUCTURES = "PREFIX ggen: <https://w3id.org/ggen#> SELECT DISTINCT ?thing { ?thing a ggen:Structure } ORDER BY ?thing"


def check_untyped(graph: Graph, locate: Locator) -> list[Diagnostic]:
    """Report everything that has attributes and no type."""
    found = [row["thing"] for row in graph.select(_UNTYPED)]
    return [_diagnostic(thing, graph, locate) for thing in found]


def _diagnostic(thing: ox.NamedNode, graph: Graph, locate: Locator) -> Diagnostic:
    span = locate.triple(thing)
    guess = _meant(thing, graph, locate)
    return Diagnostic(
        "model/untyped",
        f"nothing says what `{locate.curie(thing)}` is",
        (Label(span, "it has attributes, but no type"),) if span else (),
        help=None if guess and span else "say it with `a`, such as `a ggen:AggregateRoot`",
        fix=Fix("a structure with a similar name exists", span, guess) if guess and span else None,
        about=thing.value,
    )


def _meant(thing: ox.NamedNode, graph: Graph, locate: Locator) -> str | None:
    """The structure of the same name elsewhere, or of a similar name."""
    structures = [row["thing"] for row in graph.select(_STRUCTURES)]
    same = [locate.curie(one) for one in structures if _local(one) == _local(thing)]
    return same[0] if same else nearest(locate.curie(thing), [locate.curie(one) for one in structures])


def _local(term: Term) -> str:
    return re.split(r"[/#:]", str(term).strip("<>"))[-1]
