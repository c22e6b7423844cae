"""Reads a target's description.

In: the bytes of `ontologies/targets/<name>.ttl`. Out: a `Target`, or the diagnostics that say what its description
lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any, TypeAlias

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span, nearest
from ggen_rdf.library import library_path
from ggen_rdf.render.regex import Dialect, regex_filter
from ggen_rdf.render.target import (
    EXACT,
    Reserved,
    Spelling,
    Target,
    identifier_filter,
    literal_filter,
    number,
    string_filter,
    text_filter,
    type_filter,
)
from ggen_rdf.render.words import CASINGS

_GGEN = "https://w3id.org/ggen#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


_Node: TypeAlias = ox.NamedNode | ox.BlankNode


class _Description:
    """The triples of one target's description, asked by local name."""

    def __init__(self, source: Source) -> None:
        self.store = ox.Store()
        self.store.load(input=source.text.encode(), format=ox.RdfFormat.TURTLE)

    def values(self, node: ox.NamedNode | ox.BlankNode, name: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal]:
        found = self.store.quads_for_pattern(node, ox.NamedNode(_GGEN + name), None)
        return sorted((q.object for q in found if not isinstance(q.object, ox.Triple)), key=str)

    def text(self, node: ox.NamedNode | ox.BlankNode, name: str) -> str | None:
        found = self.values(node, name)
        return found[0].value if found else None

    def nodes(self, node: ox.NamedNode | ox.BlankNode, name: str) -> Iterator[ox.NamedNode | ox.BlankNode]:
        return (n for n in self.values(node, name) if isinstance(n, ox.NamedNode | ox.BlankNode))

    def vocabulary(self) -> set[str]:
        """Every term that the vocabulary of targets declares."""
        store = ox.Store()
        with open(library_path("ontologies", "ggen", "generation.ttl"), "rb") as stream:
            store.load(input=stream.read(), format=ox.RdfFormat.TURTLE)
        return {q.subject.value for q in store if isinstance(q.subject, ox.NamedNode)}

    def words(self, node: ox.NamedNode | ox.BlankNode, name: str) -> frozenset[str]:
        return frozenset(w for value in self.values(node, name) for w in value.value.split())

    def escapes(self, node: ox.NamedNode | ox.BlankNode) -> dict[str, str]:
        pairs = ((self.text(e, "character"), self.text(e, "as")) for e in self.nodes(node, "escape"))
        return {character: spelled for character, spelled in pairs if character and spelled is not None}


def read_target(source: Source, name: str) -> tuple[Target | None, list[Diagnostic]]:
    """Read the description of one target."""
    try:
        description = _Description(source)
    except SyntaxError as problem:
        start = source.offset(problem.lineno or 1, problem.offset or 1)
        return None, [
            Diagnostic(
                "render/target",
                f"the description of the target `{name}` is not Turtle",
                (Label(Span(source, start, start + 1), problem.msg),),
            )
        ]
    found = [q.subject for q in description.store.quads_for_pattern(None, _TYPE, ox.NamedNode(_GGEN + "Target"))]
    if len(found) != 1:
        return None, [
            _about(source, f"the description of the target `{name}` needs exactly one `ggen:Target`, has {len(found)}")
        ]
    node = found[0]
    assert not isinstance(node, ox.Literal | ox.Triple)
    problems = list(_problems(description, node, source))
    if problems:
        return None, problems
    spellings = {
        datatype.value: Spelling(description.text(s, "as") or "", description.text(s, "literal"))
        for s in description.nodes(node, "spells")
        for datatype in description.values(s, "datatype")
    }
    digest = sha256(source.text.encode()).hexdigest()
    filters = _filters(description, node, spellings, name)
    identifiers = frozenset(description.text(part, "filter") or "" for part in description.nodes(node, "identifier"))
    return Target(name, description.text(node, "lineComment"), filters, spellings, digest, identifiers), []


def _problems(description: _Description, node: ox.NamedNode | ox.BlankNode, source: Source) -> Iterator[Diagnostic]:
    for kind in ("identifier", "text", "string"):
        for part in description.nodes(node, kind):
            if description.text(part, "filter") is None:
                yield _about(
                    source, f"a `ggen:{kind}` has no `ggen:filter`", "name the filter that templates shall use"
                )
            yield from _holed(description, part, "pattern", source)
    for part in description.nodes(node, "string"):
        yield from _closed(description, part, source)
    yield from _holed(description, node, "reservedAs", source)
    yield from _holed(description, node, "lineComment", source)
    yield from _unknown_terms(description, source)
    for part in description.nodes(node, "identifier"):
        casing = description.text(part, "casing")
        if casing not in (*CASINGS, EXACT):
            guess = nearest(casing or "", CASINGS)
            yield _about(
                source,
                f"there is no casing `{casing}`",
                f"write `{guess}`" if guess else "use one of " + ", ".join(f"`{c}`" for c in sorted(CASINGS)),
                casing,
            )


def _holed(description: _Description, node: _Node, name: str, source: Source) -> Iterator[Diagnostic]:
    """A pattern without a place for the value would lose it."""
    pattern = description.text(node, name)
    if pattern is not None and "{}" not in pattern:
        yield _about(
            source, f"`ggen:{name}` has no `{{}}` for the value: `{pattern}`", "write `{}` where it goes", pattern
        )


def _closed(description: _Description, part: _Node, source: Source) -> Iterator[Diagnostic]:
    """What ends a string literal must be escaped inside it."""
    end = (description.text(part, "pattern") or "{}").partition("{}")[2][:1]
    if end and end not in description.escapes(part):
        message = f"a string of this target ends in `{end}`, and no `ggen:escape` spells `{end}` inside it"
        yield _about(source, message, f'add `[ ggen:character "{end}" ; ggen:as … ]`')


def _unknown_terms(description: _Description, source: Source) -> Iterator[Diagnostic]:
    """Terms of ggen's vocabulary that a description does not have."""
    known = description.vocabulary()
    used = {q.predicate.value for q in description.store if q.predicate.value.startswith(_GGEN)}
    for term in sorted(used - known):
        guess = nearest(term, known)
        local = term.removeprefix(_GGEN)
        act = f"write `ggen:{guess.removeprefix(_GGEN)}`" if guess else None
        start = max(source.text.find(f"ggen:{local}"), 0)
        label = Label(Span(source, start, start + len(f"ggen:{local}")), "unknown property")
        yield Diagnostic("render/target", f"the description of a target has no `ggen:{local}`", (label,), help=act)


def _about(source: Source, message: str, act: str | None = None, word: str | None = None) -> Diagnostic:
    start = source.text.find(f'"{word}"') + 1 if word else 0
    end = start + len(word) if word and start else max(source.text.find("\n"), 1)
    return Diagnostic("render/target", message, (Label(Span(source, start, end)),), help=act)


def _filters(
    description: _Description, node: ox.NamedNode | ox.BlankNode, spellings: dict[str, Spelling], name: str
) -> dict[str, Callable[..., Any]]:
    ignores_case = description.text(node, "ignoresCase") == "true"
    fold = (lambda s: frozenset(w.lower() for w in s)) if ignores_case else (lambda s: s)
    reserved = Reserved(
        fold(description.words(node, "reserved")),
        fold(description.words(node, "unescapable")),
        description.text(node, "reservedAs") or "{}_",
        ignores_case,
    )
    longest = description.text(node, "maxLength")
    filters: dict[str, Callable[..., Any]] = {"number": number, "type": type_filter(spellings, name)}
    for part in description.nodes(node, "identifier"):
        own = fold(description.words(part, "reserved"))
        part_longest = description.text(part, "maxLength") or longest
        filters[description.text(part, "filter") or ""] = identifier_filter(
            description.text(part, "casing") or "snake",
            replace(
                reserved,
                all=reserved.all | own,
                unescapable=reserved.unescapable | own,
                pattern=description.text(part, "reservedAs") or reserved.pattern,
            ),
            int(part_longest) if part_longest else None,
            description.text(part, "pattern") or "{}",
        )
    for part in description.nodes(node, "text"):
        filters[description.text(part, "filter") or ""] = text_filter(
            description.text(part, "pattern") or "{}", description.escapes(part)
        )
    for part in description.nodes(node, "string"):
        filters[description.text(part, "filter") or ""] = string_filter(
            description.text(part, "pattern") or "{}", description.escapes(part), description.text(part, "codePoint")
        )
    for part in description.nodes(node, "regex"):
        filters["regex"] = regex_filter(_dialect(description, part))
    filters["literal"] = literal_filter(spellings, filters.get("string"), name)
    return filters


def _dialect(description: _Description, part: ox.NamedNode | ox.BlankNode) -> Dialect:
    def pairs(kind: str) -> dict[str, str]:
        found = ((description.text(e, "character"), description.text(e, "as")) for e in description.nodes(part, kind))
        return {character: spelled for character, spelled in found if character and spelled is not None}

    most = description.text(part, "maxRepeat")
    lacks = description.words(part, "lacks")
    return Dialect(pairs("escape"), pairs("inBrackets"), lacks, pairs("flag"), int(most) if most else None)
