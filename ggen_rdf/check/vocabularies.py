"""The vocabularies whose every term ggen knows.

In: the graph, for ggen's own terms, and the lists of the library, for those of others. Out: each term and what it is. A
list is read when a term of its namespace is in question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from ggen_rdf.graph import LIBRARY, Graph
from ggen_rdf.library import library_path

CLASS, PROPERTY, DATATYPE, OTHER = "class", "property", "datatype", "term"

_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_OWL = "http://www.w3.org/2002/07/owl#"
_DPV = "https://w3id.org/dpv"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_KINDS = {
    _RDFS + "Class": CLASS,
    _OWL + "Class": CLASS,
    _RDFS + "Datatype": DATATYPE,
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#Property": PROPERTY,
    _OWL + "ObjectProperty": PROPERTY,
    _OWL + "DatatypeProperty": PROPERTY,
    _OWL + "AnnotationProperty": PROPERTY,
}


class Vocabulary(NamedTuple):
    """A namespace all of whose terms are known: how it is spoken of, and which list has them.

    Those without a list are in the graph already when a file mentions them: ggen's own and DPV's.
    """

    name: str
    file: str | None


VOCABULARIES = {
    "https://w3id.org/ggen#": Vocabulary("ggen", None),
    "https://w3id.org/dpv#": Vocabulary("DPV", None),
    "https://w3id.org/dpv/pd#": Vocabulary("DPV personal data", None),
    "https://w3id.org/dpv/legal/eu/gdpr#": Vocabulary("DPV GDPR", None),
    "http://www.w3.org/ns/shacl#": Vocabulary("SHACL", "shacl"),
    _OWL: Vocabulary("OWL", "owl"),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": Vocabulary("RDF", "rdf"),
    _RDFS: Vocabulary("RDF Schema", "rdfs"),
    "http://www.w3.org/2004/02/skos/core#": Vocabulary("SKOS", "skos"),
    "http://www.w3.org/2001/XMLSchema#": Vocabulary("XML Schema", "xsd"),
    "http://purl.org/dc/terms/": Vocabulary("Dublin Core", "dcterms"),
}


Terms = Mapping[str, set[str]]
"""The terms of a namespace and what each may be used as."""


def known_terms(graph: Graph) -> Callable[[str], Terms]:
    """A function that gives the terms of a namespace; each list is read once, and only when it is asked for."""

    @cache
    def declared() -> Terms:
        return _declared(graph)

    @cache
    def of(namespace: str) -> Terms:
        file = VOCABULARIES[namespace].file
        terms = _listed(file) if file else declared()
        return {iri: kinds for iri, kinds in terms.items() if iri.startswith(namespace)}

    return of


def namespace_of(iri: str) -> str:
    """An IRI without its local name."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def declared_by_user(iri: str, graph: Graph) -> bool:
    """Whether the user's own files declare a term of a namespace that is not theirs: an extension, not a slip."""
    quads = graph.quads(ox.NamedNode(iri), _TYPE)
    return any(isinstance(q.object, ox.NamedNode) and q.object.value in _KINDS for q in quads)


@lru_cache
def _listed(file: str) -> dict[str, set[str]]:
    path = library_path("ontologies", "vocabularies", file + ".ttl")
    found: dict[str, set[str]] = defaultdict(set)
    for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
        if quad.predicate == _TYPE and isinstance(quad.subject, ox.NamedNode):
            assert isinstance(quad.object, ox.NamedNode)
            found[quad.subject.value].add(_KINDS.get(quad.object.value, OTHER))
    return dict(found)


def _uses(iri: str, kind: str) -> set[str]:
    """What a thing of a kind may stand for. Every concept of DPV is a class and an instance at once."""
    use = _KINDS.get(kind, OTHER)
    return {CLASS, OTHER} if iri.startswith(_DPV) and use != PROPERTY else {use}


def _declared(graph: Graph) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name in graph.store.named_graphs():
        if isinstance(name, ox.NamedNode) and name.value.startswith(LIBRARY):
            for quad in graph.store.quads_for_pattern(None, _TYPE, None, name):
                if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                    found[quad.subject.value].update(_uses(quad.subject.value, quad.object.value))
    return found
