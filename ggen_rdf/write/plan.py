"""What a build would do to the tree, decided before one byte is written.

In: artefacts, the manifest of the last build, the tree. Out: a `Plan`, and a diagnostic for everything in its way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVarTuple, Unpack

from ggen_rdf.artefact import Artefact
from ggen_rdf.diagnostics import Diagnostic, has_errors
from ggen_rdf.source.inputs import model_places
from ggen_rdf.write import conflict, manifest, paths
from ggen_rdf.write.draft import Action, Change, Draft, Want, covers
from ggen_rdf.write.manifest import BUILD, Entry, Manifest
from ggen_rdf.write.placing import place_once, place_owned, retire
from ggen_rdf.write.placing_regions import place_regions
from ggen_rdf.write.regions import contents
from ggen_rdf.write.tree import Kind, Seen, Tree, temporary

if TYPE_CHECKING:
    from ggen_rdf.write.secrets_file import SecretsFile

_What = TypeVarTuple("_What")


@dataclass(frozen=True)
class Plan:
    """Everything that is to happen to a tree, sorted by path, and what the manifest will say afterwards.

    `contents` are bytes to keep as bases, by digest; `seen` are the files that stand there now; `free` those of ggen's
    whose content is the user's; `hollow` empty folders in the way of a file. `unfinished` and `leftovers` are the
    entries and the temporary files of a build that was cut off; `begun` are entries that only such a build would leave.
    A plan that is `blocked` must not be applied.
    """

    root: str
    changes: tuple[Change, ...] = ()
    before: Manifest = field(default_factory=Manifest)
    after: Manifest = field(default_factory=Manifest)
    begun: tuple[Entry, ...] = ()
    hollow: tuple[str, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)
    seen: Mapping[str, Seen | None] = field(default_factory=dict)
    free: frozenset[str] = frozenset()
    leftovers: tuple[str, ...] = ()
    unfinished: tuple[Entry, ...] = ()
    blocked: bool = False
    secrets: SecretsFile | None = None

    @property
    def is_empty(self) -> bool:
        """Whether tree and manifest are already what they are to be."""
        calm = all(change.action is Action.KEEP for change in self.changes)
        return calm and not self.leftovers and self.before == self.after and not self.writes_secrets

    @property
    def writes_secrets(self) -> bool:
        """Whether the secrets file, or what keeps git away from it, changes."""
        return self.secrets is not None and bool(self.secrets.added or not self.secrets.ignored)

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many changes there are of each kind."""
        return Counter(change.action for change in self.changes)


def plan(
    root: str,
    artefacts: Iterable[Artefact],
    before: Manifest | None = None,
    *,
    unchanged: Iterable[Entry] = (),
    run: str = BUILD,
    runs: Mapping[str, str] = MappingProxyType({}),
    scope: Callable[[Entry], bool] | None = None,
    overwrite: Collection[str] = (),
    keep: Collection[str] = (),
    remembered: Mapping[str, Seen | None] | None = None,
) -> tuple[Plan, list[Diagnostic]]:
    """Compares artefacts with the tree.

    `unchanged` are the entries of artefacts that need not be rendered again. `run` names what is run, `runs`
    what it is called instead for the packs that are made along with another, and `scope` says which entries of the
    manifest belong to it: what is in scope and no longer generated is removed; by default that is
    what earlier runs of that name wrote. `overwrite` and `keep` hold paths of files or folders; `.` is everything.
    """
    diagnostics: list[Diagnostic] = []
    if before is None:
        before, diagnostics = manifest.read(root)
    unfinished = manifest.read_unfinished(root)
    known = Manifest((*before.entries, *unfinished.entries)) if unfinished.entries else before
    draft = Draft(Tree(root, remembered), known, unfinished, overwrite, keep)
    draft.diagnostics += diagnostics
    if not has_errors(diagnostics):
        owns = scope or (lambda entry: entry.run == run)
        kept = ((e, runs.get(e.pack, run)) for e in unchanged)
        again = (Want(e if e.run == name else e._replace(run=name), None) for e, name in kept)
        wants = [*_wants(artefacts, run, runs), *again]
        _decide(draft, sorted(wants, key=_order), owns)
    return _finished(draft, before), draft.diagnostics


def _wants(artefacts: Iterable[Artefact], run: str, runs: Mapping[str, str]) -> Iterable[Want]:
    for a in artefacts:
        digest = sha256(a.data).hexdigest()
        facts = (a.pack, a.pack_version, a.template, a.template_hash, a.context_hash, runs.get(a.pack, run), a.terms)
        yield Want(Entry(a.path, "", a.mode, digest, *facts), a.data)


def _order(want: Want) -> tuple[str, str, str, tuple[str, ...], str]:
    entry = want.entry
    return entry.path, entry.pack, entry.template, entry.terms, entry.context_hash


def _decide(draft: Draft, wants: Sequence[Want], owns: Callable[[Entry], bool]) -> None:
    """Decides on every path that is wanted, or was."""
    entries = [want.entry for want in wants]
    wrong = [*paths.check(entries, model_places(draft.tree.root)), *paths.same(entries)]
    draft.diagnostics += wrong
    if has_errors(wrong):
        return
    wanted = {entry.path for entry in entries}
    _check_options(draft, wanted)
    stale: dict[str, list[Entry]] = {}
    filled = {(w.entry.path, name) for w in wants if w.entry.mode == "region" for name in contents(draft.data(w))}
    for entry in dict.fromkeys(draft.before.entries):
        if entry.key in filled or (entry.path in wanted and not entry.region):
            continue
        if owns(entry):
            stale.setdefault(entry.path, []).append(entry)
        else:
            draft.entries.append(entry)
    for path, found in stale.items():
        if path not in wanted:
            _guarded(draft, path, _retire, path, found)
    _place(draft, wants, stale, owns)


def _retire(draft: Draft, path: str, entries: Sequence[Entry]) -> None:
    """Removes what is no longer wanted; before anything is placed, as it makes room."""
    whole, parts = [e for e in entries if not e.region], [e for e in entries if e.region]
    is_file = draft.tree.at(path).kind is Kind.FILE
    if whole and (not parts or (is_file and draft.is_ours(path, draft.tree.read(path)))):
        retire(draft, whole[-1])
    elif parts:
        place_regions(draft, path, (), parts)


def _place(
    draft: Draft, wants: Sequence[Want], stale: Mapping[str, Sequence[Entry]], owns: Callable[[Entry], bool]
) -> None:
    parts: dict[str, list[Want]] = {}
    torn: list[str] = []
    for want in wants:
        entry = want.entry
        if entry.mode == "region":
            parts.setdefault(entry.path, []).append(want)
            continue
        place = place_once if entry.mode == "once" else place_owned
        said = draft.before.by_key.get((entry.path, ""))
        if said is None or owns(said) or draft.tree.at(entry.path).kind is Kind.NOTHING:
            _guarded(draft, entry.path, place, want)
        elif said.pack != entry.pack:
            draft.refuse(paths.same_path(said, entry), entry.path)
        elif said.run == BUILD and said.sha256 == entry.sha256:
            _guarded(draft, entry.path, place, Want(said, want.data))
        elif said.run == BUILD != entry.run and entry.mode == "owned":
            torn.append(entry.path)
        else:
            shared = Want(entry._replace(run=min(entry.run, said.run, key=lambda run: (run != BUILD, run))), want.data)
            _guarded(draft, entry.path, place, shared)
    for path, found in parts.items():
        _guarded(draft, path, place_regions, path, found, stale.get(path, ()))
    if torn:
        draft.refuse(paths.part_of_build(torn), torn[0])


def _guarded(draft: Draft, path: str, decide: Callable[[Draft, Unpack[_What]], None], *what: *_What) -> None:
    """Turns what the system refuses to show into a diagnostic."""
    try:
        decide(draft, *what)
    except OSError as error:
        draft.refuse(conflict.unreadable(path, error), path)


def _check_options(draft: Draft, wanted: Collection[str]) -> None:
    known = sorted({*wanted, *(entry.path for entry in draft.before.entries)})
    for name, options in (("overwrite", draft.overwrite), ("keep", draft.keep)):
        for option in sorted(options):
            if not any(covers([option], path) for path in known):
                draft.diagnostics.append(conflict.unknown_path(name, option, known))


def _finished(draft: Draft, before: Manifest) -> Plan:
    tree = draft.tree
    after = manifest.manifest(dict.fromkeys(draft.entries))
    there = (Action.KEEP, Action.UPDATE, Action.REMOVE)
    stands = [c.path for c in draft.changes if c.action in there]
    return Plan(
        root=tree.root,
        changes=tuple(sorted(draft.changes, key=lambda change: change.path)),
        before=before,
        after=after,
        begun=tuple(draft.begun),
        hollow=tuple(draft.hollow),
        contents=draft.contents,
        seen={path: _seen(tree, path) for path in stands},
        free=frozenset(entry.path for entry in after.entries if entry.mode in ("once", "kept")),
        leftovers=_leftovers(draft, before),
        unfinished=draft.unfinished.entries,
        blocked=has_errors(draft.diagnostics),
    )


def _seen(tree: Tree, path: str) -> Seen | None:
    """None for a link, which only a file that is the user's can be, and for a file that cannot be read."""
    try:
        digest = tree.sha256(path)
    except OSError:
        return None
    return tree.stamps[path], digest


def _leftovers(draft: Draft, before: Manifest) -> tuple[str, ...]:
    """The temporary files that a build which was cut off may have left."""
    begun = set(draft.unfinished.entries) - set(before.entries)
    names = sorted({temporary(path) for path in (manifest.NAME, *(entry.path for entry in begun))} if begun else ())
    return tuple(name for name in names if draft.tree.at(name).kind is Kind.FILE)
