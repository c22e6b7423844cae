"""A change of a plan as a unified diff. In: a plan and one of its changes. Out: text, as `git diff` would put it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff

from ggen_rdf.write.draft import Action, Change
from ggen_rdf.write.paths import shown

_NOWHERE = "/dev/null"
_NO_END = "\\ No newline at end of file\n"


def unified(change: Change) -> str:
    """What a change does to its file, line by line; a summary where one side is no text; nothing where nothing changes.

    Of a conflict it shows both sides: what stands there, and what the plan would put in its place.
    """
    old, new = change.old, change.new
    if change.action is Action.KEEP or old == new:
        return ""
    names = (
        f"a/{shown(change.path)}" if old is not None else _NOWHERE,
        f"b/{shown(change.path)}" if new is not None else _NOWHERE,
    )
    before, after = _lines(old), _lines(new)
    if before is None or after is None:
        return f"{names[0]} and {names[1]} differ: {_size(old)} → {_size(new)}\n"
    if not before and not after:
        return f"--- {names[0]}\n+++ {names[1]}\n"
    return "".join(_ended(line) for line in unified_diff(before, after, *names))


def _lines(data: bytes | None) -> Sequence[str] | None:
    """The lines of a text with their ends; None where it is no text."""
    if data is None:
        return ()
    if b"\0" in data:
        return None
    try:
        return [line + "\n" for line in data.decode().split("\n")[:-1]] + _rest(data)
    except UnicodeDecodeError:
        return None


def _rest(data: bytes) -> list[str]:
    last = data.rpartition(b"\n")[2].decode()
    return [last] if last else []


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n{_NO_END}"


def _size(data: bytes | None) -> str:
    return "nothing" if data is None else f"{len(data)} bytes"
