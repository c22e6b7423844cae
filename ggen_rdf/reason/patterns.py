"""The triple patterns of a rule, and the triples behind a property path.

In: a rule. Out: the patterns of its head and of its body, read with rdflib's SPARQL parser, which is imported only when
somebody asks why.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import pyoxigraph as ox

from ggen_rdf.graph import Graph, Term, Triple
from ggen_rdf.reason.rule import Rule


@dataclass(frozen=True)
class Variable:
    """A variable of a query, or a blank node in it."""

    name: str


@dataclass(frozen=True)
class Link:
    """A property path: `kind` is one of `/ | ^ * + ?`, or empty for a single predicate."""

    kind: str
    parts: tuple[Link, ...] = ()
    predicate: ox.NamedNode | None = None


Slot: TypeAlias = Term | Variable | Link
Pattern: TypeAlias = tuple[Slot, Slot, Slot]


@dataclass(frozen=True)
class BodyPattern:
    """One pattern of a rule's body. What stands in a UNION or an OPTIONAL need not have matched."""

    triple: Pattern
    optional: bool


@lru_cache(maxsize=256)
def head_patterns(rule: Rule) -> tuple[Pattern, ...]:
    """The triples that a rule concludes."""
    algebra = _algebra(rule)
    return tuple(tuple(map(_slot, triple)) for triple in algebra.template) if algebra else ()  # type: ignore[misc]


@lru_cache(maxsize=256)
def body_patterns(rule: Rule) -> tuple[BodyPattern, ...]:
    """The triples that a rule looks for, without those whose absence it asks for."""
    algebra = _algebra(rule)
    found = _body(algebra.p, False) if algebra else ()
    # Single triples first: they are quickly seen to be too young, a path is not.
    return tuple(sorted(found, key=lambda pattern: isinstance(pattern.triple[1], Link)))


def _algebra(rule: Rule) -> Any:
    from rdflib.plugins.sparql import prepareQuery

    try:
        return prepareQuery(rule.query.text).algebra
    except Exception:
        return None  # Oxigraph understands more than rdflib; such a rule concludes, but cannot say why


def _body(node: Any, optional: bool) -> Iterator[BodyPattern]:
    name = getattr(node, "name", None)
    if name == "BGP":
        for subject, predicate, obj in node.triples:
            yield BodyPattern((_slot(subject), _slot(predicate), _slot(obj)), optional)
    elif name in ("LeftJoin", "Minus"):
        yield from _body(node.p1, optional)
        if name == "LeftJoin":
            yield from _body(node.p2, True)
    elif name in ("Join", "Union"):
        yield from _body(node.p1, optional or name == "Union")
        yield from _body(node.p2, optional or name == "Union")
    elif name is not None and node.get("p") is not None:
        yield from _body(node.p, optional)


def _slot(term: Any) -> Slot:
    import rdflib
    from rdflib.paths import Path

    if isinstance(term, Path):
        return _link(term)
    if isinstance(term, rdflib.Variable | rdflib.BNode):
        return Variable(str(term))
    if isinstance(term, rdflib.Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None)
    return ox.NamedNode(str(term))


def _link(path: Any) -> Link:
    from rdflib import paths

    if isinstance(path, paths.MulPath):
        return Link(str(path.mod), (_link(path.path),))
    if isinstance(path, paths.InvPath):
        return Link("^", (_link(path.arg),))
    if isinstance(path, paths.SequencePath | paths.AlternativePath):
        return Link("/" if isinstance(path, paths.SequencePath) else "|", tuple(map(_link, path.args)))
    return Link("", predicate=ox.NamedNode(str(path)))


Way: TypeAlias = tuple[Term, tuple[Triple, ...]]


class Chain:
    """Follows property paths along those triples of a graph that satisfy a condition."""

    def __init__(self, graph: Graph, usable: Callable[[Triple], bool]) -> None:
        self.graph = graph
        self.usable = usable

    def between(self, start: Term, link: Link, end: Term) -> tuple[Triple, ...] | None:
        """The triples of a shortest way from one term to another, or None when there is none."""
        if link.kind == "^":
            return self.between(end, link.parts[0], start)
        if link.kind in ("*", "+"):
            return self.along(start, link, end)
        return next((triples for node, triples in self.ways(start, link) if node == end), None)

    def along(self, start: Term, link: Link, end: Term) -> tuple[Triple, ...] | None:
        """The same for a repeated path, which may be thousands of steps long."""
        if link.kind == "*" and start == end:
            return ()
        came: dict[Term, Way] = {}
        waiting = deque([start])
        while waiting and end not in came:
            node = waiting.popleft()
            for reached, triples in self.ways(node, link.parts[0]):
                if reached not in came:
                    came[reached] = node, triples
                    waiting.append(reached)
        if end not in came:
            return None
        back: list[tuple[Triple, ...]] = []
        node = end
        while not back or node != start:
            node, triples = came[node]
            back.append(triples)
        return tuple(triple for triples in reversed(back) for triple in triples)

    def ways(self, start: Term, link: Link, back: bool = False) -> Iterable[Way]:
        """Where a path leads to from a term, and along which triples."""
        if link.kind == "":
            return self.steps(start, link.predicate, back)
        if link.kind == "^":
            return self.ways(start, link.parts[0], not back)
        if link.kind == "|":
            return (way for part in link.parts for way in self.ways(start, part, back))
        if link.kind == "/":
            return self.sequence(start, link.parts[::-1] if back else link.parts, back)
        return self.repeated(start, link, back)

    def steps(self, start: Term, predicate: ox.NamedNode | None, back: bool) -> Iterator[Way]:
        """One triple forwards or backwards."""
        if isinstance(start, ox.Literal) and not back:
            return
        for quad in self.graph.quads(None if back else start, predicate, start if back else None):
            triple: Triple = (quad.subject, quad.predicate, quad.object)  # type: ignore[assignment]
            if self.usable(triple):
                yield triple[0 if back else 2], (triple,)

    def sequence(self, start: Term, parts: tuple[Link, ...], back: bool) -> Iterator[Way]:
        """One part after the other."""
        ways: Iterable[Way] = [(start, ())]
        for part in parts:
            ways = [(n, done + more) for node, done in ways for n, more in self.ways(node, part, back)]
        yield from ways

    def repeated(self, start: Term, link: Link, back: bool) -> Iterator[Way]:
        """The path again and again, nearest first, each term once."""
        if link.kind in ("*", "?"):
            yield start, ()
        seen = {start} if link.kind != "+" else set()
        front: list[Way] = [(start, ())]
        while front:
            following: list[Way] = []
            for node, done in front:
                for reached, more in self.ways(node, link.parts[0], back):
                    if reached not in seen:
                        seen.add(reached)
                        following.append((reached, done + more))
            yield from following
            front = following if link.kind != "?" else []
