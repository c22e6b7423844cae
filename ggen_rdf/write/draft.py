"""A plan in the making: what is known of the tree and the manifest, and what was decided so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from ggen_rdf.diagnostics import Diagnostic, InternalError
from ggen_rdf.write import bases
from ggen_rdf.write.manifest import Entry, Manifest
from ggen_rdf.write.tree import Tree


class Action(StrEnum):
    """What is to happen to a file."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"
    REMOVE = "remove"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a plan: `old` is what stands there, `new` what is to stand there; neither where nothing changes."""

    path: str
    action: Action
    old: bytes | None = None
    new: bytes | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """One artefact to be placed: its entry as the manifest will have it; no bytes where it was not rendered again."""

    entry: Entry
    data: bytes | None


@dataclass
class Draft:
    """What is known and what was decided so far.

    `begun` are whole files of which the manifest will know regions only, `contents` what is to be kept as bases,
    `removed` the paths that will be free, `hollow` folders that will hold no file and have to make way for one.
    """

    tree: Tree
    before: Manifest
    unfinished: Manifest
    overwrite: Collection[str] = ()
    keep: Collection[str] = ()
    changes: list[Change] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    begun: list[Entry] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    hollow: list[str] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def overwrites(self, path: str) -> bool:
        """Whether the user said to discard what stands at a path."""
        return bool(self.overwrite) and covers(self.overwrite, path)

    def keeps(self, path: str) -> bool:
        """Whether the user said to leave a path alone from now on."""
        return bool(self.keep) and covers(self.keep, path)

    def is_kept(self, path: str, region: str = "") -> bool:
        """Whether an earlier build was told to leave a path alone, and this one is not told otherwise."""
        entry = self.before.by_key.get((path, region))
        return entry is not None and entry.mode == "kept" and not self.overwrites(path)

    def is_ours(self, path: str, data: bytes, region: str = "") -> bool:
        """Whether ggen wrote these bytes there, by what the manifest says, in full or as far as it came."""
        vouched = self.before.vouched.get((path, region), ())
        if vouched and sha256(data).hexdigest() in vouched:
            return True
        begun = self.unfinished.vouched.get((path, region), ())
        return any(whole.startswith(data) for whole in bases.read(self.tree.root, begun).values())

    def data(self, want: Want) -> bytes:
        """The bytes of an artefact; of one that was not rendered again, as they were kept."""
        if want.data is not None:
            return want.data
        digest = want.entry.sha256
        known = bases.read(self.tree.root, [digest]).get(digest)
        if known is None:
            raise InternalError(f"{want.entry.path} was not rendered, and what it was is not kept")
        return known

    def change(self, path: str, action: Action, old: bytes | None = None, new: bytes | None = None) -> None:
        """Decides what happens to a path."""
        self.changes.append(Change(path, action, old, new))

    def refuse(self, diagnostic: Diagnostic, path: str, old: bytes | None = None, new: bytes | None = None) -> None:
        """Decides that a path is in conflict, and says why; the manifest goes on saying what it said."""
        self.diagnostics.append(diagnostic)
        self.change(path, Action.CONFLICT, old, new)

    def hold(self, path: str, region: str = "") -> None:
        """Leaves what the manifest says of a path as it is."""
        entry = self.before.by_key.get((path, region))
        if entry is not None:
            self.entries.append(entry)


def covers(options: Iterable[str], path: str) -> bool:
    """Whether one of the paths a user named is this one or a folder around it; `.` is around everything."""
    for option in options:
        named = option.removeprefix("./").rstrip("/")
        if named in ("", ".", path) or path.startswith(f"{named}/"):
            return True
    return False
