"""The generated event store under the compiler and the linter, on PostgreSQL, and under the proofs of isolation."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg import errors

from tests.support import workspaces
from tests.support.databases import Ggen, apply, connected, generate, migrations, refused

Cargo = Callable[..., subprocess.CompletedProcess[str]]

HERE = Path(__file__).parent
HOSTILE = HERE / "hostile"
OTHER = "INSERT INTO shared_schema.tenant VALUES ('other-002', 'other')"
TENANTS = {
    "silo": ("shop_acme_schema_app", {"DATABASE_TENANT": "acme-001"}),
    "pool": ("shop_shared_schema_app", {"DATABASE_TENANT": "startup-001", "DATABASE_OTHER_TENANT": "other-002"}),
}


def make(run_ggen: Ggen, folder: Path) -> Path:
    """The event store of a workspace, beside its domain."""
    done = run_ggen(["gen", "event-sourcing"], cwd=folder)
    assert done.exit == 0, done.stderr
    return folder / "event-store"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> Path:
    """The event store of the shop, made once, to be read only."""
    folder = workspaces.copy_example("shop", tmp_path_factory.mktemp("events") / "shop")
    generate(run_ggen, folder)
    return make(run_ggen, folder)


@pytest.fixture
def crate(made: Path, tmp_path: Path) -> Path:
    """The event store of the shop, to be spoiled."""
    return shutil.copytree(made.parent, tmp_path / "shop") / "event-store"


@pytest.fixture
def stored(made: Path, shop: str) -> str:
    """A database with the schemas of the shop and the tables of its event store, and a second pooled tenant."""
    apply(shop, *migrations(made.parent), OTHER)
    return shop


def passed(done: subprocess.CompletedProcess[str]) -> int:
    """How many tests passed."""
    return sum(int(line.split()[3]) for line in done.stdout.splitlines() if line.startswith("test result: ok."))


@pytest.mark.parametrize(("model", "least"), [("shop", 29), ("starter", 20), ("hostile", 23)])
def test_the_crate_is_sound(model: str, least: int, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    folder = tmp_path / model
    shutil.copytree(HOSTILE, folder) if model == "hostile" else workspaces.copy_example(model, folder)
    crate = make(run_ggen, folder)
    before = workspaces.tree(folder)
    cargo("fmt", "--check", cwd=crate)
    cargo("clippy", "--locked", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
    assert passed(cargo("test", "--locked", cwd=crate)) >= least
    assert workspaces.tree(folder) == before, "cargo changed what ggen wrote"


def test_the_documentation_has_no_warning(made: Path, cargo: Cargo) -> None:
    written = cargo("rustdoc", "--locked", "--lib", "--", "-D", "warnings", cwd=made)
    assert "warning" not in written.stderr


def on_postgres(cargo: Cargo, crate: Path, database: str, kind: str, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of the crate that need a database, as the application of a tenant."""
    user, settings = TENANTS[kind]
    settings = {**settings, "DATABASE_URL": database.replace("user=ggen", f"user={user}")}
    options = [part for name, value in settings.items() for part in ("--config", f'env.{name}="{value}"')]
    ignored = ("--", "--include-ignored")
    return cargo("test", "--locked", *options, "--test", "postgres", *tests, *ignored, cwd=crate, check=False)


@pytest.mark.parametrize("kind", ["silo", "pool"])
def test_the_store_works_on_postgresql(kind: str, made: Path, cargo: Cargo, stored: str) -> None:
    done = on_postgres(cargo, made, stored, kind)
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed(done) >= 15
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
    (script,) = migrations(made.parent, "shared_schema")
    assert old in script
    apply(shop, script.replace(old, new))
    with pytest.raises(errors.RaiseException, match="the catalogue breaks isolation"):
        apply(shop, proofs[0].read_text())


def test_nobody_changes_an_event(stored: str) -> None:
    with connected(stored) as connection:
        connection.execute("SET ROLE shop_acme_schema_owner")
        for statement in ("UPDATE acme_schema.event SET stream = 'x'", "TRUNCATE acme_schema.event"):
            refused(connection, statement, errors.InsufficientPrivilege)


# --- Bad twins of the crate --------------------------------------------------------------------------------


def replace(file: Path, old: str, new: str) -> None:
    """Spoil one place of a file."""
    text = file.read_text()
    assert old in text, f"{old} is not in {file}"
    file.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "failing"),
    [
        (
            "sealing.rs",
            "*value = json!({ SEALED: STANDARD.encode(sealed) });",
            "let _ = (SEALED, sealed);",
            ["who_is_erased_cannot_be_read_again"],
        ),
        ("sealing.rs", "self.stream, &self.version", '"", &self.version', ["nothing_can_be_moved"]),
        (
            "erasure.rs",
            "SET wrapped_key = NULL, master_key = NULL, erased_at = clock_timestamp()",
            "SET master_key = master_key",
            ["who_is_erased_cannot_be_read_again"],
        ),
        ("model.rs", 'PERSONAL "email"', 'PLAIN "email"', ["who_is_erased_cannot_be_read_again"]),
        ("snapshots.rs", "AND shape = $2", "AND shape IS DISTINCT FROM $2 + 1", ["an_unusable_snapshot_is_ignored"]),
        ("store.rs", "next.state.apply(event);", "", ["what_is_stored_is_loaded"]),
        ("store.rs", "version > $2 ORDER", "version >= $2 ORDER", ["ten_thousand_events_are_read_in_pages"]),
        ("store.rs", "WHERE $12::bigint = (", "WHERE $12::bigint > -1 OR 0 = (", ["of_two_writers_one_wins"]),
        ("store.rs", "pg_snapshot_xmin(", "pg_snapshot_xmax(", ["subscribers_miss_nothing_that_is_committed_late"]),
    ],
    ids=["clear", "moved", "kept", "unmarked", "shape", "replay", "page", "version", "late"],
)
def test_a_wrong_store_fails_its_own_tests(
    crate: Path, cargo: Cargo, stored: str, file: str, old: str, new: str, failing: list[str]
) -> None:
    replace(crate / "src" / file, old, new)
    if failing == ["nothing_can_be_moved"]:
        tested = cargo("test", "--locked", "--lib", *failing, cwd=crate, check=False)
    else:
        tested = on_postgres(cargo, crate, stored, "silo", *failing)
    assert tested.returncode != 0
    for name in failing:
        assert re.search(rf"{name} \.\.\. FAILED", tested.stdout), tested.stdout + tested.stderr


def test_what_is_the_users_is_kept(crate: Path, run_ggen: Ggen) -> None:
    for name in ("upcasters.rs", "redaction.rs"):
        (crate / "src" / name).write_text("// mine\n")
    make(run_ggen, crate.parent)
    assert {(crate / "src" / name).read_text() for name in ("upcasters.rs", "redaction.rs")} == {"// mine\n"}


def test_the_example_is_what_is_expected(tmp_path: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["pack", "test", "event-sourcing"], cwd=tmp_path)
    assert done.exit == 0, done.stdout + done.stderr
