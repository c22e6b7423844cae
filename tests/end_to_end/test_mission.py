"""The commands of the mission, verbatim, in a project made by `ggen new DIR --example shop`."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import openpyxl
import pytest

from tests.support.workspaces import tree

COMMANDS = (Path(__file__).parent / "mission.txt").read_text().splitlines()
PLACES = {
    "app-config": "config/",
    "multi-tenant-api": "apis/acme-user-create/",
    "shared-component": "src/components/auth-login/",
}
"""Where a pack writes what its command asks for, unless told."""
PROD_SECRET_KEY = "c0rrect-h0rse-battery-staple"


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
def test_command(project: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROD_SECRET_KEY", PROD_SECRET_KEY)
    before = {p for p in project.rglob("*") if p.is_file()}
    _shell(command, project)
    words = shlex.split(command)
    output = project / (words[words.index("--output") + 1] if "--output" in words else PLACES[words[2]])
    made = {p for p in project.rglob("*") if p.is_file()} - before
    assert output.exists()
    assert any(p == output or output in p.parents for p in made)
    if output.suffix == ".xlsx":
        assert "Fields" in openpyxl.load_workbook(output).sheetnames
    elif "--secrets-file" in words:
        environment = next(word.removeprefix("env=") for word in words if word.startswith("env="))
        _check_configuration(project, environment, project / words[words.index("--secrets-file") + 1])
    else:
        assert (output / "Cargo.toml").is_file()


def _check_configuration(project: Path, environment: str, secrets: Path) -> None:
    """The configuration refers to the secret, and only the file of secrets holds it."""
    settings = tomllib.loads((project / "config" / f"{environment}.toml").read_text())
    assert settings["secret_key"] == {"env": "SECRET_KEY"}
    value = PROD_SECRET_KEY if environment == "prod" else "dev-secret-123"
    assert f"SECRET_KEY={value}\n" in secrets.read_text()
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert f"/{secrets.name}" in (project / ".gitignore").read_text().splitlines()
    assert [p for p in project.rglob("*") if p.is_file() and value.encode() in p.read_bytes()] == [secrets]


@pytest.mark.parametrize("state", ["unset", "empty"])
def test_no_production_secret(project: Path, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROD_SECRET_KEY", "")
    if state == "unset":
        monkeypatch.delenv("PROD_SECRET_KEY")
    before = tree(project)
    with pytest.raises(AssertionError, match="secret/empty"):
        _shell(next(command for command in COMMANDS if "env=prod" in command), project)
    assert tree(project) == before


def test_a_build_leaves_what_gen_wrote_alone(project: Path) -> None:
    _shell(COMMANDS[0], project)
    wrote = {p: p.read_bytes() for p in (project / "src").rglob("*") if p.is_file()}
    _shell("ggen build", project)
    assert {p: p.read_bytes() for p in (project / "src").rglob("*") if p.is_file()} == wrote
    assert len(wrote) > 5
