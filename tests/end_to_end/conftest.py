"""What the tests of `tenant-schema` share: scripts, generated once, and databases to which they were applied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Database, Ggen, apply, become, connected, generate
from tests.support.workspaces import copy_example

WAREHOUSE = Path(__file__).parent / "warehouse"
BROKER = """
[tenant.broker]
id = "broker-003"
database_schema = "broker_schema"
isolation = "bridge"
own_contexts = ["payments"]
"""
"""A third tenant for the shop: it has its payments to itself and shares the rest."""


@pytest.fixture(scope="session")
def shop_scripts(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> dict[str, str]:
    """The scripts of the shop, which has a silo and a pooled tenant."""
    return generate(run_ggen, copy_example("shop", tmp_path_factory.mktemp("shop") / "shop"))


@pytest.fixture(scope="session")
def bridge_scripts(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> dict[str, str]:
    """The scripts of the shop with a bridge tenant."""
    folder = copy_example("shop", tmp_path_factory.mktemp("bridge") / "shop")
    with (folder / "ggen.toml").open("a") as settings:
        settings.write(BROKER)
    return generate(run_ggen, folder)


@pytest.fixture(scope="session")
def warehouse_scripts(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> dict[str, str]:
    """The scripts of a difficult model."""
    folder = tmp_path_factory.mktemp("warehouse") / "warehouse"
    shutil.copytree(WAREHOUSE, folder)
    return generate(run_ggen, folder)


@pytest.fixture
def shop(shop_scripts: dict[str, str], database: str) -> str:
    """A database to which the schemas of the shop were applied."""
    apply(database, *shop_scripts.values())
    return database


@pytest.fixture
def bridge(bridge_scripts: dict[str, str], database: str) -> str:
    """A database to which the schemas of the shop with a bridge tenant were applied."""
    apply(database, *bridge_scripts.values())
    return database


@pytest.fixture
def warehouse(warehouse_scripts: dict[str, str], database: str) -> str:
    """A database to which the schemas of a difficult model were applied."""
    apply(database, *warehouse_scripts.values())
    return database


@pytest.fixture
def startup(shop: str) -> Iterator[Database]:
    """The application of the pooled tenants."""
    with connected(shop, "shop_shared_schema_app") as connection:
        yield connection


@pytest.fixture
def two(shop: str) -> str:
    """A database whose two pooled tenants have each a user, an order and a payment, under the same identifiers."""
    apply(shop, "INSERT INTO shared_schema.tenant VALUES ('other-002', 'other')")
    with connected(shop, "shop_shared_schema_app") as connection:
        for tenant, email in (("startup-001", "ann@startup.example"), ("other-002", "bo@other.example")):
            with connection.transaction():
                become(connection, tenant)
                connection.execute("INSERT INTO identity_user (user_id, email) VALUES ('u1', %s)", (email,))
                connection.execute("INSERT INTO ordering_order (order_id, customer_id) VALUES ('o1', 'u1')")
                connection.execute(
                    "INSERT INTO payments_payment"
                    " (payment_id, order_id, amount_amount_minor, amount_currency, card_token, card_last_four)"
                    " VALUES ('p1', 'o1', 1000, 'EUR', 'tok_12345', '4242')"
                )
    return shop
