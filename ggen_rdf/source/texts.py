"""Reads files as texts.

In: a workspace folder and a path below it. Out: the bytes and the `Source`, or the diagnostic that says why the file
cannot be read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class File:
    """A file of the workspace: its bytes as a parser wants them, and its text."""

    source: Source
    data: bytes


def read_file(root: str, path: str) -> tuple[File | None, list[Diagnostic]]:
    """Read one file as UTF-8. A byte order mark in front is dropped."""
    try:
        with open(os.path.join(root, path), "rb") as file:
            data = file.read().removeprefix(_BOM)
    except OSError as error:
        return None, [_unreadable(path, error)]
    try:
        return File(Source(path, data.decode()), data), []
    except UnicodeDecodeError as error:
        return None, [_encoding(path, data, error)]


def _unreadable(path: str, error: OSError) -> Diagnostic:
    reasons = {
        FileNotFoundError: ("there is no such file", "create it, or take its name out of where it is mentioned"),
        IsADirectoryError: ("it is a folder", "rename the folder, or name a file"),
        PermissionError: ("its permissions do not allow it", f"allow reading it: `chmod u+r {path}`"),
    }
    reason, act = reasons.get(type(error), ((error.strerror or "the system refused").lower(), None))
    return Diagnostic(
        "source/unreadable",
        f"`{path}` cannot be read: {reason}",
        (Label(Span(Source(path, ""), 0, 0), reason),),
        help=act,
    )


def _encoding(path: str, data: bytes, error: UnicodeDecodeError) -> Diagnostic:
    text = data.decode(errors="replace")
    place = len(data[: error.start].decode())
    label = f"the byte 0x{data[error.start]:02X} is not UTF-8"
    act = "save the file as UTF-8"
    if data.startswith(_WIDE):
        label, act = "this looks like UTF-16", "save the file as UTF-8 instead of UTF-16"
    return Diagnostic(
        "source/encoding",
        f"`{path}` is not UTF-8 text",
        (Label(Span(Source(path, text), place, place + 1), label),),
        help=act,
    )
