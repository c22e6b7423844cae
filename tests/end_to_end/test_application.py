"""The generated application layer under the compiler and the linter; its own tests find what is wrong with it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import workspaces
from tests.support.databases import Ggen

Cargo = Callable[..., subprocess.CompletedProcess[str]]

HOSTILE = Path(__file__).parent / "hostile"
PACKAGES = {"shop": "shop-application", "starter": "starter-application", "hostile": "hostile-u91cf-application"}


def make(run_ggen: Ggen, folder: Path, *options: str) -> Path:
    """The workspace with its application layer."""
    done = run_ggen(["gen", "ddd-application-service", *options], cwd=folder)
    assert done.exit == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> Path:
    """The shop with its application layer, to be read only."""
    return make(run_ggen, workspaces.copy_example("shop", tmp_path_factory.mktemp("application") / "shop"))


@pytest.fixture(scope="session")
def spoiled(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which one file after the other is spoiled and mended."""
    return shutil.copytree(made, tmp_path_factory.mktemp("spoiled") / "shop")


def passed(done: subprocess.CompletedProcess[str]) -> int:
    """How many tests passed."""
    return sum(int(line.split()[3]) for line in done.stdout.splitlines() if line.startswith("test result: ok."))


@pytest.mark.parametrize(("model", "least"), [("shop", 134), ("starter", 20), ("hostile", 70)])
def test_the_crate_is_sound(model: str, least: int, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    folder = tmp_path / model
    shutil.copytree(HOSTILE, folder) if model == "hostile" else workspaces.copy_example(model, folder)
    make(run_ggen, folder)
    before = workspaces.tree(folder)
    chosen = ["--locked", "-p", PACKAGES[model]]
    cargo("fmt", "--check", "-p", PACKAGES[model], cwd=folder)
    cargo("clippy", *chosen, "--all-targets", "--features", "memory", "--quiet", "--", "-D", "warnings", cwd=folder)
    assert passed(cargo("test", *chosen, cwd=folder)) >= least
    assert workspaces.tree(folder) == before, "cargo changed what ggen wrote"


def test_the_documentation_has_no_warning(made: Path, cargo: Cargo) -> None:
    options = ["--locked", "-p", PACKAGES["shop"], "--lib", "--features", "memory"]
    written = cargo("rustdoc", *options, "--", "-D", "warnings", cwd=made)
    assert "warning" not in written.stderr


def test_a_service_has_what_one_aggregate_needs(tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    """The command of the mission: a crate that stands alone beside the workspace."""
    folder = workspaces.copy_example("shop", tmp_path / "shop")
    make(run_ggen, folder, "--vars", "domain=user", "service=user_registration", "--output", "src/application/user/")
    crate = folder / "src/application/user"
    assert 'name = "shop-user-registration"' in (crate / "Cargo.toml").read_text()
    contexts = {path.name for path in (crate / "src").iterdir() if path.is_dir()}
    assert contexts == {"foundation", "identity"}
    shutil.copy(folder / "Cargo.lock", crate)
    cargo("clippy", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
    assert passed(cargo("test", cwd=crate)) >= 33


def test_what_is_the_users_is_kept(spoiled: Path, run_ggen: Ggen) -> None:
    policy = spoiled / "application/src/identity/user/policy.rs"
    written = policy.read_text()
    policy.write_text("// mine\n")
    make(run_ggen, spoiled)
    assert policy.read_text() == "// mine\n"
    policy.write_text(written)


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


@pytest.mark.parametrize("twin", TWINS)
def test_the_tests_of_the_crate_find_what_is_wrong(twin: str, spoiled: Path, cargo: Cargo) -> None:
    """The bad twins."""
    file, old, new, test = TWINS[twin]
    path = spoiled / "application/src" / file
    good = path.read_text()
    assert old in good
    path.write_text(good.replace(old, new, 1))
    try:
        done = cargo("test", "--locked", "-p", PACKAGES["shop"], test, cwd=spoiled, check=False)
    finally:
        path.write_text(good)
    assert "test result: FAILED" in done.stdout, done.stdout + done.stderr
