"""The wheel, installed where there is no checkout, does what the checkout does."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.running import PLAIN
from tests.support.workspaces import ROOT, tree

pytestmark = pytest.mark.end_to_end

DATA = ("ontologies", "shapes", "templates", "examples")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `ggen` command of an environment that holds the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    run(folder / "venv/bin/pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel, cwd=folder)
    return folder / "venv/bin/ggen"


def run(*command: object, cwd: Path) -> str:
    """Run a command as a user without a checkout would; gives what it printed."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))} | PLAIN
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_carries_all_data(wheel: Path) -> None:
    """Every tracked ontology, shape, template and example is in the wheel."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(["git", "ls-files", *DATA], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = listed.stdout.split()
    assert len(tracked) > 10
    assert [name for name in tracked if f"ggen_rdf/data/{name}" not in inside] == []


def test_it_builds_the_same_bytes(installed: Path, tmp_path: Path) -> None:
    """A project made and built by the wheel equals one made and built by the checkout."""
    checkout = [sys.executable, "-m", "ggen_rdf"]
    version = run(installed, "--version", cwd=tmp_path)
    assert version.startswith("ggen ")
    results = []
    for name, ggen in ("wheel", [installed]), ("checkout", checkout):
        folder = tmp_path / name
        folder.mkdir()
        run(*ggen, "new", "shop", "--example", "shop", cwd=folder)
        run(*ggen, "build", cwd=folder / "shop")
        found = tree(folder / "shop")
        results.append({name: data for name, data in found.items() if not name.startswith(".ggen/")})
    ours, theirs = results
    assert len(ours) > 20
    assert {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)} == set()
