"""Finds where the keys and values of a TOML text stand.

In: a text that `tomllib` accepts. Out: for every key path, as a tuple of names, the place of the key and of the value;
and for every table, the place of its header. Quoted keys, dotted keys, inline tables, and values that run over several
lines are known; items of arrays have places of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str, ...]
Range = tuple[int, int]

_KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_SKIP = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}|'
    r"'''(?:[^']|'{1,2}(?!'))*'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^\s,#\]}][^\n,#\]}]*")


@dataclass
class TomlPlaces:
    """Where the keys, values, items and tables of a TOML text stand."""

    keys: dict[Path, Range] = field(default_factory=dict)
    values: dict[Path, Range] = field(default_factory=dict)
    items: dict[Path, list[Range]] = field(default_factory=dict)
    tables: dict[Path, Range] = field(default_factory=dict)

    def place(self, path: Path) -> Range | None:
        """Where a key stands, or the table of that name."""
        return self.keys.get(path) or self.tables.get(path)


def toml_places(text: str) -> TomlPlaces:
    """Find the places of everything that a valid TOML text says."""
    reader = _Reader(text)
    reader.read()
    return reader.found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found = TomlPlaces()

    def read(self) -> None:
        table: Path = ()
        while (start := self._skip()) < len(self.text):
            if self.text[start] == "[":
                table = self._header(start)
            else:
                self._pair(table)
            if self.at == start:  # not TOML: leave the line alone
                end = self.text.find("\n", start)
                self.at = len(self.text) if end < 0 else end + 1

    def _skip(self) -> int:
        match = _SKIP.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _header(self, start: int) -> Path:
        while self.at < len(self.text) and self.text[self.at] == "[":
            self.at += 1
        path, places = self._dotted()
        for length in range(1, len(path) + 1):
            self.found.tables.setdefault(path[:length], places[length - 1])
        while self.at < len(self.text) and self.text[self.at] == "]":
            self.at += 1
        return path

    def _dotted(self) -> tuple[Path, list[Range]]:
        names: list[str] = []
        places: list[Range] = []
        while match := _KEY.match(self.text, self.at):
            group = match.lastindex or 3
            quotes = group != 3
            names.append(match[group])
            places.append((match.start(group) - quotes, match.end(group) + quotes))
            self.at = match.end()
            if self.text[self.at : self.at + 1] != ".":
                break
            self.at += 1
        return tuple(names), places

    def _pair(self, table: Path) -> None:
        names, places = self._dotted()
        if not names or self.text[self.at : self.at + 1] != "=":
            return
        for length in range(1, len(names) + 1):
            self.found.keys.setdefault(table + names[:length], places[length - 1])
        self.at += 1
        self._skip()
        start = self.at
        self._value(table + names)
        self.found.values.setdefault(table + names, (start, self.at))

    def _value(self, path: Path) -> None:
        opener = self.text[self.at : self.at + 1]
        if opener == "[":
            self._array(path)
        elif opener == "{":
            self._inline(path)
        else:
            match = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            if match:
                self.at = match.start() + len(match[0].rstrip())

    def _array(self, path: Path) -> None:
        self.at += 1
        items = self.found.items.setdefault(path, [])
        while (start := self._skip()) < len(self.text) and self.text[start] != "]":
            self._value((*path, str(len(items))))
            items.append((start, self.at))
            if self.at == start:
                return
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while (start := self._skip()) < len(self.text) and self.text[start] != "}":
            self._pair(path)
            if self.at == start:
                return
        self.at += 1
