"""Reads the folders of `.rq` files that hold ggen's rules and clashes, and a project's own.

In: a kind (`rules`, `clashes`) and the root of a workspace. Out: the queries in the order of their names, each with its
headers. A file of the project takes the place of ggen's file with the same name.

A file opens with a comment that says in one sentence what the query is for, and lines `#: key: value`. The key `when`
names terms of which one must occur in the graph, as a predicate or a class, for the query to be worth running; with
several such lines, one of each. The key `except` names namespaces whose predicates do not make a rule run again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.graph import Graph
from ggen_rdf.library import library_path
from ggen_rdf.sparql import blanked

RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

_HEADER = re.compile(r"#:\s*([a-z]+)\s*:\s*(.*?)\s*$")
_PREFIX = re.compile(r"(?i)\bPREFIX\s+([\w.-]*):\s*<([^<>\s]*)>")
_NAME = re.compile(r"(?<![\w?$:<])([\w.-]*):([\w-]*(?:\.[\w-]+)*)")
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


@dataclass(frozen=True)
class HeadedQuery:
    """A query that was read from a file, with what its headers say."""

    source: Source
    purpose: str
    headers: tuple[tuple[str, str], ...]
    is_own: bool = False
    """Whether it is the workspace's, not ggen's."""

    @property
    def text(self) -> str:
        """The query."""
        return self.source.text

    @cached_property
    def bare(self) -> str:
        """The query without comments and strings: what is safe to search for words and braces."""
        return blanked(self.text, keep_iris=True)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes it declares."""
        return dict(_PREFIX.findall(self.bare))

    @cached_property
    def terms(self) -> frozenset[str]:
        """Every IRI it names."""
        return self.terms_of(_PREFIX.sub(" ", self.text))

    def terms_of(self, text: str) -> frozenset[str]:
        """Every IRI that a part of it names."""
        body = blanked(text, keep_iris=True)
        names = (self.prefixes[prefix] + local for prefix, local in _NAME.findall(body) if prefix in self.prefixes)
        return frozenset([*names, *re.findall(r"<([^<>\s]*)>", body)])

    def all(self, key: str) -> list[str]:
        """The values of every header with that key."""
        return [value for name, value in self.headers if name == key]

    def one(self, key: str, default: str = "") -> str:
        """The value of the header with that key."""
        return next(iter(self.all(key)), default)

    def iri(self, word: str) -> str:
        """The IRI that a word of a header means: a curie with the query's prefixes, or `<…>`."""
        prefix, _, local = word.partition(":")
        return word[1:-1] if word.startswith("<") else self.prefixes.get(prefix, prefix + ":") + local

    @cached_property
    def conditions(self) -> tuple[tuple[str, ...], ...]:
        """Of each group, one term must occur in the graph."""
        return tuple(tuple(map(self.iri, value.split())) for value in self.all("when"))


def occurs(graph: Graph, iri: str) -> bool:
    """Whether a term is in use as a predicate or as a class."""
    node = ox.NamedNode(iri)
    return any(next(graph.quads(*pattern), None) for pattern in ((None, node, None), (None, RDF_TYPE, node)))


def spelled(graph: Graph, term: object) -> str:
    """A text to sort by, the same in every run: a blank node by what is said of it, as its name changes."""
    if not isinstance(term, ox.BlankNode):
        return str(term)
    said = (f"{q.predicate} {q.object}" for q in graph.quads(term) if not isinstance(q.object, ox.BlankNode))
    return f"[ {' ; '.join(sorted(said))} ]"


def read_queries(kind: str, root: str | None) -> list[HeadedQuery]:
    """The queries of a kind, a project's own in place of ggen's of the same name, ordered by name."""
    found: dict[str, HeadedQuery] = {}
    folders = [(library_path("ontologies", kind), False)]
    if root is not None:
        folders.append((os.path.join(root, "ontologies", kind), True))
    for folder, is_own in folders:
        for name in _names(folder):
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace", newline="") as file:
                found[name] = _read(Source(f"ontologies/{kind}/{name}", file.read()), is_own)
    return [found[name] for name in sorted(found)]


def _names(folder: str) -> Iterable[str]:
    return (name for name in os.listdir(folder) if name.endswith(".rq")) if os.path.isdir(folder) else ()


def _read(source: Source, is_own: bool) -> HeadedQuery:
    purpose, headers = "", []
    for line in source.text.splitlines():
        if not line.startswith("#"):
            break
        match = _HEADER.match(line)
        if match:
            headers.append((match[1], match[2]))
        elif not purpose:
            purpose = line.lstrip("# ").rstrip()
    return HeadedQuery(source, purpose, tuple(headers), is_own)


def syntax_error(query: HeadedQuery, error: SyntaxError, code: str, kind: str) -> Diagnostic:
    """What to say about a query that the store does not understand."""
    place = _PLACE.match(str(error))
    line, column, why = (int(place[1]), int(place[2]), place[3]) if place else (1, 1, str(error))
    start = query.source.offset(line, column)
    shown = "expected " + why.partition("expected ")[2] if "expected " in why else why
    label = Label(Span(query.source, start, min(start + 1, len(query.text))), _short(shown))
    return Diagnostic(code, f"this {kind} is not a SPARQL query that can be run", (label,))


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 80 else "this is not expected here"
