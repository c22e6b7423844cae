"""The generated application layer for one aggregate; its own tests find what is wrong with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.databases import Ggen
from tests.support.everything import copy_of, to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, kept, make, passed, spoil, twins


def test_the_pack_alone_has_the_right_lock(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    make(run_ggen, workspace, "ddd-application-service")
    cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=workspace / "application")


def test_a_service_has_what_one_aggregate_needs(cargo_of_all: Cargo) -> None:
    """The command of the mission: a crate that stands alone beside the workspace."""
    workspace = workspace_of("alone")
    crate = workspace / "src" / "application" / "user"
    assert 'name = "alone-user-registration"' in (crate / "Cargo.toml").read_text()
    contexts = {path.name for path in (crate / "src").iterdir() if path.is_dir()}
    assert contexts == {"foundation", "identity"}
    with kept(crate / "Cargo.lock"):
        shutil.copy(workspace / "Cargo.lock", crate)
        cargo_of_all("clippy", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
        assert passed(cargo_of_all("test", cwd=crate)) >= 33


def test_what_is_the_users_is_kept(tmp_path: Path, run_ggen: Ggen) -> None:
    policy = copy_of("shop", tmp_path / "shop") / "application/src/identity/user/policy.rs"
    policy.write_text("// mine\n")
    make(run_ggen, tmp_path / "shop", "ddd-application-service")
    assert policy.read_text() == "// mine\n"


TWINS = {
    "permission": (
        "foundation/commands.rs",
        "if self.caller.may(self.permission) { Ok(()) } else { Err(CommandError::Denied) }",
        "Ok(())",
        "takes_its_permission",
    ),
    "policy": ("foundation/commands.rs", "self.asked.check_policy(state)?;", "", "asks_the_policy"),
    "other request": ("foundation/commands.rs", " if before == *remembered", "", "is_done_once"),
    "not remembered": ("foundation/commands.rs", "unit.settle(remembered, receipt).await?;", "", "is_done_once"),
    "hidden": (
        "foundation/queries.rs",
        "if !self.asked.shows(hidden)",
        "if hidden.version == 0",
        "with_the_permission",
    ),
    "wrong method": (
        "identity/user/commands.rs",
        "UserCommand::ActivateUser",
        "UserCommand::DeactivateUser",
        "is_for_what_exists",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="permission"))
def test_the_tests_of_the_crate_find_what_is_wrong(
    file: str, old: str, new: str, test: str, tmp_path: Path, cargo_of_all: Cargo
) -> None:
    """The bad twins."""
    crate = to_be_spoilt("shop", "application", tmp_path / "shop")
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test)
