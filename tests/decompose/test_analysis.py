"""Whole analyses: models whose services are known, and the same services however the model comes."""

from __future__ import annotations

import subprocess
import sys
import time

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ggen_rdf.decompose import RESULTS, asks_for_services, with_services
from ggen_rdf.decompose.statements import DECOMPOSITION, statements
from ggen_rdf.graph import Graph
from tests.decompose.models import aggregate, closed, cut, found, refers
from tests.reasoning.models import VOCABULARY
from tests.support.workspaces import ROOT

LIBRARY = (
    aggregate("Book", "Catalogue")
    + aggregate("Author", "Catalogue")
    + aggregate("Member", "Desk", "[ sh:path :name ; sh:datatype xsd:string ]")
    + aggregate("Loan", "Desk", refers("book", "Book"), refers("member", "Member"))
    + aggregate("Fine", "Till", refers("loan", "Loan"), "[ sh:path :card ; sh:datatype xsd:string ]")
    + ":name a dpv:PersonalData . :card ggen:accountData ggen:PrimaryAccountNumber ."
    + ":Desk ggen:dependsOn :Catalogue . :Till ggen:dependsOn :Desk ."
)
SERVED = LIBRARY + ":Front a ggen:Service ; rdfs:label \"Front office\" ; ggen:serves :Desk , :Catalogue ."  # fmt: skip


def test_contexts_become_services() -> None:
    assert cut(LIBRARY) == {"Catalogue": ["Author", "Book"], "Desk": ["Loan", "Member"], "Till": ["Fine"]}


def test_a_service_of_the_model_is_taken_as_it_is() -> None:
    assert cut(SERVED) == {"Front office": ["Author", "Book", "Loan", "Member"], "Till": ["Fine"]}


def test_card_data_stay_where_they_are_however_strong_the_coupling() -> None:
    text = (
        LIBRARY + ":Pay a ggen:Command ; ggen:on :Loan ; ggen:raises :Paid . :Paid a ggen:DomainEvent ; ggen:of :Fine ."
    )
    strong = text + "ggen:IdentityAndLifecycle ggen:weight 100.0 ."
    assert cut(strong)["Till"] == ["Fine"]
    assert sorted(cut(strong + "ggen:ComplianceScope ggen:weight 0.0 .").values()) != sorted(cut(strong).values())


def test_two_contexts_with_card_data_are_one_service() -> None:
    text = LIBRARY + aggregate("Deposit", "Safe", "[ sh:path :pan ; sh:datatype xsd:string ]")
    text += ":pan ggen:accountData ggen:PrimaryAccountNumber ."
    assert cut(text)["Deposit and Fine"] == ["Deposit", "Fine"]


def test_a_command_that_passes_card_data_on_counts() -> None:
    text = LIBRARY + ":Take a ggen:Command ; ggen:on :Loan ; sh:property [ sh:path :code ; sh:datatype xsd:string ] ."
    text += ":code ggen:accountData ggen:CardVerificationCode ."
    assert cut(text) == {"Catalogue": ["Author", "Book"], "Fine and Loan": ["Fine", "Loan"], "Member": ["Member"]}


def said(text: str, seed: int | None = None) -> list[str]:
    """Everything that an analysis says, in an order of its own."""
    findings, proposals, _ = found(text, seed)
    return sorted(map(str, statements(findings, proposals)))


@settings(max_examples=5)
@given(st.integers(0, 2**32))
def test_the_order_of_the_model_does_not_matter(seed: int) -> None:
    assert said(SERVED, seed) == said(SERVED)


PROGRAM = """
import hashlib
from tests.decompose.test_analysis import LIBRARY, said
print(hashlib.sha256("\\n".join(said(LIBRARY)).encode()).hexdigest())
"""


def test_the_hash_seed_does_not_matter() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }
    assert len(digests) == 1


def test_one_aggregate_is_one_service() -> None:
    assert cut(aggregate("A", "X")) == {"X": ["A"]}


def test_no_aggregate_is_no_service() -> None:
    assert cut(":X a ggen:BoundedContext .") == {}


def test_some_of_the_aggregates_are_cut_as_if_there_were_no_others() -> None:
    graph = closed(LIBRARY)
    only = [ox.NamedNode(f"https://example.org/model#{name}") for name in ("Book", "Loan", "Member")]
    with with_services(graph, ["SELECT * { ?x ggen:member ?y }"], only, lambda _term: None) as problems:
        assert problems == []
        named = graph.select(
            "SELECT ?n { ?s <https://w3id.org/ggen#member>/<https://w3id.org/ggen#name> ?n } ORDER BY ?n"
        )
        assert [row["n"].value for row in named] == ["Book", "Loan", "Member"]


def test_what_was_found_is_gone_afterwards() -> None:
    graph = closed(LIBRARY)
    before = len(graph)
    with with_services(graph, ["SELECT * { ?x ggen:ProposedService ?y }"], None, lambda _term: None):
        assert graph.has_named(DECOMPOSITION)
        assert len(graph) > before
    assert not graph.has_named(DECOMPOSITION)
    assert len(graph) == before


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("SELECT * { ?s a ggen:ProposedService }", True),
        ("SELECT * { ?s <https://w3id.org/ggen#member> ?m }", True),
        ("SELECT * { ?s g:cutBy ?m }", True),
        ("SELECT * { ?s a ggen:AggregateRoot } # ggen:ProposedService", False),
        ("SELECT * { ?s ggen:name 'ggen:member' }", False),
        ("SELECT * { ?s ggen:memberOf ?m }", False),
    ],
)
def test_an_analysis_is_done_only_where_it_is_asked_for(query: str, asks: bool) -> None:
    assert asks_for_services([query]) is asks


def test_what_an_analysis_says_is_in_the_vocabulary() -> None:
    graph = Graph()
    for path in VOCABULARY:
        graph.load(path.read_bytes(), ox.RdfFormat.TURTLE, "https://w3id.org/ggen/library/" + path.name)
    used = {quad.predicate.value for quad in statements(*found(SERVED)[:2])} | {
        quad.object.value for quad in statements(*found(SERVED)[:2]) if quad.predicate.value.endswith("#type")
    }
    terms = {iri.removeprefix("https://w3id.org/ggen#") for iri in used if iri.startswith("https://w3id.org/ggen#")}
    assert terms - set(RESULTS) == {"name", "points"}
    declared = {quad.subject.value for quad in graph.quads() if isinstance(quad.subject, ox.NamedNode)}
    assert {f"https://w3id.org/ggen#{term}" for term in (*RESULTS, *terms)} <= declared


def test_two_hundred_aggregates_take_seconds() -> None:
    text = "".join(
        aggregate(f"A{at:03}", f"C{at % 40:02}", refers(f"next{at}", f"A{(at * 7 + 1) % 200:03}")) for at in range(200)
    )
    text += "".join(f":C{at:02} ggen:contentVolatility ggen:{('Low', 'Normal', 'High')[at % 3]} ." for at in range(40))
    graph = closed(text)
    start = time.perf_counter()
    with with_services(graph, ["SELECT * { ?x ggen:member ?y }"], None, lambda _term: None):
        services = list(graph.select("SELECT ?s { ?s a <https://w3id.org/ggen#ProposedService> }"))
    assert len(services) == 40
    assert time.perf_counter() - start < 30
