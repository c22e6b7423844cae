"""Reads the names of a Turtle text: prefixes, the base, IRIs, blank nodes.

In: a cursor. Out: the terms that its tokens stand for. A name that means nothing is reported, and becomes a new blank
node, so that the scan can go on.
"""

from __future__ import annotations

import pyoxigraph as ox

from ggen_rdf.diagnostics import nearest
from ggen_rdf.graph import Term
from ggen_rdf.source.cursor import Cursor
from ggen_rdf.source.terms import number, resolve, truth, unescape
from ggen_rdf.source.tokens import Token

DIRECTIVES = ("@prefix", "@base", "@version")
_UNKNOWN = "x:unknown/"


class Names:
    """The names that are known at one place of a text."""

    def __init__(self, cursor: Cursor, base: str) -> None:
        self.prefixes: dict[str, str] = {}
        self._cursor = cursor
        self._base = base
        self._blanks: dict[str, ox.BlankNode] = {}
        self._fresh = 0
        self._known: dict[str, ox.NamedNode | None] = {}

    def blank(self) -> ox.BlankNode:
        """A blank node that was not there before."""
        self._fresh += 1
        return ox.BlankNode(f"b{self._fresh}")

    def term(self, token: Token) -> Term | None:
        """What a token stands for by itself, or None when it is no term."""
        if token.kind in ("iri", "name", "bad_iri"):
            return self.named(token)
        if token.kind == "blank":
            return self._blanks.setdefault(token.text, ox.BlankNode(f"l{len(self._blanks)}"))
        if token.kind == "number":
            return number(token.text)
        return truth(token.text) if token.text in ("true", "false") else None

    def named(self, token: Token) -> ox.NamedNode | ox.BlankNode:
        """The IRI that a token means."""
        if token.text not in self._known:
            self._known[token.text] = self._expand(token)
        return self._known[token.text] or self.blank()

    def _expand(self, token: Token) -> ox.NamedNode | None:
        prefix, _, local = token.text.partition(":")
        if token.kind == "name" and prefix not in self.prefixes:
            self._cursor.report("unknown-prefix", token)
            return None
        reference = self.prefixes.get(prefix, "") + local.replace("\\", "")
        if token.kind != "name":
            reference = unescape(token.text[1:-1])
        iri = resolve(reference, self._base) if token.kind != "bad_iri" else None
        if iri is None:
            self._cursor.report("bad-iri", token)
        return iri

    def directive(self) -> None:
        """Read `@prefix`, `@base` and `@version`, or their forms without `@`."""
        token = self._cursor.token
        word = token.text.lower()
        if token.kind == "at" and word not in DIRECTIVES:
            self._cursor.report("odd-directive", token)
            word = nearest(word, DIRECTIVES) or ""
        if not word:
            self._cursor.skip_statement()
            return
        self._cursor.advance()
        if word.endswith("prefix"):
            self._prefix()
        else:
            self._base_or_version()
        self._known.clear()
        if token.kind == "at":
            self._full_stop()

    def _base_or_version(self) -> None:
        value = self._cursor.token
        iri = resolve(unescape(value.text[1:-1]), self._base) if value.kind == "iri" else None
        self._base = iri.value if iri else self._base
        self._cursor.advance()

    def _prefix(self) -> None:
        """A declared prefix. One that is declared badly is known all the same, so that its uses are not reported."""
        name = self._cursor.token
        if name.kind != "name" or not name.text.endswith(":"):
            self._cursor.report("no-prefix-name", name)
        if name.kind not in ("name", "word"):
            return
        self._cursor.advance()
        value = self._cursor.token
        iri = resolve(unescape(value.text[1:-1]), self._base) if value.kind == "iri" else None
        if iri is None:
            self._cursor.report("bad-iri" if value.kind in ("iri", "bad_iri") else "no-prefix-iri", value)
        if value.kind in ("iri", "bad_iri"):
            self._cursor.advance()
        self.prefixes[name.text.partition(":")[0]] = iri.value if iri else _UNKNOWN

    def _full_stop(self) -> None:
        token = self._cursor.token
        if token.text == ".":
            self._cursor.advance()
            return
        self._cursor.report("unfinished-directive", token)
        if not self._cursor.starts_statement():
            self._cursor.skip_statement()
