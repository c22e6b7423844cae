"""The generated audit trail under the compiler, the linter and its own tests, and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import workspaces
from tests.support.databases import apply
from tests.support.running import Run

Ggen = Callable[..., Run]
Cargo = Callable[..., subprocess.CompletedProcess[str]]

HOSTILE = Path(__file__).parent / "hostile"
TENANTS = {"acme_schema": ("acme-001", None), "shared_schema": ("startup-001", "other-002")}
"""By schema: a tenant of it, and another one that shares it."""


def generate(run_ggen: Ggen, workspace: Path) -> Path:
    """The crate of a workspace."""
    done = run_ggen(["gen", "audit-trail"], cwd=workspace)
    assert done.exit == 0, done.stderr
    return workspace / "audit"


@pytest.fixture
def crate(workspace: Path, run_ggen: Ggen) -> Path:
    """The crate of the shop."""
    return generate(run_ggen, workspace)


def passed(stdout: str) -> int:
    """How many tests passed."""
    return sum(int(line.split()[3]) for line in stdout.splitlines() if line.startswith("test result: ok."))


def on(database: str, schema: str) -> list[str]:
    """Options with which cargo gives the tests of a crate a database."""
    tenant, other = TENANTS[schema]
    given = {
        "DATABASE_URL": database.replace("user=ggen", f"user=shop_{schema}_app"),
        "DATABASE_ADMIN_URL": database,
        "DATABASE_TENANT": tenant,
        **({"DATABASE_OTHER_TENANT": other} if other else {}),
    }
    return [option for name, value in given.items() for option in ("--config", f'env.{name}="{value}"')]


@pytest.mark.parametrize(("model", "least"), [("shop", 20), ("starter", 20), ("hostile", 20)])
def test_the_crate_is_sound(model: str, least: int, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    target = tmp_path / model
    workspace = shutil.copytree(HOSTILE, target) if model == "hostile" else workspaces.copy_example(model, target)
    crate = generate(run_ggen, workspace)
    before = workspaces.tree(workspace)
    cargo("fmt", "--check", cwd=crate)
    cargo("clippy", "--locked", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
    assert passed(cargo("test", "--locked", cwd=crate).stdout) >= least
    assert workspaces.tree(workspace) == before, "cargo changed what ggen wrote"


def test_the_documentation_has_no_warning(crate: Path, cargo: Cargo) -> None:
    written = cargo("rustdoc", "--locked", "--lib", "--", "-D", "warnings", cwd=crate)
    assert "warning" not in written.stderr


@pytest.mark.parametrize("schema", sorted(TENANTS))
def test_the_trail_is_kept_in_postgresql(schema: str, shop: str, crate: Path, cargo: Cargo) -> None:
    apply(shop, "INSERT INTO shared_schema.tenant VALUES ('other-002', 'other')")
    tested = cargo(
        "test", "--locked", *on(shop, schema), "--test", "database", "--", "--include-ignored", cwd=crate
    ).stdout
    assert passed(tested) == tested.count("... ok") >= 14
    assert " 0 ignored" in tested


def replace(file: Path, old: str, new: str) -> None:
    """Spoil one place of a file."""
    text = file.read_text()
    assert text.count(old) == 1, f"{old} is not once in {file}"
    file.write_text(text.replace(old, new))


def failing(cargo: Cargo, crate: Path, test: str, *options: str) -> None:
    """Of the tests of a crate, this one fails; it was compiled."""
    tested = cargo("test", "--locked", *options, test, "--", "--include-ignored", cwd=crate, check=False)
    assert tested.returncode != 0
    assert f"{test} ... FAILED" in tested.stdout, tested.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "test"),
    [
        ("hash.rs", "        Some(&entry.origin),\n", "", "the_hash_is_that_of_the_database"),
        ("hash.rs", "sum.update(text.len().to_string());", "", "what_is_told_apart_is_hashed_apart"),
        (
            "chain.rs",
            "hash(entry) != entry.entry_hash",
            "entry.entry_hash == EntryHash::ZERO",
            "a_chain_breaks_where_any_field_of_any_entry_is_touched",
        ),
        (
            "chain.rs",
            "entry.prev_hash != last.entry_hash",
            "entry.prev_hash == EntryHash::ZERO",
            "a_chain_breaks_after_an_entry_that_was_hashed_anew",
        ),
        (
            "chain.rs",
            "entry.sequence > last.sequence.saturating_add(1)",
            "entry.sequence < 0",
            "a_chain_breaks_where_an_entry_was_taken_out",
        ),
        (
            "entry.rs",
            '.field("outcome", &self.outcome)',
            '.field("resource_id", &self.resource_id)',
            "what_may_be_personal_is_not_shown",
        ),
        ("model/identity/mod.rs", 'name: "ChangeEmail"', 'name: "CreateUser"', "identity_user_is_recorded_by_its_name"),
    ],
    ids=["field", "length", "content", "link", "gap", "redaction", "name"],
)
def test_a_wrong_crate_fails_its_own_tests(crate: Path, cargo: Cargo, file: str, old: str, new: str, test: str) -> None:
    """The bad twins: the tests of a crate notice a chain that is not what it says."""
    replace(crate / "src" / file, old, new)
    failing(cargo, crate, test, "--lib")


@pytest.mark.parametrize(
    ("file", "old", "new", "test"),
    [
        (
            "audited.rs",
            "attempt: Some(attempt),",
            "attempt: Some(attempt).filter(|_| false),",
            "what_fails_is_taken_back_but_recorded",
        ),
        ("store.rs", "if rows.is_empty()", "if rows.len() < 1000", "the_chain_is_followed_over_many_pages"),
    ],
    ids=["unrecorded", "unread"],
)
def test_a_wrong_crate_fails_its_tests_of_the_database(
    shop: str, crate: Path, cargo: Cargo, file: str, old: str, new: str, test: str
) -> None:
    replace(crate / "src" / file, old, new)
    failing(cargo, crate, test, *on(shop, "acme_schema"), "--test", "database")


USING = """//! An action that the model does not have.

use shop_audit::model::{self, Command};

/// It.
"""
MISSPELT = "pub const IT: model::identity::UserCommand = model::identity::UserCommand::CreateUsr;"
BY_HAND = """pub const IT: Command = Command {
    aggregate: model::identity::USER,
    name: "CreateUsr",
    permission: None,
    event: None,
};"""


@pytest.mark.parametrize(("said", "error"), [(MISSPELT, "E0599"), (BY_HAND, "E0451")], ids=["misspelt", "by hand"])
def test_an_action_cannot_be_made_up(crate: Path, cargo: Cargo, said: str, error: str) -> None:
    (crate / "tests" / "wrong.rs").write_text(f"{USING}{said}\n")
    refused = cargo("check", "--locked", "--test", "wrong", cwd=crate, check=False)
    assert refused.returncode != 0
    assert f"error[{error}]" in refused.stderr


def test_entries_say_what_the_program_was_made_from(crate: Path) -> None:
    said = (crate / "src" / "provenance.rs").read_text()
    assert '"ggen ' in said
    assert ', audit-trail 1.0.0"' in said
    assert '"sha256:' in said


def test_the_example_is_what_is_expected(tmp_path: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["pack", "test", "audit-trail"], cwd=tmp_path)
    assert done.exit == 0, done.stdout + done.stderr
