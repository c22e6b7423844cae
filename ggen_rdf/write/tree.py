"""The workspace's files as they stand, looked at once. In: a root. Out: what is at a path, its bytes, its hash.

A file whose size, times and inode are what ggen remembers is not read again; every other one is hashed.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256

Stamp = tuple[int, int, int, int]
"""Size, time of the last change of content and of the file's record in nanoseconds, inode."""

Seen = tuple[Stamp, str]
"""A file as it was found or left: its stamp, and the sha256 of its bytes."""

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Kind(Enum):
    """What can stand at a path."""

    NOTHING = auto()
    FILE = auto()
    FOLDER = auto()
    LINK = auto()
    OTHER = auto()
    BEHIND_FILE = auto()
    """One of the folders in the path is a file."""
    OUTSIDE = auto()
    """One of the folders in the path is a link that leads out of the workspace."""


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at a path; for BEHIND_FILE and OUTSIDE, `by` is the part of the path that is to blame."""

    kind: Kind
    by: str = ""


_NOTHING, _FILE, _FOLDER = Place(Kind.NOTHING), Place(Kind.FILE), Place(Kind.FOLDER)
_Listing = dict[str, "os.DirEntry[str]"]


def stamp(stat: os.stat_result) -> Stamp:
    """What tells a file from a later state of it, short of reading it."""
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def temporary(path: str) -> str:
    """Where the new bytes of a file wait for their turn: in the same folder, under a name of fixed length."""
    folder, slash, _ = path.rpartition("/")
    return f"{folder}{slash}.ggen-{sha256(path.encode()).hexdigest()[:16]}.tmp"


class Tree:
    """The files under a root, each folder listed at most once."""

    def __init__(self, root: str, remembered: Mapping[str, Seen | None] | None = None) -> None:
        self.root = root
        self.stamps: dict[str, Stamp] = {}
        self._remembered = remembered or {}
        self._folders: dict[str, _Listing | Place] = {}
        self._bytes: dict[str, bytes] = {}
        self._hashes: dict[str, str] = {}

    def at(self, path: str) -> Place:
        """What stands at a path. Raises OSError where a folder cannot be listed."""
        folder, _, name = path.rpartition("/")
        listing = self._listing(folder)
        if isinstance(listing, Place):
            return listing
        entry = listing.get(name)
        if entry is None:
            return _NOTHING
        if entry.is_symlink():
            return Place(Kind.LINK if self._inside(path) else Kind.OUTSIDE, path)
        if entry.is_file(follow_symlinks=False):
            return _FILE
        return _FOLDER if entry.is_dir(follow_symlinks=False) else Place(Kind.OTHER)

    def sha256(self, path: str) -> str:
        """The hash of a file's bytes. Raises OSError."""
        known = self._hashes.get(path)
        if known is None:
            folder, _, name = path.rpartition("/")
            listing = self._listing(folder)
            remembered = self._remembered.get(path)
            if remembered is not None and isinstance(listing, dict):
                now = stamp(listing[name].stat(follow_symlinks=False))
                if now == remembered[0]:
                    self.stamps[path] = now
                    return self._hashes.setdefault(path, remembered[1])
            known = self._hashes[path] = sha256(self.read(path)).hexdigest()
        return known

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises OSError."""
        data = self._bytes.get(path)
        if data is None:
            fd = os.open(os.path.join(self.root, path), _READ)
            with open(fd, "rb", buffering=0) as file:
                # Before the bytes: what is written between the two shows as a newer stamp, and is hashed again.
                self.stamps[path] = stamp(os.fstat(fd))
                data = self._bytes[path] = file.read()
        return data

    def files_under(self, path: str) -> Iterator[str]:
        """All that is under a folder and is not itself a folder."""
        waiting = [path]
        while waiting:
            folder = waiting.pop()
            with os.scandir(os.path.join(self.root, folder)) as entries:
                for entry in entries:
                    below = f"{folder}/{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(below)
                    else:
                        yield below

    def only(self, path: str, files: Container[str]) -> bool:
        """Whether a folder holds nothing but these files."""
        return all(file in files for file in self.files_under(path))

    def _listing(self, folder: str) -> _Listing | Place:
        """The entries of a folder, or why there are none. By iteration: paths may be very deep."""
        missing = []
        while folder not in self._folders:
            missing.append(folder)
            folder = folder.rpartition("/")[0]
            if missing[-1] == "":
                break
        for path in reversed(missing):
            self._folders[path] = self._list(path)
        return self._folders[missing[0] if missing else folder]

    def _list(self, folder: str) -> _Listing | Place:
        if folder:
            parent, _, name = folder.rpartition("/")
            above = self._folders[parent]
            if isinstance(above, Place):
                return above
            entry = above.get(name)
            if entry is None:
                return _NOTHING
            if entry.is_symlink() and not self._inside(folder):
                return Place(Kind.OUTSIDE, folder)
            if not entry.is_dir():
                return Place(Kind.BEHIND_FILE, folder)
        with os.scandir(os.path.join(self.root, folder)) as entries:
            return {entry.name: entry for entry in entries}

    def _inside(self, path: str) -> bool:
        root = os.path.realpath(self.root)
        target = os.path.realpath(os.path.join(self.root, path))
        return target == root or target.startswith(root.rstrip(os.sep) + os.sep)
