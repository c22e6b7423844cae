"""The generated rotation of secrets on a real PostgreSQL, and its tests when it is spoilt."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tests.support.databases import CHECK, KEY, RIGHT, Ggen, apply, become, connected, every, refused
from tests.support.everything import copy_of, to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, make, passed, settings, spoil, twins

MIGRATION = Path("db/migrations/security/40-signing-keys.sql")
VERSION = "INSERT INTO secret__version (secret, id, public, master_key, wrapped_key, sealed, created_at)"
FORWARD = {
    "announced": "announced_at = '2027-01-02'",
    "active": "active_at = '2027-01-03'",
    "grace": "accepted_until = '2027-01-05', sealed = NULL, wrapped_key = NULL, master_key = NULL",
    "retired": "retired_at = '2027-01-05'",
}
"""The states after the first, and what is recorded of each."""


@pytest.fixture(scope="session")
def made() -> Path:
    """The crate of the shop, to be read only."""
    return workspace_of("shop") / "rotation"


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """The crate of the shop, to be spoilt."""
    return to_be_spoilt("shop", "rotation", tmp_path / "shop")


@pytest.fixture
def secured(made: Path, shop: str) -> str:
    """A database with the schemas of the shop and the one of its secrets."""
    apply(shop, (made.parent / MIGRATION).read_text())
    return shop


def on(database: str) -> list[str]:
    """Options with which cargo gives the tests of the crate a database."""
    roles = {"": "rotation", "ISSUER_": "issuer", "VERIFIER_": "verifier"}
    urls = {
        f"DATABASE_{name}URL": database.replace("user=ggen", f"user=shop_security_{role}")
        for name, role in roles.items()
    }
    return settings({**urls, "DATABASE_ADMIN_URL": database})


def test_the_pack_alone_has_the_right_lock(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    make(run_ggen, workspace, "secret-rotation")
    cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=workspace / "rotation")


def test_secrets_are_rotated_on_postgresql(secured: str, made: Path, cargo_of_all: Cargo) -> None:
    options = [*on(secured), "--test", "database"]
    tested = cargo_of_all("test", "--locked", *options, "--", "--include-ignored", cwd=made)
    assert passed(tested) == tested.stdout.count("... ok") == 18
    with connected(secured) as connection:
        actions = set(every(connection, "SELECT DISTINCT action FROM shop_security.audit"))
        clear = every(connection, "SELECT id FROM shop_security.secret__version WHERE sealed LIKE '%private%'::bytea")
    assert {"create-secret", "announce-secret", "activate-secret", "retire-secret", "revoke-secret"} == actions
    assert clear == [], "a secret is in the database as it is"


def test_the_schema_stands_alone(made: Path, database: str) -> None:
    """It needs no tenant, and is made once: what was secret is not made anew by mistake."""
    script = (made.parent / MIGRATION).read_text()
    apply(database, script)
    with pytest.raises(psycopg.Error):
        apply(database, script)


# --- What the tables refuse, whoever writes to them --------------------------------------------------------


def begun(connection: psycopg.Connection[tuple[object, ...]], until: str) -> None:
    """A key that has come to that state."""
    connection.execute("INSERT INTO secret (name) VALUES ('key')")
    connection.execute(f"{VERSION} VALUES ('key', 'a', '', 'm', 'w', 's', '2027-01-01')")
    for state, recorded in FORWARD.items() if until != "created" else ():
        connection.execute(f"UPDATE secret__version SET state = '{state}', {recorded} WHERE id = 'a'")
        if state == until:
            return


@pytest.mark.parametrize(
    ("state", "statement", "kind"),
    [
        ("grace", "UPDATE secret__version SET state = 'retired', retired_at = '2027-01-04'", CHECK),
        ("active", "UPDATE secret__version SET state = 'retired', retired_at = '2027-01-09'", RIGHT),
        ("created", "UPDATE secret__version SET state = 'active', active_at = '2027-01-09'", RIGHT),
        ("active", "UPDATE secret__version SET state = 'announced'", RIGHT),
        ("retired", "UPDATE secret__version SET state = 'grace', retired_at = NULL", RIGHT),
        ("retired", "UPDATE secret__version SET state = 'retired', revoked = true", RIGHT),
        ("active", "UPDATE secret__version SET state = 'grace', accepted_until = '2027-01-05'", CHECK),
        ("active", "UPDATE secret__version SET public = 'x'", RIGHT),
        ("retired", "DELETE FROM secret__version", RIGHT),
        ("created", f"{VERSION} VALUES ('key', 'b', '', 'm', 'w', 's', '2027-01-01')", KEY),
        ("active", "UPDATE audit SET outcome = 'failure'", RIGHT),
    ],
    ids=["early", "no grace", "unannounced", "back", "again", "twice", "undestroyed", "public", "gone", "two", "audit"],
)
def test_a_secret_only_goes_forward(secured: str, state: str, statement: str, kind: type[psycopg.Error]) -> None:
    with connected(secured, "shop_security_rotation") as connection:
        begun(connection, state)
        refused(connection, statement, kind)
        connection.rollback()


def test_the_owner_keeps_what_was_secret_too(secured: str) -> None:
    with connected(secured, "shop_security_rotation") as connection:
        begun(connection, "retired")
    with connected(secured) as connection:
        connection.execute("SET ROLE shop_security_owner")
        for statement in ("DELETE FROM shop_security.secret__version", "TRUNCATE shop_security.audit"):
            refused(connection, statement, RIGHT)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("shop_security_verifier", "SELECT sealed FROM shop_security.secret__version"),
        ("shop_security_verifier", "SELECT * FROM shop_security.audit"),
        ("shop_security_issuer", "UPDATE shop_security.secret SET stepped_at = NULL"),
        ("shop_security_issuer", "INSERT INTO shop_security.secret (name) VALUES ('x')"),
        ("shop_acme_schema_app", "SELECT FROM shop_security.secret"),
        ("shop_shared_schema_app", "SELECT FROM shop_security.secret__version"),
        ("shop_security_rotation", "SELECT FROM acme_schema.identity_user"),
    ],
)
def test_each_role_has_what_it_needs(secured: str, role: str, statement: str) -> None:
    with connected(secured, role) as connection:
        refused(connection, statement, RIGHT)


def test_the_proofs_of_isolation_pass_beside_the_secrets(secured: str, made: Path) -> None:
    for proof in ("lint.sql", "attack.sql"):
        apply(secured, (made.parent / "db" / "isolation" / proof).read_text())


def test_nobody_writes_to_the_trail_for_a_tenant(secured: str) -> None:
    """The trail of the platform takes entries of the platform alone."""
    entry = """INSERT INTO audit (tenant_id, user_id, event_type, action, resource, outcome, origin, generated_by,
        template_hash) VALUES ('acme-001', 'u', 'access', 'read', 'x', 'success', 'here', 'ggen', 'sha256:0')"""
    with connected(secured, "shop_security_rotation") as connection:
        become(connection, "acme-001")
        refused(connection, entry, CHECK)


def test_a_role_that_may_more_is_refused(made: Path, database: str) -> None:
    script = (made.parent / MIGRATION).read_text()
    apply(database, script, "DROP SCHEMA shop_security CASCADE; ALTER ROLE shop_security_issuer CREATEROLE")
    try:
        with pytest.raises(errors.InsufficientPrivilege, match="may do more than keep secrets"):
            apply(database, script)
    finally:
        apply(database, "ALTER ROLE shop_security_issuer NOCREATEROLE")
    apply(database, script)


# --- Bad twins ---------------------------------------------------------------------------------------------

TWINS = {
    "unknown": (
        "plan.rs",
        "after(at, schedule.announce)",
        "at",
        "however_the_clock_goes_nothing_is_used_before_it_is_known_or_retired_before_its_time",
    ),
    "clock": (
        "plan.rs",
        "last.filter(|last| now < *last)",
        "last.filter(|_| false)",
        "a_clock_that_was_put_back_takes_no_step",
    ),
    "overlap": (
        "schedule.rs",
        "refresh.saturating_add(terms.overlap())",
        "refresh",
        "keys_overlap_for_as_long_as_a_token_can_hold",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="unknown"))
def test_a_wrong_crate_fails_its_own_tests(
    crate: Path, cargo_of_all: Cargo, file: str, old: str, new: str, test: str
) -> None:
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test, "--lib")


@pytest.mark.live
@pytest.mark.parametrize(
    ("file", "old", "new", "test"),
    [
        (
            "signing.rs",
            "('announced', 'active', 'grace') ORDER BY id\";\n        client",
            "('active') ORDER BY id\";\n        client",
            "signing::no_token_fails_while_keys_change_and_nobody_is_up_to_date",
        ),
        (
            "store.rs",
            " FOR UPDATE SKIP LOCKED",
            " FOR UPDATE",
            "machine::while_one_takes_a_step_another_does_not_wait_for_it",
        ),
        (
            "rotation.rs",
            "                self.trail.failed(&self.pool, attempt).await;\n                Err(error)",
            "                let _ = attempt;\n                Err(error)",
            "machine::a_step_that_fails_is_recorded_and_tried_again",
        ),
    ],
    ids=["unannounced", "waiting", "unrecorded"],
)
def test_a_wrong_crate_fails_its_tests_of_the_database(
    secured: str, crate: Path, cargo_of_all: Cargo, file: str, old: str, new: str, test: str
) -> None:
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test, *on(secured), "--test", "database")


def test_what_is_the_users_is_kept(tmp_path: Path, run_ggen: Ggen) -> None:
    mine = copy_of("shop", tmp_path / "shop") / "rotation" / "src" / "database_password.rs"
    mine.write_text("// mine\n")
    make(run_ggen, tmp_path / "shop", "secret-rotation")
    assert mine.read_text() == "// mine\n"
