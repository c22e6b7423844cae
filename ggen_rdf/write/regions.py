"""Named blocks inside a user's file. In: texts with `ggen:begin NAME` and `ggen:end NAME`. Out: blocks, or one text.

A block is what stands between the line of its begin mark and the line of its end mark. The marks are the user's: they
may be indented, and stand in a comment of any language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_MARK = re.compile(rb"ggen:(begin|end)[ \t]+([^\s*]+)")


@dataclass(frozen=True, slots=True)
class Block:
    """One named block: where its content starts and ends in the bytes of the file."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Flaw:
    """A mark without its counterpart: where it stands, in bytes, and what is wrong with it."""

    start: int
    end: int
    says: str


def blocks(data: bytes) -> tuple[dict[str, Block], list[Flaw]]:
    """The blocks of a file by name, in their order, and the marks that do not fit together."""
    found: dict[str, Block] = {}
    flaws: list[Flaw] = []
    begun: re.Match[bytes] | None = None
    for mark in _MARK.finditer(data):
        name = mark[2].decode("utf-8", "replace")
        if mark[1] == b"begin":
            if begun is not None:
                flaws.append(_flaw(begun, f"`{_name(begun)}` begins here and does not end before `{name}` begins"))
            elif name in found:
                flaws.append(_flaw(mark, f"a second `{name}` begins here"))
            begun = mark
        elif begun is None:
            flaws.append(_flaw(mark, f"`{name}` ends here and never began"))
        elif _name(begun) != name:
            flaws.append(_flaw(mark, f"`{name}` ends here, where `{_name(begun)}` should"))
            begun = None
        else:
            start, end = data.find(b"\n", begun.end()) + 1, data.rfind(b"\n", 0, mark.start()) + 1
            if 0 < start <= end:
                found.setdefault(name, Block(name, start, end))
            else:
                flaws.append(_flaw(mark, f"`{name}` ends on the line on which it begins"))
            begun = None
    if begun is not None:
        flaws.append(_flaw(begun, f"`{_name(begun)}` begins here and never ends"))
    return found, flaws


def contents(data: bytes) -> dict[str, bytes]:
    """What stands in each block of a file."""
    return {name: data[block.start : block.end] for name, block in blocks(data)[0].items()}


def marks(data: bytes, name: str) -> tuple[str, str]:
    """The two lines around a block, as its artefact writes them."""
    block = blocks(data)[0][name]
    begin = data[: block.start].rstrip(b"\r\n").rpartition(b"\n")[2]
    end = data[block.end :].partition(b"\n")[0]
    return begin.decode("utf-8", "replace").strip(), end.decode("utf-8", "replace").strip()


def filled(data: bytes, new: Mapping[str, bytes]) -> bytes:
    """The file with the content of these blocks replaced; what it does not have is left out."""
    parts, last = [], 0
    for name, block in blocks(data)[0].items():
        if name in new:
            parts += [data[last : block.start], new[name]]
            last = block.end
    return b"".join([*parts, data[last:]])


def _name(mark: re.Match[bytes]) -> str:
    return mark[2].decode("utf-8", "replace")


def _flaw(mark: re.Match[bytes], says: str) -> Flaw:
    return Flaw(mark.start(), mark.end(), says)
