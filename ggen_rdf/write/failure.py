"""Why nothing could be written, in words. In: what the system said, and where. Out: a diagnostic."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.write.draft import Action
from ggen_rdf.write.plan import Plan

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_NOT_ALLOWED = {errno.EROFS, errno.EACCES, errno.EPERM}
_REASONS = {
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "the file or its folder may not be written to",
    errno.EPERM: "the system forbids it",
    errno.ENAMETOOLONG: "the path is too long",
    errno.EIO: "the disk has an error",
}


class ChangedError(OSError):
    """A file is no longer what it was when the plan was made."""


def failed(plan: Plan, path: str, error: OSError, lost: Sequence[str]) -> Diagnostic:
    """The build stopped at a path, and what was done was undone but for `lost`."""
    reason = _REASONS.get(error.errno or 0, (error.strerror or "unknown reason").lower())
    after = _after(lost)
    if isinstance(error, ChangedError | FileExistsError):
        message = f"`{path}` was changed while ggen was building"
        return Diagnostic("write/changed", message, notes=(after,), help="run it again")
    if error.errno == errno.EBUSY:
        return busy()
    if error.errno in _NO_SPACE:
        return Diagnostic(
            "write/no-space",
            f"there is no space left to write `{path}`",
            notes=(_needs(plan), after),
            help="make room on the disk, then run it again",
        )
    if error.errno in _NOT_ALLOWED:
        return Diagnostic(
            "write/read-only",
            f"`{path}` cannot be written: {reason}",
            notes=(after,),
            help="make the workspace writable, then run it again",
        )
    return Diagnostic("write/failed", f"`{path}` cannot be written: {reason}", notes=(after,))


def busy() -> Diagnostic:
    """Another process writes to the workspace."""
    return Diagnostic(
        "write/busy",
        "another ggen is writing to this workspace",
        notes=("nothing was changed",),
        help="wait until it is done, then run it again",
    )


def _needs(plan: Plan) -> str:
    made = [c.new for c in plan.changes if c.action in (Action.CREATE, Action.UPDATE) and c.new is not None]
    size = sum(map(len, made))
    return f"{len(made)} file{'' if len(made) == 1 else 's'} with {size} bytes were to be written"


def _after(lost: Sequence[str]) -> str:
    if not lost:
        return "nothing was changed"
    names = ", ".join(f"`{path}`" for path in lost[:5])
    more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
    return f"all was brought back as it was, but for {names}{more}: the next build goes on from there"
