"""Says triples and terms in words.

In: terms, triples and templates such as `{thing} cannot be both {one|a} and {other|a}`. Out: phrases for messages,
with terms as curies in backticks and ggen's own kinds by their labels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

import pyoxigraph as ox

from ggen_rdf.diagnostics import Span
from ggen_rdf.graph import LIBRARY, Graph, Term, Triple

OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SHACL = "http://www.w3.org/ns/shacl#"

_FIRST, _REST, _LABEL = ox.NamedNode(RDF + "first"), ox.NamedNode(RDF + "rest"), ox.NamedNode(RDFS + "label")
_PLACE = re.compile(r"\{(\w+)(?:\|(a|every))?\}")
_DEEPEST = 3


class Locator(Protocol):
    """What this room needs to know of where things stand."""

    def triple(self, s: Term, p: ox.NamedNode | None = None, o: Term | None = None) -> Span | None:
        """The place of a triple."""

    def curie(self, term: Term) -> str:
        """A term with the prefixes of the user's files."""


_SENTENCES = {
    RDF + "type": "{s} is {o|a}",
    RDFS + "subClassOf": "{s|every} is {o|a}",
    RDFS + "subPropertyOf": "whatever has {s} has {o}",
    RDFS + "domain": "what has {s} is {o|a}",
    RDFS + "range": "what {s} leads to is {o|a}",
    OWL + "equivalentClass": "to be {s|a} is to be {o|a}",
    OWL + "equivalentProperty": "{s} and {o} say the same",
    OWL + "disjointWith": "nothing is both {s|a} and {o|a}",
    OWL + "complementOf": "nothing is both {s|a} and {o|a}",
    OWL + "propertyDisjointWith": "{s} and {o} never hold between the same things",
    OWL + "inverseOf": "{s} is {o} the other way round",
    OWL + "sameAs": "{s} and {o} are the same",
    OWL + "differentFrom": "{s} and {o} are different",
    OWL + "intersectionOf": "{s|every} is {o}",
    OWL + "unionOf": "{o} is {s|a}",
    OWL + "oneOf": "{s|every} is one of {o}",
    OWL + "members": "no two of these go together: {o}",
    OWL + "disjointUnionOf": "{s|every} is exactly one of {o}",
    OWL + "distinctMembers": "no two of these go together: {o}",
    OWL + "hasKey": "{s|every} is known by {o}",
    OWL + "propertyChainAxiom": "{s} holds along the chain {o}",
}

_RESTRICTIONS = (
    ("someValuesFrom", "something with a {p} that is {v|a}"),
    ("allValuesFrom", "something whose every {p} is {v|a}"),
    ("hasValue", "something whose {p} is {v}"),
    ("maxCardinality", "something with at most {v} {p}"),
    ("maxQualifiedCardinality", "something with at most {v} {p}"),
    ("minCardinality", "something with at least {v} {p}"),
    ("minQualifiedCardinality", "something with at least {v} {p}"),
    ("cardinality", "something with exactly {v} {p}"),
    ("qualifiedCardinality", "something with exactly {v} {p}"),
    ("complementOf", "not {v|a}"),
    ("unionOf", "one of {v}"),
    ("intersectionOf", "all of {v}"),
    ("oneOf", "one of {v}"),
)


class Words:
    """Speaks about the terms of one graph."""

    def __init__(self, graph: Graph, locator: Locator) -> None:
        self.graph = graph
        self.locator = locator

    def fill(self, template: str, row: Mapping[str, Term], depth: int = 0) -> str:
        """A template with the terms of a row in it; `|a` makes a class a noun with its article, `|every` with every."""

        def word(match: re.Match[str]) -> str:
            term = row.get(match[1])
            if term is None:
                return match[0]
            noun = {"a": self.a, "every": self.every}.get(match[2] or "", self.term)
            return noun(term, depth)

        return _PLACE.sub(word, template)

    def term(self, term: Term, depth: int = 0) -> str:
        """A term: a curie or literal in backticks, a blank node by what it is."""
        if isinstance(term, ox.BlankNode):
            return self.described(term, depth) or "something without a name"
        if isinstance(term, ox.Literal) and term.datatype.value.endswith(("#integer", "#nonNegativeInteger")):
            return term.value
        return "nothing" if term == ox.NamedNode(RDF + "nil") else f"`{self.locator.curie(term)}`"

    def a(self, term: Term, depth: int = 0) -> str:
        """A class as a noun with its article, such as `an entity`."""
        noun = self.noun(term)
        if noun == "nothing":
            return noun
        if noun is None:
            return f"a {self.term(term)}" if isinstance(term, ox.NamedNode) else self.term(term, depth)
        return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"

    def every(self, term: Term, depth: int = 0) -> str:
        """A class as a noun behind `every`."""
        noun = self.noun(term)
        if noun is None and isinstance(term, ox.BlankNode):
            return self.term(term, depth)
        return f"every {noun or self.term(term)}"

    def noun(self, term: Term) -> str | None:
        """What a class of ggen's vocabulary or of the languages it is written in is called."""
        if not isinstance(term, ox.NamedNode):
            return None
        if term.value.startswith((OWL, SHACL, RDFS, RDF)):
            local = re.sub(r"^.*#", "", term.value)
            return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", local).lower()
        return self.library_label(term)

    def library_label(self, term: ox.NamedNode) -> str | None:
        """The label that ggen's own vocabularies give a term."""
        labels = sorted(
            quad.object.value
            for quad in self.graph.quads(term, _LABEL)
            if isinstance(quad.object, ox.Literal) and in_library(quad)
        )
        return labels[0] if labels else None

    def sentence(self, triple: Triple) -> str:
        """A triple as a sentence."""
        subject, predicate, obj = triple
        template = _SENTENCES.get(predicate.value, "{s} has {p} {o}")
        return self.fill(template, {"s": subject, "p": predicate, "o": obj})

    def described(self, node: ox.BlankNode, depth: int = 0) -> str | None:
        """A class without a name by what it asks for, or a list by its items."""
        if depth >= _DEEPEST:
            return None
        items = self.items(node)
        if items:
            return ", ".join(self.term(item, depth + 1) for item in items)
        said: dict[str, Term] = {quad.predicate.value: quad.object for quad in self.graph.quads(node)}  # type: ignore[misc]
        for name, template in _RESTRICTIONS:
            if OWL + name in said:
                row = {"v": said[OWL + name], "p": said.get(OWL + "onProperty", node)}
                return self.fill(template, row, depth + 1)
        return None

    def items(self, node: Term) -> list[Term]:
        """The items of a list."""
        found: list[Term] = []
        seen: set[Term] = set()
        current: Term | None = node
        while current is not None and current not in seen:
            seen.add(current)
            found += self.objects(current, _FIRST)[:1]
            current = next(iter(self.objects(current, _REST)), None)
        return found

    def objects(self, subject: Term, predicate: ox.NamedNode) -> list[Term]:
        """What a property of a term leads to."""
        return [quad.object for quad in self.graph.quads(subject, predicate)]  # type: ignore[misc]


def in_library(quad: ox.Quad) -> bool:
    """Whether a statement is ggen's own."""
    return isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(LIBRARY)
