"""Looks at SPARQL as text. In: a query. Out: the same with what is not SPARQL's own blanked out; what it may not do.

Oxigraph reads the queries; this is for the few questions that its parser does not answer.
"""

from __future__ import annotations

import re

_IRI = r"<[^<>\s\"{}|^`\\]*>"
_HIDDEN = re.compile(
    rf"""(?P<iri>{_IRI})|\#[^\n]*|\"{{3}}.*?\"{{3}}|'{{3}}.*?'{{3}}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.S
)
_ELSEWHERE = re.compile(r"(?<![?$\w:])SERVICE\b", re.I)


def blanked(text: str, keep_iris: bool = False) -> str:
    """The text with comments, strings and, unless they are kept, IRIs blanked out; all else at its place."""
    return _HIDDEN.sub(lambda m: m[0] if keep_iris and m["iri"] else re.sub(r"[^\n]", " ", m[0]), text)


def refuse_elsewhere(text: str) -> None:
    """Raise SyntaxError, as Oxigraph does, for a query that asks another server: ggen asks nobody on its own."""
    if "service" not in text.lower():
        return
    found = _ELSEWHERE.search(blanked(text))
    if found is not None:
        line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
        raise SyntaxError(f"error at {line}:{column}: SERVICE would ask another server, and ggen asks none")
