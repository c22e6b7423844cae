"""Finds the premises of one conclusion.

In: a rule and a triple that it concluded at some step. Out: the triples of the graph on which the rule fired. The body
of the rule is run again as a SELECT with the variables of the head bound, but without its conditions on what is absent
(the conclusion itself may have ended the absence). Of the ways in which it holds, the one whose youngest premise is
oldest is chosen; all are older than the conclusion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

import pyoxigraph as ox

from ggen_rdf.graph import Graph, Substitutions, Term, Triple, values_clause
from ggen_rdf.reason.headed import spelled
from ggen_rdf.reason.patterns import Chain, Link, Pattern, Variable, body_patterns, head_patterns
from ggen_rdf.reason.rule import Rule

_ENOUGH = 100
"""So many ways in which a rule fired are compared; more would only make an explanation slower."""

_ASSIGNED = re.compile(r"(?i)\bAS\s+\?(\w+)\s*\)")

Row = Mapping[str, Term]
Age = Callable[[Triple], int | None]


def premises(graph: Graph, rule: Rule, triple: Triple, step: int, age: Age) -> tuple[Triple, ...]:
    """The triples older than `step` on which a rule fired to conclude a triple; none if they cannot be told."""
    ways = (
        found
        for bindings in _heads(rule, triple)
        for row in _rows(graph, rule, bindings)
        if (found := _instances(graph, rule, row, step, age)) is not None
    )
    return min(islice(ways, _ENOUGH), key=_rank(graph, age), default=())


def _rank(graph: Graph, age: Age) -> Callable[[tuple[Triple, ...]], tuple[int, int, list[str]]]:
    def rank(triples: tuple[Triple, ...]) -> tuple[int, int, list[str]]:
        youngest = max((found for found in map(age, triples) if found is not None), default=-1)
        return youngest, len(triples), [spelled(graph, term) for triple in triples for term in triple]

    return rank


def _heads(rule: Rule, triple: Triple) -> Iterator[dict[str, Term]]:
    """The bindings under which a triple of the head is this triple."""
    for pattern in head_patterns(rule):
        bindings: dict[str, Term] = {}
        for slot, term in zip(pattern, triple, strict=True):
            if isinstance(slot, Variable):
                if bindings.setdefault(slot.name, term) != term:
                    break
            elif slot != term:
                break
        else:
            yield bindings


@lru_cache(maxsize=256)
def _assigned(rule: Rule) -> frozenset[str]:
    return frozenset(_ASSIGNED.findall(rule.query.bare))


def _rows(graph: Graph, rule: Rule, bindings: Row) -> Iterator[dict[str, Term]]:
    """The solutions of the body under the bindings."""
    free = {name: term for name, term in bindings.items() if name not in _assigned(rule)}
    values = values_clause({n: [t] for n, t in free.items() if not isinstance(t, ox.BlankNode)})
    blank: Substitutions = {ox.Variable(n): t for n, t in free.items() if isinstance(t, ox.BlankNode)}
    prologue = rule.parts[0]
    query = f"{prologue}\nSELECT * WHERE {{ {values}\n{rule.present}\n}}"
    solutions = graph.query(query, blank or None)
    names = [variable.value for variable in solutions.variables]  # type: ignore[union-attr]
    for solution in solutions:  # type: ignore[union-attr]
        row = {name: term for name, term in zip(names, solution, strict=True) if term is not None}
        if all(row.get(name, term) == term for name, term in bindings.items()):
            yield {**bindings, **row}


def _instances(graph: Graph, rule: Rule, row: Row, step: int, age: Age) -> tuple[Triple, ...] | None:
    """What the patterns of the body are in one solution, or None if one of them is not older than the step."""
    found: dict[Triple, None] = {}

    def older(triple: Triple) -> bool:
        when = age(triple)
        return when is not None and when < step

    for pattern in body_patterns(rule):
        if pattern.optional and not _bound(pattern.triple, row):
            continue
        instance = _instance(graph, pattern.triple, row, older)
        if instance is None:
            if pattern.optional:
                continue
            return None
        found.update(dict.fromkeys(instance))
    return tuple(found)


def _bound(pattern: Pattern, row: Row) -> bool:
    return all(not isinstance(slot, Variable) or slot.name in row for slot in pattern)


def _instance(graph: Graph, pattern: Pattern, row: Row, older: Callable[[Triple], bool]) -> tuple[Triple, ...] | None:
    subject, predicate, obj = (row.get(slot.name) if isinstance(slot, Variable) else slot for slot in pattern)
    if isinstance(predicate, Link):
        if subject is None or obj is None:
            return None
        return Chain(graph, older).between(subject, predicate, obj)  # type: ignore[arg-type]
    for quad in graph.quads(subject, predicate, obj):  # type: ignore[arg-type]
        triple = (quad.subject, quad.predicate, quad.object)
        if older(triple):  # type: ignore[arg-type]
            return (triple,)  # type: ignore[return-value]
    return None
