"""A crate of a generated workspace under Cargo: its tests against a database, and its bad twins."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support import workspaces
from tests.support.databases import Ggen

Cargo = Callable[..., subprocess.CompletedProcess[str]]


def make(run_ggen: Ggen, workspace: Path, pack: str, folder: str) -> Path:
    """The crate of a pack, with those that it needs."""
    done = run_ggen(["gen", pack], cwd=workspace)
    assert done.exit == 0, done.stderr
    return workspace / folder


def shop_called(name: str, target: Path) -> Path:
    """The shop under a name of its own: to Cargo, crates of one name are one, and what it built last is fresh."""
    workspace = workspaces.copy_example("shop", target / name)
    settings = workspace / "ggen.toml"
    text, found = re.subn(r'^name = "shop"$', f'name = "{name}"', settings.read_text(), flags=re.M)
    assert found == 1
    settings.write_text(text)
    return workspace


def copied(crate: Path, target: Path) -> Path:
    """A copy of a crate and its workspace, to be spoiled; Cargo builds the crate anew."""
    copy = shutil.copytree(crate.parent, target / crate.parent.name) / crate.name
    (copy / "src" / "lib.rs").touch()
    return copy


def passed(tested: subprocess.CompletedProcess[str]) -> int:
    """How many tests passed."""
    return sum(int(line.split()[3]) for line in tested.stdout.splitlines() if line.startswith("test result: ok."))


def settings(values: Mapping[str, str]) -> list[str]:
    """Options with which cargo sets environment variables for what it runs."""
    return [option for name, value in values.items() for option in ("--config", f'env.{name}="{value}"')]


def spoil(file: Path, old: str, new: str) -> None:
    """Change one place of a file."""
    text = file.read_text()
    assert text.count(old) == 1, f"{old} is not once in {file}"
    file.write_text(text.replace(old, new))


def fails(cargo: Cargo, crate: Path, test: str, *options: str) -> None:
    """Of the tests of a crate, this one fails; it was compiled."""
    tested = cargo("test", "--locked", *options, test, "--", "--include-ignored", cwd=crate, check=False)
    assert tested.returncode != 0
    assert f"{test} ... FAILED" in tested.stdout, tested.stdout + tested.stderr
