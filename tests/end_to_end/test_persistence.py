"""The generated persistence on a real PostgreSQL: a tenant to itself, tenants that share, and one that does both."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import workspaces
from tests.support.databases import Ggen, apply, become, connected, every, generate, migrations

Cargo = Callable[..., subprocess.CompletedProcess[str]]

HERE = Path(__file__).parent
PACKAGE = "shop-infrastructure"
SCHEMAS = {"acme-001": "acme_schema", "startup-001": "shared_schema"}


def make(run_ggen: Ggen, folder: Path, *options: str) -> Path:
    """The workspace with its infrastructure."""
    done = run_ggen(["gen", "ddd-infrastructure", *options], cwd=folder)
    assert done.exit == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> Path:
    """The shop with its infrastructure and tests of its own business; to be read only."""
    folder = workspaces.copy_example("shop", tmp_path_factory.mktemp("persistence") / "shop")
    generate(run_ggen, folder)
    make(run_ggen, folder)
    shutil.copy(HERE / "persistence/shop.rs", folder / "infrastructure/tests")
    return folder


@pytest.fixture(scope="session")
def spoiled(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which one file after the other is spoiled and mended."""
    return shutil.copytree(made, tmp_path_factory.mktemp("spoiled") / "shop")


@pytest.fixture
def kept(made: Path, shop: str) -> str:
    """A database with the schemas of the shop and what the infrastructure needs."""
    apply(shop, *migrations(made))
    return shop


def on_postgres(
    cargo: Cargo, folder: Path, package: str, database: str, tenant: str, test: str, *chosen: str
) -> subprocess.CompletedProcess[str]:
    """Run the tests of a crate that need a database, for a tenant."""
    settings = {"DATABASE_URL": database, "TENANT_ID": tenant}
    options = [part for name, value in settings.items() for part in ("--config", f'env.{name}="{value}"')]
    arguments = ["-p", package, *options, "--test", test, "--", "--include-ignored", *chosen]
    return cargo("test", "--locked", *arguments, cwd=folder, check=False)


@pytest.mark.parametrize("model", ["shop", "hostile"])
def test_the_crate_is_sound(model: str, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    folder = tmp_path / model
    shutil.copytree(HERE / "hostile", folder) if model == "hostile" else workspaces.copy_example(model, folder)
    make(run_ggen, folder)
    package = PACKAGE if model == "shop" else "hostile-u91cf-infrastructure"
    before = workspaces.tree(folder)
    cargo("fmt", "--check", "-p", package, cwd=folder)
    cargo("clippy", "--locked", "-p", package, "--all-targets", "--quiet", "--", "-D", "warnings", cwd=folder)
    cargo("test", "--locked", "-p", package, "--lib", cwd=folder)
    assert workspaces.tree(folder) == before, "cargo changed what ggen wrote"


def test_the_infrastructure_of_one_aggregate_stands_alone(tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    """The command of the mission."""
    folder = workspaces.copy_example("shop", tmp_path / "shop")
    variables = ["--vars", "domain=user", "persistence=postgres", "messaging=rabbitmq"]
    make(run_ggen, folder, *variables, "--output", "src/infrastructure/user/")
    crate = folder / "src/infrastructure/user"
    assert [path.name for path in (crate / "src/persistence/sql").iterdir()] == ["identity_user"]
    shutil.copy(folder / "Cargo.lock", crate)
    cargo("clippy", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)


@pytest.mark.parametrize("tenant", SCHEMAS)
def test_aggregates_are_kept(tenant: str, made: Path, cargo: Cargo, kept: str) -> None:
    for test, count in (("persistence", 32), ("shop", 5)):
        done = on_postgres(cargo, made, PACKAGE, kept, tenant, test)
        assert f"{count} passed; 0 failed; 0 ignored" in done.stdout, done.stdout + done.stderr
    schema = SCHEMAS[tenant]
    with connected(kept) as connection:
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


def test_the_proofs_of_isolation_pass(made: Path, kept: str) -> None:
    for proof in ("lint.sql", "attack.sql"):
        apply(kept, (made / "db/isolation" / proof).read_text())


TWINS = {
    "no row": ("unit.rs", "rows::write(self.transaction, &next).await?;", "", "rows_say_what_events_say"),
    "row not redacted": (
        "unit.rs",
        "rows::write(self.transaction, &redacted).await?;",
        "",
        "what_was_erased_says_nothing",
    ),
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


@pytest.mark.parametrize("twin", TWINS)
def test_the_tests_of_the_crate_find_what_is_wrong(twin: str, spoiled: Path, cargo: Cargo, kept: str) -> None:
    """The bad twins."""
    file, old, new, test = TWINS[twin]
    path = spoiled / "infrastructure/src/persistence" / file
    good = path.read_text()
    assert old in good
    path.write_text(good.replace(old, new, 1))
    target = "shop" if test.startswith("lines") else "persistence"
    try:
        done = on_postgres(cargo, spoiled, PACKAGE, kept, "acme-001", target, test)
    finally:
        path.write_text(good)
    assert "test result: FAILED" in done.stdout, done.stdout + done.stderr


# --- Entities in entities, lists in lists, every datatype ---------------------------------------------------


@pytest.fixture(scope="session")
def depot(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> Path:
    """A model that is hard to keep in tables, with its infrastructure."""
    folder = shutil.copytree(HERE / "persistence/depot", tmp_path_factory.mktemp("depot") / "depot")
    done = run_ggen(["build"], cwd=folder)
    assert done.exit == 0, done.stderr
    return folder


def test_what_is_hard_to_keep_is_kept(depot: Path, cargo: Cargo, database: str, run_ggen: Ggen) -> None:
    """For a tenant to itself, for one that shares, and for one that shares all but a context."""
    scripts = generate(run_ggen, depot)
    apply(database, *(scripts[name] for name in scripts if not name.startswith("migrations/")), *migrations(depot))
    for tenant in ("alone-1", "first-1", "broker-2"):
        done = on_postgres(cargo, depot, "depot-infrastructure", database, tenant, "persistence")
        assert "16 passed; 0 failed; 0 ignored" in done.stdout, done.stdout + done.stderr
