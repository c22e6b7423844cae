"""What each criterion says of a small model, and how the model overrules it."""

from __future__ import annotations

import pytest

from tests.decompose.models import aggregate, cut, found, refers, scores

BOTH = aggregate("A", "X") + aggregate("B", "Y")
ONE = aggregate("A", "X") + aggregate("B", "X")


def degrees(term: str) -> str:
    """A context of low and one of high degree."""
    return BOTH + f":X {term} ggen:Low . :Y {term} ggen:High ."


PAIRS = {
    "one context": (ONE, {"semantic proximity": "0.7"}),
    "a reference": (aggregate("A", "X", refers("b", "B")) + aggregate("B", "Y"), {"semantic proximity": "0.2"}),
    "two references and a context that depends": (
        aggregate("A", "X", refers("b", "B"), refers("c", "B")) + aggregate("B", "Y") + ":X ggen:dependsOn :Y .",
        {"semantic proximity": "0.5"},
    ),
    "a reference in a part": (
        aggregate("A", "X", "[ sh:path :part ; sh:class :Part ]")
        + ":Part a ggen:Entity ; ggen:context :X ; ggen:within :A ; sh:property"
        + " [ sh:path :number ; sh:datatype xsd:int ; sh:minCount 1 ; sh:maxCount 1 ; ggen:identity true ] ,"
        + f" {refers('b', 'B')} ."
        + aggregate("B", "Y"),
        {"semantic proximity": "0.2"},
    ),
    "a domain service": (
        BOTH + ":S a ggen:DomainService ; ggen:context :X ; ggen:offers :Op . :Op a ggen:Operation ; sh:property"
        " [ sh:path :a ; sh:class :A ; sh:maxCount 1 ] , [ sh:path :b ; sh:class :B ; sh:maxCount 1 ] .",
        {"semantic proximity": "0.3"},
    ),
    "a kind of the other": (
        aggregate("A", "X")
        + ":Y a ggen:BoundedContext . :B a ggen:AggregateRoot ; ggen:context :Y ; rdfs:subClassOf :A .",
        {"identity and lifecycle": "1"},
    ),
    "a command on one that changes the other": (
        BOTH + ":Do a ggen:Command ; ggen:on :A ; ggen:raises :Done . :Done a ggen:DomainEvent ; ggen:of :B .",
        {"identity and lifecycle": "0.8"},
    ),
    "one team": (BOTH + ":X ggen:ownedBy :T . :Y ggen:ownedBy :T . :T a ggen:Team .", {"shared owner": "0.3"}),
    "structural volatility": (degrees("ggen:structuralVolatility"), {"structural volatility": "-0.3"}),
    "content volatility": (degrees("ggen:contentVolatility"), {"content volatility": "-0.3"}),
    "consistency criticality": (degrees("ggen:consistencyCriticality"), {"consistency criticality": "-0.3"}),
    "availability criticality": (degrees("ggen:availabilityCriticality"), {"availability criticality": "-0.4"}),
    "storage volume": (degrees("ggen:storageVolume"), {"storage similarity": "-0.2"}),
    "security criticality that is stated": (degrees("ggen:securityCriticality"), {"security criticality": "-0.3"}),
    "personal data": (
        aggregate("A", "X", "[ sh:path :email ; sh:datatype xsd:string ]") + aggregate("B", "Y")
        + ":email a dpv:PersonalData .",
        {"security criticality": "-0.15"},
    ),
    "two databases": (
        BOTH + ":D a ggen:Database ; ggen:keeps :X . :E a ggen:Database ; ggen:keeps :Y .",
        {"storage placement": "-1"},
    ),
    "two security zones": (
        BOTH + ":X ggen:securityZone :Public . :Y ggen:securityZone :Office . :Public a ggen:SecurityZone ."
        " :Office a ggen:SecurityZone .",
        {"security context": "-0.5"},
    ),
    "a tenant with a context of its own": (
        BOTH + ":T a ggen:Tenant ; ggen:tenantId \"t\" ; ggen:isolation ggen:Bridge ; ggen:ownContext :X .",
        {"tenant isolation": "-1"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair(name: str) -> None:
    text, expected = PAIRS[name]
    assert scores(text) == {("A", "B"): expected}


SILENT = {
    "two contexts": BOTH,
    "degrees that are the same": BOTH + ":X ggen:contentVolatility ggen:High . :Y ggen:contentVolatility ggen:High .",
    "a degree of one only": BOTH + ":X ggen:contentVolatility ggen:High .",
    "two teams": BOTH + ":X ggen:ownedBy :T . :Y ggen:ownedBy :U . :T a ggen:Team . :U a ggen:Team .",
    "one database": BOTH + ":D a ggen:Database ; ggen:keeps :X , :Y .",
    "a tenant in a silo": BOTH + ":T a ggen:Tenant ; ggen:isolation ggen:Silo ; ggen:databaseSchema \"t\" .",
}  # fmt: skip


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_said_of(name: str) -> None:
    assert scores(SILENT[name]) == {}


def test_an_aggregate_says_it_for_itself() -> None:
    text = (
        BOTH + ":X ggen:contentVolatility ggen:High . :Y ggen:contentVolatility ggen:High . :A ggen:contentVolatility "
    )
    assert scores(text + "ggen:Normal .") == {("A", "B"): {"content volatility": "-0.15"}}


def test_evidence_is_what_makes_one_more_than_the_other() -> None:
    text = aggregate("A", "X", "[ sh:path :email ; sh:datatype xsd:string ]") + aggregate("B", "Y")
    findings, _, _ = found(text + ":email a dpv:PersonalData .")
    assert [str(one.because) for one in findings.couplings[0].scores[0].evidence] == [
        "<https://example.org/model#email>"
    ]


def test_a_weight_of_the_model_takes_the_place_of_ours() -> None:
    assert list(cut(ONE).values()) == [["A", "B"]]
    assert list(cut(ONE + "ggen:SemanticProximity ggen:weight 0.5 .").values()) == [["A"], ["B"]]
    assert scores(ONE + "ggen:SemanticProximity ggen:weight 0 .") == {}


def test_a_limit_of_the_model_takes_the_place_of_ours() -> None:
    assert list(cut(ONE + "ggen:CouplingDecomposition ggen:limit 0.71 .").values()) == [["A"], ["B"]]
    assert list(cut(ONE + "ggen:CouplingDecomposition ggen:limit 0.7 .").values()) == [["A", "B"]]


OWN = """
:Own a ggen:CouplingCriterion ; rdfs:label "own" ; ggen:criterionKind ggen:Cohesive ; ggen:weight 0.8 ;
    ggen:scoredBy "SELECT ?one ?other ?points { VALUES (?one ?other ?points) { (%s) } }" .
"""


def test_a_criterion_of_the_model_counts_like_ours() -> None:
    pair = "<https://example.org/model#B> <https://example.org/model#A> 5"
    assert scores(BOTH + OWN % pair) == {("A", "B"): {"own": "0.4"}}


@pytest.mark.parametrize("points", ["'many'", "-3", "0", "UNDEF", "1e400"])
def test_points_that_are_none_count_nothing(points: str) -> None:
    assert scores(BOTH + OWN % f"<https://example.org/model#B> <https://example.org/model#A> {points}") == {}


def test_points_end_at_ten() -> None:
    pair = "<https://example.org/model#B> <https://example.org/model#A> 900"
    assert scores(BOTH + OWN % pair) == {("A", "B"): {"own": "0.8"}}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?one ?other",
        "ASK { ?a ?b ?c }",
        "SELECT ?x { ?x ?y ?z }",
        "SELECT ?one ?other ?points { SERVICE <x:y> {} }",
    ],
)
def test_a_criterion_that_cannot_be_asked_is_said(query: str) -> None:
    text = f':Own a ggen:CouplingCriterion ; ggen:criterionKind ggen:Cohesive ; ggen:scoredBy "{query}" .'
    findings, proposals, problems = found(BOTH + text)
    assert [problem.code for problem in problems] == ["decompose/criterion"]
    assert len(proposals) == len(findings.atoms) == 2
