"""Reads single terms of Turtle as the store would.

In: tokens and the prefixes in force. Out: pyoxigraph terms, spelt as the in-process store spells them, so that a
place found in a text can be matched with a triple of the graph.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyoxigraph as ox

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = ox.NamedNode(RDF + "type")
FIRST = ox.NamedNode(RDF + "first")
REST = ox.NamedNode(RDF + "rest")
NIL = ox.NamedNode(RDF + "nil")

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
ESCAPES = re.compile(r"""\\(?:[tbnrf"'\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})|(\\.)""", re.DOTALL)
"""Every escape; one that means nothing is the group."""
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_PLAIN = re.compile(r"(?i:https?|urn|file|mailto|tag|did):(?!.*/\.)")
_ANY = ox.NamedNode("x:x")


def unescape(text: str) -> str:
    """A text with its Turtle escapes replaced by what they stand for."""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) == 1:
        return _LETTERS.get(code, code)
    number = int(code[1:], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def string_value(token: str) -> str:
    """What a quoted string says."""
    width = 3 if token.startswith(('"""', "'''")) else 1
    return unescape(token[width:-width])


@lru_cache(maxsize=4096)
def resolve(reference: str, base: str) -> ox.NamedNode | None:
    """The IRI that a reference means under a base, or None when it means none."""
    document = f"<{reference}> <x:x> <x:x> .".encode()
    try:
        if _PLAIN.match(reference):
            return ox.NamedNode(reference)
        subject = next(iter(ox.parse(document, format=ox.RdfFormat.TURTLE, base_iri=base or None))).subject
    except (SyntaxError, ValueError, StopIteration):
        return None
    return subject if isinstance(subject, ox.NamedNode) else None


@lru_cache(maxsize=4096)
def stored(value: str, datatype: ox.NamedNode) -> ox.Literal:
    """A typed literal as the store hands it back: numbers, truth values and dates are normalised there."""
    literal = ox.Literal(value, datatype=datatype)
    if not datatype.value.startswith(XSD):
        return literal
    store = ox.Store()
    store.add(ox.Quad(_ANY, _ANY, literal))
    found = next(iter(store)).object
    return found if isinstance(found, ox.Literal) else literal


def number(token: str) -> ox.Literal:
    """The literal that a bare number means."""
    kind = "double" if "e" in token or "E" in token else "decimal" if "." in token else "integer"
    return stored(token, ox.NamedNode(XSD + kind))


def truth(token: str) -> ox.Literal:
    """The literal that a bare `true` or `false` means."""
    return stored(token, ox.NamedNode(XSD + "boolean"))


def tagged(value: str, tag: str) -> ox.Literal:
    """A string in a language, whose tag may end in a direction."""
    language, _, direction = tag.lower().partition("--")
    try:
        if direction:
            return ox.Literal(value, language=language, direction=ox.BaseDirection(direction))
        return ox.Literal(value, language=language)
    except ValueError:
        return ox.Literal(value)
