"""The generated event store on PostgreSQL, under the proofs of isolation, and its tests when it is spoilt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from psycopg import errors

from tests.support.databases import Ggen, apply, connected, migrations, refused
from tests.support.everything import copy_of, to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, make, passed, settings, spoil, twins

OTHER = "INSERT INTO shared_schema.tenant VALUES ('other-002', 'other')"
TENANTS = {
    "silo": ("shop_acme_schema_app", {"DATABASE_TENANT": "acme-001"}),
    "pool": ("shop_shared_schema_app", {"DATABASE_TENANT": "startup-001", "DATABASE_OTHER_TENANT": "other-002"}),
}


@pytest.fixture(scope="session")
def made() -> Path:
    """The event store of the shop, to be read only."""
    return workspace_of("shop") / "event-store"


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """The event store of the shop, to be spoilt."""
    return to_be_spoilt("shop", "event-store", tmp_path / "shop")


@pytest.fixture
def stored(made: Path, shop: str) -> str:
    """A database with the schemas of the shop and the tables of its event store, and a second pooled tenant."""
    apply(shop, *migrations(made.parent, "acme_schema", "shared_schema"), OTHER)
    return shop


def test_the_pack_alone_has_the_right_lock(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    make(run_ggen, workspace, "event-sourcing")
    cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=workspace / "event-store")


def on(database: str, kind: str) -> list[str]:
    """Options with which cargo gives the tests of the crate a database, as the application of a tenant."""
    user, given = TENANTS[kind]
    return settings({**given, "DATABASE_URL": database.replace("user=ggen", f"user={user}")})


@pytest.mark.parametrize("kind", ["silo", "pool"])
def test_the_store_works_on_postgresql(kind: str, made: Path, cargo_of_all: Cargo, stored: str) -> None:
    options = [*on(stored, kind), "--test", "postgres"]
    done = cargo_of_all("test", "--locked", *options, "--", "--include-ignored", cwd=made)
    assert passed(done) >= 17
    with connected(stored) as connection:
        schema = "acme_schema" if kind == "silo" else "shared_schema"
        found = connection.execute(f"SELECT count(*) FROM {schema}.event").fetchone()
    assert found != (0,), "nothing was written: the tests did not reach the database"


# --- The tables and the isolation of tenants ---------------------------------------------------------------


@pytest.fixture
def proofs(made: Path) -> tuple[Path, Path]:
    """The two proofs of isolation."""
    folder = made.parent / "db" / "isolation"
    return folder / "lint.sql", folder / "attack.sql"


def test_the_proofs_of_isolation_pass_with_the_tables_of_events(stored: str, proofs: tuple[Path, Path]) -> None:
    for proof in proofs:
        apply(stored, proof.read_text())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ALTER TABLE shared_schema.event FORCE ROW LEVEL SECURITY;", ""),
        ("PRIMARY KEY (tenant_id, stream, version)", "PRIMARY KEY (stream, tenant_id, version)"),
        ("snapshot AS RESTRICTIVE", "snapshot AS PERMISSIVE"),
        ("ON shared_schema.subject__key TO shop_shared_schema_app", "ON shared_schema.subject__key TO PUBLIC"),
    ],
    ids=["not forced", "tenant not first", "permissive", "everyone"],
)
def test_tables_that_break_isolation_are_found(
    old: str, new: str, made: Path, shop: str, proofs: tuple[Path, Path]
) -> None:
    """The bad twins of the tables."""
    script = (made.parent / "db/migrations/shared_schema/10-event-store.sql").read_text()
    assert old in script
    apply(shop, script.replace(old, new))
    with pytest.raises(errors.RaiseException, match="the catalogue breaks isolation"):
        apply(shop, proofs[0].read_text())


def test_nobody_changes_an_event(stored: str) -> None:
    with connected(stored) as connection:
        connection.execute("SET ROLE shop_acme_schema_owner")
        for statement in ("UPDATE acme_schema.event SET stream = 'x'", "TRUNCATE acme_schema.event"):
            refused(connection, statement, errors.InsufficientPrivilege)


def test_who_was_erased_stays_erased(made: Path, cargo_of_all: Cargo, shop: str) -> None:
    """The bad twin of the tables: without their trigger, the test of the crate fails."""
    script = (made.parent / "db/migrations/acme_schema/10-event-store.sql").read_text()
    spoilt, found = re.subn(
        r"CREATE TRIGGER keep BEFORE UPDATE ON acme_schema\.subject__key.*?;", "", script, flags=re.S
    )
    assert found == 1
    apply(shop, spoilt)
    fails(cargo_of_all, made, "who_was_erased_stays_erased", *on(shop, "silo"), "--test", "postgres")


# --- Bad twins of the crate --------------------------------------------------------------------------------


TWINS = {
    "clear": (
        "sealing.rs",
        "*value = json!({ SEALED: STANDARD.encode(sealed) });",
        "let _ = (SEALED, sealed);",
        "who_is_erased_cannot_be_read_again",
    ),
    "kept": (
        "erasure.rs",
        "SET wrapped_key = NULL, master_key = NULL, erased_at = clock_timestamp()",
        "SET master_key = master_key",
        "who_is_erased_cannot_be_read_again",
    ),
    "no waiting": ("erasure.rs", " FOR SHARE", "", "an_erasure_waits_for_who_holds_the_person"),
    "unmarked": ("model.rs", 'PERSONAL "email"', 'PLAIN "email"', "who_is_erased_cannot_be_read_again"),
    "shape": ("snapshots.rs", "AND shape = $2", "AND shape IS DISTINCT FROM $2 + 1", "an_unusable_snapshot_is_ignored"),
    "replay": ("store.rs", "next.state.apply(event);", "", "what_is_stored_is_loaded"),
    "page": ("store.rs", "version > $2 ORDER", "version >= $2 ORDER", "ten_thousand_events_are_read_in_pages"),
    "version": ("store.rs", "WHERE $12::bigint = (", "WHERE $12::bigint > -1 OR 0 = (", "of_two_writers_one_wins"),
    "late": (
        "store.rs",
        "pg_snapshot_xmin(",
        "pg_snapshot_xmax(",
        "subscribers_miss_nothing_that_is_committed_late",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="clear"))
def test_a_wrong_store_fails_its_own_tests(
    crate: Path, cargo_of_all: Cargo, stored: str, file: str, old: str, new: str, test: str
) -> None:
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test, *on(stored, "silo"), "--test", "postgres")


@pytest.mark.live
def test_what_is_sealed_cannot_be_moved(crate: Path, cargo_of_all: Cargo) -> None:
    """The bad twin that needs no database: what is sealed does not say to which stream it belongs."""
    spoil(crate / "src" / "sealing.rs", "self.stream, &self.version", '"", &self.version')
    fails(cargo_of_all, crate, "nothing_can_be_moved", "--lib")


def test_what_is_the_users_is_kept(tmp_path: Path, run_ggen: Ggen) -> None:
    source = copy_of("shop", tmp_path / "shop") / "event-store" / "src"
    for name in ("upcasters.rs", "redaction.rs"):
        (source / name).write_text("// mine\n")
    make(run_ggen, tmp_path / "shop", "event-sourcing")
    assert {(source / name).read_text() for name in ("upcasters.rs", "redaction.rs")} == {"// mine\n"}


def test_the_example_is_what_is_expected(tmp_path: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["pack", "test", "event-sourcing"], cwd=tmp_path)
    assert done.exit == 0, done.stdout + done.stderr
