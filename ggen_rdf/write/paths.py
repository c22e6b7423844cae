"""Whether artefacts may go where they want to. In: their entries, and what ggen reads. Out: what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from ggen_rdf.diagnostics import Diagnostic, Severity
from ggen_rdf.source.inputs import FOLDERS, GLOBAL, SETTINGS
from ggen_rdf.write.manifest import Entry

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_WINDOWS = re.compile(
    r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?|.*[<>:\"|?*].*|.*[. ]", re.IGNORECASE | re.DOTALL
)
_PLAIN = re.compile(r"\w[\w-]*(?:\.[\w-]+)*", re.ASCII)
_UNSEEN = re.compile(
    "[\x80-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What no font shows (default ignorable, in the words of Unicode), and what changes the order of what it shows."""
_OWN = frozenset({"ggen.lock", ".ggen"})
_LONGEST = 255


def check(entries: Iterable[Entry], model: Iterable[str] = ()) -> list[Diagnostic]:
    """What is wrong with the paths, each by itself. `model` are the folders and files of the model."""
    found = []
    read = {place.lower() for place in (SETTINGS, GLOBAL, *FOLDERS, *model)}
    fine: set[str] = set()
    for entry in entries:
        folder, _, name = entry.path.rpartition("/")
        is_plain = len(name) <= _LONGEST and _PLAIN.fullmatch(name) and not _WINDOWS.fullmatch(name)
        if is_plain and folder in fine and entry.path.lower() not in read:
            continue
        parts = entry.path.split("/")
        wrong = _outside(entry, parts) or _reserved(entry, parts, read) or _unportable(entry, parts)
        if wrong is not None:
            found.append(wrong)
        elif folder:
            fine.add(folder)
    return found


def _outside(entry: Entry, parts: list[str]) -> Diagnostic | None:
    path = entry.path
    if path[:1] in ("/", "\\") or _DRIVE.match(path):
        says = "it is absolute"
    elif ".." in parts:
        says = "it goes up with `..`"
    elif "" in parts or "." in parts:
        says = "a part of it is empty" if "" in parts else "a part of it is `.`"
    elif "\\" in path:
        says = "it holds a `\\`, which parts folders on Windows only"
    elif _CONTROL.search(path):
        says = "it holds a control character"
    elif any(len(part.encode()) > _LONGEST for part in parts):
        says = f"a part of it is longer than {_LONGEST} bytes"
    else:
        return None
    return Diagnostic(
        "write/outside",
        f"`{shown(path)}` is not a path inside the workspace",
        notes=(says, _origin(entry)),
        help=f"look at what `to` in the front matter of `{entry.template}` makes of the model",
    )


def _reserved(entry: Entry, parts: list[str], read: Collection[str]) -> Diagnostic | None:
    lower = [part.lower() for part in parts]
    place = next((p for p in ("/".join(parts[:n]) for n in range(1, len(parts) + 1)) if p.lower() in read), None)
    if ".git" in lower:
        says = "belongs to git itself"
    elif lower[0] in _OWN:
        says = "belongs to ggen itself"
    elif place is not None:
        says = "is for ggen to read, not to write" if place == entry.path else f"is in `{place}/`, which ggen reads"
    else:
        return None
    return Diagnostic(
        "write/reserved",
        f"`{shown(entry.path)}` {says}",
        notes=(_origin(entry),),
        help=f"let `to` in the front matter of `{entry.template}` name another path",
    )


def _unportable(entry: Entry, parts: list[str]) -> Diagnostic | None:
    unseen = _UNSEEN.search(entry.path)
    if unseen is not None:
        return Diagnostic(
            "write/unportable",
            f"`{shown(entry.path)}` holds a character that cannot be seen",
            notes=(f"U+{ord(unseen[0]):04X} is invisible or changes the order of what is shown", _origin(entry)),
            help=f"look at what `to` in the front matter of `{entry.template}` makes of the model",
        )
    name = next((part for part in parts if _WINDOWS.fullmatch(part)), None)
    if name is None:
        return None
    return Diagnostic(
        "write/unportable",
        f"`{entry.path}` cannot be checked out on Windows",
        notes=(f"`{name}` is no file name there", _origin(entry)),
        severity=Severity.WARNING,
    )


def shown(path: str) -> str:
    """A path as it can stand in a message: what cannot be seen is spelt out."""
    path = _CONTROL.sub(lambda m: f"\\x{ord(m[0]):02x}", path)
    return _UNSEEN.sub(lambda m: f"\\u{{{ord(m[0]):x}}}", path)


def same(entries: Sequence[Entry]) -> list[Diagnostic]:
    """Entrys that are after the same place, also where only the case of a letter tells them apart."""
    first: dict[str, Entry] = {}
    found = []
    for entry in entries:
        other = first.setdefault(_folded(entry.path), entry)
        if other is not entry and not (other.mode == entry.mode == "region" and other.path == entry.path):
            found.append(same_path(other, entry))
    folders = {f: a for key, a in first.items() for f in _parents(key)}
    return found + [same_path(first[key], folders[key]) for key in sorted(folders.keys() & first.keys())]


def same_path(one: Entry, other: Entry, region: str = "") -> Diagnostic:
    """Two artefacts are after one place."""
    if region:
        message = f"region `{region}` of `{one.path}` is written twice"
    elif one.path == other.path:
        message = f"`{one.path}` is written twice"
    elif _folded(one.path) == _folded(other.path):
        message = f"`{one.path}` and `{other.path}` are one file where case does not count"
    else:
        message = f"`{one.path}` would be both a file and a folder"
    packs = sorted({one.pack, other.pack} - {""})
    act = (
        f"move one of the packs with `output` in `ggen.toml`: {', '.join(packs)}"
        if len(packs) > 1
        else (f"let `to` in the front matter of `{other.template}` name a path of its own for each")
    )
    return Diagnostic("write/same-path", message, notes=(_origin(one), _origin(other)), help=act)


def part_of_build(torn: Sequence[str]) -> Diagnostic:
    """A run for a part of the model is after files that a build makes of all of it."""
    first, more = torn[0], len(torn) - 1
    rest = f" and {more} other file{'s' if more > 1 else ''} of the build" if more else ""
    message = f"this run sees a part of the model only, and would change `{first}`{rest}"
    act = "give it a place of its own with `--output`, or run `ggen build`"
    return Diagnostic("write/part-of-build", message, help=act)


def _origin(entry: Entry) -> str:
    terms = f" for {', '.join(f'`{t}`' for t in entry.terms[:3])}" if entry.terms else ""
    return f"`{entry.template}` of pack `{entry.pack}` writes `{shown(entry.path)}`{terms}"


def _folded(path: str) -> str:
    if path.isascii():
        return path.lower()
    import unicodedata

    return unicodedata.normalize("NFC", path).lower()


def _parents(path: str) -> Iterable[str]:
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)
