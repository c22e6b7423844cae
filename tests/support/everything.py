"""Workspaces of generated crates, made once for a test run, and copies of them that are to be spoilt.

They stand at one place for all runs, and have a target folder of their own (fixture `cargo_of_all`), so that Cargo
finds what it has compiled before. Cargo tells crates of one name in two such places apart by the dates of their files
only. A copy therefore keeps the dates of what is not spoilt, which need not be compiled again, and gives what is
another name.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.support.running import run_inside
from tests.support.workspaces import EXAMPLES, ROOT, tree

TESTS = ROOT / "tests" / "end_to_end"
MODELS = {
    "shop": EXAMPLES / "shop",
    "starter": EXAMPLES / "starter",
    "hostile": TESTS / "hostile",
    "post": EXAMPLES / "shop",
    "alone": EXAMPLES / "shop",
    "depot": TESTS / "persistence" / "depot",
}
"""The first three with every crate; the others with the packs that their settings name, and names of their own.

`post` has a component that ggen does not know, settings of every kind, and a program that sends and receives events.
`alone` has crates for a part of the model, which stand apart from the Cargo workspace: those of the mission, and more.
`depot` is hard to keep in tables. What a user would add, or says otherwise, stands in tests/end_to_end/added.
"""
APART = {
    "alone": (
        "gen shared-component --vars component=auth method=logout",
        "gen shared-component --vars component=auth method=refresh",
        "gen shared-component --vars component=billing method=record_usage",
        "gen shared-component --vars component=billing method=check_limit",
        "gen shared-component --vars component=billing method=draw_invoice",
    ),
    "post": ("gen shared-component --vars component=notifications method=send",),
}
"""What is generated for a part of the model after the build, and after what the mission asks for."""
WHOLE = ("shop", "starter", "hostile")
BESIDE = ("tenant-schema", "app-config", "service-decomposition")
"""Packs without a crate of the workspace: what the crates work with, and the services, which are a workspace too."""


def crate_packs() -> tuple[str, ...]:
    """Every pack that offers a crate to the workspace."""
    packs = (yaml.safe_load(path.read_text()) for path in sorted((ROOT / "templates").glob("*/pack.yaml")))
    return tuple(pack["template"] for pack in packs if "cargo" in pack.get("offers", {}))


def mission() -> Iterator[str]:
    """The commands of the mission that make crates."""
    for line in (TESTS / "mission.txt").read_text().splitlines():
        command = line.removeprefix("ggen ")
        if command.split()[1] in crate_packs():
            yield command


def workspace_of(model: str) -> Path:
    """The workspace of a model with its crates, to be read only."""
    place = home() / model
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    with _alone(place.with_suffix(".lock")):
        made = place.with_suffix(".run")
        if not made.is_file() or made.read_text() != run:
            with tempfile.TemporaryDirectory(prefix="ggen-test-") as folder:
                _mirror(_fresh(model, Path(folder) / model), place)
            made.write_text(run)
    return place


def copy_of(model: str, folder: Path) -> Path:
    """A copy of the workspace, to be changed, but not to be compiled."""
    return shutil.copytree(workspace_of(model), folder)


def to_be_spoilt(model: str, crate: str, folder: Path) -> Path:
    """A crate of a copy of the workspace, by its folder; under another name, so that the copy harms no other test."""
    copy_of(model, folder)
    manifest = folder / crate / "Cargo.toml"
    package = tomllib.loads(manifest.read_text())["package"]["name"]
    spoilt = f"{package}-spoilt-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    for path in (*folder.rglob("Cargo.toml"), *folder.rglob("Cargo.lock")):
        text, whole = path.read_text(), f'"{package}"'
        if whole in text:
            path.write_text(text.replace(whole, f'"{spoilt}"'))
    text = manifest.read_text()
    manifest.write_text(text if "[lib]" in text else f'{text}\n[lib]\nname = "{package.replace("-", "_")}"\n')
    for path in (folder / crate).rglob("*"):
        if path.is_file():
            path.touch()
    return folder / crate


def home() -> Path:
    """Where the workspaces stand, and the target folder for them; each checkout of ggen has a place of its own."""
    cache = Path(os.environ.get("GGEN_CACHE") or Path.home() / ".cache" / "ggen")
    place = cache / "tests" / hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]
    place.mkdir(parents=True, exist_ok=True)
    return place


def _fresh(model: str, folder: Path) -> Path:
    shutil.copytree(MODELS[model], folder)
    added = TESTS / "added" / model
    if added.is_dir():
        shutil.copytree(added, folder, dirs_exist_ok=True)
    if model in WHOLE:
        settings = folder / "ggen.toml"
        packs = ", ".join(f'"{pack}"' for pack in (*BESIDE, *crate_packs()))
        text, found = re.subn(r"^packs = \[[^]]*\]", f"packs = [{packs}]", settings.read_text(), flags=re.M)
        assert found == 1
        settings.write_text(text)
    for command in ("build", *(mission() if model == "alone" else ()), *APART.get(model, ())):
        done = run_inside(command.split(), folder)
        assert done.exit == 0, done.stderr
    return folder


def _mirror(source: Path, target: Path) -> None:
    """Make a folder the same as another, and touch nothing that is so already."""
    wanted, there = tree(source), tree(target)
    for name in there.keys() - wanted.keys():
        (target / name).unlink()
    for name, data in wanted.items():
        if there.get(name) != data:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(data)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
