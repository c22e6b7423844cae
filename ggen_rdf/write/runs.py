"""Whose a file is: what a run is called in the manifest, and which entries are its to remove.

What was made by hand is no build's to remove. Once a pack is no longer built, a plain `gen` of it takes over what the
last build made of it; so does the `gen` of a pack that needs it. A run for one tenant removes only what came from it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from ggen_rdf.write.manifest import BUILD, Entry, Manifest


@dataclass(frozen=True)
class Runs:
    """What a run is called, also for the packs that it makes only because another needs them, and what it owns."""

    name: str
    owns: Callable[[Entry], bool]
    of: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What a `gen` was asked for: the pack, where to, and whether any of it is not as in a build."""

    pack: str
    output: str | None
    restricted: bool
    configured: bool
    built: Collection[str]
    """The packs of a build, with those that they need."""
    needed: Collection[str]
    """The packs that are made along with it."""

    @property
    def name(self) -> str:
        """What the manifest calls it, where it is no part of the build."""
        return f"gen {self.pack} {self.output or ''}".strip()


def runs(asked: Asked | None, its: Callable[[Entry], bool]) -> Runs:
    """The names of a run and what it owns, of what `its` says is its own; without an order by hand it is a build."""
    if asked is None:
        return Runs(BUILD, lambda entry: entry.run == BUILD and its(entry))
    of = {pack: _plain(pack, asked.built) for pack in sorted(asked.needed)}

    def along(entry: Entry) -> bool:
        return entry.pack in of and entry.run in (BUILD, f"gen {entry.pack}")

    def owns(entry: Entry) -> bool:
        if along(entry):
            return its(entry)
        if asked.output is None and asked.restricted:
            return False  # a part of what is there: the rest is not gone
        if asked.output is not None or asked.restricted or asked.configured:
            return entry.run == asked.name and its(entry)
        return entry.run in (asked.name, BUILD) and entry.pack == asked.pack and its(entry)

    plain = asked.output is None and not asked.restricted and not asked.configured
    return Runs(_plain(asked.pack, asked.built) if plain else asked.name, owns, of)


def _plain(pack: str, built: Collection[str]) -> str:
    return BUILD if pack in built else f"gen {pack}"


def standing(manifest: Manifest, by_hand: bool) -> set[str]:
    """The packs whose output stands at its usual place; for a build, only those that it does not make anew itself."""
    return {e.pack for e in manifest.entries if e.run == f"gen {e.pack}" or (by_hand and e.run == BUILD)}
