"""Decides what happens to one path. In: a draft, and what is wanted there or was. Out: changes in the draft."""

from __future__ import annotations

from hashlib import sha256

from ggen_rdf.write import bases, conflict
from ggen_rdf.write.draft import Action, Draft, Want
from ggen_rdf.write.manifest import Entry
from ggen_rdf.write.tree import Kind, Place


def is_free(draft: Draft, path: str, place: Place) -> bool:
    """Whether a file can be made at a path: at most empty folders and what this plan removes are there."""
    if place.kind is Kind.NOTHING:
        return True
    if place.kind is Kind.BEHIND_FILE:
        return place.by in draft.removed
    if place.kind is Kind.FOLDER and draft.tree.only(path, draft.removed):
        draft.hollow.append(path)
        return True
    return False


def place_owned(draft: Draft, want: Want) -> None:
    """A file that is ggen's: made, brought up to date, or in conflict with what the user made of it."""
    entry, path = want.entry, want.entry.path
    place = draft.tree.at(path)
    if want.data is not None:
        draft.contents[entry.sha256] = want.data
    if draft.is_kept(path):
        draft.hold(path)
        draft.change(path, Action.KEEP)
    elif place.kind is Kind.FILE:
        _over_file(draft, want)
    elif is_free(draft, path, place):
        draft.entries.append(entry)
        draft.change(path, Action.CREATE, None, draft.data(want))
    else:
        draft.hold(path)
        draft.refuse(conflict.in_the_way(path, place), path, None, draft.data(want))


def _over_file(draft: Draft, want: Want) -> None:
    entry, path = want.entry, want.entry.path
    if draft.tree.sha256(path) == entry.sha256:
        draft.entries.append(entry)
        draft.change(path, Action.KEEP)
        return
    old, new = draft.tree.read(path), draft.data(want)
    if draft.overwrites(path) or draft.is_ours(path, old):
        draft.entries.append(entry)
        draft.change(path, Action.UPDATE, old, new)
    elif draft.keeps(path):
        draft.entries.append(draft.before.by_key.get((path, ""), entry)._replace(mode="kept"))
        draft.change(path, Action.KEEP)
    else:
        draft.hold(path)
        said = draft.before.by_key.get((path, ""))
        if said is None:
            draft.refuse(conflict.exists(path, old, new), path, old, new)
        else:
            found = sha256(old).hexdigest()
            ours = new if entry.sha256 == said.sha256 else _base(draft, said)
            draft.refuse(conflict.edited(path, old, ours, said.sha256, found), path, old, new)


def place_once(draft: Draft, want: Want) -> None:
    """A file that is the user's as soon as it exists."""
    entry, path = want.entry, want.entry.path
    place = draft.tree.at(path)
    if place.kind in (Kind.FILE, Kind.LINK):
        draft.entries.append(draft.before.by_key.get((path, ""), entry)._replace(mode="once"))
        if (path, "") in draft.unfinished.by_key and draft.is_ours(path, draft.tree.read(path)):
            draft.change(path, Action.UPDATE, draft.tree.read(path), draft.data(want))
        else:
            draft.change(path, Action.KEEP)
    elif is_free(draft, path, place):
        draft.entries.append(entry)
        draft.contents[entry.sha256] = draft.data(want)
        draft.change(path, Action.CREATE, None, draft.data(want))
    else:
        draft.refuse(conflict.in_the_way(path, place), path, None, draft.data(want))


def retire(draft: Draft, entry: Entry) -> None:
    """A file that nothing generates any more: removed, unless it is the user's by now."""
    path = entry.path
    if entry.mode != "owned" or draft.tree.at(path).kind is not Kind.FILE:
        return
    old = draft.tree.read(path)
    if draft.overwrites(path) or draft.is_ours(path, old):
        draft.removed.add(path)
        draft.change(path, Action.REMOVE, old, None)
    elif not draft.keeps(path):
        draft.entries.append(entry)
        draft.refuse(conflict.edited_orphan(path, old, _base(draft, entry)), path, old, None)


def _base(draft: Draft, entry: Entry) -> bytes | None:
    return bases.read(draft.tree.root, [entry.sha256]).get(entry.sha256)
