"""A crate of a generated workspace under Cargo: its tests against a database, and its bad twins."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.support.databases import Ggen

Cargo = Callable[..., subprocess.CompletedProcess[str]]


def make(run_ggen: Ggen, workspace: Path, pack: str, *options: str) -> Path:
    """The workspace with what a pack generates, and what that needs."""
    done = run_ggen(["gen", pack, *options], cwd=workspace)
    assert done.exit == 0, done.stderr
    return workspace


def passed(tested: subprocess.CompletedProcess[str]) -> int:
    """How many tests passed."""
    return sum(int(line.split()[3]) for line in tested.stdout.splitlines() if line.startswith("test result: ok."))


def settings(values: Mapping[str, str]) -> list[str]:
    """Options with which cargo sets environment variables for what it runs."""
    return [option for name, value in values.items() for option in ("--config", f'env.{name}="{value}"')]


@contextmanager
def kept(file: Path) -> Iterator[None]:
    """What Cargo does to a file is undone at the end."""
    before = file.read_bytes() if file.exists() else None
    try:
        yield
    finally:
        if before is not None:
            file.write_bytes(before)
        else:
            file.unlink(missing_ok=True)


# --- Bad twins ---------------------------------------------------------------------------------------------


def twins(cases: Mapping[str, tuple[str, ...]], telling: str) -> list[ParameterSet]:
    """The bad twins of a crate, by name. `make test` tries the telling one, `make test-twins` the others."""
    assert telling in cases
    return [
        pytest.param(*case, id=name, marks=() if name == telling else pytest.mark.live) for name, case in cases.items()
    ]


def spoil(file: Path, old: str, new: str) -> None:
    """Change a file wherever it says something."""
    text = file.read_text()
    assert old in text, f"{old} is not in {file}"
    file.write_text(text.replace(old, new))


def fails(cargo: Cargo, crate: Path, test: str, *options: str) -> None:
    """Of the tests of a crate, those whose name holds this fail; they were compiled."""
    tested = cargo("test", "--locked", *options, test, "--", "--include-ignored", cwd=crate, check=False)
    assert tested.returncode != 0
    assert re.search(rf"{test}\w* \.\.\. FAILED", tested.stdout), tested.stdout + tested.stderr
