"""The generated rotation of secrets under the compiler and the linter, and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tests.support import workspaces
from tests.support.databases import CHECK, KEY, RIGHT, Ggen, apply, become, connected, every, generate, refused
from tests.support.members import Cargo, copied, fails, make, passed, settings, shop_called, spoil

HOSTILE = Path(__file__).parent / "hostile"
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
def made(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> Path:
    """The crate of the shop, made once, to be read only."""
    folder = shop_called("rotating", tmp_path_factory.mktemp("rotating"))
    return make(run_ggen, folder, "secret-rotation", "rotation")


@pytest.fixture(scope="session")
def another(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> Path:
    """The same under another name, so that nothing good is built from what is spoiled."""
    folder = shop_called("rotten", tmp_path_factory.mktemp("rotten"))
    return make(run_ggen, folder, "secret-rotation", "rotation")


@pytest.fixture
def crate(another: Path, tmp_path: Path) -> Path:
    """The crate of the shop, to be spoiled."""
    return copied(another, tmp_path)


@pytest.fixture
def secured(made: Path, shop: str) -> str:
    """A database with the schemas of the shop and the one of its secrets."""
    apply(shop, (made.parent / MIGRATION).read_text())
    return shop


def on(database: str) -> list[str]:
    """Options with which cargo gives the tests of the crate a database."""
    roles = {"": "rotation", "ISSUER_": "issuer", "VERIFIER_": "verifier"}
    urls = {
        f"DATABASE_{name}URL": database.replace("user=ggen", f"user=rotating_security_{role}")
        for name, role in roles.items()
    }
    return settings({**urls, "DATABASE_ADMIN_URL": database})


@pytest.mark.parametrize("model", ["shop", "starter", "hostile"])
def test_the_crate_is_sound(model: str, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    target = tmp_path / model
    workspace = shutil.copytree(HOSTILE, target) if model == "hostile" else workspaces.copy_example(model, target)
    crate = make(run_ggen, workspace, "secret-rotation", "rotation")
    before = workspaces.tree(workspace)
    cargo("fmt", "--check", cwd=crate)
    cargo("clippy", "--locked", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
    assert passed(cargo("test", "--locked", "--lib", cwd=crate)) >= 15
    assert workspaces.tree(workspace) == before, "cargo changed what ggen wrote"


def test_the_documentation_has_no_warning(made: Path, cargo: Cargo) -> None:
    written = cargo("rustdoc", "--locked", "--lib", "--", "-D", "warnings", cwd=made)
    assert "warning" not in written.stderr


def test_secrets_are_rotated_on_postgresql(secured: str, made: Path, cargo: Cargo) -> None:
    tested = cargo("test", "--locked", *on(secured), "--test", "database", "--", "--include-ignored", cwd=made)
    assert passed(tested) == tested.stdout.count("... ok") == 18
    with connected(secured) as connection:
        actions = set(every(connection, "SELECT DISTINCT action FROM rotating_security.audit"))
        clear = every(
            connection, "SELECT id FROM rotating_security.secret__version WHERE sealed LIKE '%private%'::bytea"
        )
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
    with connected(secured, "rotating_security_rotation") as connection:
        begun(connection, state)
        refused(connection, statement, kind)
        connection.rollback()


def test_the_owner_keeps_what_was_secret_too(secured: str) -> None:
    with connected(secured, "rotating_security_rotation") as connection:
        begun(connection, "retired")
    with connected(secured) as connection:
        connection.execute("SET ROLE rotating_security_owner")
        for statement in ("DELETE FROM rotating_security.secret__version", "TRUNCATE rotating_security.audit"):
            refused(connection, statement, RIGHT)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("rotating_security_verifier", "SELECT sealed FROM rotating_security.secret__version"),
        ("rotating_security_verifier", "SELECT * FROM rotating_security.audit"),
        ("rotating_security_issuer", "UPDATE rotating_security.secret SET stepped_at = NULL"),
        ("rotating_security_issuer", "INSERT INTO rotating_security.secret (name) VALUES ('x')"),
        ("shop_acme_schema_app", "SELECT FROM rotating_security.secret"),
        ("shop_shared_schema_app", "SELECT FROM rotating_security.secret__version"),
        ("rotating_security_rotation", "SELECT FROM acme_schema.identity_user"),
    ],
)
def test_each_role_has_what_it_needs(secured: str, role: str, statement: str) -> None:
    with connected(secured, role) as connection:
        refused(connection, statement, RIGHT)


def test_the_proofs_of_isolation_pass_beside_the_secrets(secured: str, workspace: Path, run_ggen: Ggen) -> None:
    generate(run_ggen, workspace)
    for proof in ("lint.sql", "attack.sql"):
        apply(secured, (workspace / "db" / "isolation" / proof).read_text())


def test_nobody_writes_to_the_trail_for_a_tenant(secured: str) -> None:
    """The trail of the platform takes entries of the platform alone."""
    entry = """INSERT INTO audit (tenant_id, user_id, event_type, action, resource, outcome, origin, generated_by,
        template_hash) VALUES ('acme-001', 'u', 'access', 'read', 'x', 'success', 'here', 'ggen', 'sha256:0')"""
    with connected(secured, "rotating_security_rotation") as connection:
        become(connection, "acme-001")
        refused(connection, entry, CHECK)


def test_a_role_that_may_more_is_refused(made: Path, database: str) -> None:
    script = (made.parent / MIGRATION).read_text()
    apply(database, script, "DROP SCHEMA rotating_security CASCADE; ALTER ROLE rotating_security_issuer CREATEROLE")
    try:
        with pytest.raises(errors.InsufficientPrivilege, match="may do more than keep secrets"):
            apply(database, script)
    finally:
        apply(database, "ALTER ROLE rotating_security_issuer NOCREATEROLE")
    apply(database, script)


# --- Bad twins ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "test"),
    [
        (
            "plan.rs",
            "after(at, schedule.announce)",
            "at",
            "however_the_clock_goes_nothing_is_used_before_it_is_known_or_retired_before_its_time",
        ),
        (
            "plan.rs",
            "last.filter(|last| now < *last)",
            "last.filter(|_| false)",
            "a_clock_that_was_put_back_takes_no_step",
        ),
        (
            "schedule.rs",
            "refresh.saturating_add(terms.overlap())",
            "refresh",
            "keys_overlap_for_as_long_as_a_token_can_hold",
        ),
    ],
    ids=["unknown", "clock", "overlap"],
)
def test_a_wrong_crate_fails_its_own_tests(crate: Path, cargo: Cargo, file: str, old: str, new: str, test: str) -> None:
    spoil(crate / "src" / file, old, new)
    fails(cargo, crate, test, "--lib")


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
    secured: str, crate: Path, cargo: Cargo, file: str, old: str, new: str, test: str
) -> None:
    spoil(crate / "src" / file, old, new)
    fails(cargo, crate, test, *on(secured), "--test", "database")


def test_what_is_the_users_is_kept(crate: Path, run_ggen: Ggen) -> None:
    mine = crate / "src" / "database_password.rs"
    mine.write_text("// mine\n")
    make(run_ggen, crate.parent, "secret-rotation", "rotation")
    assert mine.read_text() == "// mine\n"
