"""Workspaces with every generated crate, made once for a test run, and copies of them that are to be spoilt.

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

HOSTILE = ROOT / "tests" / "end_to_end" / "hostile"
MODELS = {"shop": EXAMPLES / "shop", "starter": EXAMPLES / "starter", "hostile": HOSTILE}
TABLES = ("tenant-schema", "app-config")
"""Packs without a crate that the crates work with."""


def crate_packs() -> tuple[str, ...]:
    """Every pack that offers a crate to the workspace."""
    packs = (yaml.safe_load(path.read_text()) for path in sorted((ROOT / "templates").glob("*/pack.yaml")))
    return tuple(pack["template"] for pack in packs if "cargo" in pack.get("offers", {}))


def workspace_of(model: str) -> Path:
    """The workspace of a model with every crate, to be read only."""
    place = _home() / model
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    with _alone(place.with_suffix(".lock")):
        made = place.with_suffix(".run")
        if not made.is_file() or made.read_text() != run:
            with tempfile.TemporaryDirectory(prefix="ggen-test-") as folder:
                _mirror(_fresh(model, Path(folder) / model), place)
            made.write_text(run)
    return place


def to_be_spoilt(model: str, crate: str, folder: Path) -> Path:
    """A crate of a copy of the workspace, by its folder; under another name, so that the copy harms no other test."""
    source = workspace_of(model)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".ggen"))
    manifest = folder / crate / "Cargo.toml"
    package = tomllib.loads(manifest.read_text())["package"]["name"]
    spoilt = f"{package}-spoilt-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    for path in (*folder.rglob("Cargo.toml"), folder / "Cargo.lock"):
        text, whole = path.read_text(), f'"{package}"'
        if whole in text:
            path.write_text(text.replace(whole, f'"{spoilt}"'))
    text = manifest.read_text()
    manifest.write_text(text if "[lib]" in text else f'{text}\n[lib]\nname = "{package.replace("-", "_")}"\n')
    for path in (folder / crate).rglob("*"):
        if path.is_file():
            path.touch()
    return folder / crate


def _fresh(model: str, folder: Path) -> Path:
    shutil.copytree(MODELS[model], folder)
    settings = folder / "ggen.toml"
    packs = ", ".join(f'"{pack}"' for pack in (*TABLES, *crate_packs()))
    text, found = re.subn(r"^packs = \[[^]]*\]", f"packs = [{packs}]", settings.read_text(), flags=re.M)
    assert found == 1
    settings.write_text(text)
    done = run_inside(["build"], folder)
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


def _home() -> Path:
    cache = Path(os.environ.get("GGEN_CACHE") or Path.home() / ".cache" / "ggen")
    home = cache / "tests" / hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]
    home.mkdir(parents=True, exist_ok=True)
    return home


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
