"""The generated persistence on a real PostgreSQL: a tenant to itself, tenants that share, and one that does both."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.databases import Ggen, apply, become, connected, every, migrations, scripts
from tests.support.everything import to_be_spoilt, workspace_of
from tests.support.members import Cargo, kept, make, settings, spoil, twins

SCHEMAS = {"acme-001": "acme_schema", "startup-001": "shared_schema"}


@pytest.fixture(scope="session")
def made() -> Path:
    """The shop with its infrastructure and tests of its own business; to be read only."""
    return workspace_of("shop")


@pytest.fixture
def stored(made: Path, shop: str) -> str:
    """A database with the schemas of the shop and what the infrastructure needs."""
    apply(shop, *migrations(made, *SCHEMAS.values()))
    return shop


def on_postgres(
    cargo: Cargo, crate: Path, database: str, tenant: str, test: str, *chosen: str
) -> subprocess.CompletedProcess[str]:
    """Run the tests of a crate that need a database, for a tenant."""
    options = settings({"DATABASE_URL": database, "TENANT_ID": tenant})
    arguments = ["--test", test, "--", "--include-ignored", *chosen]
    return cargo("test", "--locked", *options, *arguments, cwd=crate, check=False)


def test_the_pack_alone_has_the_right_lock(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    make(run_ggen, workspace, "ddd-infrastructure")
    cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=workspace / "infrastructure")


def test_the_infrastructure_of_one_aggregate_stands_alone(cargo_of_all: Cargo) -> None:
    """The command of the mission."""
    workspace = workspace_of("alone")
    crate = workspace / "src" / "infrastructure" / "user"
    assert [path.name for path in (crate / "src/persistence/sql").iterdir()] == ["identity_user"]
    with kept(crate / "Cargo.lock"):
        shutil.copy(workspace / "Cargo.lock", crate)
        cargo_of_all("clippy", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)


@pytest.mark.parametrize("tenant", SCHEMAS)
def test_aggregates_are_kept(tenant: str, made: Path, cargo_of_all: Cargo, stored: str) -> None:
    for test, count in (("persistence", 36), ("shop", 5)):
        done = on_postgres(cargo_of_all, made / "infrastructure", stored, tenant, test)
        assert f"{count} passed; 0 failed; 0 ignored" in done.stdout, done.stdout + done.stderr
    schema = SCHEMAS[tenant]
    with connected(stored) as connection:
        become(connection, tenant)
        said = every(connection, f"SELECT DISTINCT outcome FROM {schema}.audit ORDER BY 1")
        assert said == ["denied", "failure", "success"]
        payloads = every(connection, f"SELECT payload::text FROM {schema}.outbox WHERE event_type = 'UserCreated'")
        assert payloads
        assert not any("example.com" in payload or "email" in payload for payload in payloads)
        placed = every(connection, f"SELECT payload FROM {schema}.outbox WHERE event_type = 'OrderPlaced'")
        assert {tuple(payload) for payload in placed} == {("placedAt",)}
        headers = every(connection, f"SELECT headers FROM {schema}.outbox WHERE event_type = 'OrderPlaced'")
        assert {tuple(sorted(header)) for header in headers} == {("context", "correlation_id", "version")}
        other = next(name for name in SCHEMAS.values() if name != schema)
        for table in ("identity_user", "event", "outbox", "idempotency"):
            assert every(connection, f"SELECT count(*) FROM {other}.{table}") == [0]


def test_the_proofs_of_isolation_pass(made: Path, stored: str) -> None:
    for proof in ("lint.sql", "attack.sql"):
        apply(stored, (made / "db/isolation" / proof).read_text())


TWINS = {
    "no row": ("unit.rs", "rows::write(self.transaction, &next).await?;", "", "rows_say_what_events_say"),
    "row not redacted": (
        "unit.rs",
        "rows::write(self.transaction, &redacted).await?;",
        "",
        "what_was_erased_says_nothing",
    ),
    "erasure overtakes": (
        "unit.rs",
        "self.events.hold(self.transaction, &subject(&stream)).await.map_err(trouble::events)?;",
        "",
        "erasures_and_commands_wait_for_each_other",
    ),
    "erasure not told": ("unit.rs", "if erased {", "if !erased {", "what_was_erased_says_nothing"),
    "key not waited for": ("idempotency.rs", "WHERE known.expires_at <= clock_timestamp()", "", "comes_twice"),
    "line not removed": (
        "sql/ordering_order/save.sql",
        "AND NOT EXISTS (SELECT FROM given_1",
        "AND EXISTS (SELECT FROM given_1",
        "lines_and_tags_come_and_go",
    ),
    "tag not in order": (
        "sql/catalogue_product/find.sql",
        "ORDER BY listed.position",
        "ORDER BY listed.tag",
        "lines_and_tags_come_and_go",
    ),
    "beginning is a conflict": (
        "unit.rs",
        "StoreError::Conflict if begins =>",
        "StoreError::Conflict if !begins =>",
        "",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="no row"))
def test_the_tests_of_the_crate_find_what_is_wrong(
    file: str, old: str, new: str, test: str, tmp_path: Path, cargo_of_all: Cargo, stored: str
) -> None:
    """The bad twins."""
    crate = to_be_spoilt("shop", "infrastructure", tmp_path / "shop")
    spoil(crate / "src" / "persistence" / file, old, new)
    target = "shop" if test.startswith("lines") else "persistence"
    done = on_postgres(cargo_of_all, crate, stored, "acme-001", target, test)
    assert "test result: FAILED" in done.stdout, done.stdout + done.stderr


# --- Entities in entities, lists in lists, every datatype ---------------------------------------------------


def test_what_is_hard_to_keep_is_kept(cargo_of_all: Cargo, database: str) -> None:
    """For a tenant to itself, for one that shares, and for one that shares all but a context."""
    depot = workspace_of("depot")
    found = scripts(depot)
    apply(database, *(found[name] for name in found if not name.startswith("migrations/")), *migrations(depot))
    for tenant in ("alone-1", "first-1", "broker-2"):
        done = on_postgres(cargo_of_all, depot / "infrastructure", database, tenant, "persistence")
        assert "18 passed; 0 failed; 0 ignored" in done.stdout, done.stdout + done.stderr
