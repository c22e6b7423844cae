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
from ggen_rdf.source.terms import FIRST, NIL, REST, TYPE, number, resolve, stored, string_value, tagged, truth, unescape
from ggen_rdf.source.tokens import Token, tokens

Place = list[int]
"""Where a term starts and ends. Brackets share one place with all their triples; its end is set when they close."""


class Located(NamedTuple):
    """A triple and the places of its three terms."""

    subject: Term
    predicate: ox.NamedNode
    object: Term
    subject_at: Place
    predicate_at: Place
    object_at: Place


class Problem(NamedTuple):
    """A place where the text breaks the grammar. `kind` says how; `syntax` puts it into words."""

    kind: str
    token: Token
    before: Token
    opened: Token | None = None


@dataclass
class Scan:
    """What a text says, and where."""

    triples: list[Located] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def scan(text: str, base: str = "", quads: bool = False) -> Scan:
    """Find the triples of a text. `quads` says that a fourth term may name the graph, as in N-Quads."""
    scanner = _Scanner(text, base, quads)
    scanner.run()
    return scanner.found


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
        self.tokens = tokens(text)
        self.text = text
        self.base = base
        self.quads = quads
        self.found = Scan()
        self.index = 0
        self.blanks: dict[str, ox.BlankNode] = {}
        self.fresh = 0
        self.names: dict[str, ox.NamedNode | None] = {}
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
        while self.tokens[self.index].kind != "end":
            steps[self.frames[-1].expects](self.tokens[self.index])
        self._end()

    # --- The states -------------------------------------------------------------------------------

    def _subject(self, token: Token) -> None:
        if token.kind == "at" or (token.kind == "word" and token.text.upper() in ("PREFIX", "BASE", "VERSION")):
            self._directive(token)
        elif token.kind == "word" and token.text.upper() == "GRAPH":
            self.index += 1
        elif token.text == "{" and self.graph is None:
            self.graph = token
            self.index += 1
        elif token.text == "}" and self.graph is not None:
            self.graph = None
            self.index += 1
        elif token.kind in ("string", "number"):
            self._problem("literal-subject", token)
        else:
            self._term(token, "subject")

    def _verb(self, token: Token) -> None:
        frame = self.frames[-1]
        if token.text == "a" or token.kind in ("iri", "name", "bad_iri"):
            predicate = TYPE if token.text == "a" else self._named(token)
            frame.predicate = predicate if isinstance(predicate, ox.NamedNode) else ox.NamedNode("x:unknown")
            frame.predicate_at = [token.start, token.end]
            frame.expects = "object"
            self.index += 1
        elif token.text == ";" and frame.complete:
            self.index += 1
        elif token.text == "{" and len(self.frames) == 1 and self.graph is None:
            self.graph = token
            self.frames = [_Frame(".", "subject")]
            self.index += 1
        elif frame.complete and self._closes(token):
            self._close(token)
        elif token.kind in ("string", "number", "blank"):
            self._problem("literal-verb", token)
        else:
            self._problem("no-verb" if token.kind in ("mark", "at") else "odd-verb", token)

    def _object(self, token: Token) -> None:
        if token.kind == "mark" and token.text not in "[(":
            self._problem("no-object", token)
        else:
            self._term(token, "object")

    def _item(self, token: Token) -> None:
        if token.text == ")":
            self._close(token)
        elif token.kind == "mark" and token.text not in "[(":
            self._problem("unclosed", token)
        else:
            self._term(token, "item")

    def _next(self, token: Token) -> None:
        frame = self.frames[-1]
        if token.text == ",":
            frame.expects = "object"
            self.index += 1
        elif token.text == ";":
            frame.expects = "verb"
            self.index += 1
        elif self._closes(token):
            self._close(token)
        elif token.text == "{|":
            self._skip_quoted("|}")
        elif token.text == "~":
            self.index += 2
        elif self.quads and token.kind in ("iri", "blank"):
            self.index += 1
        else:
            self._problem("unfinished" if frame.close == "." else "unclosed", token)

    # --- Terms ------------------------------------------------------------------------------------

    def _term(self, token: Token, where: str) -> None:
        if token.text in ("[", "("):
            self._open(token)
        elif token.text in ("<<", "<<("):
            self._skip_quoted(">>" if token.text == "<<" else ")>>")
            self._deliver(self._blank(), [token.start, self.tokens[self.index - 1].end])
        elif token.kind == "string":
            self._string(token)
        elif token.kind == "open_string":
            self._problem("open-string", token)
        else:
            term = self._simple(token)
            if term is None:
                self._problem(f"odd-{where}", token)
            else:
                self.index += 1
                self._deliver(term, [token.start, token.end])

    def _simple(self, token: Token) -> Term | None:
        if token.kind in ("iri", "name", "bad_iri"):
            return self._named(token)
        if token.kind == "blank":
            return self.blanks.setdefault(token.text, ox.BlankNode(f"l{len(self.blanks)}"))
        if token.kind == "number":
            return number(token.text)
        if token.text in ("true", "false"):
            return truth(token.text)
        return None

    def _named(self, token: Token) -> Term:
        if token.text not in self.names:
            self.names[token.text] = self._expand(token)
        return self.names[token.text] or self._blank()

    def _expand(self, token: Token) -> ox.NamedNode | None:
        prefix, _, local = token.text.partition(":")
        if token.kind == "name" and prefix not in self.found.prefixes:
            self._report("unknown-prefix", token)
            return None
        reference = self.found.prefixes.get(prefix, "") + local.replace("\\", "")
        if token.kind != "name":
            reference = unescape(token.text[1:-1])
        iri = resolve(reference, self.base) if token.kind != "bad_iri" else None
        if iri is None:
            self._report("bad-iri", token)
        return iri

    def _string(self, token: Token) -> None:
        following = self.tokens[self.index + 1]
        value, end = string_value(token.text), token.end
        self.index += 1
        term: Term = ox.Literal(value)
        if following.kind == "at" and following.start == end:
            term, end = tagged(value, following.text[1:]), following.end
            self.index += 1
        elif following.kind == "datatype":
            kind = self.tokens[self.index + 1]
            if kind.kind not in ("iri", "name", "bad_iri"):
                self.index += 1
                return self._problem("no-datatype", kind)
            datatype = self._named(kind)
            term, end = stored(value, datatype) if isinstance(datatype, ox.NamedNode) else term, kind.end
            self.index += 2
        self._deliver(term, [token.start, end])

    def _blank(self) -> ox.BlankNode:
        self.fresh += 1
        return ox.BlankNode(f"b{self.fresh}")

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
        cell = self._blank()
        if frame.head is None:
            frame.head = cell
        else:
            self._emit(frame.node, REST, cell, frame.at, at, at)
        self._emit(cell, FIRST, term, frame.at, at, at)
        frame.node = cell

    def _emit(self, s: Term, p: ox.NamedNode, o: Term, s_at: Place, p_at: Place, o_at: Place) -> None:
        self.found.triples.append(Located(s, p, o, s_at, p_at, o_at))

    # --- Brackets and statements ------------------------------------------------------------------

    def _open(self, token: Token) -> None:
        place = [token.start, token.end]
        if token.text == "(":
            self.frames.append(_Frame(")", "item", token, at=place))
        else:
            self.frames.append(_Frame("]", "verb", token, self._blank(), at=place, complete=True))
        self.index += 1

    def _closes(self, token: Token) -> bool:
        close = self.frames[-1].close
        return token.text == close or (close == "." and token.text == "}" and self.graph is not None)

    def _close(self, token: Token) -> None:
        frame = self.frames.pop()
        frame.at[1] = token.end
        if token.text != "}":
            self.index += 1
        if not self.frames:
            self.frames.append(_Frame(".", "subject"))
            return
        if frame.close == ")" and frame.head is not None:
            self._emit(frame.node, REST, NIL, frame.at, [token.start, token.end], [token.start, token.end])
        self._deliver(frame.node if frame.close == "]" else frame.head or NIL, frame.at)
        if frame.close == "]":
            parent = self.frames[-1]
            parent.complete = parent.complete or parent.expects == "verb"

    def _skip_quoted(self, close: str) -> None:
        """Pass over a quoted triple or an annotation: nothing is said about what is inside."""
        self.index += 1
        while self.tokens[self.index].kind != "end" and self.tokens[self.index].text != close:
            self.index += 1
        self.index = min(self.index + 1, len(self.tokens) - 1)

    def _directive(self, token: Token) -> None:
        word = token.text.lstrip("@").lower()
        if word not in ("prefix", "base", "version"):
            return self._problem("odd-directive", token)
        self.index += 1
        name = self.tokens[self.index]
        if word == "prefix":
            if name.kind != "name" or not name.text.endswith(":"):
                return self._problem("no-prefix-name", name)
            self.index += 1
        value = self.tokens[self.index]
        if word != "version" and value.kind != "iri":
            return self._problem("no-prefix-iri", value)
        self._declare(word, name, value)
        self.index += 1
        if token.kind == "at":
            self._full_stop()

    def _declare(self, word: str, name: Token, value: Token) -> None:
        iri = resolve(unescape(value.text[1:-1]), self.base)
        if iri is None and word != "version":
            self._report("bad-iri", value)
        elif iri is not None and word == "prefix":
            self.found.prefixes[name.text[:-1]] = iri.value
        elif iri is not None and word == "base":
            self.base = iri.value
        self.names.clear()

    def _full_stop(self) -> None:
        token = self.tokens[self.index]
        if token.text == ".":
            self.index += 1
        else:
            self._report("unfinished-directive", token)

    # --- Problems ---------------------------------------------------------------------------------

    def _report(self, kind: str, token: Token) -> None:
        before = self.tokens[self.index - 1] if self.index else token
        self.found.problems.append(Problem(kind, token, before, self.frames[-1].opened))

    def _problem(self, kind: str, token: Token) -> None:
        """Record a mistake and go on with the next statement."""
        self._report(kind, token)
        self.frames = [_Frame(".", "subject")]
        if token.kind == "open_string":
            self.index += 1
        elif not (kind in ("unfinished", "unclosed") and self._starts_line(token)):
            self._skip_statement()

    def _skip_statement(self) -> None:
        self.index += self.tokens[self.index].kind != "end" and self.tokens[self.index].text != "."
        while (token := self.tokens[self.index]).kind != "end":
            if token.text == ".":
                self.index += 1
                return
            if self._starts_line(token) and self.text[token.start - 1] in "\r\n":
                return
            self.index += 1

    def _starts_line(self, token: Token) -> bool:
        """Whether a statement may begin with a token: it is the first on its line."""
        start = max(self.text.rfind("\n", 0, token.start), self.text.rfind("\r", 0, token.start)) + 1
        return token.kind in ("iri", "name", "at", "blank") and not self.text[start : token.start].strip()

    def _end(self) -> None:
        frame, token = self.frames[-1], self.tokens[-1]
        if frame.opened is not None:
            self._report("unclosed", token)
        elif frame.expects != "subject":
            self._report({"next": "unfinished", "object": "no-object"}.get(frame.expects, "no-verb"), token)
        elif self.graph is not None:
            self.found.problems.append(Problem("unclosed", token, self.tokens[self.index - 1], self.graph))
