"""The Cargo workspace of the generated crates: its lock for several sets of them, licences, and the crate `access`."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Ggen
from tests.support.everything import MODELS, copy_of, to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, make, spoil, twins
from tests.support.workspaces import copy_example


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
    model: str, packs: tuple[str, ...], tmp_path: Path, run_ggen: Ggen, cargo_of_all: Cargo
) -> None:
    hostile = model == "hostile"
    folder = shutil.copytree(MODELS[model], tmp_path / model) if hostile else copy_example(model, tmp_path / model)
    for pack in packs:
        make(run_ggen, folder, pack)
    assert {"access", "domain" if "audit-trail" not in packs[:1] else "audit"} <= set(members(folder))
    assert is_as_cargo_writes_it(cargo_of_all, folder)


@pytest.mark.parametrize("model", ["shop", "hostile"])
def test_the_lock_of_all_crates_is_as_cargo_writes_it(model: str, tmp_path: Path, cargo_of_all: Cargo) -> None:
    folder = copy_of(model, tmp_path / model)
    assert all((folder / member / "Cargo.toml").is_file() for member in members(folder))
    assert is_as_cargo_writes_it(cargo_of_all, folder)


def test_a_crate_that_is_no_member_has_a_lock_of_its_own(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    done = run_ggen(["gen", "ddd-domain", "--vars", "domain=user", "--output", "src/domain/user/"], cwd=workspace)
    assert done.exit == 0, done.stderr
    assert members(workspace) == ["access"]
    assert is_as_cargo_writes_it(cargo_of_all, workspace / "src" / "domain" / "user")


def test_a_crate_that_needs_more_than_is_locked_is_refused(
    workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo
) -> None:
    """The bad twin."""
    make(run_ggen, workspace, "rust-workspace")
    manifest = workspace / "access" / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace("[dependencies]", '[dependencies]\nsha2 = "0.11.0"'))
    assert not is_as_cargo_writes_it(cargo_of_all, workspace)


# --- The licences of what is used --------------------------------------------------------------------------


@pytest.fixture(scope="session")
def licences(cargo_of_all: Cargo) -> tuple[dict[str, Any], dict[str, str]]:
    """What deny.toml says, and the licence of each package of all crates."""
    folder = workspace_of("shop")
    said = json.loads(cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=folder).stdout)
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


TWINS = {
    "address": ("text.rs", "c != '@' && ", "", "texts_are_checked"),
    "redaction": (
        "text.rs",
        'f.write_str("UserId(<redacted>)")',
        'write!(f, "{}", self.0)',
        "who_calls_from_where_is_not_shown",
    ),
    "nothing asked": (
        "principal.rs",
        "permission.is_none_or(",
        "permission.is_some_and(",
        "a_caller_may_do_what_they_were_permitted",
    ),
    "resource": ("permission.rs", "is_name(resource) && ", "", "what_is_written_otherwise_is_no_permission"),
    "visible": ("tenant.rs", "visible && ", "", "what_is_not_visible_is_no_tenant"),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="nothing asked"))
def test_a_wrong_crate_fails_its_own_tests(
    tmp_path: Path, cargo_of_all: Cargo, file: str, old: str, new: str, test: str
) -> None:
    """The bad twins."""
    crate = to_be_spoilt("shop", "access", tmp_path / "shop")
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test, "--lib")


def test_the_example_is_what_is_expected(tmp_path: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["pack", "test", "rust-workspace"], cwd=tmp_path)
    assert done.exit == 0, done.stdout + done.stderr
