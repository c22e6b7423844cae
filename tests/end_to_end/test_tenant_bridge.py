"""A bridge tenant on a real PostgreSQL: what it has to itself, what it shares, and that nobody confuses the two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import BROKER
from tests.support.databases import CHECK, RIGHT, Database, Ggen, apply, become, connected, every, generate, refused

PAYMENT = """
INSERT INTO payments_payment (payment_id, order_id, amount_amount_minor, amount_currency, card_token, card_last_four)
VALUES ('p1', 'o1', 1000, 'EUR', 'tok_12345', '4242')
"""
POOLED = '\n[tenant.newcomer]\nid = "newcomer-004"\ndatabase_schema = "shared_schema"\nisolation = "pool"\n'


@pytest.fixture
def broker(bridge: str) -> Iterator[Database]:
    """The application of the bridge tenant, in its own schema."""
    with connected(bridge, "shop_broker_schema_app") as connection:
        yield connection


@pytest.fixture
def shared(bridge: str) -> Iterator[Database]:
    """The application of the shared schema."""
    with connected(bridge, "shop_shared_schema_app") as connection:
        yield connection


def test_files(bridge_scripts: dict[str, str]) -> None:
    schemas = {"acme_schema.sql", "broker_schema.sql", "shared_schema.sql"}
    tenants = {"shared_schema/broker.sql", "shared_schema/startup.sql"}
    assert set(bridge_scripts) == schemas | tenants | {f"roles/{schema}" for schema in schemas}


def test_its_schema_has_its_own_contexts_alone(broker: Database) -> None:
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'broker_schema'::regnamespace AND relkind = 'r'"
    assert sorted(every(broker, query)) == ["audit", "audit__head", "outbox", "payments_payment"]


def test_what_is_its_own_is_kept_in_its_schema(broker: Database) -> None:
    broker.execute(PAYMENT)
    assert every(broker, "SELECT payment_id FROM payments_payment") == ["p1"]
    refused(broker, "SELECT * FROM shared_schema.ordering_order", RIGHT)


def test_what_it_shares_is_kept_apart(shared: Database) -> None:
    for tenant in ("broker-003", "startup-001"):
        with shared.transaction():
            become(shared, tenant)
            shared.execute("INSERT INTO ordering_order (order_id, customer_id) VALUES ('o1', 'u1')")
            assert every(shared, "SELECT tenant_id FROM ordering_order") == [tenant]


def test_what_is_its_own_has_no_place_in_the_shared_schema(shared: Database) -> None:
    """The rule is for the bridge tenant: another one has its payments there."""
    with shared.transaction():
        become(shared, "broker-003")
        refused(shared, PAYMENT, CHECK, "payments_payment_elsewhere_broker_only")
    with shared.transaction():
        become(shared, "startup-001")
        shared.execute(PAYMENT)


def test_a_script_of_a_tenant_can_be_run_again(bridge: str, bridge_scripts: dict[str, str]) -> None:
    query = "SELECT conname, convalidated FROM pg_constraint WHERE conname LIKE '%broker%' ORDER BY 1"
    with connected(bridge) as connection:
        before = every(connection, query)
    apply(bridge, bridge_scripts["shared_schema/broker.sql"])
    with connected(bridge) as connection:
        assert every(connection, query) == before == [("payments_payment_elsewhere_broker_only", True)]


def test_what_a_tenant_no_longer_asks_is_taken_back(bridge: str, bridge_scripts: dict[str, str]) -> None:
    """A tenant that is a bridge no more loses the constraint of one; constraints of the model stay."""
    script = (
        bridge_scripts["shared_schema/startup.sql"].replace("startup-001", "broker-003").replace("startup", "broker")
    )
    query = "SELECT count(*) FROM pg_constraint WHERE connamespace = 'shared_schema'::regnamespace"
    with connected(bridge) as connection:
        before = every(connection, query)
    apply(bridge, script)
    with connected(bridge) as connection:
        assert every(connection, query) == [before[0] - 1]
        assert every(connection, "SELECT conname FROM pg_constraint WHERE conname LIKE '%broker%'") == []


def test_rows_that_break_the_rule_are_found(bridge: str, bridge_scripts: dict[str, str]) -> None:
    """The bad twin: rows that were there before the rule was."""
    apply(
        bridge,
        "ALTER TABLE shared_schema.payments_payment DROP CONSTRAINT payments_payment_elsewhere_broker_only",
        "SELECT set_config('app.tenant_id', 'broker-003', false); SET search_path = shared_schema; " + PAYMENT,
    )
    with pytest.raises(CHECK):
        apply(bridge, bridge_scripts["shared_schema/broker.sql"])


def test_a_tenant_more_touches_its_own_file_alone(
    workspace: Path, run_ggen: Ggen, shop_scripts: dict[str, str], bridge_scripts: dict[str, str]
) -> None:
    with (workspace / "ggen.toml").open("a") as settings:
        settings.write(BROKER + POOLED)
    after = generate(run_ggen, workspace)
    assert set(after) - set(bridge_scripts) == {"shared_schema/newcomer.sql"}
    assert {name: after[name] for name in bridge_scripts} == bridge_scripts
    assert {name: bridge_scripts[name] for name in shop_scripts} == shop_scripts
