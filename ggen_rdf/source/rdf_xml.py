"""Finds the triples of an RDF/XML text, and where they stand.

In: a text and its base IRI. Out: a `Scan`. Node elements, property elements, property attributes, `rdf:parseType`,
`rdf:li` and languages are known; a subject stands where its `rdf:about` does, a property at its element or attribute.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from xml.parsers import expat

import pyoxigraph as ox

from ggen_rdf.graph import Term
from ggen_rdf.source.terms import FIRST, NIL, RDF, REST, TYPE, resolve, stored, tagged
from ggen_rdf.source.turtle import Located, Place, Scan

_XML = "http://www.w3.org/XML/1998/namespace "
_SYNTAX = {f"{RDF} {name}" for name in ("about", "ID", "nodeID", "resource", "datatype", "parseType")}
_NAME = re.compile(r"<([^\s/>]+)")


def scan_xml(text: str, base: str) -> Scan:
    """Find the triples of an RDF/XML text; those in front of a mistake when it has one."""
    reader = _Reader(text, base)
    try:
        reader.parser.Parse(text.encode(), True)
    except expat.ExpatError:
        return reader.found
    return reader.found


@dataclass
class _Element:
    """An open element: a node, a property, or the root."""

    kind: str
    node: Term = NIL
    at: Place = field(default_factory=lambda: [0, 0])
    property: ox.NamedNode = TYPE
    property_at: Place = field(default_factory=lambda: [0, 0])
    base: str = ""
    language: str = ""
    datatype: str = ""
    text: list[str] = field(default_factory=list)
    text_start: int | None = None
    filled: bool = False
    items: int = 0
    collection: bool = False


class _Reader:
    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.found = Scan()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.stack = [_Element("root", base=base)]
        self.base = base
        self.language = ""
        self.blanks: dict[str, ox.BlankNode] = {}
        self.fresh = 0
        self.bytes = None if text.isascii() else _byte_starts(text)

    def _offset(self) -> int:
        """Where the parser is, in characters."""
        at = self.parser.CurrentByteIndex
        return at if self.bytes is None else bisect_right(self.bytes, at) - 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        above = self.stack[-1]
        start = self._offset()
        self.base = attributes.get(_XML + "base", above.base)
        self.language = attributes.get(_XML + "lang", above.language)
        if name == f"{RDF} RDF" and above.kind == "root":
            self.stack.append(_Element("root"))
        elif above.kind == "node":
            self._property(name, attributes, start, above)
        else:
            self._node(name, attributes, start, above)
        self.stack[-1].base, self.stack[-1].language = self.base, self.language

    # --- Nodes ------------------------------------------------------------------------------------

    def _node(self, name: str, attributes: dict[str, str], start: int, above: _Element) -> None:
        node, at = self._named(attributes, start)
        self.stack.append(_Element("node", node, at))
        if name != f"{RDF} Description":
            tag = self._tag(start)
            self._emit(node, TYPE, self._iri(name), at, tag, tag)
        self._attributes(node, at, attributes, start)
        if above.kind == "property":
            self._value(above, node, at)

    def _named(self, attributes: dict[str, str], start: int) -> tuple[Term, Place]:
        for key, form in (("about", "{}"), ("ID", "#{}"), ("resource", "{}")):
            value = attributes.get(f"{RDF} {key}")
            if value is not None:
                iri = resolve(form.format(value), self.base)
                return iri or self._blank(None), self._attribute(start, key, value)
        return self._blank(attributes.get(f"{RDF} nodeID")), self._tag(start)

    def _attributes(self, node: Term, at: Place, attributes: dict[str, str], start: int) -> None:
        for name, value in attributes.items():
            if name in _SYNTAX or name.startswith(_XML) or " " not in name:
                continue
            place = self._attribute(start, name.partition(" ")[2], value)
            term: Term = tagged(value, self.language) if self.language else ox.Literal(value)
            if name == f"{RDF} type":
                term = resolve(value, self.base) or term
            self._emit(node, self._iri(name), term, at, place, place)

    # --- Properties -------------------------------------------------------------------------------

    def _property(self, name: str, attributes: dict[str, str], start: int, above: _Element) -> None:
        if name == f"{RDF} li":
            above.items += 1
            name = f"{RDF} _{above.items}"
        element = _Element("property", above.node, above.at, self._iri(name), self._tag(start))
        element.datatype = attributes.get(f"{RDF} datatype", "")
        self.stack.append(element)
        how = attributes.get(f"{RDF} parseType")
        if how == "Resource":
            inner = self._blank(None)
            self._value(element, inner, self._tag(start))
            element.kind, element.node, element.at = "node", inner, self._tag(start)
        elif how == "Collection":
            element.collection = True
        elif f"{RDF} resource" in attributes or f"{RDF} nodeID" in attributes:
            node, at = self._named(attributes, start)
            self._value(element, node, at)
            self._attributes(node, at, attributes, start)

    def _value(self, element: _Element, value: Term, at: Place) -> None:
        element.filled = True
        if not element.collection:
            self._emit(element.node, element.property, value, element.at, element.property_at, at)
            return
        cell = self._blank(None)
        self._emit(element.node, element.property, cell, element.at, element.property_at, at)
        self._emit(cell, FIRST, value, at, at, at)
        element.node, element.property, element.at = cell, REST, at

    def _characters(self, text: str) -> None:
        element = self.stack[-1]
        if element.kind == "property" and not element.filled:
            element.text.append(text)
            if element.text_start is None:
                element.text_start = self._offset()

    def _end(self, _name: str) -> None:
        element = self.stack.pop()
        if element.kind != "property":
            return
        end = self._offset()
        if element.collection:
            self._emit(element.node, element.property, NIL, element.at, element.property_at, element.property_at)
        elif not element.filled:
            start = end if element.text_start is None else element.text_start
            self._emit(
                element.node, element.property, self._literal(element), element.at, element.property_at, [start, end]
            )

    def _literal(self, element: _Element) -> Term:
        value = "".join(element.text)
        if element.datatype:
            datatype = resolve(element.datatype, element.base)
            return stored(value, datatype) if datatype else ox.Literal(value)
        return tagged(value, element.language) if element.language else ox.Literal(value)

    # --- Places and names -------------------------------------------------------------------------

    def _emit(self, s: Term, p: ox.NamedNode, o: Term, s_at: Place, p_at: Place, o_at: Place) -> None:
        self.found.triples.append(Located(s, p, o, s_at, p_at, o_at))

    def _iri(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(name.replace(" ", "", 1)) if " " in name else ox.NamedNode("x:" + name)

    def _blank(self, label: str | None) -> ox.BlankNode:
        self.fresh += 1
        fresh = ox.BlankNode(f"b{self.fresh}")
        return fresh if label is None else self.blanks.setdefault(label, fresh)

    def _tag(self, start: int) -> Place:
        match = _NAME.match(self.text, start)
        return [match.start(1), match.end(1)] if match else [start, start]

    def _attribute(self, start: int, local: str, value: str) -> Place:
        """Where the value of an attribute stands; the whole tag's name when it is spelt with entities."""
        end = self.text.find(">", start)
        pattern = rf"""\b{re.escape(local)}\s*=\s*["']({re.escape(value)})["']"""
        match = re.compile(pattern).search(self.text, start, end if end >= 0 else len(self.text))
        return [match.start(1), match.end(1)] if match else self._tag(start)


def _byte_starts(text: str) -> list[int]:
    """The byte at which each character starts."""
    starts, at = [], 0
    for character in text:
        starts.append(at)
        at += len(character.encode(errors="replace"))
    return [*starts, at]
