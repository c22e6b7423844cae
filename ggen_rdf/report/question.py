"""Questions to the closed model.

In: SPARQL, in which the prefixes of the user's files need no declaration. Out: a table, triples, or yes and no; or the
diagnostic that points into the query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.graph import Graph, Term
from ggen_rdf.report.table import Cell, Column, Table

_PLACE = re.compile(r"error at (\d+):(\d+)")
_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"


@dataclass(frozen=True)
class Triples:
    """The triples that a CONSTRUCT or DESCRIBE gave, and the prefixes to write them with."""

    triples: tuple[ox.Triple, ...]
    prefixes: Mapping[str, str]

    def turtle(self) -> str:
        """The triples as Turtle, in an order that is always the same."""
        quads = ox.Dataset(ox.Quad(*t) for t in self.triples)
        quads.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        ordered = sorted((q.triple for q in quads), key=str)
        data = ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=dict(self.prefixes))
        return data.decode() if data else ""


Answer: TypeAlias = Table | Triples | bool


def ask(
    graph: Graph, text: str, prefixes: Mapping[str, str], curie: Callable[[Term], str]
) -> tuple[Answer | None, list[Diagnostic]]:
    """Answer one query."""
    source = Source("query", text)
    declared = {name.lower() for name in re.findall(r"(?i)\bprefix\s+([\w-]*)\s*:", text)}
    head = [f"PREFIX {p}: <{iri}>\n" for p, iri in sorted(prefixes.items()) if p.lower() not in declared]
    try:
        answer = graph.query("".join(head) + text)
    except SyntaxError as problem:
        return None, [_wrong(source, str(problem), len(head))]
    if isinstance(answer, ox.QuerySolutions):
        columns = tuple(Column(v.value) for v in answer.variables)
        return Table("answer", columns, tuple(tuple(_cell(t, curie) for t in row) for row in answer)), []
    if isinstance(answer, ox.QueryTriples):
        return Triples(tuple(answer), prefixes), []
    return bool(answer), []


def _cell(term: Term | None, curie: Callable[[Term], str]) -> Cell:
    if isinstance(term, ox.Literal):
        if term.datatype.value == _INTEGER and re.fullmatch(r"[+-]?\d+", term.value):
            return int(term.value)
        return term.value == "true" if term.datatype.value == _BOOLEAN else term.value
    return None if term is None else curie(term)


def _wrong(source: Source, problem: str, lines_before: int) -> Diagnostic:
    found = _PLACE.search(problem)
    start = source.offset(int(found[1]) - lines_before, int(found[2])) if found else 0
    span = Span(source, start, min(start + 1, len(source.text)))
    why = "" if "expected one of" in problem else problem.split(": ", 1)[-1]
    return Diagnostic("query/syntax", "this query cannot be read", (Label(span, why or "this does not belong here"),))
