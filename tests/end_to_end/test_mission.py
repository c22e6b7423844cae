"""The commands of the mission, verbatim, in a project made by `ggen new DIR --example shop`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

COMMANDS = (Path(__file__).parent / "mission.txt").read_text().splitlines()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    _shell("ggen new shop --example shop", tmp_path)
    return tmp_path / "shop"


def _shell(command: str, folder: Path) -> None:
    """Run a command as a user types it."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_command(project: Path, command: str) -> None:
    before = {p for p in project.rglob("*") if p.is_file()}
    _shell(command, project)
    output = project / command.split("--output ")[1]
    made = {p for p in project.rglob("*") if p.is_file()} - before
    assert output.exists()
    assert any(p == output or output in p.parents for p in made)
    if output.suffix == ".xlsx":
        assert "Fields" in openpyxl.load_workbook(output).sheetnames
    else:
        assert (output / "Cargo.toml").is_file()


def test_a_build_leaves_what_gen_wrote_alone(project: Path) -> None:
    _shell(COMMANDS[0], project)
    wrote = {p: p.read_bytes() for p in (project / "src").rglob("*") if p.is_file()}
    _shell("ggen build", project)
    assert {p: p.read_bytes() for p in (project / "src").rglob("*") if p.is_file()} == wrote
    assert len(wrote) > 5
