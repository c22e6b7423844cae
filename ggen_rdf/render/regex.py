"""Patterns of the model in the regular expressions of a target.

In: a regular expression as sh:pattern has it (that of XPath), and what its target says of its own dialect. Out: the
same pattern in that dialect, or nothing when the dialect lacks something it needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ggen_rdf.project import Text

_TOKEN = re.compile(r"\\.|\(\?:|\(\?|\[\^?|\{\d+(?:,\d*)?\}|.", re.S)


@dataclass(frozen=True)
class Dialect:
    """How regular expressions of a target differ from XPath's: constructs are `.` or a backslash and a letter."""

    outside: Mapping[str, str] = field(default_factory=dict)
    """How a construct is written."""
    inside: Mapping[str, str] = field(default_factory=dict)
    """How it is written between brackets."""
    lacks: frozenset[str] = frozenset()
    flags: Mapping[str, str] = field(default_factory=dict)
    most: int | None = None
    """The highest number of repetitions."""


def regex_filter(dialect: Dialect) -> Callable[..., Text | None]:
    """The filter `regex(flags)`: the pattern in the dialect, still text, or None."""
    known: dict[tuple[str, str], Text | None] = {}

    def apply(pattern: str, flags: str | None = "") -> Text | None:
        key = (pattern, flags or "")
        if key not in known:
            known[key] = _translated(*key, dialect)
        return known[key]

    return apply


def _translated(pattern: str, flags: str, dialect: Dialect) -> Text | None:
    if any(flag not in dialect.flags for flag in flags):
        return None
    written: list[str] = []
    brackets = False
    for token in _TOKEN.findall(pattern):
        spelled = _spelled(token, brackets, dialect)
        if spelled is None:
            return None
        written.append(spelled)
        brackets = (brackets and token != "]") or token.startswith("[")
    letters = "".join(sorted({dialect.flags[flag] for flag in flags}))
    return Text((f"(?{letters})" if letters else "") + "".join(written))


def _spelled(token: str, brackets: bool, dialect: Dialect) -> str | None:
    if token in dialect.lacks or token == "(?" or (brackets and token.startswith("[")):
        return None
    if token.startswith("{") and len(token) > 1 and dialect.most is not None:
        counts = [int(n) for n in re.findall(r"\d+", token)]
        return token if max(counts) <= dialect.most else None
    return (dialect.inside if brackets else dialect.outside).get(token, token)
