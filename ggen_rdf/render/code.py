"""Code: text that a filter of the target made, which alone may stand in an artefact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ggen_rdf.project import Record


class Code(str):
    """Text in the target's own syntax. `origin` holds the records it came from, in a traced render."""

    __slots__ = ("origin",)
    origin: tuple[Record, ...]

    def __new__(cls, text: str, origin: tuple[Record, ...] = ()) -> Code:
        code = str.__new__(cls, text)
        code.origin = origin
        return code

    def __str__(self) -> Code:
        return self

    def __add__(self, other: str) -> Code:
        return Code(str.__add__(self, code_of(other)))


class RawTextError(Exception):
    """A template tried to write something that is not code."""

    def __init__(self, value: object) -> None:
        super().__init__(value)
        self.value = value


def code_of(value: Any) -> Code:
    """The value as code. Raises RawTextError for anything but code and whole numbers."""
    if isinstance(value, Code):
        return value
    if type(value) is int:
        return Code(int.__str__(value))
    raise RawTextError(value)


def joined(pieces: Iterable[str]) -> Code:
    """One piece of code from several."""
    return Code("".join(pieces))
