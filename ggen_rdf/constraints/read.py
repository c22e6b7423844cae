"""Reads shapes out of a graph, each when it is asked for: a node in, its Shape out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import pyoxigraph as ox

from ggen_rdf.constraints import names
from ggen_rdf.constraints.names import GGEN, SUBCLASS, TYPE, sh
from ggen_rdf.constraints.paths import members, objects, path_of, subjects
from ggen_rdf.constraints.records import SH, Constraint, Select, Shape, Target, value_of
from ggen_rdf.graph import Graph, Term
from ggen_rdf.source.blank import GraphView

_CONSTRAINING = tuple(map(sh, sorted(names.CONSTRAINING)))
_AIMING = tuple(map(sh, [*sorted(names.TARGETS), "target"]))
_PLAIN = {sh(name): kind for name, kind in names.PLAIN.items()}
_TRUE = {"true", "1"}

_Said = dict[str, list[Term]]
"""What a node says, by predicate: SHACL's own names without their namespace."""


def shapes_in(graph: Graph) -> Shapes:
    """The shapes of a graph. Nothing is read before it is asked for."""
    return Shapes(graph)


class Shapes(Mapping[Term, Shape]):
    """The shapes of a graph by node. Reading one costs a look at its own triples; it is then kept."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._read: dict[Term, Shape] = {}
        self._plain: dict[tuple[ox.NamedNode, Term], Constraint] = {}
        self._alike: dict[tuple[Constraint, ...], tuple[Constraint, ...]] = {}
        self._heard: dict[ox.NamedNode, str | None] = {}

    def __getitem__(self, node: Term) -> Shape:
        found = self._read.get(node)
        if found is None:
            if isinstance(node, ox.Literal):
                raise KeyError(node)
            pending: list[Term] = []
            found = self._named(node, pending)
            while pending:
                self._fill(pending.pop(), pending)
        return found

    def __contains__(self, node: object) -> bool:
        return isinstance(node, ox.NamedNode | ox.BlankNode) and self._is_shape(node)

    def __iter__(self) -> Iterator[Term]:
        found = (subjects(self.graph, predicate) for predicate in (*_CONSTRAINING, *_AIMING, sh("path")))
        typed = (subjects(self.graph, TYPE, kind) for kind in names.SHAPE_TYPES)
        return iter(sorted(set().union(*found, *typed), key=str))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def aimed(self, instantiated: Iterable[Term]) -> list[Shape]:
        """The shapes that have a target; of those aimed at their own instances, the ones among `instantiated`."""
        nodes: set[Term] = set().union(*(subjects(self.graph, aim) for aim in _AIMING))
        nodes.update(c for c in instantiated if self._is_class(c) and self._is_shape(c))
        return [self[node] for node in sorted(nodes, key=str)]

    @cached_property
    def extensions(self) -> frozenset[str]:
        """The parameters of the constraint components that this graph declares itself."""
        declared = {quad.object for quad in self.graph.quads(predicate=sh("parameter"))}
        return frozenset(
            path.value
            for parameter in declared
            if isinstance(parameter, ox.NamedNode | ox.BlankNode)
            for path in objects(self.graph, parameter, sh("path"))
        )

    @cached_property
    def class_types(self) -> set[Term]:
        """The classes whose instances are classes."""
        found: set[Term] = set(names.CLASSES)
        pending = list(found)
        while pending:
            below = subjects(self.graph, SUBCLASS, pending.pop()) - found
            found |= below
            pending += below
        return found

    def _is_class(self, node: Term) -> bool:
        return not self.class_types.isdisjoint(objects(self.graph, node, TYPE))

    def _is_shape(self, node: Term) -> bool:
        if not names.SHAPE_TYPES.isdisjoint(objects(self.graph, node, TYPE)):
            return True
        return any(next(self.graph.quads(node, p), None) is not None for p in (*_CONSTRAINING, *_AIMING))

    def _named(self, node: Term, pending: list[Term]) -> Shape:
        """The shape of a node, still empty if it is new: shapes may go round in circles."""
        shape = self._read.get(node)
        if shape is None:
            shape = self._read[node] = object.__new__(Shape)
            pending.append(node)
        return shape

    def _fill(self, node: Term, pending: list[Term]) -> None:
        found: list[Constraint] = []
        said: _Said = {}
        plain, heard = self._plain, self._heard
        for quad in self.graph.quads(node):
            if isinstance(quad.object, ox.Triple):
                continue
            pair = predicate, value = quad.predicate, quad.object
            constraint = plain.get(pair)
            if constraint is None and predicate in _PLAIN:
                constraint = plain[pair] = _plain(predicate, value)
            if constraint is not None:
                if constraint not in found:
                    found.append(constraint)
                continue
            name = heard[predicate] if predicate in heard else heard.setdefault(predicate, _heard(predicate.value))
            if name:
                said.setdefault(name, []).append(value)
        constraints = self._constraints(node, found, said, pending)
        _give(self._read[node], node, said, constraints, self)

    def _constraints(
        self, node: Term, found: list[Constraint], said: _Said, pending: list[Term]
    ) -> tuple[Constraint, ...]:
        compound = names.CONSTRAINING.keys() & said.keys()
        if "flags" in said:
            flags = min(term.value for term in said["flags"])
            found = [_flagged(c, flags) if c.kind == "pattern" else c for c in found]
        elif not compound:
            alike = self._alike.get(key := tuple(found))
            if alike is None:
                alike = self._alike[key] = tuple(sorted(found, key=_place))
            return alike
        for name in sorted(compound):
            for source in self._ordered(said[name]):
                found += self._compound(node, name, source, said, pending)
        return tuple(sorted(found, key=_place))

    def _compound(self, node: Term, name: str, source: Term, said: _Said, pending: list[Term]) -> list[Constraint]:
        """The constraints that take more than one term to say."""
        kind, parameter = names.CONSTRAINING[name], SH + name
        if name in names.NESTED:
            return [Constraint(kind, parameter, source, value_of(source), shapes=(self._named(source, pending),))]
        if name in names.SHAPE_LISTS or name in names.TERM_LISTS:
            terms = members(self.graph, source) or []
            if name in names.TERM_LISTS:
                return [Constraint(kind, parameter, source, values=tuple(map(value_of, terms)))]
            return [Constraint(kind, parameter, source, shapes=tuple(self._named(t, pending) for t in terms))]
        if name in names.QUALIFIED:
            return list(self._qualified(node, name, source, said, pending))
        if name == "sparql":
            return [] if self._off(source) else [Constraint(kind, parameter, source, select=self._select(source))]
        if source.value not in _TRUE:
            return []
        ignored = [value_of(t) for head in said.get("ignoredProperties", ()) for t in members(self.graph, head) or ()]
        return [Constraint(kind, parameter, source, value_of(source), tuple(ignored if name == "closed" else ()))]

    def _qualified(self, node: Term, name: str, count: Term, said: _Said, pending: list[Term]) -> Iterator[Constraint]:
        """One for each shape whose values are counted. The siblings are those of the property shapes beside it."""
        beside: set[Term] = set()
        if any(term.value in _TRUE for term in said.get("qualifiedValueShapesDisjoint", ())):
            for parent in subjects(self.graph, sh("property"), node):
                for near in objects(self.graph, parent, sh("property")):
                    beside |= objects(self.graph, near, sh("qualifiedValueShape"))
        for inner in self._ordered(said.get("qualifiedValueShape", ())):
            shapes = (self._named(inner, pending),)
            siblings = tuple(self._named(term, pending) for term in self._ordered(beside - {inner}))
            kind, parameter = names.QUALIFIED[name], SH + name
            yield Constraint(kind, parameter, count, value_of(count), shapes=shapes, siblings=siblings)

    def _ordered(self, terms: Iterable[Term]) -> list[Term]:
        """Terms in an order that is the same in every run: blank nodes by their path, else by all that they say."""
        found = list(set(terms))
        if len(found) < 2:
            return found
        keys = {term: self._spelled(term) for term in found}
        if len(set(keys.values())) < len(found):
            keys = {term: (keys[term], self._surroundings.said(term)) for term in found}  # type: ignore[misc]
        return sorted(found, key=keys.__getitem__)

    def _spelled(self, term: Term) -> str:
        if not isinstance(term, ox.BlankNode):
            return str(term)
        return min((str(path) for path in objects(self.graph, term, sh("path"))), default="")

    @cached_property
    def _surroundings(self) -> GraphView:
        return GraphView(self.graph, None)

    def _off(self, node: Term) -> bool:
        return any(term.value in _TRUE for term in objects(self.graph, node, sh("deactivated")))

    def _select(self, node: Term) -> Select | None:
        """The query of an sh:sparql constraint, or None when it has none."""
        text = min((term.value for term in objects(self.graph, node, sh("select"))), default=None)
        messages = sorted(objects(self.graph, node, sh("message")), key=str)
        return Select(text, self._prefixes(node), tuple(map(value_of, messages))) if text else None

    def _prefixes(self, node: Term) -> tuple[tuple[str, str], ...]:
        pending = list(objects(self.graph, node, sh("prefixes")))
        seen: set[Term] = set()
        found: dict[str, str] = {}
        while pending:
            ontology = pending.pop()
            if ontology in seen:
                continue
            seen.add(ontology)
            pending += objects(self.graph, ontology, names.IMPORTS)
            for declared in objects(self.graph, ontology, sh("declare")):
                for prefix in objects(self.graph, declared, sh("prefix")):
                    for space in objects(self.graph, declared, sh("namespace")):
                        found[prefix.value] = space.value
        return tuple(sorted(found.items()))


def _plain(predicate: ox.NamedNode, value: Term) -> Constraint:
    return Constraint(_PLAIN[predicate], predicate.value, value, value_of(value))


def _flagged(constraint: Constraint, flags: str) -> Constraint:
    return Constraint("pattern", constraint.parameter, constraint.source, constraint.value, flags=flags)


def _place(constraint: Constraint) -> tuple[str, str]:
    """Where a constraint stands among those of its shape."""
    value = constraint.value
    return constraint.kind, (value.iri or value.lexical or "") if value else ""


def _heard(predicate: str) -> str | None:
    """The name under which what a node says is kept, or None for what is no business of a shape."""
    if predicate.startswith(SH):
        return predicate.removeprefix(SH)
    return None if predicate.startswith(GGEN) and predicate not in _OURS else predicate


def _give(shape: Shape, node: Term, said: _Said, constraints: tuple[Constraint, ...], shapes: Shapes) -> None:
    """Fills the empty record of a shape with what its node says."""
    give = object.__setattr__
    give(shape, "node", node)
    give(shape, "constraints", constraints)
    path = said.pop("path", ())
    give(shape, "path", path_of(shapes.graph, min(path, key=str)) if path else None)
    if not said and shape.path:
        for name, value in _SAYS_NO_MORE:
            give(shape, name, value)
        return
    unsupported = {SH + name for name in said if ":" not in name and name not in names.UNDERSTOOD}
    unsupported.update(name for name in said if name in shapes.extensions)
    if path and (shape.path is None or len(set(path)) > 1):
        unsupported.add(SH + "path")
    targets = {Target(kind, value_of(t)) for name, kind in names.TARGETS.items() for t in said.get(name, ())}
    if TYPE.value in said and not shapes.class_types.isdisjoint(said[TYPE.value]):
        targets.add(Target("implicit_class", value_of(node)))
    give(shape, "targets", tuple(sorted(targets, key=lambda target: (target.kind, target.value.ntriples))))
    give(shape, "severity", min((term.value for term in said.get("severity", ())), default=SH + "Violation"))
    give(shape, "deactivated", any(term.value in _TRUE for term in said.get("deactivated", ())))
    give(shape, "messages", tuple(value_of(term) for term in sorted(set(said.get("message", ())), key=str)))
    give(shape, "code", min((term.value for term in said.get(GGEN + "code", ())), default=None))
    give(shape, "help", min((term.value for term in said.get(GGEN + "help", ())), default=None))
    give(shape, "unsupported", tuple(sorted(unsupported)))


_OURS = {GGEN + "code", GGEN + "help"}
_SAYS_NO_MORE = tuple(
    (f.name, f.default) for f in dataclasses.fields(Shape) if f.name not in {"node", "path", "constraints"}
)
