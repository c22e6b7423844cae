"""Many tenants of one model: what each costs, and how much of the work is done once for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import Cost

SIZES = (10, 100, 1_000)
REFINED = (10, 100)
"""How many tenants refine the model: each has a view that is reasoned over, checked and rendered by itself."""


def pooled(folder: Path, number: int) -> None:
    """A tenant that shares tables."""
    _settings(folder, number, 'isolation = "pool"\n')


def silo(folder: Path, number: int) -> None:
    """A tenant with a database schema of its own."""
    _settings(folder, number, f'isolation = "silo"\ndatabase_schema = "t{number:04}_schema"\n')


def refined(folder: Path, number: int) -> None:
    """A silo tenant that tightens one attribute and adds another."""
    silo(folder, number)
    (folder / "tenants" / f"t{number:04}.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix shop: <https://shop.example/model#> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        f"shop:User sh:property [ sh:path shop:email ; sh:maxLength {100 + number % 100} ] ,\n"
        f"    [ sh:path <urn:t{number}:card> ; sh:datatype xsd:string ; sh:maxCount 1 ; sh:codeIdentifier "
        f'"card{number}" ] .\n<urn:t{number}:card> a owl:DatatypeProperty .\n'
    )


def _settings(folder: Path, number: int, more: str) -> None:
    text = f'id = "t{number:04}"\ncustom_domain = "t{number:04}.myapp.com"\nfeatures = ["basic"]\n{more}'
    (folder / "tenants" / f"t{number:04}.toml").write_text(text)


@dataclass(frozen=True)
class Series:
    """Builds of the shop with more and more tenants of one kind."""

    kind: str
    add: Callable[[Path, int], None]
    sizes: tuple[int, ...]


SERIES = (
    Series("pooled", pooled, SIZES),
    Series("silo", silo, SIZES),
    Series("silo, each refines the model", refined, REFINED),
)


def report(ggen: str, folder: Path) -> str:
    """The table for all series."""
    lines = [
        "## Tenants of the shop",
        "",
        "The packs of the shop, built cold. *Per further tenant* is the difference to the line above, divided by the "
        "number of tenants between. *Reused* is the share of files that did not have to be rendered, of those that "
        "separate builds, one for each tenant, would render.",
        "",
        "| tenants | kind | seconds | peak MB | files | ms per further tenant | kB per further tenant | reused |",
        "|--:|---|--:|--:|--:|--:|--:|--:|",
        *(line for series in SERIES for line in _series(ggen, folder, series)),
    ]
    return "\n".join(lines)


def _series(ggen: str, folder: Path, series: Series) -> Iterator[str]:
    before: tuple[int, Cost] | None = None
    log = folder / "log"
    for size in series.sizes:
        workspace = folder / f"{series.add.__name__}-{size}"
        measure.run([ggen, "new", workspace.name, "--example", "shop"], folder, log)
        for number in range(size):
            series.add(workspace, number)
        alone = _files_of_one(ggen, workspace, log)
        cost = measure.run([ggen, "build"], workspace, log)
        files = _generated(workspace)
        further = ("", "")
        if before is not None:
            count = size - before[0]
            further = (
                f"{(cost.seconds - before[1].seconds) / count * 1000:.1f}",
                f"{(cost.megabytes - before[1].megabytes) / count * 1024:.0f}",
            )
        reused = 1 - files / (alone * (size + 2))
        yield (
            f"| {size:,} | {series.kind} | {cost.seconds:.2f} | {cost.megabytes:.0f} | {files:,} "
            f"| {further[0]} | {further[1]} | {reused:.1%} |"
        )
        before = size, cost
    series.add(workspace, size)
    cost = measure.run([ggen, "build"], workspace, log)
    yield (
        f"| {size:,} + 1 | one more, built after | {cost.seconds:.2f} | {cost.megabytes:.0f} "
        f"| {_generated(workspace):,} | | | |"
    )


def _files_of_one(ggen: str, workspace: Path, log: Path) -> int:
    """How many files the build of one tenant writes."""
    measure.run([ggen, "build", "--tenant", "t0000"], workspace, log)
    count = _generated(workspace)
    for name in ("ggen.lock", ".ggen"):
        (workspace / name).rename(workspace.parent / f"{workspace.name}-{name}")
    for name in ("db", "docs", "domain", "views", "config"):
        if (workspace / name).exists():
            (workspace / name).rename(workspace.parent / f"{workspace.name}-{name}")
    return count


def _generated(workspace: Path) -> int:
    """The number of files that the lock names."""
    lines = (workspace / "ggen.lock").read_text().splitlines()
    return sum(1 for line in lines[1:] if line and not line.startswith("#"))
