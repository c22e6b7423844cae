"""Why a conclusion holds, what a malformed rule says, and how many conclusions a model has however it is written."""

from __future__ import annotations

import random
from pathlib import Path

import pyoxigraph as ox
import pytest

from ggen_rdf.graph import INFERRED, Graph, Triple
from ggen_rdf.reason import Closure, clashes, close
from ggen_rdf.reason.headed import RDF_TYPE, read_queries
from tests.reasoning.models import inferred, load, load_file, told
from tests.support.workspaces import EXAMPLES

SHOP = "https://shop.example/model#"
GGEN = "https://w3id.org/ggen#"
PREFIXES = f"""@prefix shop: <{SHOP}> . @prefix ggen: <{GGEN}> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
RULES = sorted((Path(__file__).parent / "rules").glob("*.ttl"))


def node(local: str, namespace: str = SHOP) -> ox.NamedNode:
    return ox.NamedNode(namespace + local)


def closed(turtle: str) -> tuple[Graph, Closure]:
    graph, _ = load(("model/a.ttl", PREFIXES + turtle))
    return graph, close(graph)[0]


def shop() -> tuple[Graph, Closure]:
    files = sorted((EXAMPLES / "shop" / "model").glob("*.ttl"))
    graph, _ = load(*((f"model/{file.name}", file.read_text()) for file in files))
    return graph, close(graph)[0]


def conclusions(closure: Closure) -> list[Triple]:
    return [triple for step in closure.steps for triple in step.triples]


def test_premises_of_a_membership() -> None:
    _, closure = closed("shop:User a ggen:AggregateRoot .")
    entity = (node("User"), RDF_TYPE, node("Entity", GGEN))
    subclass = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
    assert set(closure.why(entity)) == {
        (node("User"), RDF_TYPE, node("AggregateRoot", GGEN)),
        (node("AggregateRoot", GGEN), subclass, node("Entity", GGEN)),
    }
    assert closure.rule(entity).path == "ontologies/rules/owl-subclass.rq"


def test_what_is_asserted_has_no_premises() -> None:
    _, closure = closed("shop:User a ggen:AggregateRoot .")
    asserted = (node("User"), RDF_TYPE, node("AggregateRoot", GGEN))
    assert closure.why(asserted) == ()
    assert closure.rule(asserted) is None
    assert closure.asserted(asserted) == (asserted,)


def test_a_default_is_explained_although_it_ended_the_absence_it_asked_for() -> None:
    _, closure = closed('shop:acme a ggen:Tenant ; ggen:databaseSchema "s" . shop:all ggen:sharedSchema "s" .')
    pooled = (node("acme"), node("isolation", GGEN), node("Pool", GGEN))
    assert set(closure.asserted(pooled)) == {
        (node("acme"), RDF_TYPE, node("Tenant", GGEN)),
        (node("acme"), node("databaseSchema", GGEN), ox.Literal("s")),
        (node("all"), node("sharedSchema", GGEN), ox.Literal("s")),
    }


@pytest.mark.parametrize("model", [*RULES, None], ids=lambda model: model.stem if model else "shop")
def test_every_conclusion_rests_on_older_premises(model: Path | None) -> None:
    if model is None:
        _, closure = shop()
    else:
        closure, _ = close(load_file(model)[0])
    assert len(closure) > 10
    for triple in conclusions(closure):
        premises = closure.why(triple)
        assert premises, f"{triple} has no premises"
        assert all(closure.age(premise) < closure.age(triple) for premise in premises)


@pytest.mark.parametrize("model", RULES, ids=lambda model: model.stem)
def test_what_a_conclusion_rests_on_brings_it_about_again(model: Path) -> None:
    """The asserted triples behind a conclusion are enough for it: closed alone, they give it again."""
    closure, _ = close(load_file(model)[0])
    for triple in conclusions(closure):
        if any(isinstance(term, ox.BlankNode) for term in triple):
            continue
        again, _ = load()
        again.add(closure.asserted(triple), ox.NamedNode("file:///model/again.ttl"))
        close(again)
        assert triple in again, f"{triple} does not follow from {closure.asserted(triple)}"


def test_nothing_asserted_is_inferred() -> None:
    graph, closure = shop()
    for triple in conclusions(closure):
        assert [quad.graph_name for quad in graph.quads(*triple)] == [INFERRED]


def test_closing_twice_adds_nothing() -> None:
    graph, closure = shop()
    before = len(graph)
    assert len(closure) > 400
    assert len(close(graph)[0]) == 0
    assert len(graph) == before


def test_order_and_names_of_blank_nodes_do_not_matter() -> None:
    files = sorted((EXAMPLES / "shop" / "model").glob("*.ttl"))
    lines = []
    for number, file in enumerate(files):
        triples = ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)
        lines += [str(quad.triple).replace("_:", f"_:n{number}") + " ." for quad in triples]
    results = []
    for seed in (1, 2):
        random.Random(seed).shuffle(lines)
        graph, _ = load(("model/all.ttl", "\n".join(line.replace("_:n", f"_:s{seed}n") for line in lines)))
        close(graph)
        results.append(inferred(graph))
    assert results[0] == results[1]
    assert results[0].count("\n") > 400


def test_a_long_chain_of_classes_and_contexts() -> None:
    count = 1_000
    chain = " ".join(f"shop:C{i} rdfs:subClassOf shop:C{i + 1} ." for i in range(count))
    links = " ".join(f"shop:X{i} ggen:dependsOn shop:X{(i + 1) % count} ." for i in range(count))
    graph, locator = load(("model/a.ttl", PREFIXES + f"{chain} {links} shop:thing a shop:C0 ."))
    closure, _ = close(graph)
    last = (node("thing"), RDF_TYPE, node(f"C{count}"))
    assert last in graph
    assert len(closure.asserted(last)) == count + 1
    found = clashes(graph, closure, locator)
    assert [(d.code, len(d.labels)) for d in found] == [("reason/context-cycle", count)]


# --- A project's own rules --------------------------------------------------------------------------


def own_rule(folder: Path, text: str, name: str = "own.rq") -> tuple[Graph, Closure, str]:
    place = folder / "ontologies" / "rules"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text)
    graph, _ = load(("model/a.ttl", PREFIXES + "shop:a shop:next shop:b . shop:b shop:next shop:c ."))
    closure, diagnostics = close(graph, str(folder))
    return graph, closure, told(diagnostics)


def test_a_project_adds_a_rule(tmp_path: Path) -> None:
    text = f"# Twice.\nPREFIX s: <{SHOP}>\nCONSTRUCT {{ ?a s:skip ?c }} WHERE {{ ?a s:next/s:next ?c }}\n"
    graph, closure, said = own_rule(tmp_path, text)
    skipped = (node("a"), node("skip"), node("c"))
    assert said == ""
    assert skipped in graph
    assert set(closure.why(skipped)) == {
        (node("a"), node("next"), node("b")),
        (node("b"), node("next"), node("c")),
    }


def test_a_project_replaces_a_rule(tmp_path: Path) -> None:
    text = f"PREFIX s: <{SHOP}>\nCONSTRUCT {{ ?a s:was ?b }} WHERE {{ ?a s:next ?b }}"
    graph, _, _ = own_rule(tmp_path, text, "kind-structure.rq")
    assert (node("a"), node("was"), node("b")) in graph
    assert (node("Silo", GGEN), node("name", GGEN), ox.Literal("silo")) in graph


MALFORMED = {
    "PREFIX s: <urn:s>\nCONSTRUCT { ?a s:x ?b }\nWHERE { ?a s:next ?b ?c }": (
        "error[reason/rule-syntax]: this rule is not a SPARQL query that can be run\n"
        "  ontologies/rules/own.rq:3:26 ``: expect"
    ),
    "CONSTRUCT { ?a ?b ?c } WHERE {\n  SERVICE <urn:elsewhere> { ?a ?b ?c } }": (
        "error[reason/rule-syntax]: this rule is not a SPARQL query that can be run\n"
        "  ontologies/rules/own.rq:2:3 `S`: SERVICE would ask another server"
    ),
    "SELECT * WHERE { ?a ?b ?c }": (
        "error[reason/rule-syntax]: a rule is a CONSTRUCT, and this query is none\n  ontologies/rules/own.rq:1:1 ``:"
    ),
    "CONSTRUCT { ?a ?p [] } WHERE { ?a ?p ?c }": (
        "error[reason/rule-makes-nodes]: a rule cannot make up blank nodes\n  ontologies/rules/own.rq:1:1 `CONSTRUCT`:"
    ),
    f"PREFIX s: <{SHOP}>\nCONSTRUCT {{ ?a s:next ?b }} WHERE {{ ?x s:next ?a BIND(IRI(CONCAT(STR(?a),'x')) AS ?b) }}": (
        "error[reason/endless-rule]: this rule still concludes something new after 200 runs\n"
        "  ontologies/rules/own.rq:2:1 `CONSTRUCT`:"
    ),
}


@pytest.mark.parametrize(
    ("text", "expected"), MALFORMED.items(), ids=["syntax", "service", "select", "nodes", "endless"]
)
def test_a_rule_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    monkeypatch.setattr("ggen_rdf.reason.rules._MOST_RUNS", 200)
    _, closure, said = own_rule(tmp_path, text)
    assert said.startswith(expected)
    assert len(closure) > 0, "the other rules still run"


@pytest.mark.parametrize("kind", ["rules", "clashes"])
def test_what_makes_a_query_worth_running_is_something_it_asks_for(kind: str) -> None:
    """A condition that the body does not name would keep the query from running where it has something to say."""
    queries = read_queries(kind, None)
    assert len(queries) > 20
    for query in queries:
        assert query.purpose.endswith((".", ")")), f"{query.source.path} does not open with a sentence"
        for group in query.conditions:
            assert query.terms.issuperset(group), (
                f"{query.source.path} names {set(group) - query.terms} only as a condition"
            )


def test_a_clash_that_is_none(tmp_path: Path) -> None:
    place = tmp_path / "ontologies" / "clashes"
    place.mkdir(parents=True)
    (place / "own.rq").write_text("SELECT ?x\nWHERE { ?x }")
    graph, locator = load()
    closure, _ = close(graph)
    said = told(clashes(graph, closure, locator, str(tmp_path)))
    assert said.startswith("error[reason/rule-syntax]: this clash is not a SPARQL query that can be run\n")
    assert "ontologies/clashes/own.rq:2:" in said
