"""The same model gives the same bytes: in whatever order and files it stands, wherever and however it is built."""

from __future__ import annotations

import os
import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.running import run_inside, run_outside
from tests.support.workspaces import copy_example, tree

# A build of the shop takes most of a second, so there are fewer cases than usual; a failing one is told as it is, for a
# smaller seed would not be a simpler case.
FEW = settings(max_examples=max(2, settings.default.max_examples // 20), phases=(Phase.explicit, Phase.generate))


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one random case."""
    with tempfile.TemporaryDirectory(prefix="ggen-test-") as folder:
        yield Path(folder)


def outputs(workspace: Path) -> dict[str, bytes]:
    """What a build wrote: every file that is not an input or a memory."""
    inputs = ("model/", "tenants/", "global.toml", ".ggen/")
    return {name: data for name, data in tree(workspace).items() if not name.startswith(inputs)}


def built(workspace: Path) -> dict[str, bytes]:
    """The outputs of a build."""
    run = run_inside(["build"], workspace)
    assert run.exit == 0, run.stderr
    return outputs(workspace)


@cache
def reference() -> dict[str, bytes]:
    """The outputs of the shop as it is."""
    with scratch() as folder:
        found = built(copy_example("shop", folder / "shop"))
    assert len(found) > 20
    return found


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The names of the files that are not the same in both."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def shuffled(path: Path, chance: random.Random) -> list[str]:
    """The statements of a file in random order, with other names for the blank nodes."""
    prefix = f"b{chance.randrange(10**9)}"
    lines = [f"{rename(quad.triple, prefix)} ." for quad in ox.parse(path=path)]
    chance.shuffle(lines)
    return lines


def rename(triple: ox.Triple, prefix: str) -> ox.Triple:
    """The triple with the blank nodes' names changed."""

    def renamed(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        return ox.BlankNode(prefix + term.value) if isinstance(term, ox.BlankNode) else term

    return ox.Triple(renamed(triple.subject), triple.predicate, renamed(triple.object))


@FEW
@given(seed=st.integers(0, 2**32))
def test_order_and_blank_nodes_do_not_matter(seed: int) -> None:
    """The same statements in another order, with other blank nodes."""
    chance = random.Random(seed)
    with scratch() as folder:
        workspace = copy_example("shop", folder / "shop")
        for path in (workspace / "model").glob("*.ttl"):
            path.write_text("\n".join(shuffled(path, chance)) + "\n")
        assert differing(reference(), built(workspace)) == []


NAMES_ITS_SOURCES = {"docs/gdpr-data-mapping.xlsx", "ggen.lock"}
"""The data map lists the files of the model, and the lock holds the data map's hash."""


@FEW
@given(seed=st.integers(0, 2**32))
def test_what_is_said_twice_is_said_once(seed: int) -> None:
    """Statements repeated in another file, as overlays and imports do."""
    chance = random.Random(seed)
    with scratch() as folder:
        workspace = copy_example("shop", folder / "shop")
        lines = [line for path in sorted((workspace / "model").glob("*.ttl")) for line in shuffled(path, chance)]
        again = [line for line in lines if "_:" not in line and chance.random() < 0.5]
        (workspace / "model" / "again.nt").write_text("\n".join(again) + "\n")
        assert set(differing(reference(), built(workspace))) <= NAMES_ITS_SOURCES


@FEW
@given(seed=st.integers(0, 2**32), files=st.integers(1, 6))
def test_files_do_not_matter(seed: int, files: int) -> None:
    """The same statements, moved to other files in another format."""
    chance = random.Random(seed)
    with scratch() as folder:
        workspace = copy_example("shop", folder / "shop")
        texts: list[list[str]] = [[] for _ in range(files)]
        for path in sorted((workspace / "model").glob("*.ttl")):
            # A blank node is known only inside its file, so what shares one stays together.
            texts[chance.randrange(files)] += shuffled(path, chance)
            path.unlink()
        for number, lines in enumerate(texts):
            (workspace / "model" / f"part-{number}.nt").write_text("\n".join(lines) + "\n")
        assert set(differing(reference(), built(workspace))) <= NAMES_ITS_SOURCES


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "4711", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8"},
        {"PYTHONHASHSEED": "random", "PYTHONUTF8": "1", "HOME": "/nonexistent", "USER": "somebody"},
    ],
    ids=["plain", "far-away", "homeless"],
)
def test_machine_and_place_do_not_matter(env: dict[str, str], tmp_path: Path) -> None:
    """Another folder, hash seed, locale, time zone, user."""
    workspace = copy_example("shop", tmp_path / env["PYTHONHASHSEED"] / "a folder with spaces" / "shop")
    run = run_outside(["build"], workspace, env)
    assert run.exit == 0, run.stderr
    assert differing(reference(), outputs(workspace)) == []


def test_dates_of_files_do_not_matter(workspace: Path) -> None:
    """A touched file is no change: nothing is written again."""
    built(workspace)
    stamps = {path: path.stat().st_mtime_ns for path in workspace.rglob("*") if path.is_file()}
    for path in (workspace / "model").iterdir():
        os.utime(path)
    built(workspace)
    touched = {p for p, t in stamps.items() if p.stat().st_mtime_ns != t and not {"model", ".ggen"} & set(p.parts)}
    assert touched == set()


def test_a_plan_after_a_build_is_empty(workspace: Path) -> None:
    """What was just built needs nothing; nor does it without the memory of the build."""
    built(workspace)
    again = run_inside(["build", "--check"], workspace)
    assert (again.exit, again.stdout) == (0, "")
    assert re.fullmatch(r" +Finished \d+ unchanged\n", again.stderr)
    shutil.rmtree(workspace / ".ggen")
    assert run_inside(["build", "--check"], workspace) == again


def test_what_a_build_made_it_can_make_again(workspace: Path) -> None:
    """Artefacts that were deleted come back as they were."""
    first = built(workspace)
    for name in first:
        if name not in ("ggen.toml", "ggen.lock"):
            (workspace / name).unlink()
    assert differing(first, built(workspace)) == []
