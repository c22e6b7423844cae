"""The outbox on a real PostgreSQL: the application adds, the relay passes on, and neither can do the other's work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.databases import CHECK, FOREIGN, KEY, RIGHT, Database, become, connected, every, refused

ADD = """
INSERT INTO outbox (message_id, aggregate, aggregate_id, event_type, payload)
VALUES ('{}', 'User', 'u1', 'Added', '{{}}')
"""
ONE, TWO = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
TAKE = "SELECT message_id::text FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED"
MARK = "UPDATE outbox SET published_at = now(), attempts = attempts + 1 WHERE message_id = '{}'"


@pytest.fixture
def filled(two: str) -> str:
    """A shop in which two pooled tenants and a silo have each something to publish."""
    with connected(two, "shop_shared_schema_app") as connection:
        for tenant, message in (("startup-001", ONE), ("other-002", TWO)):
            with connection.transaction():
                become(connection, tenant)
                connection.execute(ADD.format(message))
    with connected(two, "shop_acme_schema_app") as connection:
        connection.execute(ADD.format(ONE))
        connection.execute(ADD.format(TWO))
    return two


@pytest.fixture
def relay(filled: str) -> Iterator[Database]:
    """The relay of acme."""
    with connected(filled, "shop_acme_schema_relay") as connection:
        yield connection


@pytest.fixture
def shared_relay(filled: str) -> Iterator[Database]:
    """The relay of the pooled tenants."""
    with connected(filled, "shop_shared_schema_relay") as connection:
        yield connection


def test_the_relay_takes_marks_and_is_done(relay: Database) -> None:
    taken = []
    while rows := every(relay, TAKE):
        taken += rows
        relay.execute(MARK.format(rows[0]))
    assert taken == [ONE, TWO]
    assert every(relay, "SELECT tenant_id, attempts FROM outbox") == [("acme-001", 1), ("acme-001", 1)]


def test_the_relay_removes_what_was_published_and_nothing_else(relay: Database) -> None:
    relay.execute(MARK.format(ONE))
    relay.execute("DELETE FROM outbox")
    assert every(relay, "SELECT message_id::text FROM outbox") == [TWO]


def test_the_relay_of_many_removes_what_one_tenant_has_published(shared_relay: Database) -> None:
    for tenant, message in (("startup-001", ONE), ("other-002", TWO)):
        become(shared_relay, tenant)
        if tenant == "startup-001":
            shared_relay.execute(MARK.format(message))
        shared_relay.execute("DELETE FROM outbox")
    assert every(shared_relay, "SELECT message_id::text FROM outbox") == [TWO]
    become(shared_relay, "startup-001")
    assert every(shared_relay, "SELECT message_id::text FROM outbox") == []


def test_the_application_brings_the_identifier(filled: str) -> None:
    """It may not read back what it added: with RETURNING the statement is refused."""
    with connected(filled, "shop_acme_schema_app") as connection:
        statement = ADD.format("00000000-0000-0000-0000-000000000003")
        refused(connection, f"{statement} RETURNING message_id", RIGHT)
        connection.execute(statement)


def test_two_relays_take_different_messages(filled: str) -> None:
    with (
        connected(filled, "shop_acme_schema_relay") as first,
        connected(filled, "shop_acme_schema_relay") as second,
    ):
        assert every(first, TAKE) + every(second, TAKE) == [ONE, TWO]


@pytest.mark.parametrize(
    "statement",
    [
        ADD.format("00000000-0000-0000-0000-000000000003"),
        "TRUNCATE outbox",
        "UPDATE outbox SET payload = '{}'",
        "UPDATE outbox SET tenant_id = 'x'",
        "SELECT * FROM audit",
        "SELECT * FROM identity_user",
        "INSERT INTO audit (action) VALUES ('x')",
        "CREATE TABLE mine (n int)",
        "CREATE TEMPORARY TABLE mine (n int)",
        "SELECT * FROM shared_schema.outbox",
        "SELECT nextval('outbox__position')",
    ],
)
def test_the_relay_has_no_further_rights(relay: Database, statement: str) -> None:
    refused(relay, statement, RIGHT)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM outbox",
        "DELETE FROM outbox",
        "UPDATE outbox SET published_at = now()",
        "INSERT INTO outbox (published_at) VALUES (now())",
        "INSERT INTO outbox (position) OVERRIDING SYSTEM VALUE VALUES (1)",
    ],
)
def test_the_application_only_adds(filled: str, statement: str) -> None:
    with connected(filled, "shop_acme_schema_app") as connection:
        refused(connection, statement, RIGHT)


def test_the_relay_serves_one_tenant_at_a_time(shared_relay: Database) -> None:
    tenants = every(shared_relay, "SELECT id FROM tenant ORDER BY id")
    assert tenants == ["other-002", "startup-001"]
    shared_relay.commit()
    for tenant, message in zip(tenants, (TWO, ONE), strict=True):
        with shared_relay.transaction():
            become(shared_relay, tenant)
            assert every(shared_relay, "SELECT tenant_id, message_id::text FROM outbox") == [(tenant, message)]
            assert shared_relay.execute("UPDATE outbox SET attempts = 1 WHERE tenant_id <> %s", (tenant,)).rowcount == 0
    refused(shared_relay, "SELECT * FROM outbox", RIGHT)
    refused(shared_relay, "SELECT name FROM tenant", RIGHT)


def test_what_the_outbox_refuses(filled: str) -> None:
    with connected(filled, "shop_acme_schema_app") as connection:
        refused(connection, ADD.format(ONE), KEY, "outbox__pkey")
        foreign = (
            ADD.replace("(message_id", "(tenant_id, message_id").replace("('{}'", "('other-002', '{}'").format(TWO)
        )
        refused(connection, foreign, CHECK, "outbox__tenant")
        listed = ADD.replace("payload)", "payload, headers)").replace("'{{}}')", "'{{}}', '[]')").format(TWO[:-1] + "3")
        refused(connection, listed, CHECK, "outbox__headers_object")
    with connected(filled, "shop_shared_schema_app") as connection:
        become(connection, "startup-001")
        refused(connection, foreign, RIGHT)
        become(connection, "nobody")
        refused(connection, ADD.format(ONE), FOREIGN, "outbox__tenant_fkey")


def test_what_is_to_be_published_is_found_by_its_index(relay: Database) -> None:
    relay.execute("SET LOCAL enable_seqscan = off")
    plan = "\n".join(every(relay, f"EXPLAIN {TAKE.replace('WHERE', 'WHERE tenant_id = current_user AND')}"))
    assert "outbox__unpublished_idx" in plan
