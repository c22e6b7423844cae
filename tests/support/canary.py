"""Looks for values that must be nowhere: in what a command said, and in every file it left.

Written without a look at ggen's own search, so that neither can hide the mistakes of the other.
"""

from __future__ import annotations

import base64
import io
import sqlite3
import urllib.parse
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.running import Run


def disguises(value: str) -> dict[str, bytes]:
    """A value as it stands, and in every encoding in which it could be carried away."""
    data = value.encode()
    found = {
        "plain": data,
        "hex": data.hex().encode(),
        "HEX": data.hex().upper().encode(),
        "url": urllib.parse.quote(value, safe="").encode(),
        "form": urllib.parse.quote_plus(value).encode(),
        "utf-16": value.encode("utf-16-le"),
        "reversed": value[::-1].encode(),
    }
    for alphabet, encode in ("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode):
        for before in range(3):
            # Only the letters that depend on nothing but the value: its neighbours share the others.
            whole = encode(b"\0" * before + data + b"\0\0\0")
            first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
            found[f"{alphabet}+{before}"] = whole[first:last]
    return found


def unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Some bytes; and what is inside, where they are an archive or a database."""
    yield name, data
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from unpacked(f"{name}!{inner}", archive.read(inner))
    elif data.startswith(b"SQLite format 3\0"):
        with sqlite3.connect(":memory:") as db:
            db.deserialize(data)
            for row in db.execute("SELECT data FROM base"):
                yield from unpacked(f"{name}!base", row[0])


def found(places: Iterable[tuple[str, bytes]], values: Iterable[str]) -> list[str]:
    """Where a value is, and in which disguise; it is not repeated."""
    hunted = [(how, trace) for value in values for how, trace in disguises(value).items()]
    return [
        f"{name}: {how}"
        for outer, data in places
        for name, inner in unpacked(outer, data)
        for how, trace in hunted
        if trace in inner
    ]


def said(run: Run) -> list[tuple[str, bytes]]:
    """What a command said."""
    return [("stdout", run.stdout.encode()), ("stderr", run.stderr.encode())]


def left(folder: Path, apart: Iterable[Path] = ()) -> list[tuple[str, bytes]]:
    """Every file below a folder, and the names of all of them."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p not in set(apart)]
    names = "\n".join(p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")))
    return [("names", names.encode()), *((p.relative_to(folder).as_posix(), p.read_bytes()) for p in files)]
