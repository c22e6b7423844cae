"""The analysis as a whole: find, cut, name, say.

In: a closed graph. Out: the same graph with services, couplings and boundaries in it until the end of a block. It is
only done where somebody asks for what comes out of it, and for the aggregates that are asked about.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

import pyoxigraph as ox

from ggen_rdf.decompose.cluster import clusters
from ggen_rdf.decompose.criteria import Locate, find
from ggen_rdf.decompose.naming import services
from ggen_rdf.decompose.records import Findings, Proposal
from ggen_rdf.decompose.statements import statements
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.graph import Graph, Term
from ggen_rdf.sparql import blanked

RESULTS = (
    *("ProposedService", "member", "predefinedAs", "confines", "Coupling", "couples", "totals", "joinedIn", "cutBy"),
    *("CouplingScore", "scores", "by", "counts", "Evidence", "shows", "because", "says"),
    *("ServiceBoundary", "averages", "below"),
)
"""The local names of the terms in which an analysis is told: what asks for one of them asks for an analysis."""

_ASKED = re.compile(rf"(?:\w*:|https://w3id\.org/ggen#)(?:{'|'.join(RESULTS)})\b")
_NAME = ox.NamedNode("https://w3id.org/ggen#name")


def asks_for_services(queries: Iterable[str]) -> bool:
    """Whether a query asks for what only an analysis can tell."""
    return any(_ASKED.search(blanked(query, keep_iris=True)) for query in queries)


def analyse(
    graph: Graph, only: Collection[Term] | None, locate: Locate
) -> tuple[Findings, list[Proposal], list[Diagnostic]]:
    """What the criteria say of the aggregates, or of some, and the services that follow."""
    findings, problems = find(graph, only, locate)

    def name_of(node: Term) -> str | None:
        return min((str(quad.object.value) for quad in graph.quads(node, _NAME)), default=None)  # type: ignore

    return findings, services(findings, clusters(findings), name_of), problems


@contextmanager
def with_services(
    graph: Graph, queries: Iterable[str], only: Collection[Term] | None, locate: Locate
) -> Iterator[list[Diagnostic]]:
    """The graph with what an analysis finds, if one of the queries asks for it, and what is wrong with its criteria."""
    if not asks_for_services(queries):
        yield []
        return
    findings, found, problems = analyse(graph, only, locate)
    with graph.changed(statements(findings, found)):
        yield problems
