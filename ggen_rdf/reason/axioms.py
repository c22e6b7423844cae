"""The part of the model that OWL 2 DL speaks of.

In: a closed graph. Out: its axioms, each the N-Triples of one statement with the unnamed classes and lists it needs,
and the declarations that all of them rest on.

What goes to the reasoner: class and property axioms, keys and chains, memberships, and what declared properties relate.
What does not: SHACL shapes (they speak of data, and hold for data that is there, which is not what OWL means), every
annotation (labels, DPV and ggen's marks on property shapes), and memberships in OWL's, RDFS's and SHACL's own classes.
A structure of the model is at once a class and a member of its kind; OWL 2 DL allows that. A property without a
declaration is taken for what its use shows. Conclusions of the rules are left out, so that what remains is the user's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from ggen_rdf.graph import INFERRED, Graph, Term, Triple
from ggen_rdf.reason.headed import RDF_TYPE
from ggen_rdf.reason.wording import OWL, RDF, RDFS, SHACL

_IRI = re.compile(r"<[^<>\s]*>")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_LANGUAGES = (OWL, RDF, RDFS, SHACL)

_CLASS_AXIOMS = {RDFS + "subClassOf"} | {
    OWL + name for name in ("equivalentClass", "disjointWith", "complementOf", "disjointUnionOf", "intersectionOf")
}
_CLASS_AXIOMS |= {OWL + "unionOf", OWL + "oneOf", OWL + "hasKey"}
_PROPERTY_AXIOMS = {RDFS + name for name in ("subPropertyOf", "domain", "range")} | {
    OWL + name for name in ("equivalentProperty", "inverseOf", "propertyDisjointWith", "propertyChainAxiom")
}
_FACTS = {OWL + "sameAs", OWL + "differentFrom"}
_OBJECT_TRAITS = {
    OWL + name
    for name in (
        *("ObjectProperty", "TransitiveProperty", "SymmetricProperty", "AsymmetricProperty", "ReflexiveProperty"),
        *("IrreflexiveProperty", "InverseFunctionalProperty"),
    )
}
_TRAITS = (_OBJECT_TRAITS | {OWL + "FunctionalProperty"}) - {OWL + "ObjectProperty"}
_LISTING = {OWL + name for name in ("AllDisjointClasses", "AllDisjointProperties", "AllDifferent")}
_LISTING |= {OWL + "NegativePropertyAssertion"}
_FILLERS = {OWL + name for name in ("someValuesFrom", "allValuesFrom", "onClass", "complementOf")}
_CLASS_LISTS = {OWL + name for name in ("unionOf", "intersectionOf", "disjointUnionOf", "members")}
_EXTREMES = {OWL + "Thing", OWL + "Nothing"}


@dataclass(frozen=True)
class Axiom:
    """One statement, and the N-Triples that say it."""

    triple: Triple
    lines: tuple[str, ...]


class Model:
    """A graph, read as an OWL 2 DL ontology."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def axioms(self) -> list[Axiom]:
        """The axioms; ggen's own vocabulary first, so that a contradiction is looked for in the user's part."""
        found = [Axiom(t, lines) for t in self._roots() if (lines := tuple(self._lines(t)))]
        return sorted(found, key=lambda axiom: (not _library(axiom.triple), _spelled(axiom)))

    @cached_property
    def declarations(self) -> dict[str, str]:
        """What is a class, and what kind of property a property is: a line for each term as N-Triples writes it."""
        kinds = [*((name, "Class") for name in self._classes), *self._properties.items()]
        return {f"<{name}>": f"<{name}> {RDF_TYPE} <{OWL}{kind}> ." for name, kind in sorted(kinds)}

    def ontology(self, axioms: Iterable[Axiom]) -> list[str]:
        """Some axioms as N-Triples, with the declarations of the terms that they use."""
        lines = [line for axiom in axioms for line in axiom.lines]
        used = set(_IRI.findall("\n".join(lines)))
        return [*(self.declarations[name] for name in self.declarations if name in used), *lines]

    def _asserted(self, predicate: str | None = None, obj: str | None = None) -> Iterator[Triple]:
        pattern = (ox.NamedNode(predicate) if predicate else None, ox.NamedNode(obj) if obj else None)
        for quad in self.graph.quads(None, *pattern):
            if quad.graph_name != INFERRED:
                yield quad.subject, quad.predicate, quad.object  # type: ignore[misc]

    def _of_type(self, kinds: set[str]) -> set[str]:
        members = (quad.subject for kind in kinds for quad in self.graph.quads(None, RDF_TYPE, ox.NamedNode(kind)))
        return {member.value for member in members if isinstance(member, ox.NamedNode)}

    @cached_property
    def _properties(self) -> dict[str, str]:
        """Each property that takes part, with its kind. Both kinds at once is not OWL 2 DL: things win."""
        found = dict.fromkeys(self._of_type({OWL + "DatatypeProperty"}), "DatatypeProperty")
        found |= dict.fromkeys(self._of_type(_OBJECT_TRAITS), "ObjectProperty")
        known = set(found) | self._of_type({OWL + "AnnotationProperty"})
        for term in self._in_property_axioms():
            if isinstance(term, ox.NamedNode) and term.value not in known and not term.value.startswith(_LANGUAGES):
                found[term.value] = self._kind_by_use(term)
        return found

    def _in_property_axioms(self) -> Iterator[Term]:
        """Every term that stands where only a property can stand."""
        for name in sorted(_PROPERTY_AXIOMS):
            for subject, _, obj in self._asserted(name):
                yield from (subject,) if name in (RDFS + "domain", RDFS + "range") else (subject, obj)
        for name in (OWL + "onProperty", OWL + "assertionProperty"):
            yield from (obj for _, _, obj in self._asserted(name))
        for name in (OWL + "hasKey", OWL + "propertyChainAxiom"):
            yield from (item for _, _, obj in self._asserted(name) for item in self._items(obj))
        for axiom, _, _ in self._asserted(RDF_TYPE.value, OWL + "AllDisjointProperties"):
            yield from (
                item for s, _, obj in self._asserted(OWL + "members") if s == axiom for item in self._items(obj)
            )
        for trait in sorted(_TRAITS):
            yield from (subject for subject, _, _ in self._asserted(RDF_TYPE.value, trait))

    def _kind_by_use(self, prop: ox.NamedNode) -> str:
        ranges = (triple[2] for triple in self._asserted(RDFS + "range") if triple[0] == prop)
        valued = any(isinstance(one, ox.NamedNode) and one.value.startswith(_XSD) for one in ranges)
        valued = valued or any(isinstance(quad.object, ox.Literal) for quad in self.graph.quads(None, prop))
        return "DatatypeProperty" if valued else "ObjectProperty"

    @cached_property
    def _classes(self) -> set[str]:
        found: set[Term] = set()
        for axiom in self.axioms:
            subject, predicate, obj = axiom.triple
            if predicate.value in _CLASS_AXIOMS:
                found.add(subject)
            if predicate.value in (_CLASS_AXIOMS | {RDF_TYPE.value, RDFS + "domain"}):
                found.add(obj)
            if predicate.value == RDFS + "range" and self._properties.get(_name(subject)) == "ObjectProperty":
                found.add(obj)
        for name in _FILLERS:
            found |= {obj for _, _, obj in self._asserted(name)}
        for name in _CLASS_LISTS:
            found |= {item for _, _, obj in self._asserted(name) for item in self._items(obj)}
        names = {term.value for term in found if isinstance(term, ox.NamedNode)}
        return {n for n in names - set(self._properties) if not n.startswith((*_LANGUAGES, _XSD))}

    def _items(self, node: Term) -> list[Term]:
        found: list[Term] = []
        seen: set[Term] = set()
        while isinstance(node, ox.BlankNode) and node not in seen:
            seen.add(node)
            said: dict[str, Term] = {quad.predicate.value: quad.object for quad in self.graph.quads(node)}  # type: ignore[misc]
            if RDF + "first" in said:
                found.append(said[RDF + "first"])
            node = said.get(RDF + "rest", ox.NamedNode(RDF + "nil"))
        return found

    def _roots(self) -> Iterator[Triple]:
        """The statements that are axioms, each once."""
        yield from dict.fromkeys(triple for triple in self._asserted() if self._takes_part(triple))

    def _takes_part(self, triple: Triple) -> bool:
        subject, predicate, obj = triple
        name = predicate.value
        if name == RDF_TYPE.value:
            return self._membership(subject, obj)
        if name in _PROPERTY_AXIOMS:
            return _name(subject) in self._properties
        if name in _CLASS_AXIOMS:
            return not self._unnamed_class(subject)
        if name in _FACTS:
            return not isinstance(obj, ox.Literal)
        kind = self._properties.get(name)
        return kind == ("DatatypeProperty" if isinstance(obj, ox.Literal) else "ObjectProperty")

    def _membership(self, subject: Term, kind: Term) -> bool:
        name = _name(kind)
        if name in _LISTING or name in _EXTREMES:
            return True
        if name in _TRAITS:
            return _name(subject) in self._properties
        return not name.startswith(_LANGUAGES) and _name(subject) not in self._properties

    def _unnamed_class(self, node: Term) -> bool:
        """Whether a blank node is a part of another statement: a class without a name, or a list."""
        if not isinstance(node, ox.BlankNode):
            return False
        said = {quad.predicate.value for quad in self.graph.quads(node)}
        return any(name.startswith(OWL) or name == RDF + "first" for name in said - _FACTS)

    def _lines(self, triple: Triple) -> Iterator[str]:
        """A statement with the unnamed classes and lists that it leads to."""
        subject, predicate, obj = triple
        listing = predicate == RDF_TYPE and _name(obj) in _LISTING
        if not listing:
            yield f"{subject} {predicate} {obj} ."
        waiting, seen = [subject if listing else obj], set()
        while waiting:
            node = waiting.pop()
            if node in seen or not ((listing and node == subject) or self._unnamed_class(node)):
                continue
            seen.add(node)
            for quad in sorted(self.graph.quads(node), key=str):
                if quad.graph_name != INFERRED:
                    yield f"{quad.subject} {quad.predicate} {quad.object} ."
                    waiting.append(quad.object)  # type: ignore[arg-type]


def _spelled(axiom: Axiom) -> list[str]:
    """A text to sort by, without the names of blank nodes, which change from run to run."""
    return [re.sub(r"_:\w+", "_:", axiom.lines[0]), *sorted(re.sub(r"_:\w+", "_:", line) for line in axiom.lines)]


def _name(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _library(triple: Triple) -> bool:
    return _name(triple[0]).startswith("https://w3id.org/ggen#")
