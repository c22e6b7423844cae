"""Finds the triples of a JSON-LD text, and where they stand, as well as a text tells.

In: a text and its base IRI. Out: a `Scan`. Contexts are read as one for the whole document; what containers and scoped
contexts change is not followed, so some triples of such a document have no place of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import pyoxigraph as ox

from ggen_rdf.graph import Term
from ggen_rdf.source.terms import TYPE, XSD, resolve, stored, tagged
from ggen_rdf.source.turtle import Located, Place, Scan

_SPACE = re.compile(r"[ \t\r\n,:]*")
_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}"]+')


class _Value(NamedTuple):
    """A JSON value and its place. A map is a tuple of keys and values, so that each key keeps its place."""

    data: object
    start: int
    end: int


_Pairs = list[tuple[_Value, _Value]]


def scan_json(text: str, base: str) -> Scan:
    """Find the triples of a JSON-LD text."""
    found = Scan()
    try:
        document = _read(text, 0)
        _Reader(base, _context(document), found).things(document)
    except (ValueError, IndexError, RecursionError):
        return found
    return found


def _read(text: str, at: int) -> _Value:
    start = _skip(text, at)
    if text[start] == "{":
        return _read_map(text, start)
    if text[start] == "[":
        items: list[_Value] = []
        end = _skip(text, start + 1)
        while text[end] != "]":
            items.append(_read(text, end))
            end = _skip(text, items[-1].end)
        return _Value(items, start, end + 1)
    match = _SCALAR.match(text, start)
    if match is None:
        raise ValueError(text[start : start + 20])
    return _Value(json.loads(match[0]), start, match.end())


def _read_map(text: str, start: int) -> _Value:
    pairs: _Pairs = []
    end = _skip(text, start + 1)
    while text[end] != "}":
        key = _read(text, end)
        value = _read(text, key.end)
        pairs.append((key, value))
        end = _skip(text, value.end)
    return _Value(tuple(pairs), start, end + 1)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _pairs(value: _Value) -> _Pairs:
    return list(value.data) if isinstance(value.data, tuple) else []


def _get(value: _Value, key: str) -> _Value | None:
    return next((v for k, v in _pairs(value) if k.data == key), None)


def _items(value: _Value) -> list[_Value]:
    return value.data if isinstance(value.data, list) else [value]


def _context(document: _Value) -> dict[str, dict[str, str]]:
    """What the contexts of a document say of each term."""
    terms: dict[str, dict[str, str]] = {}
    waiting = [document]
    for value in waiting:
        waiting.extend(_items(value) if isinstance(value.data, list) else [v for _, v in _pairs(value)])
        for context in _items(found) if (found := _get(value, "@context")) else []:
            for key, definition in _pairs(context):
                terms.setdefault(str(key.data), dict(_definition(definition)))
    return terms


def _definition(value: _Value) -> Iterator[tuple[str, str]]:
    if isinstance(value.data, str):
        yield "@id", value.data
    for key, inner in _pairs(value):
        if isinstance(inner.data, str):
            yield str(key.data), inner.data


class _Reader:
    def __init__(self, base: str, context: dict[str, dict[str, str]], found: Scan) -> None:
        self.context = context
        self.base = context.get("@base", {}).get("@id", base)
        self.found = found
        self.fresh = 0

    def things(self, value: _Value) -> None:
        """Read the things at the top of a document or in a graph."""
        for item in _items(value):
            if isinstance(item.data, tuple):
                self._thing(item)

    def _thing(self, value: _Value) -> tuple[Term, Place]:
        name = _get(value, "@id")
        node, at = self._blank(), [value.start, value.start + 1]
        if name is not None and isinstance(name.data, str):
            node, at = self._iri(name.data) or node, _inside(name)
        for key, inner in _pairs(value):
            if key.data == "@graph":
                self.things(inner)
            elif key.data == "@type":
                self._types(node, at, key, inner)
            elif isinstance(key.data, str) and not key.data.startswith("@"):
                self._property(node, at, key, inner)
        return node, at

    def _types(self, node: Term, at: Place, key: _Value, value: _Value) -> None:
        for item in _items(value):
            iri = self._word(str(item.data))
            if iri is not None:
                self._emit(node, TYPE, iri, at, _inside(key), _inside(item))

    def _property(self, node: Term, at: Place, key: _Value, value: _Value) -> None:
        predicate = self._word(str(key.data))
        if predicate is None:
            return
        definition = self.context.get(str(key.data), {})
        for item in _items(value):
            term, place = self._value(item, definition)
            if term is not None:
                self._emit(node, predicate, term, at, _inside(key), place)

    def _value(self, item: _Value, definition: dict[str, str]) -> tuple[Term | None, Place]:
        literal = _get(item, "@value")
        if literal is not None:
            return self._literal(literal.data, item, definition), _inside(literal)
        if isinstance(item.data, tuple):
            return self._thing(item)
        if isinstance(item.data, str) and definition.get("@type") in ("@id", "@vocab"):
            return self._word(item.data) or self._iri(item.data), _inside(item)
        return self._literal(item.data, item, definition), _inside(item)

    def _literal(self, data: object, item: _Value, definition: dict[str, str]) -> Term | None:
        kind, tag = _get(item, "@type"), _get(item, "@language")
        datatype = str(kind.data) if kind else definition.get("@type", "")
        language = str(tag.data) if tag else definition.get("@language", self.context.get("@language", {}).get("@id"))
        if isinstance(data, bool):
            return stored(str(data).lower(), ox.NamedNode(XSD + "boolean"))
        if isinstance(data, int | float) and not datatype:
            return stored(str(data), ox.NamedNode(XSD + ("integer" if isinstance(data, int) else "double")))
        if not isinstance(data, str | int | float):
            return None
        iri = self._word(datatype) if datatype else None
        if iri is not None:
            return stored(str(data), iri)
        return tagged(str(data), language) if language else ox.Literal(str(data))

    def _word(self, word: str) -> ox.NamedNode | None:
        """The IRI that a term or a curie means by the context."""
        if word in self.context:
            word = self.context[word].get("@id", word)
        prefix, colon, local = word.partition(":")
        if colon and not local.startswith("//") and prefix in self.context:
            word = self.context[prefix].get("@id", "") + local
        elif not colon:
            word = self.context.get("@vocab", {}).get("@id", "") + word
        return self._iri(word) if ":" in word else None

    def _iri(self, word: str) -> ox.NamedNode | None:
        prefix, colon, local = word.partition(":")
        if colon and prefix in self.context and not local.startswith("//"):
            word = self.context[prefix].get("@id", "") + local
        return resolve(word, self.base) if not word.startswith("_:") else None

    def _blank(self) -> Term:
        self.fresh += 1
        return ox.BlankNode(f"b{self.fresh}")

    def _emit(self, s: Term, p: ox.NamedNode, o: Term, s_at: Place, p_at: Place, o_at: Place) -> None:
        self.found.triples.append(Located(s, p, o, s_at, p_at, o_at))


def _inside(value: _Value) -> Place:
    """Where a value stands; a string without its quotes."""
    quotes = isinstance(value.data, str)
    return [value.start + quotes, value.end - quotes]
