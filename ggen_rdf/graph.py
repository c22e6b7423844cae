"""The one door to the triple store.

Every file is a named graph whose name is made from its path, so a triple leads back to its file. Queries see the union
of all graphs. The store is Oxigraph, in process and in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import pyoxigraph as ox

from ggen_rdf.sparql import refuse_elsewhere

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Triple: TypeAlias = tuple[Term, ox.NamedNode, Term]
Answer: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Substitutions: TypeAlias = dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]

INFERRED = ox.NamedNode("https://w3id.org/ggen/graph/inferred")
"""The graph that holds what the rules concluded."""

WORKSPACE = "file:///"
"""What a path of the workspace is relative to in the name of its graph."""

LIBRARY = "https://w3id.org/ggen/library/"
"""What a path of ggen's own ontologies and shapes is relative to in the name of its graph."""


class Graph:
    """A set of named graphs that can be loaded, queried and extended."""

    def __init__(self) -> None:
        self.store = ox.Store()

    def load(self, text: bytes, rdf_format: ox.RdfFormat, name: str, whole: bool = False) -> None:
        """Parse a document into the graph `name`, which is also its base IRI. Raises SyntaxError as pyoxigraph does.

        What TriG, N-Quads and JSON-LD put into named graphs of their own stays there, unless the document is to go
        into the graph as a `whole`.
        """
        if whole and rdf_format.supports_datasets:
            quads = ox.parse(input=text, format=rdf_format, base_iri=name, rename_blank_nodes=True)
            self.add(((q.subject, q.predicate, q.object) for q in list(quads)), ox.NamedNode(name))
            return
        self.store.load(input=text, format=rdf_format, base_iri=name, to_graph=ox.NamedNode(name))

    def add(self, triples: Iterable[Triple], graph: ox.NamedNode = INFERRED) -> None:
        """Add triples to one graph."""
        self.store.extend(ox.Quad(s, p, o, graph) for s, p, o in triples)  # type: ignore[arg-type]

    def say_once(self) -> None:
        """Keep a triple that stands in several graphs in the first only, as the union would count it twice."""
        repeated = self.store.query(
            "SELECT ?s ?p ?o ?again { GRAPH ?first { ?s ?p ?o } FILTER(isIRI(?s))"
            " GRAPH ?again { ?s ?p ?o } FILTER(STR(?first) < STR(?again)) }"
        )
        for s, p, o, graph in list(repeated):  # type: ignore
            self.store.remove(ox.Quad(s, p, o, graph))

    def query(self, query: str, substitutions: Substitutions | None = None) -> Answer:
        """The answer of any query over the union of all graphs. Raises SyntaxError for one that is malformed, or that
        would ask another server."""
        refuse_elsewhere(query)
        return self.store.query(query, use_default_graph_as_union=True, substitutions=substitutions)

    @contextmanager
    def changed(self, added: Iterable[ox.Quad] = (), removed: Iterable[ox.Quad] = ()) -> Iterator[list[ox.Quad]]:
        """The graph with more and less in it until the end of the block. What is put into the list goes, too."""
        taken, put = [quad for quad in removed if quad in self.store], list[ox.Quad]()
        try:
            for quad in taken:
                self.store.remove(quad)
            put += [quad for quad in added if quad not in self.store]
            self.store.extend(put)
            yield put
        finally:
            for quad in put:
                self.store.remove(quad)
            self.store.extend(taken)

    def select(self, query: str) -> ox.QuerySolutions:
        """The solutions of a SELECT over the union of all graphs. Raises SyntaxError for a malformed query."""
        return self.query(query)  # type: ignore[return-value]

    def ask(self, query: str) -> bool:
        """The answer of an ASK over the union of all graphs."""
        return bool(self.query(query))

    def quads(
        self, subject: Term | None = None, predicate: ox.NamedNode | None = None, obj: Term | None = None
    ) -> Iterator[ox.Quad]:
        """The quads of all graphs that match; None matches anything."""
        return self.store.quads_for_pattern(subject, predicate, obj, None)  # type: ignore[arg-type]

    def has_named(self, name: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> bool:
        """Whether something is said in the graph of that name."""
        return next(self.store.quads_for_pattern(None, None, None, name), None) is not None

    def __contains__(self, triple: Triple) -> bool:
        return next(self.quads(*triple), None) is not None

    def __len__(self) -> int:
        return len(self.store)


def values_clause(bindings: Mapping[str, Iterable[Term]]) -> str:
    """A VALUES block for each bound variable, to stand first in a WHERE.

    Oxigraph plans these well; it plans its own substitutions badly.
    """
    return " ".join(f"VALUES ?{name} {{ {' '.join(map(str, terms))} }}" for name, terms in sorted(bindings.items()))
