"""Finds where a triple of the graph stands in the user's files.

In: the texts, the graphs they were loaded into, and the places of what was lifted from TOML. Out: the most specific
span: of the value, else of the property, else of the subject. A text is scanned only when it mentions the term, once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import NamedTuple, TypeAlias

import pyoxigraph as ox

from ggen_rdf.diagnostics import Source, Span
from ggen_rdf.graph import LIBRARY, Graph, Term, Triple
from ggen_rdf.library import library_path
from ggen_rdf.source.blank import GraphView, TextView
from ggen_rdf.source.curies import Curies
from ggen_rdf.source.documents import format_of, graph_of
from ggen_rdf.source.json_ld import scan_json
from ggen_rdf.source.rdf_xml import scan_xml
from ggen_rdf.source.turtle import Located, Place, Scan, scan

_EXACT, _PROPERTY, _SUBJECT = 3, 2, 1
_LOCAL = re.compile(r"[^#/:]*$")
_PLAIN = re.compile(r"[A-Za-z0-9_-]+$")
_Name = ox.NamedNode | ox.BlankNode | ox.DefaultGraph

Statement: TypeAlias = tuple[Term, ox.NamedNode | None, Term | None]
"""What is looked for: a subject, perhaps its property, perhaps its value."""


class LiftedPlace(NamedTuple):
    """Where a triple that came from TOML is said: what names the subject, the key, and the value."""

    subject: Span
    key: Span
    value: Span


class Locator:
    """Knows where the triples of a workspace stand."""

    def __init__(
        self,
        sources: Iterable[Source],
        graph: Graph | None = None,
        lifted: Mapping[Triple, LiftedPlace] | None = None,
        apart: Graph | None = None,
    ) -> None:
        self._sources = tuple(source for source in sources if format_of(source.path) is not None)
        self._graphs = [one for one in (graph, apart) if one is not None]
        self._lifted: dict[Term, dict[Triple, LiftedPlace]] = defaultdict(dict)
        for triple, place in (lifted or {}).items():
            self._lifted[triple[0]][triple] = place
        self._homes_of: dict[str, list[Source]] = defaultdict(list)
        for source in self._sources:
            self._homes_of[graph_of(source.path)].append(source)
        self._indexes: dict[str, _Index] = {}
        self._curies: Curies | None = None
        self._library: dict[str, Source | None] = {}
        self._views: dict[_Name, GraphView] = {}
        self._origins: Mapping[Statement, Term] = {}

    def merged(self, origins: Mapping[Statement, Term]) -> Locator:
        """One that finds what is said of nodes made from others, too, by the node that each statement came from."""
        other = copy(self)
        other._origins = origins
        return other

    def _origin(self, s: Term, p: ox.NamedNode | None, o: Term | None) -> Term:
        known = (self._origins.get(key) for key in ((s, p, o), (s, p, None), (s, None, None)))
        return next((origin for origin in known if origin is not None), s)

    def triple(self, s: Term, p: ox.NamedNode | None = None, o: Term | None = None) -> Span | None:
        """Where a triple stands: its value if it is found, else its property, else its subject, else any mention."""
        if self._origins:
            s, o = self._origin(s, p, o), None if o is None else self._origin(o, None, None)
        if isinstance(s, ox.BlankNode):
            return self._of_blank(s, p, o)
        found = self._in_toml(s, p, o)
        for source in self._mentioning(s):
            if found and found[0] == _EXACT:
                break
            found = _better(found, self._index(source).find(s, p, self._value(source, o)))
        if found is None and isinstance(s, ox.NamedNode):
            return self._in_library(s, p, o) or self.terms_span(s)
        return found[1] if found else None

    def terms_span(self, iri: ox.NamedNode) -> Span | None:
        """The first place where an IRI is mentioned, as whatever part of a statement."""
        spans = (self._index(source).mention(iri) for source in self._mentioning(iri))
        return next((span for span in spans if span), None)

    def uses(self, iri: ox.NamedNode, role: int) -> list[Span]:
        """Every place where an IRI stands as subject (0), property (1) or value (2)."""
        return [span for source in self._mentioning(iri) for span in self._index(source).uses(iri, role)]

    def datatype_uses(self, iri: ox.NamedNode) -> list[Span]:
        """Every place where an IRI stands as the datatype of a literal."""
        return [span for source in self._mentioning(iri) for span in self._index(source).datatype_uses(iri)]

    def any_datatypes(self) -> bool:
        """Whether a text may hold a literal with a datatype of its own: Turtle has `^^` in front of one."""
        turtle = (".ttl", ".trig", ".nt", ".nq")
        return any(not source.path.endswith(turtle) or "^^" in source.text for source in self._sources)

    def curie(self, term: Term | ox.Triple) -> str:
        """A term written with the prefixes of the user's files."""
        if self._curies is None:
            self._curies = Curies(self._sources)
        return self._curies.write(term)

    # --- Files -----------------------------------------------------------------------------------

    def _mentioning(self, term: Term) -> list[Source]:
        """The files that may speak of a term, by its local name; all of them when it may be spelt in several ways."""
        local = _LOCAL.search(term.value) if isinstance(term, ox.NamedNode) else None
        if local is None or not _PLAIN.match(local[0]):
            return list(self._sources)
        return [source for source in self._sources if local[0] in source.text]

    def _index(self, source: Source) -> _Index:
        if source.path not in self._indexes:
            self._indexes[source.path] = _Index(source, _scan(source))
        return self._indexes[source.path]

    def _in_toml(self, s: Term, p: ox.NamedNode | None, o: Term | None) -> _Found | None:
        said = self._lifted.get(s, {})
        for (_, predicate, value), place in said.items():
            if predicate == p and value == o:
                return _EXACT, place.value
        for (_, predicate, _), place in said.items():
            if predicate == p:
                return _PROPERTY, place.key
        return next(((_SUBJECT, place.subject) for place in said.values()), None)

    def _in_library(self, s: Term, p: ox.NamedNode | None, o: Term | None) -> Span | None:
        names = sorted({q.graph_name.value for q in self._quads(s, p, o) if isinstance(q.graph_name, ox.NamedNode)})
        for name in names:
            source = self._library_source(name) if name.startswith(LIBRARY) else None
            found = self._index(source).find(s, p, o) if source else None
            if found:
                return found[1]
        return None

    def _library_source(self, name: str) -> Source | None:
        if name not in self._library:
            path = name[len(LIBRARY) :]
            try:
                with open(library_path(*path.split("/")), encoding="utf-8", newline="") as file:
                    self._library[name] = Source(path, file.read())
            except OSError:
                self._library[name] = None
        return self._library[name]

    # --- Blank nodes -----------------------------------------------------------------------------

    def _of_blank(self, s: ox.BlankNode, p: ox.NamedNode | None, o: Term | None) -> Span | None:
        for source, name in self._homes(s):
            index = self._index(source)
            node = index.blanks.match(self._view(name), s)
            found = index.find(node, p, self._value(source, o)) if node else None
            if found:
                return found[1]
        return self._through_parent(s)

    def _through_parent(self, node: ox.BlankNode) -> Span | None:
        """The statement of the nearest IRI that leads to a blank node."""
        seen: set[Term] = {node}
        queue: list[Term] = [node]
        for current in queue:
            for quad in sorted(self._quads(None, None, current), key=str):
                if isinstance(quad.subject, ox.NamedNode):
                    return self.triple(quad.subject, quad.predicate)
                if isinstance(quad.subject, ox.BlankNode) and quad.subject not in seen:
                    seen.add(quad.subject)
                    queue.append(quad.subject)
        return None

    def _homes(self, node: ox.BlankNode) -> list[tuple[Source, _Name]]:
        """The files whose graphs speak of a blank node."""
        quads = [*self._quads(node), *self._quads(None, None, node)]
        names = sorted({quad.graph_name for quad in quads}, key=str)
        homes: list[tuple[Source, _Name]] = []
        for name in names:
            named = self._homes_of.get(name.value, []) if isinstance(name, ox.NamedNode) else []
            others = [one for one in self._sources if one.path.endswith((".trig", ".nq", ".jsonld"))]
            homes.extend((source, name) for source in (named or others))
        return homes

    def _view(self, name: _Name) -> GraphView:
        if name not in self._views:
            named = [graph for graph in self._graphs if graph.has_named(name)]
            self._views[name] = GraphView((named or self._graphs)[-1], name)
        return self._views[name]

    def _quads(self, s: Term | None = None, p: ox.NamedNode | None = None, o: Term | None = None) -> Iterator[ox.Quad]:
        """What the graphs say that were loaded from the texts."""
        return (quad for graph in self._graphs for quad in graph.quads(s, p, o))

    def _value(self, source: Source, o: Term | None) -> Term | None:
        """A value as the scan of a file knows it: a blank node of the graph has another name there."""
        if not isinstance(o, ox.BlankNode):
            return o
        names = [name for home, name in self._homes(o) if home.path == source.path]
        return self._index(source).blanks.match(self._view(names[0]), o) if names else None


_Found = tuple[int, Span]


def _better(first: _Found | None, second: _Found | None) -> _Found | None:
    if first is None or second is None:
        return first or second
    return second if second[0] > first[0] else first


class _Index:
    """The triples of one text, by subject."""

    def __init__(self, source: Source, found: Scan) -> None:
        self._source = source
        self._triples = found.triples
        self._by_subject: dict[Term, list[Located]] = defaultdict(list)
        for located in found.triples:
            self._by_subject[located.subject].append(located)
        self._blanks: TextView | None = None

    @property
    def blanks(self) -> TextView:
        """The blank nodes of the text."""
        if self._blanks is None:
            self._blanks = TextView((t.subject, t.predicate, t.object) for t in self._triples)
        return self._blanks

    def find(self, s: Term, p: ox.NamedNode | None, o: Term | None) -> _Found | None:
        """The most specific place of a triple, and how specific it is."""
        said = self._by_subject.get(s)
        if not said:
            return None
        with_property = [located for located in said if located.predicate == p]
        for located in with_property:
            if located.object == o:
                return _EXACT, self._span(located.object_at)
        if with_property:
            return _PROPERTY, self._span(with_property[0].predicate_at)
        return _SUBJECT, self._span(said[0].subject_at)

    def mention(self, iri: ox.NamedNode) -> Span | None:
        """The first place where an IRI stands."""
        places = [place for role in range(3) for place in self.uses(iri, role)]
        return min(places, key=lambda span: span.start, default=None)

    def uses(self, iri: ox.NamedNode, role: int) -> list[Span]:
        """Every place where an IRI stands as subject, property or value."""
        places = {(at[0], at[1]) for term, at in self._terms(role) if term == iri}
        return [Span(self._source, start, end) for start, end in sorted(places)]

    def datatype_uses(self, iri: ox.NamedNode) -> list[Span]:
        """Every place where an IRI stands behind `^^`."""
        places = {
            (at[0] + self._source.text[at[0] : at[1]].rfind("^^") + 2, at[1])
            for term, at in self._terms(2)
            if isinstance(term, ox.Literal) and term.datatype == iri and "^^" in self._source.text[at[0] : at[1]]
        }
        return [Span(self._source, start, end) for start, end in sorted(places)]

    def _terms(self, role: int) -> Iterable[tuple[Term, Place]]:
        if role == 0:
            return ((t.subject, t.subject_at) for t in self._triples)
        if role == 1:
            return ((t.predicate, t.predicate_at) for t in self._triples)
        return ((t.object, t.object_at) for t in self._triples)

    def _span(self, place: Place) -> Span:
        return Span(self._source, place[0], place[1])


def _scan(source: Source) -> Scan:
    base = graph_of(source.path)
    if source.path.endswith((".rdf", ".owl")):
        return scan_xml(source.text, base)
    if source.path.endswith(".jsonld"):
        return scan_json(source.text, base)
    return scan(source.text, base, quads=source.path.endswith(".nq"))
