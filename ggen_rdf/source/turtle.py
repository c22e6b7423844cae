"""Finds every triple of a Turtle, TriG, N-Triples or N-Quads text, and where it stands.

In: a text and its base IRI. Out: a `Scan`: the triples with the exact places of their terms, the prefixes, and what is
wrong with the text. The scan goes on behind a mistake. It is slower than the store's parser, so it runs only when
something must be said about the text. Nesting is kept on a stack of frames: a list of 100,000 items is no deeper
than one of two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import pyoxigraph as ox

from ggen_rdf.graph import Term
from ggen_rdf.source.cursor import Cursor, Problem
from ggen_rdf.source.names import Names
from ggen_rdf.source.terms import ESCAPES, FIRST, NIL, REST, TYPE, stored, string_value, tagged
from ggen_rdf.source.tokens import Token

Place = list[int]
"""Where a term starts and ends. Brackets share one place with all their triples; its end is set when they close."""

_TERMS = ("iri", "name", "string", "number", "blank")
_UNKNOWN = ox.NamedNode("x:unknown")


class Located(NamedTuple):
    """A triple and the places of its three terms."""

    subject: Term
    predicate: ox.NamedNode
    object: Term
    subject_at: Place
    predicate_at: Place
    object_at: Place


@dataclass(frozen=True)
class Scan:
    """What a text says, and where."""

    triples: list[Located] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def scan(text: str, base: str = "", quads: bool = False) -> Scan:
    """Find the triples of a text. `quads` says that a fourth term may name the graph, as in N-Quads."""
    scanner = _Scanner(text, base, quads)
    scanner.run()
    return Scan(scanner.triples, scanner.names.prefixes, scanner.cursor.problems)


@dataclass(slots=True)
class _Frame:
    """A statement, or an open bracket inside of it, and what may come next there."""

    close: str
    expects: str
    opened: Token | None = None
    node: Term = NIL
    head: Term | None = None
    at: Place = field(default_factory=lambda: [0, 0])
    predicate: ox.NamedNode = TYPE
    predicate_at: Place = field(default_factory=lambda: [0, 0])
    complete: bool = False


class _Scanner:
    def __init__(self, text: str, base: str, quads: bool) -> None:
        self.cursor = Cursor(text)
        self.names = Names(self.cursor, base)
        self.triples: list[Located] = []
        self.quads = quads
        self.graph: Token | None = None
        self.frames = [_Frame(".", "subject")]

    def run(self) -> None:
        steps = {
            "subject": self._subject,
            "verb": self._verb,
            "object": self._object,
            "next": self._next,
            "item": self._item,
        }
        while (token := self.cursor.token).kind != "end":
            steps[self.frames[-1].expects](token)
        self._end()

    # --- What may come next -----------------------------------------------------------------------

    def _subject(self, token: Token) -> None:
        word = token.text.upper() if token.kind == "word" else ""
        if token.kind == "at" or word in ("PREFIX", "BASE", "VERSION"):
            self.names.directive()
        elif word == "GRAPH":
            self.cursor.advance()
        elif token.text == "{" and self.graph is None:
            self.graph = token
            self.cursor.advance()
        elif token.text == "}" and self.graph is not None:
            self.graph = None
            self.cursor.advance()
        elif token.kind in ("string", "number"):
            self._give_up("literal-subject", token)
        else:
            self._term(token, "subject")

    def _verb(self, token: Token) -> None:
        frame = self.frames[-1]
        if token.text == "a" or token.kind in ("iri", "name", "bad_iri"):
            predicate = TYPE if token.text == "a" else self.names.named(token)
            frame.predicate = predicate if isinstance(predicate, ox.NamedNode) else _UNKNOWN
            frame.predicate_at = [token.start, token.end]
            frame.expects = "object"
            self.cursor.advance()
        elif token.text == ";" and frame.complete:
            self.cursor.advance()
        elif token.text == "{" and len(self.frames) == 1:
            self._open_graph(token)
        elif frame.complete and self._closes(token):
            self._close(token)
        elif token.kind in ("string", "number", "blank"):
            self._give_up("literal-verb", token)
        elif token.text in (")", "]", "}") and frame.opened is not None:
            self._give_up("unclosed", token)
        else:
            self._give_up("no-verb" if token.kind in ("mark", "at") else "odd-verb", token)

    def _object(self, token: Token) -> None:
        if token.kind == "mark" and token.text not in "[(":
            self._give_up("no-object", token)
        else:
            self._term(token, "object")

    def _item(self, token: Token) -> None:
        if token.text == ")":
            self._close(token)
        elif self._looks_like_statement() or (token.kind == "mark" and token.text not in "[("):
            self._give_up("unclosed", token)
        else:
            self._term(token, "item")

    def _looks_like_statement(self) -> bool:
        return self.cursor.starts_statement() and self.cursor.following.text == "a"

    def _next(self, token: Token) -> None:
        frame = self.frames[-1]
        if token.text == ",":
            frame.expects = "object"
            self.cursor.advance()
        elif token.text == ";":
            frame.expects = "verb"
            self.cursor.advance()
        elif self._closes(token):
            self._close(token)
        elif token.text == "{|":
            self.cursor.skip_to("|}")
        elif token.text == "~":
            self._skip_reifier()
        elif self.quads and token.kind in ("iri", "blank"):
            self.cursor.advance()
        else:
            self._no_punctuation(token, frame)

    def _skip_reifier(self) -> None:
        self.cursor.advance()
        if self.cursor.token.kind in ("iri", "name", "blank"):
            self.cursor.advance()

    def _no_punctuation(self, token: Token, frame: _Frame) -> None:
        """Behind a value stands neither `,` nor `;` nor an end: guess which was meant, and go on from there."""
        begins = token.kind in _TERMS or token.text in ("[", "(", "a")
        if not begins or self.cursor.starts_statement():
            self._give_up("unfinished" if frame.close == "." else "unclosed", token)
        elif token.text == "a" or (token.kind in ("iri", "name") and self._value_follows()):
            self.cursor.report("missing-semicolon", token)
            frame.expects = "verb"
        else:
            self.cursor.report("missing-comma", token)
            frame.expects = "object"

    def _value_follows(self) -> bool:
        following = self.cursor.following
        return following.kind != "end" and (following.kind != "mark" or following.text in "[(")

    # --- Terms ------------------------------------------------------------------------------------

    def _term(self, token: Token, where: str) -> None:
        if token.text in ("[", "("):
            self._open(token)
        elif token.text in ("<<", "<<("):
            last = self.cursor.skip_to(">>" if token.text == "<<" else ")>>")
            self._deliver(self.names.blank(), [token.start, last.end])
        elif token.kind == "string":
            self._string(token)
        elif token.kind == "open_string":
            self._give_up("open-string", token)
        else:
            term = self.names.term(token)
            if term is None:
                self._give_up(f"odd-{where}", token)
            else:
                self.cursor.advance()
                self._deliver(term, [token.start, token.end])

    def _string(self, token: Token) -> None:
        self._escapes(token)
        value, end = string_value(token.text), token.end
        self.cursor.advance()
        mark = self.cursor.token
        term: Term = ox.Literal(value)
        if mark.kind == "at" and mark.start == end:
            term, end = tagged(value, mark.text[1:]), mark.end
            self.cursor.advance()
        elif mark.kind == "datatype":
            self.cursor.advance()
            kind = self.cursor.token
            if kind.kind not in ("iri", "name", "bad_iri"):
                self._give_up("no-datatype", kind)
                return
            datatype = self.names.named(kind)
            term, end = stored(value, datatype) if isinstance(datatype, ox.NamedNode) else term, kind.end
            self.cursor.advance()
        self._deliver(term, [token.start, end])

    def _escapes(self, token: Token) -> None:
        for match in ESCAPES.finditer(token.text) if "\\" in token.text else ():
            if match[1]:
                start, end = token.start + match.start(), token.start + match.end()
                self.cursor.report("bad-escape", Token("escape", match[1], start, end))

    def _deliver(self, term: Term, at: Place) -> None:
        """Hand a finished term to the innermost frame."""
        frame = self.frames[-1]
        if frame.expects == "subject":
            frame.node, frame.at, frame.expects = term, at, "verb"
        elif frame.expects == "object":
            self._emit(frame.node, frame.predicate, term, frame.at, frame.predicate_at, at)
            frame.expects, frame.complete = "next", True
        else:
            self._append(frame, term, at)

    def _append(self, frame: _Frame, term: Term, at: Place) -> None:
        """Add an item to the list of a `(`; the frame's node is the list's last cell."""
        cell = self.names.blank()
        if frame.head is None:
            frame.head = cell
        else:
            self._emit(frame.node, REST, cell, frame.at, at, at)
        self._emit(cell, FIRST, term, frame.at, at, at)
        frame.node = cell

    def _emit(self, s: Term, p: ox.NamedNode, o: Term, s_at: Place, p_at: Place, o_at: Place) -> None:
        self.triples.append(Located(s, p, o, s_at, p_at, o_at))

    # --- Brackets and statements ------------------------------------------------------------------

    def _open(self, token: Token) -> None:
        place = [token.start, token.end]
        if token.text == "(":
            self.frames.append(_Frame(")", "item", token, at=place))
        else:
            self.frames.append(_Frame("]", "verb", token, self.names.blank(), at=place, complete=True))
        self.cursor.advance()

    def _open_graph(self, token: Token) -> None:
        """What seemed to be a subject is the name of a graph."""
        if self.graph is not None:
            self.cursor.report("unclosed", self.cursor.before(), self.graph, steps=2)
        self.graph = token
        self.frames = [_Frame(".", "subject")]
        self.cursor.advance()

    def _closes(self, token: Token) -> bool:
        close = self.frames[-1].close
        return token.text == close or (close == "." and token.text == "}" and self.graph is not None)

    def _close(self, token: Token) -> None:
        frame = self.frames.pop()
        if frame.opened is not None:
            frame.at[1] = token.end
        if token.text != "}":
            self.cursor.advance()
        if not self.frames:
            self.frames.append(_Frame(".", "subject"))
        elif frame.close == ")":
            self._close_list(frame, token)
        else:
            self._deliver(frame.node, frame.at)
            parent = self.frames[-1]
            parent.complete = parent.complete or parent.expects == "verb"

    def _close_list(self, frame: _Frame, token: Token) -> None:
        if frame.head is not None:
            place = [token.start, token.end]
            self._emit(frame.node, REST, NIL, frame.at, place, place)
        self._deliver(frame.head or NIL, frame.at)

    def _give_up(self, kind: str, token: Token) -> None:
        """Record a mistake and go on with the next statement."""
        self.cursor.report(kind, token, self.frames[-1].opened)
        self.frames = [_Frame(".", "subject")]
        if not (kind in ("unfinished", "unclosed") and self.cursor.starts_statement()):
            self.cursor.skip_statement()

    def _end(self) -> None:
        frame, token = self.frames[-1], self.cursor.token
        if frame.opened is not None:
            self.cursor.report("unclosed", token, frame.opened)
        elif frame.expects != "subject":
            kind = {"next": "unfinished", "object": "no-object"}.get(frame.expects, "no-verb")
            self.cursor.report(kind, token)
        elif self.graph is not None:
            self.cursor.report("unclosed", token, self.graph)
