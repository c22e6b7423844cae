"""The table of locked packages as a partial of Jinja, and back.

In: what each crate needs alone. Out: the text of `templates/common/crates.j2`: the crates, the sets of crates that need
something, and the packages, each with the number of such a set and the packages that it uses.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.lockfile import Key, Locked

Source = str
"""A crate by its folder; or, as `folder+need`, what it has only for some models."""
SPELLED = "{} {}"
HEAD = """\
{# Written by `python -m tools.crates`; do not edit. What `common/lock.j2` makes locks of:
   MEMBERS: the folder of a crate, its name, the packages it uses, the crates, and the packages for a need of the model;
   SETS: to what something belongs: crates, or as `folder+need` what they have for a need;
   PACKAGES: name, version, checksum, set, and what it uses, behind a set of its own where that is another.
   A package of a name that has several versions stands as the name, and as what a lock with several of them says. #}
"""


@dataclass(frozen=True)
class Member:
    """A crate of the workspace: the packages that it always uses, the crates, and the packages for some models."""

    folder: str
    suffix: str
    uses: tuple[Key, ...]
    paths: tuple[str, ...]
    needs: tuple[tuple[str, Key], ...]


class _Sets:
    """Sets of sources, by number."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[Source, ...], int] = {}

    def number(self, sources: Sequence[Source]) -> int:
        """The number of a set."""
        return self.numbers.setdefault(tuple(sources), len(self.numbers))


def table(
    locked: Mapping[Key, Locked], sources: Mapping[Source, Mapping[Key, Locked]], members: Sequence[Member]
) -> str:
    """The text of the table."""
    versions = Counter(name for name, _ in locked)
    sets = _Sets()
    packages = [_package(key, package, sources, versions, sets) for key, package in locked.items()]
    crates = [
        [m.folder, m.suffix, [_both(u) for u in m.uses], m.paths, [[need, _both(u)] for need, u in m.needs]]
        for m in members
    ]
    lists = {"MEMBERS": crates, "SETS": list(sets.numbers), "PACKAGES": packages}
    return HEAD + "".join(_list(name, rows) for name, rows in lists.items())


def _package(
    key: Key, package: Locked, sources: Mapping[Source, Mapping[Key, Locked]], versions: Counter[str], sets: _Sets
) -> list[object]:
    wanting = [source for source, found in sources.items() if key in found]
    own = sets.number(wanting)
    uses: list[object] = []
    for used in package.uses:
        by = sets.number([source for source in wanting if used in sources[source][key].uses])
        use = _both(used) if versions[used[0]] > 1 else used[0]
        uses.append(use if by == own else [by, use])
    return [*key, package.checksum, own, uses]


def _both(key: Key) -> list[str]:
    """A package by its name, and with its version, as a lock says it where there are several of the name."""
    return [key[0], SPELLED.format(*key)]


def _list(name: str, rows: Sequence[object]) -> str:
    return f"{{% set {name} = [\n" + "".join(f"  {json.dumps(row)},\n" for row in rows) + "] %}\n"


def whole_lock(text: str) -> str:
    """All packages of a table, as a Cargo.lock to start from."""
    rows = re.search(r"PACKAGES = \[\n(.*?)\n\] %}", text, re.DOTALL)
    packages = [json.loads(line.strip().rstrip(",")) for line in rows[1].splitlines()] if rows else []
    return "version = 4\n" + "".join(_block(*package) for package in packages)


def _block(name: str, version: str, checksum: str, _set: int, uses: list[Any]) -> str:
    always = [use[1] if isinstance(use[0], int) else use for use in uses]
    names = [use if isinstance(use, str) else use[1] for use in always]
    said = f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n'
    said += f'source = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "{checksum}"\n'
    return said + (f"dependencies = {json.dumps(names)}\n" if names else "")
