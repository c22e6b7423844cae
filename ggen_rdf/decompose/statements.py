"""Says in triples what an analysis found.

In: findings and services. Out: quads of the graph DECOMPOSITION. A node is named after what it is about, by the place
of its aggregates or services in the order of their names: the same findings give the same names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import pyoxigraph as ox

from ggen_rdf.decompose.cluster import Block
from ggen_rdf.decompose.records import UNIT, Coupling, Evidence, Findings, Group, Proposal, Score
from ggen_rdf.graph import Term

DECOMPOSITION = ox.NamedNode("https://w3id.org/ggen/graph/decomposition")
"""The graph that holds what an analysis found, for as long as somebody asks."""

_GGEN = "https://w3id.org/ggen#"
_NODE = "https://w3id.org/ggen/decomposition/"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_DECIMAL = ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
Statement = tuple[ox.NamedNode, str, Term]


def statements(findings: Findings, services: Sequence[Proposal]) -> Iterator[ox.Quad]:
    """Everything that was found, as quads."""
    for subject, predicate, value in _all(findings, services):
        yield ox.Quad(subject, ox.NamedNode(_GGEN + predicate) if predicate != "a" else _TYPE, value, DECOMPOSITION)


def decimal(number: int) -> str:
    """A number of ten-thousandths as it is written."""
    sign, number = "-" if number < 0 else "", abs(number)
    return f"{sign}{number // UNIT}.{number % UNIT:04}".rstrip("0").removesuffix(".")


def _all(findings: Findings, services: Sequence[Proposal]) -> Iterator[Statement]:
    home = {atom: at for at, service in enumerate(services) for atom in service.atoms}
    crossing: dict[tuple[int, int], list[Coupling]] = defaultdict(list)
    for service in services:
        yield from _service(findings, service)
    for coupling in findings.couplings:
        if any(score.counts > 0 for score in coupling.scores) or home[coupling.one] == home[coupling.other]:
            node = _coupling(coupling)
            yield from _said_of(findings, coupling, node)
            one, other = sorted((home[coupling.one], home[coupling.other]))
            if one == other:
                yield node, "joinedIn", _node("service", services[one].name)
            else:
                crossing[one, other].append(coupling)
                yield node, "cutBy", _node("boundary", f"{one:04}-{other:04}")
    for (one, other), couplings in sorted(crossing.items()):
        node = _node("boundary", f"{one:04}-{other:04}")
        yield from _boundary(findings, node, services[one], services[other], couplings)


def _service(findings: Findings, service: Proposal) -> Iterator[Statement]:
    node = _node("service", service.name)
    yield node, "a", _term("ProposedService")
    yield node, "name", ox.Literal(service.name)
    for atom in service.atoms:
        yield node, "member", findings.atoms[atom].node
    if service.predefined:
        yield node, "predefinedAs", service.predefined.key
    for group in service.confined:
        yield node, "confines", group.key
        yield node, "by", group.criterion.node
        yield from _evidence(node, group.evidence, f"service/{service.name}")


def _said_of(findings: Findings, coupling: Coupling, node: ox.NamedNode) -> Iterator[Statement]:
    yield node, "a", _term("Coupling")
    yield node, "couples", findings.atoms[coupling.one].node
    yield node, "couples", findings.atoms[coupling.other].node
    yield node, "totals", _number(coupling.total)
    for score in coupling.scores:
        yield from _score(score, node)


def _score(score: Score, coupling: ox.NamedNode) -> Iterator[Statement]:
    local = str(score.criterion.node.value).rsplit("#")[-1].rsplit("/")[-1]
    name = f"{coupling.value.removeprefix(_NODE)}/{quote(local, safe='')}"
    node = ox.NamedNode(_NODE + name)
    yield node, "a", _term("CouplingScore")
    yield node, "scores", coupling
    yield node, "by", score.criterion.node
    yield node, "points", ox.Literal(score.points)
    yield node, "counts", _number(score.counts)
    yield from _evidence(node, score.evidence, name)


def _evidence(of: ox.NamedNode, evidence: Sequence[Evidence], name: str) -> Iterator[Statement]:
    pointing = [one for one in evidence if one.because is not None] or evidence
    for at, one in enumerate(pointing):
        node = _node("evidence", f"{name}/{at:03}")
        yield node, "a", _term("Evidence")
        yield node, "shows", of
        if one.because is not None:
            yield node, "because", one.because
        if one.says:
            yield node, "says", ox.Literal(one.says)


def _boundary(
    findings: Findings, node: ox.NamedNode, one: Proposal, other: Proposal, couplings: Sequence[Coupling]
) -> Iterator[Statement]:
    yield node, "a", _term("ServiceBoundary")
    yield node, "couples", _node("service", one.name)
    yield node, "couples", _node("service", other.name)
    yield node, "averages", _number(mean(findings, one.atoms, other.atoms))
    causes = _causes(one, other)
    for group in causes:
        yield node, "by", group.criterion.node
    if not causes:
        yield node, "below", _number(findings.limit)


def mean(findings: Findings, one: Block, other: Block) -> int:
    """The mean coupling of the pairs of one atom here and one there, rounded down."""
    total = sum(c.total for c in findings.couplings if {c.one, c.other} & {*one} and {c.one, c.other} & {*other})
    return total // (len(one) * len(other))


def _causes(one: Proposal, other: Proposal) -> list[Group]:
    """What settled a boundary before any points were counted."""
    if one.predefined and other.predefined:
        return [one.predefined]
    return [
        group for group in (*one.confined, *other.confined) if not (group in one.confined and group in other.confined)
    ]


def _coupling(coupling: Coupling) -> ox.NamedNode:
    return _node("coupling", f"{coupling.one:04}-{coupling.other:04}")


def _node(kind: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{_NODE}{kind}/{quote(name, safe='/')}")


def _term(local: str) -> ox.NamedNode:
    return ox.NamedNode(_GGEN + local)


def _number(number: int) -> ox.Literal:
    return ox.Literal(decimal(number), datatype=_DECIMAL)
