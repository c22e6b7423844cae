"""`ggen.lock`: what ggen wrote and from what. In: the committed text. Out: entries, or diagnostics with a place.

One line an artefact, sorted, so that git merges it line by line. After a merge a path may stand on two lines, one of
each branch: bytes that either line vouches for are ggen's, and the next build leaves one line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span

NAME = "ggen.lock"
JOURNAL = ".ggen/journal"
BUILD = "build"
"""The name of the run that writes everything; other runs are named by what they were asked for."""
FORMAT = 1
_HEAD = f"ggen-lock {FORMAT}"
_NOTE = "# What ggen wrote and from what; written by ggen. Commit it, and leave the editing to ggen."
_END = b"# whole\n"
_MODES = ("owned", "once", "region", "kept")
_UNSAFE = re.compile("[\x00-\x20%#\x7f\x85\u2028\u2029\ud800-\udfff]")
_FIELDS = 8
_ESCAPE = re.compile("((?:%[0-9A-F]{2})+)")
_HEX = re.compile("[0-9a-f]{64}")
_MARKS = "<|=>"
_CONFLICT = re.compile(r"(?:<{7}|\|{7}|={7}|>{7})(?: |$)")


class Entry(NamedTuple):
    """One line: an artefact, or one region of one, that ggen wrote."""

    path: str
    region: str = ""
    mode: str = "owned"
    sha256: str = ""
    pack: str = ""
    pack_version: str = ""
    template: str = ""
    template_hash: str = ""
    context_hash: str = ""
    run: str = BUILD
    terms: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What tells entries apart: the path, and the region where there is one."""
        return self.path, self.region


@dataclass(frozen=True)
class Manifest:
    """All entries of a `ggen.lock`, sorted by path and region."""

    entries: tuple[Entry, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str], Entry]:
        """The entry of each path and region; of two that a merge left, the last."""
        return {e.key: e for e in self.entries}

    @cached_property
    def vouched(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The hashes that are ggen's own bytes, for each path and region: one, or several after a merge."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for entry in self.entries:
            found[entry.key] = (*found.get(entry.key, ()), entry.sha256)
        return found

    @cached_property
    def text(self) -> str:
        """The manifest as it stands in the file."""
        return "\n".join([_HEAD, _NOTE, *map(_line, self.entries), ""])


class _Flaw(NamedTuple):
    column: int
    says: str


def manifest(entries: Iterable[Entry]) -> Manifest:
    """A manifest of these entries, sorted."""
    return Manifest(tuple(sorted(entries)))


def read(root: str) -> tuple[Manifest, list[Diagnostic]]:
    """The manifest of a workspace; empty where nothing was ever written."""
    try:
        with open(os.path.join(root, NAME), "rb") as file:
            return parse(file.read())
    except FileNotFoundError:
        return Manifest(), []
    except OSError as error:
        message = f"`{NAME}` cannot be read: {(error.strerror or 'unknown reason').lower()}"
        return Manifest(), [Diagnostic("write/lock", message)]


def read_unfinished(root: str) -> Manifest:
    """What a build that never came to its end meant to leave; it says so in `.ggen/` before it touches a file.

    A text that is cut short was never acted upon, so it counts as none.
    """
    try:
        with open(os.path.join(root, JOURNAL), "rb") as file:
            data = file.read()
    except OSError:
        return Manifest()
    return parse(data, JOURNAL)[0] if data.endswith(_END) else Manifest()


def journal(manifest: Manifest) -> bytes:
    """The text of what a build is about to leave."""
    return manifest.text.encode() + _END


def parse(data: bytes, name: str = NAME) -> tuple[Manifest, list[Diagnostic]]:
    """The manifest that a text says."""
    try:
        source = Source(name, data.decode())
    except UnicodeDecodeError as error:
        source = Source(name, data.decode("utf-8", "replace"))
        start = len(data[: error.start].decode())
        return Manifest(), [_broken(Span(source, start, start + 1), "this is no UTF-8")]
    lines = source.text.split("\n")
    wrong = _unmerged(source, lines) or _head(source, lines[0])
    if wrong:
        return Manifest(), [wrong]
    entries = []
    for number, line in enumerate(lines[1:], 2):
        if not line or line[0] == "#":
            continue
        entry = _entry(line)
        if isinstance(entry, _Flaw):
            span = Span(source, source.offset(number, entry.column), source.offset(number, len(line) + 1))
            return Manifest(), [_broken(span, entry.says)]
        entries.append(entry)
    return manifest(entries), []


def _line(entry: Entry) -> str:
    path, region, mode, digest, pack, version, *facts, terms = entry
    fields = (path, mode, digest, pack, version, *facts, *terms)
    is_odd = region or "" in fields or "-" in fields or "@" in version or path[0] in _MARKS
    if is_odd or _UNSAFE.search("".join(fields)):
        return _escaped(entry)
    return " ".join((path, mode, digest, f"{pack}@{version}", *facts, *terms))


def _escaped(entry: Entry) -> str:
    mode = f"{entry.mode}:{_field(entry.region)}" if entry.region else entry.mode
    path = _field(entry.path)
    if path[0] in _MARKS:
        path = f"%{ord(path[0]):02X}{path[1:]}"
    pack = f"{_field(entry.pack)}@{_field(entry.pack_version).replace('@', '%40')}"
    facts = (entry.template, entry.template_hash, entry.context_hash, entry.run, *entry.terms)
    return " ".join([path, mode, entry.sha256, pack, *map(_field, facts)])


def _field(value: str) -> str:
    return "%2D" if value == "-" else _quote(value) or "-"


def _quote(value: str) -> str:
    if _UNSAFE.search(value) is None:
        return value
    return _UNSAFE.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode("utf-8", "surrogatepass")), value)


def _unquote(value: str) -> str:
    if "%" in value:
        value = _ESCAPE.sub(lambda m: bytes.fromhex(m[0].replace("%", "")).decode("utf-8", "surrogatepass"), value)
    return value


def _entry(line: str) -> Entry | _Flaw:
    fields = line.rstrip("\r").split(" ")
    if "" in fields:
        return _Flaw(sum(len(f) + 1 for f in fields[: fields.index("")]) + 1, "a field is missing here")
    if len(fields) < _FIELDS:
        return _Flaw(len(line) + 1, f"the line ends after {len(fields)} of at least {_FIELDS} fields")
    path, mode, digest, pack, *facts = fields
    mode, _, region = mode.partition(":")
    if mode not in _MODES:
        return _Flaw(len(path) + 2, f"the mode is one of {', '.join(_MODES)}")
    if _HEX.fullmatch(digest) is None:
        return _Flaw(len(path) + len(fields[1]) + 3, "a sha256 has 64 hexadecimal digits")
    pack, _, version = pack.rpartition("@")
    try:
        texts = ["" if f == "-" else _unquote(f) for f in (path, region, pack, version, *facts)]
    except UnicodeDecodeError:
        return _Flaw(1, "an escape with `%` is broken here")
    path, region, pack, version, template, template_hash, context_hash, run, *terms = texts
    return Entry(path, region, mode, digest, pack, version, template, template_hash, context_hash, run, tuple(terms))


def _head(source: Source, line: str) -> Diagnostic | None:
    word, _, number = line.strip().partition(" ")
    span = Span(source, 0, len(line))
    if word != "ggen-lock" or not number.isdigit():
        return _broken(span, f"the first line should be `{_HEAD}`")
    if int(number) > FORMAT:
        says = f"this is format {number}; this ggen reads up to {FORMAT}"
        return Diagnostic(
            "write/lock",
            f"`{source.path}` was written by a newer ggen",
            (Label(span, says),),
            help="install the ggen that this project uses",
        )
    return None


def _unmerged(source: Source, lines: list[str]) -> Diagnostic | None:
    for number, line in enumerate(lines, 1):
        if line[:1] in _MARKS and _CONFLICT.match(line):
            start = source.offset(number, 1)
            return Diagnostic(
                "write/lock",
                f"`{source.path}` holds the marks of an unfinished merge",
                (Label(Span(source, start, start + len(line.rstrip())), "the merge stopped here"),),
                help="keep the lines of both sides and delete the lines with the marks, then run `ggen build`; "
                f"`{source.path} merge=union` in `.gitattributes` makes git do so",
            )
    return None


def _broken(span: Span, says: str) -> Diagnostic:
    path = span.source.path
    return Diagnostic(
        "write/lock",
        f"`{path}` is damaged",
        (Label(span, says),),
        help=f"take it back from git (`git checkout -- {path}`), or delete it and run `ggen build`: files that hold "
        "what ggen would write are recognised",
    )
