"""The generated audit trail on a real PostgreSQL, and its tests when it is spoilt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases import Ggen, apply
from tests.support.everything import to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, make, passed, settings, spoil, twins

TENANTS = {"acme_schema": ("acme-001", None), "shared_schema": ("startup-001", "other-002")}
"""By schema: a tenant of it, and another one that shares it."""


@pytest.fixture(scope="session")
def made() -> Path:
    """The crate of the shop, to be read only."""
    return workspace_of("shop") / "audit"


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """The crate of the shop, to be spoilt."""
    return to_be_spoilt("shop", "audit", tmp_path / "shop")


def on(database: str, schema: str) -> list[str]:
    """Options with which cargo gives the tests of a crate a database."""
    tenant, other = TENANTS[schema]
    given = {
        "DATABASE_URL": database.replace("user=ggen", f"user=shop_{schema}_app"),
        "DATABASE_ADMIN_URL": database,
        "DATABASE_TENANT": tenant,
        **({"DATABASE_OTHER_TENANT": other} if other else {}),
    }
    return settings(given)


def test_the_pack_alone_has_the_right_lock(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    make(run_ggen, workspace, "audit-trail")
    cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=workspace / "audit")


@pytest.mark.parametrize("schema", sorted(TENANTS))
def test_the_trail_is_kept_in_postgresql(schema: str, shop: str, made: Path, cargo_of_all: Cargo) -> None:
    apply(shop, "INSERT INTO shared_schema.tenant VALUES ('other-002', 'other')")
    options = [*on(shop, schema), "--test", "database"]
    tested = cargo_of_all("test", "--locked", *options, "--", "--include-ignored", cwd=made)
    assert passed(tested) == tested.stdout.count("... ok") >= 14
    assert " 0 ignored" in tested.stdout


TWINS = {
    "field": ("hash.rs", "        Some(&entry.origin),\n", "", "the_hash_is_that_of_the_database"),
    "length": ("hash.rs", "sum.update(text.len().to_string());", "", "what_is_told_apart_is_hashed_apart"),
    "content": (
        "chain.rs",
        "hash(entry) != entry.entry_hash",
        "entry.entry_hash == EntryHash::ZERO",
        "a_chain_breaks_where_any_field_of_any_entry_is_touched",
    ),
    "link": (
        "chain.rs",
        "entry.prev_hash != last.entry_hash",
        "entry.prev_hash == EntryHash::ZERO",
        "a_chain_breaks_after_an_entry_that_was_hashed_anew",
    ),
    "gap": (
        "chain.rs",
        "entry.sequence > last.sequence.saturating_add(1)",
        "entry.sequence < 0",
        "a_chain_breaks_where_an_entry_was_taken_out",
    ),
    "redaction": (
        "entry.rs",
        '.field("outcome", &self.outcome)',
        '.field("resource_id", &self.resource_id)',
        "what_may_be_personal_is_not_shown",
    ),
    "name": (
        "model/identity/mod.rs",
        'name: "ChangeEmail"',
        'name: "CreateUser"',
        "identity_user_is_recorded_by_its_name",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="content"))
def test_a_wrong_crate_fails_its_own_tests(
    crate: Path, cargo_of_all: Cargo, file: str, old: str, new: str, test: str
) -> None:
    """The bad twins: the tests of a crate notice a chain that is not what it says."""
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test, "--lib")


@pytest.mark.live
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
    shop: str, crate: Path, cargo_of_all: Cargo, file: str, old: str, new: str, test: str
) -> None:
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test, *on(shop, "acme_schema"), "--test", "database")


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


@pytest.mark.live
@pytest.mark.parametrize(("said", "error"), [(MISSPELT, "E0599"), (BY_HAND, "E0451")], ids=["misspelt", "by hand"])
def test_an_action_cannot_be_made_up(crate: Path, cargo_of_all: Cargo, said: str, error: str) -> None:
    (crate / "tests" / "wrong.rs").write_text(f"{USING}{said}\n")
    refused = cargo_of_all("check", "--locked", "--test", "wrong", cwd=crate, check=False)
    assert refused.returncode != 0
    assert f"error[{error}]" in refused.stderr


def test_entries_say_what_the_program_was_made_from(made: Path) -> None:
    said = (made / "src" / "provenance.rs").read_text()
    assert '"ggen ' in said
    assert ', audit-trail 1.0.0"' in said
    assert '"sha256:' in said


def test_the_example_is_what_is_expected(tmp_path: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["pack", "test", "audit-trail"], cwd=tmp_path)
    assert done.exit == 0, done.stdout + done.stderr
