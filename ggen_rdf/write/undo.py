"""What a build has done to the tree so far, and how to take it back. In: a record of steps. Out: the tree as it was."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field

from ggen_rdf.write import disk
from ggen_rdf.write.draft import Change
from ggen_rdf.write.tree import temporary


@dataclass
class Done:
    """The steps taken, each noted as soon as it is done; `at` is the path that is being worked on.

    Permissions stand beside what is to be brought back with them.
    """

    root: str
    at: str = ""
    folders: list[str] = field(default_factory=list)
    staged: dict[str, os.stat_result] = field(default_factory=dict)
    emptied: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    gone: list[tuple[Change, int]] = field(default_factory=list)

    def full(self, path: str) -> str:
        """Where a path of the workspace is on this machine."""
        return os.path.join(self.root, path)


def undo(done: Done) -> list[str]:
    """Takes back every step, the last first; says which paths could not be brought back."""
    lost = []
    for path in reversed(done.created):
        try:
            os.unlink(done.full(path))
        except OSError:
            lost.append(path)
    for path in done.staged:
        with suppress(OSError):
            os.unlink(done.full(temporary(path)))
    for folder in reversed(done.folders):
        with suppress(OSError):
            os.rmdir(folder)
    for folder in reversed(done.emptied):
        with suppress(OSError):
            os.mkdir(folder)
    for change, mode in reversed(done.gone):
        waiting = done.full(temporary(change.path))
        try:
            disk.stage(waiting, change.old or b"", mode)
            os.replace(waiting, done.full(change.path))
        except OSError:
            lost.append(change.path)
    return sorted(lost)
