"""Files of KEY=value lines. In: a text. Out: the keys and values it sets, or where it stops making sense; and lines.

The dialect is that of the shell (`set -a; . ./file`), of which Docker Compose and the dotenv libraries read all that is
written here, but for the rarest characters: a plain value stands as it is, any other in single quotes, and one with a
single quote in it in double quotes with backslashes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_BLANK = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")
_KEY = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")
_BARE = re.compile(r"(?:[^\s'\"\\$`;&|<>()]|\\.)+")
_END = re.compile(r"[ \t]*(?:[ \t]#[^\n]*)?(?:\r?\n|\Z)")
_ESCAPED = re.compile(r"\\([\\\"$`]|\n)")


@dataclass(frozen=True)
class Lines:
    """What a file sets: values by key. `wrong` is the offset at which it is no such file; `says` why."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    wrong: int | None = None
    says: str = ""


def read(text: str) -> Lines:
    """Read a file as the shell would, but for what it would run."""
    values: dict[str, str] = {}
    at = 0
    while at < len(text):
        blank = _BLANK.match(text, at)
        if blank:
            at = blank.end()
            continue
        key = _KEY.match(text, at)
        if key is None:
            return Lines(values, at, "no `KEY=value`, no comment")
        value, end = _value(text, key.end())
        if end is None:
            return Lines(values, at, value)
        if key[1] in values:
            return Lines(values, at, f"`{key[1]}` is set a second time")
        values[key[1]] = value
        at = end
    return Lines(values)


def _value(text: str, at: int) -> tuple[str, int | None]:
    """A value and where the next line starts; or what is wrong, and None."""
    parts: list[str] = []
    while True:
        end = _END.match(text, at)
        if end:
            return "".join(parts), end.end()
        mark = text[at]
        close = _closing(text, at) if mark in "'\"" else None
        if close is not None:
            inside = text[at + 1 : close]
            parts.append(_ESCAPED.sub(lambda m: m[1].strip("\n"), inside) if mark == '"' else inside)
            if mark == '"' and re.search(r"(?<!\\)(?:\\\\)*[$`]", inside):
                return "a value that the shell would fill in", None
            at = close + 1
            continue
        bare = _BARE.match(text, at)
        if mark in "'\"" or bare is None:
            return "a quote that does not end" if mark in "'\"" else "a value that needs quotes", None
        parts.append(re.sub(r"\\(.)", r"\1", bare[0]))
        at = bare.end()


def _closing(text: str, start: int) -> int | None:
    """Where the quote that opens at a place is closed."""
    if text[start] == "'":
        found = text.find("'", start + 1)
        return None if found < 0 else found
    match = re.compile(r'(?:[^"\\]|\\.)*"', re.DOTALL).match(text, start + 1)
    return match.end() - 1 if match else None


def line(key: str, value: str) -> str:
    """One line that sets a key."""
    if _PLAIN.fullmatch(value):
        return f"{key}={value}\n"
    if "'" not in value:
        return f"{key}='{value}'\n"
    escaped = re.sub(r"([\\\"$`])", r"\\\1", value)
    return f'{key}="{escaped}"\n'


def veiled(text: str) -> str:
    """The text with no value in it: what a diagnostic may show. Lines stay where they are."""
    shown = []
    for one in text.split("\n"):
        key = _KEY.match(one)
        shown.append(f"{key[0]}…" if key else one if re.fullmatch(r"\s*", one) else "…")
    return "\n".join(shown)


def place(text: str, key: str) -> int:
    """Where the line begins that sets a key."""
    found = re.search(rf"^[ \t]*(?:export[ \t]+)?{re.escape(key)}=", text, re.MULTILINE)
    return found.start() if found else 0
