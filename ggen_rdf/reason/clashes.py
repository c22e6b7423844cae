"""Finds and explains contradictions.

In: a closed graph, what was concluded, and where statements stand. Out: a diagnostic for each contradiction, with
numbered labels at the statements that contradict each other.

A clash is a SELECT in `ontologies/clashes/`, ggen's or a project's own, whose rows are contradictions. Its headers say
how to speak of one:

    #: code:     the code of the diagnostic
    #: message:  with `{variable}`, `{variable|a}` (a class as a noun) or `{variable|every}`
    #: because:  a triple pattern of the contradiction, one a line; `| text` says it in other words
    #: help:     one act
    #: when:     terms of which one must occur

With `cycle:` in place of `because:`, rows are edges `?from` → `?to`, and circles of them are the contradictions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Severity
from ggen_rdf.graph import Graph, Term, Triple
from ggen_rdf.reason.closure import Closure
from ggen_rdf.reason.cycles import circles
from ggen_rdf.reason.headed import RDF_TYPE, HeadedQuery, occurs, read_queries, spelled, syntax_error
from ggen_rdf.reason.patterns import Chain, Link
from ggen_rdf.reason.statements import Statement, labels, statements, verdict
from ggen_rdf.reason.wording import Locator, Words

_MOST = 50
"""So many contradictions of one kind are explained in a run."""

Row = dict[str, Term]


def clashes(graph: Graph, closure: Closure, locator: Locator, root: str | None = None) -> list[Diagnostic]:
    """Every contradiction that the clashes find."""
    found: dict[object, Diagnostic] = {}
    words = Words(graph, locator)
    for query in read_queries("clashes", root):
        if not all(any(occurs(graph, iri) for iri in group) for group in query.conditions):
            continue
        try:
            rows = _rows(graph, query)
        except SyntaxError as error:
            found[query.source.path] = syntax_error(query, error, "reason/rule-syntax", "clash")
            continue
        explain = _cycles if query.all("cycle") else _contradictions
        for key, diagnostic in explain(query, rows, closure, words):
            found.setdefault((diagnostic.code, key), diagnostic)
    return list(found.values())


def _rows(graph: Graph, query: HeadedQuery) -> list[Row]:
    solutions = graph.select(query.text)
    names = [variable.value for variable in solutions.variables]
    rows = [{n: t for n, t in zip(names, row, strict=True) if t is not None} for row in solutions]
    return sorted(rows, key=lambda row: [(name, spelled(graph, term)) for name, term in sorted(row.items())])


_Found = Iterator[tuple[object, Diagnostic]]


def _contradictions(query: HeadedQuery, rows: list[Row], closure: Closure, words: Words) -> _Found:
    seen: set[frozenset[Triple]] = set()
    for row in rows:
        said = [pair for header in query.all("because") for pair in _said(query, header, row, closure, words)]
        found = statements(closure, words, said)
        key = frozenset(s.triple for s in found if s.own) or frozenset(s.triple for s in found)
        if key in seen:
            continue
        if len(seen) == _MOST:
            return
        seen.add(key)
        yield key, _diagnostic(query, row, found, words, verdict(found))


def _cycles(query: HeadedQuery, rows: list[Row], closure: Closure, words: Words) -> _Found:
    by_edge = {(row["from"], row["to"]): row for row in reversed(rows)}
    for circle in circles(by_edge)[:_MOST]:
        steps = [by_edge[edge] for edge in pairwise(circle)]
        said = [pair for row in steps for pair in _said(query, query.one("cycle"), row, closure, words)]
        found = statements(closure, words, said)
        row = {**steps[0], "node": circle[0]}
        yield frozenset(circle), _diagnostic(query, row, found, words, query.one("note"))


def _said(query: HeadedQuery, header: str, row: Row, closure: Closure, words: Words) -> Iterable[tuple[Triple, str]]:
    """The triples that a header `pattern | text` means in a row, with the text."""
    pattern, _, text = header.partition(" | ")
    subject, path, obj = pattern.split()
    start, end = _term(query, subject, row), _term(query, obj, row)
    if start is None or end is None:
        return ()
    link = _link(query, path, row)
    if link is None:
        return ()
    filled = words.fill(text, row) if text else ""
    way = Chain(closure.graph, lambda _: True).between(start, link, end) or ()
    return [(triple, filled) for triple in way]


def _term(query: HeadedQuery, word: str, row: Row) -> Term | None:
    return row.get(word[1:]) if word.startswith("?") else ox.NamedNode(query.iri(word))


def _link(query: HeadedQuery, word: str, row: Row) -> Link | None:
    if "|" in word:
        parts = [_link(query, part, row) for part in word.split("|")]
        return Link("|", tuple(part for part in parts if part))
    if word.endswith("+"):
        inner = _link(query, word[:-1], row)
        return Link("+", (inner,)) if inner else None
    predicate = RDF_TYPE if word == "a" else _term(query, word, row)
    return Link("", predicate=predicate) if isinstance(predicate, ox.NamedNode) else None


def _diagnostic(query: HeadedQuery, row: Row, found: list[Statement], words: Words, note: str) -> Diagnostic:
    marks, notes = labels(found)
    return Diagnostic(
        query.one("code", "reason/inconsistent"),
        words.fill(query.one("message"), row),
        marks,
        (*notes, note) if note else notes,
        words.fill(query.one("help"), row) or None,
        severity=Severity(query.one("severity", "error")),
        about=_about(query, row),
    )


def _about(query: HeadedQuery, row: Row) -> str | None:
    """The first thing that the message names."""
    _, _, rest = query.one("message").partition("{")
    term = row.get(rest.partition("}")[0].partition("|")[0])
    return term.value if isinstance(term, ox.NamedNode) else None
