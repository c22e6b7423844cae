"""What a Cargo.lock says, and what Cargo makes of a crate that needs only these packages.

In: the text of a Cargo.lock, or dependencies as a Cargo.toml has them. Out: packages, each with those that it uses.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Key = tuple[str, str]
"""The name and the version of a package."""

MANIFEST = """[package]
name = "probe"
version = "0.1.0"
edition = "2024"
rust-version = "1.85"
"""


@dataclass(frozen=True)
class Locked:
    """One package of a Cargo.lock. Its own packages have no checksum."""

    checksum: str | None
    uses: tuple[Key, ...]


def read(text: str) -> dict[Key, Locked]:
    """The packages of a Cargo.lock, in its order."""
    said = tomllib.loads(text)["package"]
    versions: dict[str, list[str]] = {}
    for package in said:
        versions.setdefault(package["name"], []).append(package["version"])
    return {
        (package["name"], package["version"]): Locked(
            package.get("checksum"), tuple(_key(used, versions) for used in package.get("dependencies", ()))
        )
        for package in said
    }


def _key(used: str, versions: Mapping[str, list[str]]) -> Key:
    """A dependency as Cargo spells it: with a version only where the name has several."""
    name, _, version = used.partition(" ")
    return name, version.partition(" ")[0] or versions[name][0]


def resolved(folder: Path, offline: bool) -> str:
    """The Cargo.lock of a workspace; what it has already is kept, as far as it is used."""
    command = ["cargo", "update", "--workspace", "--quiet", *(["--offline"] if offline else [])]
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL)
    return (folder / "Cargo.lock").read_text()


def probe(tables: Mapping[str, Mapping[str, Any]], lock: str) -> dict[Key, Locked]:
    """What Cargo locks for a crate with these tables of a Cargo.toml, if it may only choose what a lock has."""
    with tempfile.TemporaryDirectory(prefix="ggen-crates-") as place:
        folder = Path(place)
        (folder / "src").mkdir()
        (folder / "src" / "lib.rs").touch()
        (folder / "Cargo.toml").write_text(MANIFEST + "".join(_table(name, table) for name, table in tables.items()))
        (folder / "Cargo.lock").write_text(lock)
        found = read(resolved(folder, offline=True))
    return {key: package for key, package in found.items() if key[0] != "probe"}


def _table(name: str, table: Mapping[str, Any]) -> str:
    return "\n".join([f"\n[{name}]", *(f"{json.dumps(key)} = {_value(value)}" for key, value in table.items()), ""])


def _value(value: Any) -> str:
    """A value of TOML; what JSON and TOML write alike is all that dependencies hold, but for tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {json.dumps(part)}" for key, part in value.items()) + " }"
    return json.dumps(value)
