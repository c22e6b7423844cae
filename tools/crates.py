"""Writes `templates/common/crates.j2`: the packages that the generated crates need, as Cargo locked them.

    python -m tools.crates [--lock Cargo.lock] [PACK...]

In: the packs that offer crates (all there are, unless some are named), and what Cargo may choose: the packages of the
table as it is, or of another Cargo.lock; what is missing is looked up in the registry. Out: the table, from which
`templates/common/lock.j2` makes the lock of any set of these crates. To that end each crate is resolved alone, and so
is what only some models need; the whole must be the sum of that, or there is no table.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ggen_rdf import compiler
from tools.crates_table import SPELLED, Member, Source, table, whole_lock
from tools.lockfile import Key, Locked, probe, read, resolved

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "templates" / "common" / "crates.j2"
WORKSPACE = "rust-workspace"
KINDS = ("dependencies", "dev-dependencies", "build-dependencies")
COMPONENTS = ("components/", ("auth", "billing"), "open")
"""Where components are, which ones ggen knows, and what all others are, which need the same."""
NEEDS = {"base64": "bytes", "jiff": "jiff", "regex": "regex", "rust_decimal": "decimal"}
"""Packages that a crate has only for some models, and what `need.rq` calls the reason."""
EVERYTHING = """
@prefix :     <https://w3id.org/ggen/crates#> .
@prefix ggen: <https://w3id.org/ggen#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh:   <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd:  <http://www.w3.org/2001/XMLSchema#> .
:Everything a ggen:BoundedContext ; rdfs:label "Everything"@en ; rdfs:comment "Whatever there is."@en .
:Thing a ggen:AggregateRoot ; rdfs:label "Thing"@en ; rdfs:comment "Something."@en ; ggen:context :Everything ;
    sh:property
        [ sh:path :thingId ; sh:datatype xsd:string ; sh:pattern "^[a-z]+$" ; sh:minCount 1 ; sh:maxCount 1 ;
          ggen:identity true ] ,
        [ sh:path :amount ; sh:datatype xsd:decimal ; sh:maxCount 1 ] ,
        [ sh:path :day ; sh:datatype xsd:date ; sh:maxCount 1 ] ,
        [ sh:path :content ; sh:datatype xsd:base64Binary ; sh:maxCount 1 ] .
:thingId skos:example "x" .
:Loyalty a ggen:SharedComponent ; rdfs:label "loyalty"@en ; rdfs:comment "What ggen does not know."@en .
"""


@dataclass(frozen=True)
class Crate:
    """A generated crate: its name without that of the workspace, and what its Cargo.toml asks for."""

    folder: str
    suffix: str
    outside: Mapping[str, Mapping[str, Any]]
    paths: tuple[str, ...]


def main(words: Sequence[str] | None = None) -> int:
    """Write the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.crates")
    parser.add_argument("--lock", type=Path, help="a Cargo.lock whose versions are kept")
    parser.add_argument("packs", nargs="*", metavar="PACK")
    asked = parser.parse_args(words)
    packs = asked.packs or offering()
    with tempfile.TemporaryDirectory(prefix="ggen-crates-") as place:
        full, bare = Path(place) / "full", Path(place) / "bare"
        crates, few = generated(full, "shop", packs, EVERYTHING), generated(bare, "starter", packs, "")
        shutil.copy(asked.lock, full / "Cargo.lock") if asked.lock else (full / "Cargo.lock").write_text(started())
        lock = resolved(full, offline=False)
    sources = {source: probe(tables, lock) for source, tables in apart(crates, few).items()}
    locked = {key: package for key, package in read(lock).items() if package.checksum}
    check(locked, sources)
    TABLE.write_text(table(locked, sources, members(crates, few, lock)))
    print(f"{len(locked)} packages for {len(crates)} crates of {len(packs)} packs")
    return 0


def offering() -> list[str]:
    """The packs whose crates are members of the workspace."""
    found, problems = compiler.packs(str(ROOT))
    wrong = [problem.message for problem in problems]
    return [p.name for p in found if "cargo" in p.offers] if not wrong else sys.exit("\n".join(wrong))


def started() -> str:
    """The packages of the table as it is, as a Cargo.lock."""
    return whole_lock(TABLE.read_text()) if TABLE.exists() else "version = 4\n"


def generated(folder: Path, example: str, packs: Sequence[str], model: str) -> dict[str, Crate]:
    """The crates of an example, by folder."""
    shutil.copytree(ROOT / "examples" / example, folder)
    settings = folder / "ggen.toml"
    named = "packs = [" + ", ".join(f'"{pack}"' for pack in packs) + "]"
    text = re.sub(r"packs = \[.*?\]", named, settings.read_text(), count=1, flags=re.DOTALL)
    settings.write_text(text.replace('"auth", "billing"', '"auth", "billing", "loyalty"'))
    (folder / "model" / "everything.ttl").write_text(model)
    (folder / "templates" / "common").mkdir(parents=True)
    (folder / "templates" / "common" / TABLE.name).write_text(table({}, {}, ()))  # what is to be made need not be right
    plan, problems = compiler.build(compiler.Request(root=str(folder)))
    if plan is None or plan.blocked:
        sys.exit("\n".join(problem.message for problem in problems))
    name = tomllib.loads(settings.read_text())["workspace"]["name"]
    found: dict[str, Crate] = {}
    for member in tomllib.loads((folder / "Cargo.toml").read_text())["workspace"]["members"]:
        crate = read_crate(folder, member, name)
        found[crate.folder] = crate
    return found


def read_crate(root: Path, folder: str, workspace: str) -> Crate:
    """What the Cargo.toml of a crate asks for: packages from outside, and crates of the workspace."""
    manifest = tomllib.loads((root / folder / "Cargo.toml").read_text())
    every = {kind: manifest.get(kind, {}) for kind in KINDS}
    inside = {
        name for said in every.values() for name, spec in said.items() if isinstance(spec, dict) and "path" in spec
    }
    outside = {kind: {n: spec for n, spec in said.items() if n not in inside} for kind, said in every.items()}
    features = {
        name: [part for part in parts if not touches(part, inside)]
        for name, parts in manifest.get("features", {}).items()
    }
    places = {
        (root / folder / spec["path"]).resolve() for said in every.values() for n, spec in said.items() if n in inside
    }
    paths = {general(place.relative_to(root.resolve()).as_posix()) for place in places}
    suffix = manifest["package"]["name"].removeprefix(f"{workspace}-")
    return Crate(general(folder), suffix, {**outside, "features": features}, tuple(sorted(paths)))


def general(folder: str) -> str:
    """The folder of a crate; one for all components that ggen does not know."""
    place, known, others = COMPONENTS
    return f"{place}{others}" if folder.startswith(place) and folder.removeprefix(place) not in known else folder


def touches(part: str, inside: set[str]) -> bool:
    """Whether a part of a feature is about a crate of the workspace."""
    return re.split(r"[?/]", part.removeprefix("dep:"))[0] in inside


def conditional(crate: Crate, few: Mapping[str, Crate]) -> dict[str, str]:
    """The packages that a crate asks for only for some models, each with the need that says so."""
    if crate.folder not in few:
        return {}
    bare = few[crate.folder].outside
    extra = {name for kind in KINDS for name in crate.outside[kind] if name not in bare[kind]}
    if extra - NEEDS.keys():
        sys.exit(f"{crate.folder} needs {sorted(extra - NEEDS.keys())} for some models, and no need says for which")
    return {name: NEEDS[name] for name in sorted(extra)}


def apart(crates: Mapping[str, Crate], few: Mapping[str, Crate]) -> dict[Source, dict[str, Mapping[str, Any]]]:
    """The tables of a Cargo.toml for each crate, and for each package that it has for some models only."""
    found: dict[Source, dict[str, Mapping[str, Any]]] = {}
    for crate in crates.values():
        some = conditional(crate, few)
        kept = {kind: {n: spec for n, spec in crate.outside[kind].items() if n not in some} for kind in KINDS}
        found[crate.folder] = {**kept, "features": crate.outside["features"]}
        for name, need in some.items():
            found[f"{crate.folder}+{need}"] = {
                kind: {n: spec for n, spec in crate.outside[kind].items() if n == name} for kind in KINDS
            }
    return found


def check(locked: Mapping[Key, Locked], sources: Mapping[Source, Mapping[Key, Locked]]) -> None:
    """Make sure that the lock of the whole is the sum of its parts."""
    for key, package in locked.items():
        parts = {used for part in sources.values() if key in part for used in part[key].uses}
        if parts != set(package.uses) or not any(key in part for part in sources.values()):
            sys.exit(f"{SPELLED.format(*key)} is more in the whole than in its parts: {set(package.uses) ^ parts}")


def members(crates: Mapping[str, Crate], few: Mapping[str, Crate], lock: str) -> list[Member]:
    """What the lock says of each crate itself, parted by what it is for."""
    said = read(lock)
    found = []
    for crate in crates.values():
        some = conditional(crate, few)
        uses = next(
            package.uses for key, package in said.items() if key[0] == f"shop-{crate.suffix}" and not package.checksum
        )
        outside = [key for key in uses if said[key].checksum]
        always = tuple(key for key in outside if key[0] not in some)
        needs = tuple((some[key[0]], key) for key in outside if key[0] in some)
        found.append(Member(crate.folder, crate.suffix, always, crate.paths, needs))
    return found


if __name__ == "__main__":
    sys.exit(main())
