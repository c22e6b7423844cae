"""Reads a TOML file and keeps where everything stands.

In: a `File`. Out: a `TomlFile`, or the diagnostic that points at the place where the text stops being TOML.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Source, Span, nearest
from ggen_rdf.source.texts import File
from ggen_rdf.source.toml_places import Path, TomlPlaces, toml_places

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_WORD = re.compile(r"[^\W\d][\w. /-]*(?<! )(?=[ \t]*(?:#.*)?$)", re.MULTILINE)
_NO_VALUE = "expected a value here"
_REASONS = {
    "Invalid value": _NO_VALUE,
    "Invalid statement": "expected a key or a `[table]` here",
    "Invalid initial character for a key part": "a key cannot start with this",
    "Expected '=' after a key in a key/value pair": "expected `=` between key and value",
    "Cannot overwrite a value": "this is set already",
    "Unclosed array": "expected `]` here",
    "Expected newline or end of document after a statement": "expected the end of the line here",
    "Unterminated string": "this string does not end",
}
_KINDS = {
    str: "text in quotes",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True, eq=False)
class TomlFile:
    """The tables of a TOML file and its text."""

    source: Source
    tables: Mapping[str, object]

    @cached_property
    def places(self) -> TomlPlaces:
        """Where everything stands, looked up only when something must be said."""
        return toml_places(self.source.text)

    def key(self, path: Path) -> Span:
        """Where a key or table is named; the start of the file when it is nowhere."""
        return Span(self.source, *(self.places.place(path) or (0, 0)))

    def value(self, path: Path) -> Span:
        """Where the value of a key stands; where the key stands when it has no value of its own."""
        place = self.places.values.get(path)
        return Span(self.source, *place) if place else self.key(path)

    def item(self, path: Path, index: int) -> Span:
        """Where an item of a list stands."""
        items = self.places.items.get(path, [])
        return Span(self.source, *items[index]) if index < len(items) else self.value(path)


def read_toml(file: File) -> tuple[TomlFile | None, list[Diagnostic]]:
    """Parse a TOML file."""
    try:
        return TomlFile(file.source, tomllib.loads(file.source.text)), []
    except tomllib.TOMLDecodeError as error:
        return None, [_not_toml(file.source, str(error))]


def _not_toml(source: Source, message: str) -> Diagnostic:
    found = _PLACE.search(message)
    reason = _PLACE.sub("", message)
    reason = _REASONS.get(reason, reason[:1].lower() + reason[1:].replace("'", "`"))
    end = len(source.text.rstrip())
    at = source.offset(int(found[1]), int(found[2])) if found and found[1] else end
    at = min(at, end)
    word = _WORD.match(source.text, at)
    span = Span(source, at, word.end() if word else min(at + 1, len(source.text)))
    fix = Fix("put text in quotes", span, f'"{word[0]}"') if word and reason == _NO_VALUE else None
    return Diagnostic("source/toml", f"`{source.path}` stops being TOML here", (Label(span, reason),), fix=fix)


def unknown_setting(file: TomlFile, path: Path, known: Iterable[str], where: str) -> Diagnostic:
    """The diagnostic for a key that means nothing there."""
    known = sorted(known)
    guess = nearest(path[-1], known)
    span = file.key(path)
    return Diagnostic(
        "source/unknown-setting",
        f"{where} has no setting `{path[-1]}`",
        (Label(span, "unknown setting"),),
        notes=(f"known here: {', '.join(f'`{name}`' for name in known)}",) if known else (),
        fix=Fix("a setting with a similar name exists", span, guess) if guess else None,
    )


def wrong_type(file: TomlFile, path: Path, wanted: str, span: Span | None = None, text: str = "") -> Diagnostic:
    """The diagnostic for a value of the wrong kind, or for the item of a list at `span`."""
    value: object = file.tables
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    span = span or file.value(path)
    return Diagnostic(
        "source/setting-type",
        f"`{path[-1]}` must be {wanted}",
        (Label(span, text or f"this is {kind_of(value)}"),),
    )


def kind_of(value: object) -> str:
    """What a TOML value is, in words."""
    return _KINDS.get(type(value), "a date or time")
