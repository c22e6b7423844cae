"""Large models: memory stays bounded, and long chains break nothing. How long it takes is for `make bench` to say."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest

from benchmarks import measure, model
from tests.support.running import run_outside

BUILD = [sys.executable, "-m", "ggen_rdf", "build"]


@pytest.fixture(scope="module")
def cost(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """`cost(1000)`: what a cold build of a model of that size takes."""
    folder = tmp_path_factory.mktemp("scale")

    @cache
    def of(size: int) -> measure.Cost:
        workspace = folder / str(size)
        model.write_workspace(size, workspace)
        cold = measure.run(BUILD, workspace, folder / "log")
        assert sum(1 for _ in (workspace / "src").rglob("*.rs")) == 10 * size
        return cold

    return of


def test_memory_is_bounded(cost) -> None:  # type: ignore[no-untyped-def]
    """4,000 aggregates, 0.7 million triples and 40,000 files, in less than a gigabyte."""
    assert cost(4_000).megabytes < 1_000


CHAIN = """
@prefix : <https://starter.example/model#> .
@prefix ggen: <https://w3id.org/ggen#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

:id a owl:DatatypeProperty ; rdfs:label "id"@en ; rdfs:comment "The identifier."@en .
:next a owl:ObjectProperty ; rdfs:label "next"@en ; rdfs:comment "The one after it."@en .
"""

LINK = """
:Link{i} a ggen:AggregateRoot ;
    rdfs:label "Link {i}"@en ; rdfs:comment "One of many."@en ; ggen:context :Planning ;
    sh:property [ sh:path :id ; sh:datatype xsd:string ; sh:minCount 1 ; sh:maxCount 1 ; ggen:identity true ] ,
                [ sh:path :next ; sh:order 1 ; sh:class :Link{next} ; sh:maxCount 1 ] .
:Link{i}Made a ggen:CreationEvent ;
    rdfs:label "Link {i} made"@en ; rdfs:comment "There is one more."@en ; ggen:of :Link{i} ;
    sh:property [ sh:path :id ; sh:datatype xsd:string ; sh:minCount 1 ; sh:maxCount 1 ; ggen:sets :id ] .
"""


KIND = """
:Kind{i} a ggen:ValueObject ; {parent}
    rdfs:label "Kind {i}"@en ; rdfs:comment "A kind."@en ; ggen:context :Planning ;
    sh:property [ sh:path :id ; sh:datatype xsd:string ; sh:minCount 1 ; sh:maxCount 1 ] .
"""


def test_a_long_cycle_of_references_breaks_nothing(starter: Path) -> None:
    """10,000 aggregates, each of which refers to the next and the last to the first."""
    links = "".join(LINK.format(i=i, next=(i + 1) % 10_000) for i in range(10_000))
    (starter / "model" / "chain.ttl").write_text(CHAIN + links)
    run = run_outside(["check"], starter)
    assert run.exit == 0, run.stderr[-2000:]


def test_a_long_chain_of_super_types_breaks_nothing(starter: Path) -> None:
    """300 value objects, each a kind of the one before: reasoning goes all the way, and checking after it."""
    kinds = [KIND.format(i=i, parent=f"rdfs:subClassOf :Kind{i - 1} ;" if i else "") for i in range(300)]
    (starter / "model" / "kinds.ttl").write_text(CHAIN + "".join(kinds))
    run = run_outside(["check"], starter)
    assert run.exit == 0, run.stderr[-2000:]
