"""Refines a model for one tenant: tighter, never looser.

In: the graph that all share, and what a tenant says of it. Out: what to add and what to leave out in the view of that
tenant, or diagnostics. Which statements ask for more, and in what direction, is data: ontologies/ggen/refinement.ttl.

An attribute that the tenant tightens gets a shape of its own there, merged from the shared one and the tenant's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.graph import INFERRED, Graph, Term, Triple
from ggen_rdf.source.blank import GraphView
from ggen_rdf.source.documents import GGEN
from ggen_rdf.source.locate import Locator, Statement
from ggen_rdf.source.overlays import Overlay
from ggen_rdf.source.terms import FIRST, REST, TYPE
from ggen_rdf.view import wording

_SH = "http://www.w3.org/ns/shacl#"
PROPERTY = ox.NamedNode(_SH + "property")
_MAX_COUNT = ox.NamedNode(_SH + "maxCount")
_PATH = ox.NamedNode(_SH + "path")
_SUPPRESSION = ox.NamedNode(GGEN + "Suppression")
_REFINED_BY = ox.NamedNode(GGEN + "refinedBy")
_ADDED_BY = ox.NamedNode(GGEN + "addedBy")
_WAYS = f"SELECT ?term ?way {{ ?term <{GGEN}tightens> ?way }}"


@dataclass
class Refined:
    """What is different in the view of a tenant. `origins` says from which node a statement of a merged shape comes."""

    added: list[Triple] = field(default_factory=list)
    quads: list[ox.Quad] = field(default_factory=list)
    """Merged shapes. What they have of a shared one stays in the graph that says it."""
    dropped: list[Triple] = field(default_factory=list)
    origins: dict[Statement, Term] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def directions(graph: Graph) -> dict[Term, str]:
    """How a further value of a property must relate to the others, by property; for types, by class."""
    return {row["term"]: row["way"].value.removeprefix(GGEN) for row in graph.select(_WAYS)}


def refine(graph: Graph, overlay: Overlay, ways: Mapping[Term, str], locate: Locator) -> Refined:
    """Work out the view of a tenant from the closed graph that all share."""
    work = _Refining(graph, overlay, ways, locate)
    order = GraphView(work.own, None).order
    for triple in sorted(overlay.refinement, key=lambda triple: order(*triple)):
        work.statement(triple)
    return work.refined


class _Refining:
    def __init__(self, graph: Graph, overlay: Overlay, ways: Mapping[Term, str], locate: Locator) -> None:
        self.graph, self.overlay, self.ways, self.locate = graph, overlay, ways, locate
        self.refined = Refined()
        self.said: dict[Term, list[Triple]] = defaultdict(list)
        for triple in overlay.refinement:
            self.said[triple[0]].append(triple)
        self.own = Graph()
        self.own.add(overlay.refinement, overlay.graph)
        self.marked: set[Term] = set()
        self.merged: dict[tuple[Term, Term], Term] = {}
        self.home = overlay.graph

    def statement(self, triple: Triple) -> None:
        subject, predicate, value = triple
        if predicate == TYPE and value == _SUPPRESSION:
            self.refined.problems.append(wording.exception(self.overlay, triple, self.locate))
        elif isinstance(subject, ox.BlankNode) or not self.is_shared(subject):
            self.refined.added.append(triple)
            if isinstance(subject, ox.NamedNode):
                self.mark(subject)
        elif predicate == PROPERTY:
            self.attribute(triple)
        elif (way := self.ways.get(value if predicate == TYPE else predicate)) in ("ByAddition", "Replaced"):
            self.refined.added.append(triple)
            shared = self.graph.quads(subject, predicate) if way == "Replaced" else ()
            self.refined.dropped += [(subject, predicate, quad.object) for quad in shared]  # type: ignore[misc]
        elif triple not in self.graph:
            self.refined.problems.append(wording.changes_model(self.overlay, triple, self.locate))

    def is_shared(self, node: Term) -> bool:
        """Whether somebody else says something of a node."""
        return next(self.graph.quads(node), None) is not None

    def mark(self, node: Term) -> None:
        """Say that only this tenant has a thing."""
        if node not in self.marked:
            self.marked.add(node)
            self.refined.added.append((node, _ADDED_BY, self.overlay.nodes[0]))

    def attribute(self, triple: Triple) -> None:
        """An attribute that the tenant says something of: a further one, or a shared one that it tightens."""
        owner, _, own = triple
        paths = [o for _, p, o in self.said[own] if p == _PATH]
        attributes: list[Term] = [q.object for q in self.graph.quads(owner, PROPERTY)]  # type: ignore[misc]
        shared = [shape for shape in attributes if any((shape, _PATH, path) in self.graph for path in paths)]
        if not shared:
            self.refined.added.append(triple)
            if own in self.said:
                self.mark(own)
        for shape in sorted(shared, key=GraphView(self.graph, None).order)[:1]:
            first = self.merged.setdefault((owner, shape), own)
            if first == own:
                self.merge(owner, shape, own)
            else:
                self.refined.problems.append(wording.refined_twice(self.overlay, paths[0], first, own, self.locate))

    def merge(self, owner: Term, shape: Term, own: Term) -> None:
        """Give the owner one shape that asks for what both ask for."""
        key = f"{self.overlay.name}\x00{owner}\x00{shape}\x00{own}"
        merged = ox.BlankNode("r" + sha256(key.encode()).hexdigest()[:24])
        values: dict[ox.NamedNode, list[Term]] = defaultdict(list)
        homes: dict[tuple[ox.NamedNode, Term], ox.NamedNode] = {}
        for quad in self.asserted(self.graph.quads(shape)):
            values[quad.predicate].append(quad.object)  # type: ignore[arg-type]
            homes[quad.predicate, quad.object] = quad.graph_name  # type: ignore[index,assignment]
            self.refined.origins[merged, quad.predicate, None] = shape
        for _, predicate, value in sorted(self.said[own], key=str):
            before = values[predicate]
            values[predicate] = self.tightened(shape, own, predicate, before, value)
            if predicate == _MAX_COUNT and values[predicate] != before and _is_one(value):
                self.mark(merged)  # what was a list is one value now: that takes another column
            self.refined.origins[merged, predicate, value] = own
            self.refined.origins.setdefault((merged, predicate, None), own)
        for predicate, value in ((p, o) for p, found in values.items() for o in found):
            self.refined.quads.append(ox.Quad(merged, predicate, value, homes.get((predicate, value), self.home)))
        links = self.asserted(self.graph.quads(owner, PROPERTY, shape))
        home = links[0].graph_name if links else self.home
        self.refined.quads.append(ox.Quad(owner, PROPERTY, merged, home))  # type: ignore[arg-type]
        self.refined.added.append((merged, _REFINED_BY, own))
        self.refined.origins[merged, None, None] = own
        self.drop(owner, shape)

    def drop(self, owner: Term, shape: Term) -> None:
        """Take the shared shape from the owner, and away altogether when nothing else has it."""
        self.refined.dropped.append((owner, PROPERTY, shape))
        others = [q for q in self.asserted(self.graph.quads(None, None, shape)) if q.subject != owner]
        if isinstance(shape, ox.BlankNode) and not others:
            self.refined.dropped += [(shape, q.predicate, q.object) for q in self.graph.quads(shape)]  # type: ignore

    def asserted(self, quads: Iterator[ox.Quad]) -> list[ox.Quad]:
        """Those that are no conclusions: conclusions are drawn anew in the view of the tenant."""
        return [quad for quad in quads if quad.graph_name != INFERRED]

    def tightened(
        self, shape: Term, own: Term, predicate: ox.NamedNode, before: Sequence[Term], value: Term
    ) -> list[Term]:
        """The values of one parameter in the merged shape."""
        way = "Unchanged" if predicate == TYPE else self.ways.get(predicate)
        about = wording.Change(
            self.overlay, (shape, predicate, before[0] if before else value), (own, predicate, value)
        )
        if way is None:
            self.refined.problems.append(wording.cannot_refine(about, self.locate))
        elif way == "ByAddition":
            return [*before, value] if value not in before else [*before]
        elif not all(self.asks_for_more(way, one, value) for one in before):
            self.refined.problems.append(wording.loosens(about, way, self.locate))
        elif way == "Unchanged" and before:
            return [*before]
        return [value]

    def asks_for_more(self, way: str, before: Term, value: Term) -> bool:
        """Whether a value asks for at least as much as the shared one."""
        if way in ("Downwards", "Upwards"):
            return _compares(f"{value} {'<=' if way == 'Downwards' else '>='} {before}")
        if way == "Within":
            fewer = {*_members(self.own, value), *_members(self.graph, value)}
            return bool(fewer) and fewer <= set(_members(self.graph, before))
        if way == "OnceTrue":
            return isinstance(value, ox.Literal) and (value.value == "true" or before == value)
        return way == "Replaced" or before == value


def _is_one(value: Term) -> bool:
    return isinstance(value, ox.Literal) and value.value == "1"


def _compares(condition: str) -> bool:
    """Whether a comparison of two literals holds; what cannot be compared does not."""
    return bool(ox.Store().query(f"ASK {{ FILTER({condition}) }}"))


def _members(graph: Graph, head: Term) -> Iterator[Term]:
    """The members of a list."""
    seen: set[Term] = set()
    while head not in seen:
        seen.add(head)
        yield from (q.object for q in graph.quads(head, FIRST))  # type: ignore[misc]
        head = next((q.object for q in graph.quads(head, REST)), head)  # type: ignore[assignment]
