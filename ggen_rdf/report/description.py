"""A workbook described as data: which sheets it has, and where each cell's value comes from.

In: the keys of a `.xlsx.yaml` file. Out: a `Description`, or the diagnostics that say what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span, nearest
from ggen_rdf.report.table import Column

_BOOK = {"to": str, "title": str, "subject": str, "sheets": list}
_SHEET = {"name": str, "intro": str, "each": str, "columns": list, "facts": list}
_COLUMN = {"title": str, "value": str, "text": str, "count": str, "width": int, "note": str, "alarm": bool}
_FACT = {"fact": str, "value": str, "text": str, "count": str}
_KINDS = {str: "a text", list: "a list", int: "a whole number", bool: "`true` or `false`"}
_SOURCES = ("value", "text", "count")
_PATH = re.compile(r"[a-z]\w*(\.[a-z]\w*)*")


@dataclass(frozen=True, slots=True)
class Value:
    """Where a value comes from: a path through the records, or, without one, a text that is always the same."""

    path: tuple[str, ...] = ()
    text: str = ""
    counts: bool = False
    """Whether it is how many there are at the end of the path, rather than what they are."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a row for each record of a level, or, without a level, a row for each fact."""

    name: str
    intro: str
    each: str | None
    columns: tuple[tuple[Column, Value], ...] = ()
    facts: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, eq=False)
class Description:
    """One workbook: the path it is written to, what it says about itself, and its sheets."""

    source: Source
    to: str
    title: str
    subject: str
    sheets: tuple[Sheet, ...] = ()

    def place(self, text: str) -> Label:
        """Where a text stands in the file."""
        return _place(self.source, text)


def read_description(source: Source, keys: Any) -> tuple[Description | None, list[Diagnostic]]:
    """Read the description of one workbook from the keys of its file."""
    reading = _Reading(source)
    book = reading.keys(keys, _BOOK, ("to", "title", "sheets"), "a workbook")
    sheets = tuple(filter(None, [reading.sheet(s) for s in book.get("sheets", ())]))
    if reading.problems:
        return None, reading.problems
    return Description(source, book["to"], book["title"], book.get("subject", ""), sheets), []


def _place(source: Source, text: str) -> Label:
    found = re.search(rf"(?<![\w.]){re.escape(text)}(?![\w.])", source.text) if text else None
    start, end = found.span() if found else (0, max(source.text.find("\n"), 1))
    return Label(Span(source, start, end))


@dataclass
class _Reading:
    """The reading of one file, which remembers what was wrong."""

    source: Source
    problems: list[Diagnostic] = field(default_factory=list)

    def wrong(self, message: str, near: str, act: str | None = None) -> None:
        """Note something that is wrong."""
        self.problems.append(Diagnostic("pack/workbook", message, (_place(self.source, near),), help=act))

    def keys(self, found: Any, known: Mapping[str, type], needed: tuple[str, ...], what: str) -> dict[str, Any]:
        """The keys of a table that are known and of the right kind."""
        if not isinstance(found, dict):
            self.wrong(f"{what} is a table of keys", str(found), f"it has {_listed(known)}")
            return {}
        for key in found:
            if key not in known:
                guess = nearest(str(key), known)
                act = f"write `{guess}`" if guess else f"it has {_listed(known)}"
                self.wrong(f"{what} has no key `{key}`", str(key), act)
            elif type(found[key]) is not known[key]:
                self.wrong(f"`{key}` is {_KINDS[known[key]]}", key)
        for key in needed:
            if key not in found:
                self.wrong(f"{what} needs the key `{key}`", next(iter(map(str, found.values())), ""))
        return {k: v for k, v in found.items() if k in known and type(v) is known[k]}

    def sheet(self, found: Any) -> Sheet | None:
        """One sheet."""
        keys = self.keys(found, _SHEET, ("name",), "a sheet")
        name = keys.get("name", "")
        if ("columns" in keys) == ("facts" in keys) or ("columns" in keys) != ("each" in keys):
            self.wrong(
                f"the sheet `{name}` has either `each` and `columns`, or `facts`", name,
                "`each` names the level that has one row per record; `facts` are rows of two cells",
            )  # fmt: skip
            return None
        columns = tuple(self._columns(keys.get("columns", ())))
        facts = tuple(self._facts(keys.get("facts", ())))
        return Sheet(name, keys.get("intro", ""), keys.get("each"), columns, facts)

    def _columns(self, found: list[Any]) -> Iterator[tuple[Column, Value]]:
        for each in found:
            keys = self.keys(each, _COLUMN, ("title",), "a column")
            value = self._value(keys, keys.get("title", ""))
            title = keys.get("title", "")
            yield Column(title, "", keys.get("width"), keys.get("note", ""), keys.get("alarm", False)), value

    def _facts(self, found: list[Any]) -> Iterator[tuple[str, Value]]:
        for each in found:
            keys = self.keys(each, _FACT, ("fact",), "a fact")
            yield keys.get("fact", ""), self._value(keys, keys.get("fact", ""))

    def _value(self, keys: Mapping[str, Any], title: str) -> Value:
        given = [key for key in _SOURCES if key in keys]
        if len(given) != 1:
            self.wrong(f"`{title}` has exactly one of `value`, `text` and `count`", title)
            return Value()
        if given[0] == "text":
            return Value(text=keys["text"])
        path = keys[given[0]]
        if not _PATH.fullmatch(path):
            self.wrong(
                f"`{path}` is not a path", path, "write the names of fields with dots between, e.g. `field.name`"
            )
        return Value(tuple(path.split(".")), counts=given[0] == "count")


def _listed(known: Mapping[str, type]) -> str:
    return ", ".join(f"`{key}`" for key in known)
