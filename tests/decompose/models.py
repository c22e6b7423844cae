"""Small models to be cut into services, and what an analysis says of them."""

from __future__ import annotations

import random

import pyoxigraph as ox

from ggen_rdf.decompose import analyse
from ggen_rdf.decompose.records import Findings, Proposal
from ggen_rdf.decompose.statements import decimal
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.graph import WORKSPACE, Graph
from ggen_rdf.reason import close
from tests.reasoning.models import VOCABULARY

PREFIXES = """
@prefix :     <https://example.org/model#> .
@prefix ggen: <https://w3id.org/ggen#> .
@prefix dpv:  <https://w3id.org/dpv#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh:   <http://www.w3.org/ns/shacl#> .
@prefix xsd:  <http://www.w3.org/2001/XMLSchema#> .
"""


def aggregate(name: str, context: str, *slots: str, more: str = "") -> str:
    """An aggregate with an identity of its own and further slots."""
    own = f"sh:path :{name.lower()}Id ; sh:datatype xsd:string ; sh:minCount 1 ; sh:maxCount 1 ; ggen:identity true"
    return (
        f":{context} a ggen:BoundedContext .\n:{name} a ggen:AggregateRoot ; ggen:context :{context} {more} ;"
        f" sh:property {' , '.join([f'[ {own} ]', *slots])} .\n"
    )


def refers(path: str, to: str) -> str:
    """A slot that refers to another aggregate."""
    return f"[ sh:path :{path} ; sh:class :{to} ; sh:maxCount 1 ]"


def closed(text: str, seed: int | None = None) -> Graph:
    """A closed graph of a model; with a seed, one whose statements came in another order."""
    graph = Graph()
    quads = [
        quad
        for name, data in [*((p.name, p.read_bytes()) for p in VOCABULARY), ("model.ttl", (PREFIXES + text).encode())]
        for quad in ox.parse(data, ox.RdfFormat.TURTLE, base_iri=WORKSPACE + name, rename_blank_nodes=True)
    ]
    if seed is not None:
        random.Random(seed).shuffle(quads)
    graph.store.extend(ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(WORKSPACE + "model.ttl")) for q in quads)
    closure, problems = close(graph)
    assert not problems
    assert closure
    return graph


def found(text: str, seed: int | None = None) -> tuple[Findings, list[Proposal], list[Diagnostic]]:
    """What an analysis finds in a model."""
    return analyse(closed(text, seed), None, lambda _term: None)


def cut(text: str, seed: int | None = None) -> dict[str, list[str]]:
    """The aggregates of each service."""
    findings, proposals, problems = found(text, seed)
    assert problems == []
    return {proposal.name: [findings.atoms[atom].name for atom in proposal.atoms] for proposal in proposals}


def scores(text: str) -> dict[tuple[str, str], dict[str, str]]:
    """What each criterion says of each pair."""
    findings, _, problems = found(text)
    assert problems == []
    return {
        (findings.atoms[c.one].name, findings.atoms[c.other].name): {
            score.criterion.name: decimal(score.counts) for score in c.scores
        }
        for c in findings.couplings
    }
