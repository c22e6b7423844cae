"""The parts of a pack: other packs, made once for each record of one of its levels and for what hangs below it.

In: what `parts` says in a pack.yaml, and the records of the pack. Out: for each record the elements that another pack
is made for, where that goes, and the name that the workspace has in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, nearest
from ggen_rdf.graph import Term
from ggen_rdf.project import Context, Level
from ggen_rdf.render.front_matter import yaml_key_span
from ggen_rdf.render.target import Target

_KEYS = ("each", "of", "as", "named", "folder")


@dataclass(frozen=True)
class Part:
    """Another pack that is made for each record of the level `each`: for the elements of the level `of` below it."""

    pack: str
    each: str
    of: str
    binds: str
    """The query variable of the other pack that is restricted to the elements."""
    named: str
    """The filter of the target that spells the record, as a folder and at the end of the workspace's name."""
    folder: str
    """Where the part goes below the folder of the record."""


@dataclass(frozen=True)
class Making:
    """One part to be made."""

    elements: list[Term]
    path: str
    """Where it goes, below the output of the pack."""
    name: str
    """What the record is called, and so the workspace in what is made."""


def read_parts(said: Any, levels: Sequence[Level], source: Source) -> tuple[tuple[Part, ...], list[Diagnostic]]:
    """Read the `parts` table of a pack."""
    parts: list[Part] = []
    problems: list[Diagnostic] = []
    known = {level.name: level for level in levels}
    for pack, keys in said.items():
        missing = [key for key in _KEYS if not isinstance(keys, dict) or not isinstance(keys.get(key), str)]
        problem = None
        if missing:
            problem = (
                f"the part `{pack}` does not say `{missing[0]}`",
                f"write {{{', '.join(f'{k}: …' for k in _KEYS)}}}",
            )
        elif keys["of"] not in known or known[keys["of"]].parent != keys["each"]:
            guess = nearest(keys["of"], [level.name for level in levels if level.parent])
            problem = (
                f"no level `{keys['of']}` hangs under `{keys['each']}`",
                f"write `{guess}`" if guess else "name a projection `within` another",
            )
        elif "name" not in known[keys["each"]].variables:
            problem = f"`{keys['each']}` has no `?name` that the part `{pack}` could be called by", "select it"
        if problem:
            where = (Label(yaml_key_span(source, str(pack))),)
            problems.append(Diagnostic("pack/manifest", problem[0], where, help=problem[1]))
            continue
        parts.append(Part(pack, keys["each"], keys["of"], keys["as"], keys["named"], keys["folder"].strip("/")))
    return tuple(parts), problems


def makings(part: Part, context: Context, target: Target) -> Iterator[Making]:
    """What is to be made of a part, a record at a time."""
    plural = context.levels[part.of].plural
    for record in context.records[part.each]:
        elements: list[Term] = [ox.NamedNode(str(below.get(part.of))) for below in record.get(plural)]
        if elements:
            folder = str(target.filters[part.named](record))
            yield Making(elements, f"{folder}/{part.folder}", str(record.get("name")))


def unspelled(part: Part, target: Target, source: Source) -> list[Diagnostic]:
    """A filter that the target does not have."""
    if part.named in target.identifiers:
        return []
    guess = nearest(part.named, target.identifiers)
    where = (Label(yaml_key_span(source, part.pack)),)
    act = f"write `{guess}`" if guess else None
    return [Diagnostic("pack/manifest", f"the target makes no identifiers with `{part.named}`", where, help=act)]
