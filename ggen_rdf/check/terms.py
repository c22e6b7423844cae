"""Checks that every term of a vocabulary ggen knows is one that it has.

In: the loaded graph. Out: a diagnostic at each use of a term that does not exist, with the nearest term of the kind
that fits there. The graph is asked for distinct terms, so the cost hardly depends on the size of the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pyoxigraph as ox

from ggen_rdf.check.vocabularies import (
    CLASS,
    DATATYPE,
    OTHER,
    PROPERTY,
    VOCABULARIES,
    Terms,
    declared_by_user,
    known_terms,
    namespace_of,
)
from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Span, nearest, ordered
from ggen_rdf.graph import Graph
from ggen_rdf.source.locate import Locator

_MEMBER = re.compile(r"http://www\.w3\.org/1999/02/22-rdf-syntax-ns#_[1-9][0-9]*$")
_SH, _RDFS = "http://www.w3.org/ns/shacl#", "http://www.w3.org/2000/01/rdf-schema#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_WANTS = {
    _TYPE: CLASS,
    _SH + "class": CLASS,
    _SH + "targetClass": CLASS,
    _RDFS + "subClassOf": CLASS,
    _RDFS + "domain": CLASS,
    _RDFS + "subPropertyOf": PROPERTY,
    _SH + "path": PROPERTY,
    _SH + "datatype": DATATYPE,
}
"""What the value of a property is used as."""

_PREDICATES = "SELECT DISTINCT ?term { ?s ?term ?o }"
_VALUES = "SELECT DISTINCT ?term { ?s ?p ?term FILTER(ISIRI(?term)) }"
_DATATYPES = "SELECT DISTINCT (DATATYPE(?o) AS ?term) { ?s ?p ?o FILTER(ISLITERAL(?o)) }"


def check_terms(graph: Graph, locator: Locator) -> list[Diagnostic]:
    """Report every use of a term that its vocabulary does not have."""
    found: list[Diagnostic] = []
    known = known_terms(graph)
    for iri in _unknown(graph, locator, known):
        for use in _uses(iri, graph):
            guess = _nearest(iri, use, known(namespace_of(iri)))
            spans = _places(locator, iri, use)
            found.extend(_diagnostic(iri, use, guess, span, locator) for span in spans)
    return ordered(found)


def _unknown(graph: Graph, locator: Locator, known: Callable[[str], Terms]) -> list[str]:
    """The terms that are used and that their vocabulary does not have."""
    queries = [_PREDICATES, _VALUES] + ([_DATATYPES] if locator.any_datatypes() else [])
    used = {row["term"].value for query in queries for row in graph.select(query) if row["term"] is not None}
    ours = [iri for iri in used if namespace_of(iri) in VOCABULARIES and not _MEMBER.match(iri)]
    return sorted(
        iri
        for iri in ours
        if iri not in known(namespace_of(iri)) and iri != namespace_of(iri) and not declared_by_user(iri, graph)
    )


def _uses(iri: str, graph: Graph) -> list[str]:
    """What a term is used as."""
    term = ox.NamedNode(iri)
    uses = {PROPERTY} if next(graph.quads(None, term), None) else set()
    uses |= {_WANTS.get(quad.predicate.value, OTHER) for quad in graph.quads(None, None, term)}
    return sorted(uses - {OTHER} or uses or {DATATYPE})


def _nearest(iri: str, use: str, terms: Terms) -> str | None:
    """The local name of the nearest term that fits, or None."""
    local = len(namespace_of(iri))
    fitting = (term for term, kinds in terms.items() if use == OTHER or use in kinds)
    return nearest(iri[local:], (term[local:] for term in fitting))


def _places(locator: Locator, iri: str, use: str) -> Iterable[Span]:
    term = ox.NamedNode(iri)
    if use == PROPERTY:
        return [*locator.uses(term, 1)] or locator.uses(term, 2)
    if use == DATATYPE:
        return [*locator.datatype_uses(term), *locator.uses(term, 2)]
    return locator.uses(term, 2)


def _diagnostic(iri: str, use: str, guess: str | None, span: Span, locator: Locator) -> Diagnostic:
    vocabulary = VOCABULARIES[namespace_of(iri)]
    curie = locator.curie(ox.NamedNode(iri))
    fix = None
    if guess is not None:
        article = "a" if use != OTHER else "another"
        name = use if use != OTHER else "term"
        fix = Fix(f"{article} {name} with a similar name exists", _local(span, iri), guess)
    return Diagnostic(
        "source/unknown-term",
        f"the {vocabulary.name} vocabulary has no term `{curie}`",
        (Label(span, f"unknown {use}"),),
        fix=fix,
        about=iri,
    )


def _local(span: Span, iri: str) -> Span:
    """The part of a place that spells the local name."""
    local = iri[len(namespace_of(iri)) :]
    at = span.text.rfind(local)
    return Span(span.source, span.start + at, span.start + at + len(local)) if at >= 0 else span
