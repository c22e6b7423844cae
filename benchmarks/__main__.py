"""`make bench`: times ggen, the obvious pipeline and LinkML on the same models, and writes a table of it.

Every figure is of a whole process, the median of three runs where a run is short. What is slower than a minute is run
once. Folders are not removed between runs: a file system is slow to fill what was just emptied.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import measure, model, tenants
from benchmarks.measure import Cost

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
GGEN = str(ROOT / ".venv" / "bin" / "ggen")
LINKML = ROOT / ".venv-bench" / "bin"

RUNS = 3

Row = tuple[str, Cost, str]


def main() -> None:
    """Measure, print, and keep what was printed in results.md."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--large", action="store_true", help="measure 10,000 aggregates as well")
    arguments.add_argument("--quick", action="store_true", help="only ggen, nothing to compare it with")
    chosen = arguments.parse_args()
    sizes = [25, 100, 1_000, *([10_000] if chosen.large else [])]
    cache = Path(os.environ.get("GGEN_CACHE") or Path.home() / ".cache" / "ggen")
    cache.mkdir(parents=True, exist_ok=True)
    parts = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=cache) as folder:
        for part in measured(Path(folder), sizes, chosen.quick):
            print(part + "\n", flush=True)
            parts.append(part)
    if not chosen.quick:
        (HERE / "results.md").write_text("\n\n".join(parts) + "\n")


def measured(folder: Path, sizes: list[int], quick: bool) -> Iterator[str]:
    """The parts of the report, each as soon as it is there."""
    yield head()
    yield start_up(folder)
    for size in sizes:
        yield one_size(size, folder / str(size), alone=quick)
    (folder / "tenants").mkdir()
    yield tenants.report(GGEN, folder / "tenants")


def head() -> str:
    """What was measured, and on what."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("pyoxigraph", "rdflib", "pyshacl"))
    linkml = next(line for line in (HERE / "constraints.txt").read_text().splitlines() if line.startswith("linkml=="))
    return (
        "# Benchmark\n\n"
        f"Whole processes on {os.cpu_count()} cores, Python {platform.python_version()}, {versions}, "
        f"{linkml.replace('==', ' ')}. Compare ratios inside one run, not times between machines. `make bench` makes "
        "this file; `benchmarks/model.py` says what the models hold."
    )


def start_up(folder: Path) -> str:
    """How long it takes to say the version, beside a Python that does nothing."""
    bare = repeated([sys.executable, "-c", "pass"], folder, runs=15)
    version = repeated([GGEN, "--version"], folder, runs=15)
    rows = [("`python -c pass`", bare, ""), ("`ggen --version`", version, ratio(version, bare))]
    return table("Start-up", "beside bare Python", rows)


def one_size(size: int, folder: Path, alone: bool) -> str:
    """Everything about models of one size."""
    folder.mkdir()
    workspace = folder / "cold-0"
    model.write_workspace(size, workspace)
    triples = count_triples(workspace)
    rows = list(builds(size, folder))
    cold = rows[0][1]
    files = sum(1 for _ in (workspace / "src").rglob("*.rs"))
    if not alone and size <= 1_000:
        rows += [(name, cost, ratio(cost, cold)) for name, cost in others(size, folder, workspace)]
    title = (
        f"{size:,} aggregates: {triples:,} triples, {files:,} files; "
        f"{triples / cold.seconds:,.0f} triples/s and {files / cold.seconds:,.0f} files/s, cold"
    )
    return table(title, "beside ggen, cold", rows)


def builds(size: int, folder: Path) -> Iterator[Row]:
    """ggen: from nothing, with nothing changed, with one number changed."""
    costs = []
    for run in range(RUNS):
        workspace = folder / f"cold-{run}"
        if not workspace.exists():
            model.write_workspace(size, workspace)
        costs.append(measure.run([GGEN, "build"], workspace, folder / "log"))
    cold = measure.median(costs)
    yield "ggen, cold", cold, "1"
    again = repeated([GGEN, "build"], workspace, runs=5)
    yield "ggen, nothing changed", again, ratio(again, cold)
    costs = []
    for _ in range(RUNS):
        model.change(workspace)
        costs.append(measure.run([GGEN, "build"], workspace, folder / "log"))
    yield "ggen, one number changed", measure.median(costs), ratio(measure.median(costs), cold)


def others(size: int, folder: Path, workspace: Path) -> Iterator[tuple[str, Cost]]:
    """The obvious pipeline and LinkML, for the same model."""
    naive = [sys.executable, str(HERE / "naive.py"), str(workspace)]
    out = folder / "naive"
    yield "rdflib + Jinja2, unchecked", measure.run([*naive, str(out / "1"), "--unchecked"], folder, folder / "log")
    if size <= 25:  # pySHACL runs each SPARQL constraint once per node: minutes for a hundred aggregates
        yield "rdflib + pySHACL + Jinja2", measure.run([*naive, str(out / "2")], folder, folder / "log")
    schema = folder / "linkml.yaml"
    schema.write_text(model.linkml(size))
    for name in ("gen-pydantic", "gen-sqlddl"):
        yield f"LinkML `{name}`", measure.run([str(LINKML / name), str(schema)], folder, folder / "log")


def repeated(command: list[str], folder: Path, runs: int) -> Cost:
    """The median of several runs of one command."""
    return measure.median([measure.run(command, folder, folder.parent / "log") for _ in range(runs)])


def count_triples(workspace: Path) -> int:
    """The triples of the model's own files, counted in a process of its own so that this one stays small."""
    program = (
        "import glob, pyoxigraph as ox, sys\n"
        "parsed = (ox.parse(path=p) for p in glob.glob(sys.argv[1]))\n"
        "print(sum(1 for quads in parsed for _ in quads))"
    )
    command = [sys.executable, "-c", program, str(workspace / "model" / "*.ttl")]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def ratio(cost: Cost, other: Cost) -> str:
    """How many times as long it took."""
    return (
        f"{cost.seconds / other.seconds:.2g}"
        if cost.seconds < 10 * other.seconds
        else f"{cost.seconds / other.seconds:.0f}"
    )


def table(title: str, beside: str, rows: list[Row]) -> str:
    """A table in Markdown."""
    lines = [f"## {title}", "", f"| what | seconds | CPU seconds | peak MB | {beside} |", "|---|--:|--:|--:|--:|"]
    lines += [f"| {name} | {c.seconds:.3f} | {c.processor:.3f} | {c.megabytes:.0f} | {r} |" for name, c, r in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
