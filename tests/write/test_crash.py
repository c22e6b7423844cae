"""A build may die at any step: the next one goes on from there, and an edit made in between is never lost."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.artefact import Artefact
from ggen_rdf.write.apply import apply
from ggen_rdf.write.plan import plan
from tests.write.trees import Death, DeathError, Refusal, artefact, build, built, codes, folders, owned, tree

REGION = "// ggen:begin mods\nmod {};\n// ggen:end mods\n"
FIRST = {
    "a": "1\n",
    "d/e/f": "deep\n",
    "keep": "same\n",
    "change": "before " * 50,
    "s.sh": "#!/bin/sh\n",
    "x/gone": "!",
}
THEN = {
    "a/b": "now a folder\n",
    "d/e": "now a file\n",
    "keep": "same\n",
    "change": "after " * 60,
    "new/er/file": "new\n",
}
LAST = {"a": "a file again\n", "change": "at last\n", "new/one": "1\n"}


def _artefacts(files: Mapping[str, str], region: str) -> list[Artefact]:
    return [*owned(files), artefact("lib.rs", REGION.format(region), "region"), artefact("main.rs", "fn\n", "once")]


BEFORE, AFTER, FINALLY = _artefacts(FIRST, "a"), _artefacts(THEN, "b"), _artefacts(LAST, "c")


def _expected(artefacts: list[Artefact]) -> dict[str, bytes]:
    return {a.path: a.data for a in sorted(artefacts, key=lambda a: a.path)}


def _steps(root: Path, artefacts: list[Artefact]) -> int:
    life = Death(0)
    with life.befalls():
        build(root, artefacts)
    return len(life.steps)


def _die(root: Path, artefacts: list[Artefact], at: int) -> None:
    with pytest.raises(DeathError), Death(at).befalls():
        build(root, artefacts)


def _is_clean(root: Path) -> bool:
    left = [p for p in root.rglob("*") if p.name.endswith(".tmp") or p.name == "journal"]
    return not left


@pytest.mark.parametrize("later", [AFTER, FINALLY, []], ids=["same", "other", "nothing"])
def test_after_death_at_any_step_the_next_build_arrives(tmp_path: Path, later: list[Artefact]) -> None:
    """Also where the model has changed in between, so that the next build wants something else."""
    start, root = tmp_path / "start", tmp_path / "root"
    start.mkdir()
    built(start, BEFORE)
    steps = _steps(Path(shutil.copytree(start, root)), AFTER)
    assert steps > 40
    for at in range(1, steps + 1):
        shutil.rmtree(root)
        shutil.copytree(start, root)
        _die(root, AFTER, at)
        made, found = plan(str(root), later)
        assert codes(found) == [], f"step {at}"
        assert apply(made)[1] == []
        present = tree(root)
        assert {"lib.rs", "main.rs"} <= present.keys()
        wanted = _expected(later) or {"lib.rs": present["lib.rs"], "main.rs": b"fn\n"}
        assert present == wanted, f"step {at}"
        assert _is_clean(root), f"step {at}"
        assert plan(str(root), later)[0].is_empty


def test_after_death_in_an_empty_workspace_the_next_build_arrives(tmp_path: Path) -> None:
    """The first build has no manifest to lean on, and regions and scaffolds are made whole."""
    steps = _steps(tmp_path / "count", AFTER) if (tmp_path / "count").mkdir() is None else 0
    for at in range(1, steps + 1):
        root = tmp_path / str(at)
        root.mkdir()
        _die(root, AFTER, at)
        built(root, FINALLY if at % 2 else AFTER)
        assert tree(root) == _expected(FINALLY if at % 2 else AFTER), f"step {at}"
        assert _is_clean(root)


@given(st.lists(st.tuples(st.sampled_from([BEFORE, AFTER, FINALLY, []]), st.integers(1, 60)), max_size=4))
def test_any_number_of_deaths(
    tmp_path_factory: pytest.TempPathFactory, fates: list[tuple[list[Artefact], int]]
) -> None:
    """Dying while recovering from a death is no worse."""
    root = tmp_path_factory.mktemp("deaths")
    for artefacts, at in fates:
        try:
            with Death(at).befalls():
                found = build(root, artefacts)[1]
        except DeathError:
            continue
        assert found == []
    built(root, AFTER)
    assert tree(root) == _expected(AFTER)
    assert _is_clean(root)


def test_an_edit_after_a_death_is_seen(tmp_path: Path) -> None:
    """What a dead build left half-written is ggen's; what the user then made of it is not."""
    (tmp_path / "root").mkdir()
    steps = _steps(tmp_path / "root", owned(THEN))
    seen = 0
    for at in range(1, steps + 1):
        root = tmp_path / f"at{at}"
        root.mkdir()
        _die(root, owned(THEN), at)
        half = root / "new/er/file"
        if half.exists():
            half.write_text("mine\n")
            found = build(root, owned(THEN))[1]
            assert codes(found) == ["write/edited"]
            assert half.read_text() == "mine\n"
            seen += 1
    assert seen > 3


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_refused_step_changes_nothing(tmp_path: Path, number: int) -> None:
    """Whatever the system refuses, and when: either all is written, or all is as it was."""
    start, root = tmp_path / "start", tmp_path / "root"
    start.mkdir()
    built(start, BEFORE)
    before, there = tree(start), folders(start)
    steps = _steps(Path(shutil.copytree(start, root)), AFTER)
    refused = 0
    for at in range(1, steps + 1):
        shutil.rmtree(root)
        shutil.copytree(start, root)
        lock = (root / "ggen.lock").read_bytes()
        with Refusal(at, number).befalls():
            found = build(root, AFTER)[1]
        if found:
            refused += 1
            assert (tree(root), folders(root)) == (before, there), f"step {at}"
            assert (root / "ggen.lock").read_bytes() == lock
            assert found[0].notes[-1] == "nothing was changed"
            assert _is_clean(root)
        built(root, AFTER)
        assert tree(root) == _expected(AFTER), f"step {at}"
    assert refused > 20
