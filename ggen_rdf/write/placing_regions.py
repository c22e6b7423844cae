"""Decides what happens to the named blocks of a user's file.

In: a draft, the artefacts of mode `region` for one path, and the blocks of it that nothing fills any more. Out: changes
in the draft. What stands outside the blocks is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ggen_rdf.write import bases, conflict, paths
from ggen_rdf.write.draft import Action, Draft, Want
from ggen_rdf.write.manifest import Entry
from ggen_rdf.write.placing import is_free
from ggen_rdf.write.regions import Block, blocks, contents, filled, marks
from ggen_rdf.write.tree import Kind


@dataclass(frozen=True, slots=True)
class _Filling:
    """What is to stand in one block, and the artefact that says so."""

    entry: Entry
    data: bytes
    marks: tuple[str, str]


def place_regions(draft: Draft, path: str, wants: Sequence[Want], stale: Sequence[Entry]) -> None:
    """Fills the blocks of a file, and empties those that nothing fills any more."""
    new = _fillings(draft, wants)
    if new is None:
        return
    place = draft.tree.at(path)
    if place.kind is Kind.FILE:
        disk = draft.tree.read(path)
        if wants and (path, "") in draft.unfinished.by_key and draft.is_ours(path, disk):
            _make(draft, path, wants, new, disk)
        else:
            _over_file(draft, path, new, stale, disk)
    elif wants and is_free(draft, path, place):
        _make(draft, path, wants, new, None)
    elif wants:
        draft.refuse(conflict.in_the_way(path, place), path)


def _fillings(draft: Draft, wants: Sequence[Want]) -> dict[str, _Filling] | None:
    """What the artefacts put into each block; None, and diagnostics, where they contradict themselves or each other."""
    found: dict[str, _Filling] = {}
    for want in wants:
        data = draft.data(want)
        flaws = blocks(data)[1]
        if flaws:
            draft.refuse(conflict.unbalanced(want.entry.template or want.entry.path, data, flaws), want.entry.path)
            return None
        for name, content in contents(data).items():
            if name in found:
                draft.refuse(paths.same_path(found[name].entry, want.entry, name), want.entry.path)
                return None
            entry = want.entry._replace(region=name, mode="region", sha256=sha256(content).hexdigest())
            found[name] = _Filling(entry, content, marks(data, name))
    return found


def _make(draft: Draft, path: str, wants: Sequence[Want], new: Mapping[str, _Filling], old: bytes | None) -> None:
    """The whole file, where the user has none yet: what the artefacts put around their blocks is its beginning."""
    whole = b"".join(draft.data(want) for want in wants)
    digest = sha256(whole).hexdigest()
    draft.begun.append(Entry(path, sha256=digest, run=wants[0].entry.run))
    draft.contents[digest] = whole
    for filling in new.values():
        _fill(draft, filling)
    action = Action.CREATE if old is None else Action.KEEP if old == whole else Action.UPDATE
    draft.change(path, action, *((None, None) if action is Action.KEEP else (old, whole)))


def _over_file(draft: Draft, path: str, new: Mapping[str, _Filling], stale: Sequence[Entry], disk: bytes) -> None:
    have, flaws = blocks(disk)
    if flaws:
        _hold(draft, path, [*new, *(e.region for e in stale)])
        draft.refuse(conflict.unbalanced(path, disk, flaws), path, disk)
        return
    fill: dict[str, bytes] = {}
    clear = True
    for name, filling in new.items():
        if name not in have:
            clear &= _without(draft, path, filling, disk, list(have))
        else:
            clear &= _decide(draft, disk, have[name], filling, fill)
    for entry in stale:
        if entry.region in have:
            clear &= _empty(draft, disk, have[entry.region], entry, fill)
    after = filled(disk, fill)
    if not clear:
        draft.change(path, Action.CONFLICT, disk, filled(disk, {n: f.data for n, f in new.items()}))
    elif after == disk:
        draft.change(path, Action.KEEP)
    else:
        draft.change(path, Action.UPDATE, disk, after)


def _decide(draft: Draft, disk: bytes, block: Block, filling: _Filling, fill: dict[str, bytes]) -> bool:
    """Whether a block may be filled; what is to stand in it goes to `fill`."""
    path, now = filling.entry.path, disk[block.start : block.end]
    said = draft.before.by_key.get((path, block.name))
    if draft.is_kept(path, block.name):
        draft.hold(path, block.name)
        return True
    if now == filling.data or draft.overwrites(path) or not now.strip() or draft.is_ours(path, now, block.name):
        _fill(draft, filling)
        fill[block.name] = filling.data
        return True
    if draft.keeps(path):
        draft.entries.append((said or filling.entry)._replace(mode="kept"))
        return True
    draft.hold(path, block.name)
    if said is None:
        draft.diagnostics.append(conflict.exists(path, disk, filling.data, block))
    else:
        found = sha256(now).hexdigest()
        draft.diagnostics.append(conflict.edited(path, disk, _base(draft, said), said.sha256, found, block))
    return False


def _without(draft: Draft, path: str, filling: _Filling, disk: bytes, have: Sequence[str]) -> bool:
    """A user's file that lacks a block is in conflict, unless the user said to leave it alone."""
    name = filling.entry.region
    if draft.is_kept(path, name) or draft.keeps(path):
        draft.entries.append(draft.before.by_key.get((path, name), filling.entry)._replace(mode="kept"))
        return True
    draft.hold(path, name)
    draft.diagnostics.append(conflict.missing_region(path, name, disk, have, *filling.marks))
    return False


def _empty(draft: Draft, disk: bytes, block: Block, entry: Entry, fill: dict[str, bytes]) -> bool:
    """Whether a block that nothing fills any more may be emptied."""
    path, now = entry.path, disk[block.start : block.end]
    if entry.mode == "kept" or draft.keeps(path) or not now.strip():
        return True
    if draft.overwrites(path) or draft.is_ours(path, now, block.name):
        fill[block.name] = b""
        return True
    draft.entries.append(entry)
    draft.diagnostics.append(conflict.edited_orphan(path, disk, _base(draft, entry), block))
    return False


def _fill(draft: Draft, filling: _Filling) -> None:
    draft.entries.append(filling.entry)
    draft.contents[filling.entry.sha256] = filling.data


def _hold(draft: Draft, path: str, names: Sequence[str]) -> None:
    for name in names:
        draft.hold(path, name)


def _base(draft: Draft, entry: Entry) -> bytes | None:
    return bases.read(draft.tree.root, [entry.sha256]).get(entry.sha256)
