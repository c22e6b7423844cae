"""The Cargo workspace of the generated crates: its lock for several sets of them, licences, and the crate `access`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import workspaces
from tests.support.databases import Ggen

Cargo = Callable[..., subprocess.CompletedProcess[str]]

HOSTILE = Path(__file__).parent / "hostile"


def make(model: str, target: Path) -> Path:
    """A fresh workspace of a model."""
    return shutil.copytree(HOSTILE, target) if model == "hostile" else workspaces.copy_example(model, target)


def generate(run_ggen: Ggen, folder: Path, *packs: str) -> Path:
    """The workspace with the crates of some packs, and what those need."""
    for pack in packs:
        done = run_ggen(["gen", pack], cwd=folder)
        assert done.exit == 0, done.stderr
    return folder


def offering(run_ggen: Ggen, folder: Path) -> list[str]:
    """Every pack that needs the workspace and offers it a crate."""
    listed = [line.split()[0] for line in run_ggen(["pack", "list"], cwd=folder).stdout.splitlines()]
    return [name for name in listed if "offers: cargo" in run_ggen(["pack", "show", name], cwd=folder).stdout]


def members(folder: Path) -> list[str]:
    """The folders of the crates."""
    found: list[str] = tomllib.loads((folder / "Cargo.toml").read_text())["workspace"]["members"]
    return found


def is_as_cargo_writes_it(cargo: Cargo, folder: Path) -> bool:
    """Whether Cargo would leave the lock as it is, and finds everything in it."""
    before = (folder / "Cargo.lock").read_bytes()
    cargo("update", "--workspace", "--quiet", cwd=folder)
    cargo("metadata", "--locked", "--format-version", "1", cwd=folder)
    return (folder / "Cargo.lock").read_bytes() == before


@pytest.mark.parametrize("model", ["shop", "starter", "hostile"])
@pytest.mark.parametrize("packs", [("ddd-domain",), ("audit-trail",), ("event-sourcing", "audit-trail")])
def test_the_lock_is_as_cargo_writes_it(
    model: str, packs: tuple[str, ...], tmp_path: Path, run_ggen: Ggen, cargo: Cargo
) -> None:
    folder = generate(run_ggen, make(model, tmp_path / model), *packs)
    assert {"access", "domain" if "audit-trail" not in packs[:1] else "audit"} <= set(members(folder))
    assert is_as_cargo_writes_it(cargo, folder)


@pytest.mark.parametrize("model", ["shop", "hostile"])
def test_the_lock_of_all_crates_is_as_cargo_writes_it(model: str, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    folder = make(model, tmp_path / model)
    generate(run_ggen, folder, *offering(run_ggen, folder))
    assert all((folder / member / "Cargo.toml").is_file() for member in members(folder))
    assert is_as_cargo_writes_it(cargo, folder)


def test_a_crate_that_is_no_member_has_a_lock_of_its_own(workspace: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    done = run_ggen(["gen", "ddd-domain", "--vars", "domain=user", "--output", "src/domain/user/"], cwd=workspace)
    assert done.exit == 0, done.stderr
    assert members(workspace) == ["access"]
    assert is_as_cargo_writes_it(cargo, workspace / "src" / "domain" / "user")


def test_a_crate_that_needs_more_than_is_locked_is_refused(workspace: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    """The bad twin."""
    generate(run_ggen, workspace, "rust-workspace")
    manifest = workspace / "access" / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace("[dependencies]", '[dependencies]\nsha2 = "0.11.0"'))
    assert not is_as_cargo_writes_it(cargo, workspace)


# --- The licences of what is used --------------------------------------------------------------------------


@pytest.fixture(scope="session")
def licences(
    tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen, cargo: Cargo
) -> tuple[dict[str, Any], dict[str, str]]:
    """What deny.toml says, and the licence of each package of all crates."""
    folder = workspaces.copy_example("shop", tmp_path_factory.mktemp("licences") / "shop")
    generate(run_ggen, folder, *offering(run_ggen, folder))
    said = json.loads(cargo("metadata", "--locked", "--format-version", "1", cwd=folder).stdout)
    found = {f"{p['name']} {p['version']}": p["license"] or "none" for p in said["packages"] if p["source"]}
    return tomllib.loads((folder / "deny.toml").read_text()), found


def refused(allowed: list[str], licences: dict[str, str]) -> Iterator[str]:
    """The packages whose licence is not allowed, by whichever of its alternatives."""
    for package, licence in licences.items():
        terms = re.sub(
            r"[A-Za-z0-9.-]+( WITH [A-Za-z0-9.-]+)?", lambda m: _word(m[0], allowed), licence.replace("/", " OR ")
        )
        if not eval(terms, {"__builtins__": {}}):
            yield package


def _word(word: str, allowed: list[str]) -> str:
    return word.lower() if word in ("AND", "OR") else str(word in allowed)


def test_every_licence_is_allowed(licences: tuple[dict[str, Any], dict[str, str]]) -> None:
    rules, found = licences
    assert len(found) > 150
    assert list(refused(rules["licenses"]["allow"], found)) == []


def test_a_licence_that_is_not_allowed_is_found(licences: tuple[dict[str, Any], dict[str, str]]) -> None:
    """The bad twin: Unicode-3.0 stands behind an AND."""
    rules, found = licences
    allowed = [licence for licence in rules["licenses"]["allow"] if licence != "Unicode-3.0"]
    assert any(package.startswith("unicode-ident ") for package in refused(allowed, found))


def test_packages_come_from_one_place_only(licences: tuple[dict[str, Any], dict[str, str]]) -> None:
    rules, found = licences
    assert rules["sources"]["unknown-registry"] == rules["sources"]["unknown-git"] == "deny"
    assert set(rules["bans"]["deny"]).isdisjoint(package.split()[0] for package in found)


# --- The crate `access` ------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["shop", "starter", "hostile"])
def test_the_crate_is_sound(model: str, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    folder = generate(run_ggen, make(model, tmp_path / model), "rust-workspace")
    before = workspaces.tree(folder)
    cargo("fmt", "--check", cwd=folder)
    cargo("clippy", "--locked", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=folder)
    assert "9 passed" in cargo("test", "--locked", cwd=folder).stdout
    assert workspaces.tree(folder) == before, "cargo changed what ggen wrote"


def test_the_documentation_has_no_warning(workspace: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    folder = generate(run_ggen, workspace, "rust-workspace")
    assert "warning" not in cargo("rustdoc", "--locked", "--lib", "--", "-D", "warnings", cwd=folder / "access").stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "failing"),
    [
        ("text.rs", "c != '@' && ", "", "texts_are_checked"),
        (
            "text.rs",
            'f.write_str("UserId(<redacted>)")',
            'write!(f, "{}", self.0)',
            "who_calls_from_where_is_not_shown",
        ),
        (
            "principal.rs",
            "permission.is_none_or(",
            "permission.is_some_and(",
            "a_caller_may_do_what_they_were_permitted",
        ),
        ("permission.rs", "is_name(resource) && ", "", "what_is_written_otherwise_is_no_permission"),
        ("tenant.rs", "visible && ", "", "what_is_not_visible_is_no_tenant"),
    ],
    ids=["address", "redaction", "nothing asked", "resource", "visible"],
)
def test_a_wrong_crate_fails_its_own_tests(
    workspace: Path, run_ggen: Ggen, cargo: Cargo, file: str, old: str, new: str, failing: str
) -> None:
    """The bad twins."""
    path = generate(run_ggen, workspace, "rust-workspace") / "access" / "src" / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    tested = cargo("test", "--locked", "--lib", failing, cwd=workspace, check=False)
    assert tested.returncode != 0
    assert f"{failing} ... FAILED" in tested.stdout, tested.stdout + tested.stderr


def test_the_example_is_what_is_expected(tmp_path: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["pack", "test", "rust-workspace"], cwd=tmp_path)
    assert done.exit == 0, done.stdout + done.stderr
