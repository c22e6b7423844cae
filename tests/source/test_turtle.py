"""The scanner finds what the store finds, and where it says so."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given

from ggen_rdf.diagnostics import Source
from ggen_rdf.graph import Graph, Term
from ggen_rdf.source.locate import Locator
from ggen_rdf.source.terms import FIRST, REST, TYPE
from ggen_rdf.source.turtle import Located, scan
from tests.source.documents import DOCUMENTS, PREFIXES

BASE = "file:///model/a.ttl"
CANONICAL = ox.CanonicalizationAlgorithm.RDFC_1_0


def loaded(text: str, rdf_format: ox.RdfFormat = ox.RdfFormat.TURTLE) -> Graph:
    graph = Graph()
    graph.load(text.encode(), rdf_format, BASE)
    return graph


def canonical(triples: list[tuple[Term, ox.NamedNode, Term]]) -> list[str]:
    """Triples with canonical names for blank nodes."""
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(CANONICAL)
    return sorted(map(str, dataset))


def parsed(text: str, value: str) -> Term:
    """What a piece of a document means by itself."""
    document = f"{PREFIXES}<x:x> <x:x> {value} ."
    quads = loaded(document).quads(ox.NamedNode("x:x"), ox.NamedNode("x:x"))
    return next(quads).object


@given(DOCUMENTS)
def test_same_triples_as_the_store(text: str) -> None:
    """The scanner and the store read the same graph."""
    found = scan(text, BASE)
    assert not found.problems
    expected = [(q.subject, q.predicate, q.object) for q in loaded(text).quads()]
    assert canonical([triple[:3] for triple in found.triples]) == canonical(expected)


@given(DOCUMENTS)
def test_places_spell_their_terms(text: str) -> None:
    """Every place lies inside the text, and what stands there means the term."""
    for located in scan(text, BASE).triples:
        for term, place in spelt(located):
            assert 0 <= place[0] < place[1] <= len(text)
            said = text[place[0] : place[1]]
            if isinstance(term, ox.BlankNode):
                assert said.startswith(("_:", "[", "("))
            elif term == TYPE and said == "a":
                continue
            else:
                assert parsed(text, said) == term


def spelt(located: Located) -> list[tuple[Term, list[int]]]:
    """The terms of a triple that are written out. Of the cells of a list only the items are."""
    if located.predicate in (FIRST, REST) and located.predicate_at == located.object_at:
        return [(located.object, located.object_at)] if located.predicate == FIRST else []
    terms: list[tuple[Term, list[int]]] = [
        (located.predicate, located.predicate_at),
        (located.object, located.object_at),
    ]
    return [(located.subject, located.subject_at), *terms]


@given(DOCUMENTS)
def test_every_triple_of_the_store_is_found(text: str) -> None:
    """The locator knows a place for each triple, blank nodes included."""
    graph = loaded(text)
    locator = Locator([Source("model/a.ttl", text)], graph)
    for quad in graph.quads():
        span = locator.triple(quad.subject, quad.predicate, quad.object)
        assert span is not None
        assert 0 <= span.start < span.end <= len(text)
        if isinstance(quad.object, ox.Literal) and quad.predicate not in (FIRST, REST):
            assert parsed(text, span.text) == quad.object


@pytest.mark.parametrize("opener", ["[ <x:p> ", "( "])
def test_deep_nesting(opener: str) -> None:
    """Nesting costs no stack."""
    depth = 20_000
    closer = {"[": " ]", "(": " )"}[opener[0]]
    text = "<x:a> <x:p> " + opener * depth + "1" + closer * depth + " ."
    found = scan(text)
    assert not found.problems
    assert len(found.triples) == (depth + 1 if opener[0] == "[" else 2 * depth + 1)


def test_trig_and_quads() -> None:
    """Graph names are no subjects; a fourth term is no value."""
    trig = scan("@prefix : <x:> . :g { :a :b :c . :d :e :f } GRAPH :h { :i :j :k } { :l :m :n }")
    assert not trig.problems
    assert [str(t.subject) for t in trig.triples] == ["<x:a>", "<x:d>", "<x:i>", "<x:l>"]
    quads = scan("<x:a> <x:b> <x:c> <x:g> .\n<x:a> <x:b> _:c _:g .\n", quads=True)
    assert not quads.problems
    assert len(quads.triples) == 2


def test_quoted_triples_are_passed_over() -> None:
    """What RDF 1.2 adds does not confuse the scanner."""
    found = scan("@prefix : <x:> . :a :b <<( :s :p :o )>> . :c :d :e {| :f :g |} ; :h :i ~ :r , :j .")
    assert not found.problems
    assert len(found.triples) == 4


def test_prefixes_may_change() -> None:
    """A prefix means what its last line says."""
    found = scan("@prefix : <x:1/> . :a :b :c . PREFIX : <x:2/> :a :b :c . BASE <http://e/f/> <g> <../h> <#i> .")
    assert not found.problems
    subjects = [t.subject.value for t in found.triples if isinstance(t.subject, ox.NamedNode)]
    assert subjects == ["x:1/a", "x:2/a", "http://e/f/g"]
    assert found.triples[2].predicate.value == "http://e/h"
