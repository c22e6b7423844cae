"""Makes the tree what a plan says. In: a plan without conflicts. Out: what was written, or why nothing was.

Order: bases, journal, temporary files beside those to be replaced, removals, new files, replacements, manifest. The
journal names everything about to be made, so whatever a crash leaves is recognised by the next build; any failure that
can be caught is undone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from ggen_rdf.diagnostics import Diagnostic, InternalError
from ggen_rdf.write import bases, disk, manifest
from ggen_rdf.write.draft import Action, Change
from ggen_rdf.write.failure import ChangedError, busy, failed
from ggen_rdf.write.manifest import Manifest
from ggen_rdf.write.plan import Plan
from ggen_rdf.write.tree import Seen, stamp, temporary
from ggen_rdf.write.undo import Done, undo

_SCRIPT = b"#!"
_LOCK = f"{bases.FOLDER}/lock"


@dataclass(frozen=True)
class Applied:
    """What came of a plan: the files as they were left, None for one whose content is the user's, and the manifest."""

    outputs: Mapping[str, Seen | None] = field(default_factory=dict)
    manifest: Manifest = field(default_factory=Manifest)
    counts: Mapping[Action, int] = field(default_factory=dict)


def apply(plan: Plan) -> tuple[Applied, list[Diagnostic]]:
    """Carries out a plan: all of it, or, where that fails, nothing."""
    if plan.blocked:
        raise InternalError("a plan with conflicts was to be applied")
    if plan.is_empty and not plan.unfinished:
        return _unchanged(plan), []
    done = Done(plan.root, at=bases.FOLDER)
    try:
        _make_own_folder(plan.root)
        with disk.alone(done.full(_LOCK)) as is_alone:
            return _carried_out(plan, done) if is_alone else (Applied(), [busy()])
    except OSError as error:
        return Applied(), [failed(plan, done.at, error, [])]


def _make_own_folder(root: str) -> None:
    """The folder of what ggen knows about this copy of the workspace only; git is told to leave it alone."""
    folder, made = os.path.join(root, bases.FOLDER), list[str]()
    disk.make_folders(folder, made)
    if made:
        disk.create(os.path.join(folder, ".gitignore"), b"*\n")


def _unchanged(plan: Plan) -> Applied:
    """Nothing to do, also not where nothing may be written; the bases are kept where they can be."""
    with suppress(OSError):
        if not plan.contents.keys() <= bases.digests(plan.root):
            _make_own_folder(plan.root)
            bases.keep(plan.root, plan.contents)
    return Applied(_outputs(plan, {}), plan.after, plan.counts)


def _carried_out(plan: Plan, done: Done) -> tuple[Applied, list[Diagnostic]]:
    kept = bases.digests(plan.root)
    try:
        bases.keep(plan.root, {d: data for d, data in plan.contents.items() if d not in kept})
        if plan.secrets is not None:
            done.at = plan.secrets.path
            plan.secrets.write()
        _announce(plan, done)
        written = _write(plan, done)
        _write_manifest(plan, done)
    except BaseException as error:
        lost = undo(done)
        if plan.secrets is not None:
            plan.secrets.undo()
        if not lost and not plan.unfinished:
            with suppress(OSError):
                os.unlink(done.full(manifest.JOURNAL))
        if isinstance(error, OSError):
            return Applied(), [failed(plan, done.at, error, lost)]
        raise
    with suppress(OSError):
        os.unlink(done.full(manifest.JOURNAL))
    with suppress(OSError):
        bases.forget(plan.root, (kept | plan.contents.keys()) - {entry.sha256 for entry in plan.after.entries})
    return Applied(_outputs(plan, written), plan.after, plan.counts), []


def _announce(plan: Plan, done: Done) -> None:
    """Says what is about to be made, before anything is; with it what an earlier build announced and never finished."""
    if any(change.action is not Action.KEEP for change in plan.changes):
        done.at = manifest.JOURNAL
        more = (*plan.begun, *plan.unfinished)
        whole = manifest.manifest(dict.fromkeys((*plan.after.entries, *more))) if more else plan.after
        disk.put(done.full(manifest.JOURNAL), done.full(manifest.JOURNAL + ".tmp"), manifest.journal(whole))


def _write(plan: Plan, done: Done) -> dict[str, Seen]:
    """The files, in an order in which each step makes room for the next; says how each was left."""
    actions: dict[Action, list[Change]] = {action: [] for action in Action}
    for change in plan.changes:
        actions[change.action].append(change)
    for path in plan.leftovers:
        os.unlink(done.full(path))
    for change in actions[Action.UPDATE]:
        _stage(change, done)
    _remove(actions[Action.REMOVE], {_folder(change.path) for change in actions[Action.CREATE]}, plan, done)
    for path in plan.hollow:
        _remove_hollow(path, done)
    known: set[str] = set()
    written = {change.path: _create(change, done, known) for change in actions[Action.CREATE]}
    written.update({change.path: _replace(change, plan, done) for change in actions[Action.UPDATE]})
    return written


def _stage(change: Change, done: Done) -> None:
    done.at = change.path
    new = change.new or b""
    mode = os.stat(done.full(change.path)).st_mode & 0o777
    if new.startswith(_SCRIPT):
        mode |= (mode & 0o444) >> 2
    done.staged[change.path] = disk.stage(done.full(temporary(change.path)), new, mode)


def _remove(changes: list[Change], needed: set[str], plan: Plan, done: Done) -> None:
    """Removes files, and the folders that this empties, unless something is about to be made in them."""
    folders = set()
    for change in changes:
        done.at = change.path
        mode = _unchanged_since(change, plan, done)
        os.unlink(done.full(change.path))
        done.gone.append((change, mode))
        folders.add(_folder(change.path))
    for folder in sorted(folders, reverse=True):
        _remove_empty(folder, needed, done)


def _remove_empty(folder: str, needed: set[str], done: Done) -> None:
    while folder and folder not in needed:
        try:
            os.rmdir(done.full(folder))
        except OSError:
            return
        done.emptied.append(done.full(folder))
        folder = _folder(folder)


def _remove_hollow(path: str, done: Done) -> None:
    """Removes a folder that has nothing but folders in it."""
    done.at = path
    for folder, _, _ in os.walk(done.full(path), topdown=False):
        os.rmdir(folder)
        done.emptied.append(folder)


def _create(change: Change, done: Done, known: set[str]) -> Seen:
    done.at = change.path
    new, full = change.new or b"", done.full(change.path)
    folder = os.path.dirname(full)
    if folder not in known:
        disk.make_folders(folder, done.folders)
        known.add(folder)
    stat = disk.create(full, new, 0o755 if new.startswith(_SCRIPT) else disk.MODE)
    done.created.append(change.path)
    return stamp(stat), sha256(new).hexdigest()


def _replace(change: Change, plan: Plan, done: Done) -> Seen:
    done.at = change.path
    full, staged = done.full(change.path), done.staged[change.path]
    mode = _unchanged_since(change, plan, done)
    os.replace(done.full(temporary(change.path)), full)
    done.gone.append((change, mode))
    now = stamp(os.stat(full))
    # Renaming moves the time of the file's record, so it is looked at again; an edit in between shows in the rest.
    same = (now[0], now[1], now[3]) == (staged.st_size, staged.st_mtime_ns, staged.st_ino)
    return now if same else stamp(staged), sha256(change.new or b"").hexdigest()


def _unchanged_since(change: Change, plan: Plan, done: Done) -> int:
    """The permissions of a file that is about to go; raises where the file is not what the plan was made for."""
    try:
        stat = os.lstat(done.full(change.path))
    except FileNotFoundError:
        raise ChangedError(change.path) from None
    seen = plan.seen.get(change.path)
    if seen is None or seen[0] != stamp(stat):
        raise ChangedError(change.path)
    return stat.st_mode & 0o777


def _write_manifest(plan: Plan, done: Done) -> None:
    if plan.before != plan.after:
        done.at = manifest.NAME
        disk.put(done.full(manifest.NAME), done.full(temporary(manifest.NAME)), plan.after.text.encode())


def _outputs(plan: Plan, written: Mapping[str, Seen]) -> dict[str, Seen | None]:
    """How every file of the run was left, in the order of the plan."""
    outputs: dict[str, Seen | None] = {}
    for change in plan.changes:
        if change.action is not Action.REMOVE:
            seen = written.get(change.path) or plan.seen.get(change.path)
            outputs[change.path] = None if change.path in plan.free else seen
    return outputs


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
