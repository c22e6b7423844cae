"""Reports on a real PostgreSQL: whoever reads them sees no personal data, and no row of another tenant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.databases import RIGHT, Database, apply, become, connected, every, refused

VIEWS = ["identity_user__report", "ordering_order__report", "payments_payment__report"]
LEAKS = """
SELECT n.nspname, c.relname, a.attname
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('acme_schema', 'shared_schema') AND a.attnum > 0
  AND col_description(a.attrelid, a.attnum) ~ '(Personal|Account) data'
  AND has_column_privilege(format('shop_%s_report', n.nspname), c.oid, a.attnum, 'SELECT')
"""
"""The columns whose comments say that they hold personal or account data, and that reports see."""


@pytest.fixture
def reader(two: str) -> Iterator[Database]:
    """Whoever reads reports of pooled tenants."""
    with connected(two, "shop_shared_schema_report") as connection:
        yield connection


def test_there_is_a_view_for_each_table_with_personal_data(two: str) -> None:
    query = (
        "SELECT relname, reloptions FROM pg_class WHERE relkind = 'v' AND relnamespace = '{}'::regnamespace ORDER BY 1"
    )
    safe = ["security_invoker=true", "security_barrier=true"]
    with connected(two) as connection:
        for schema in ("acme_schema", "shared_schema"):
            assert every(connection, query.format(schema)) == [(view, safe) for view in VIEWS]


def test_a_view_has_the_rows_of_one_tenant_without_personal_data(reader: Database) -> None:
    for tenant in ("startup-001", "other-002"):
        with reader.transaction():
            become(reader, tenant)
            assert every(reader, "SELECT * FROM identity_user__report") == [(tenant, False)]
            assert every(reader, "SELECT * FROM ordering_order__report") == [(tenant, "o1", "draft", None)]
            payment = (tenant, "p1", "o1", 1000, "EUR", "requested")
            assert every(reader, "SELECT * FROM payments_payment__report") == [payment]
    for view in VIEWS:
        refused(reader, f"SELECT * FROM {view}", RIGHT)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT email FROM identity_user",
        "SELECT * FROM identity_user",
        "SELECT count(email) FROM identity_user",
        "SELECT active FROM identity_user WHERE email LIKE '%'",
        "SELECT customer_id FROM ordering_order",
        "SELECT card_last_four FROM payments_payment",
        "SELECT * FROM audit",
        "SELECT * FROM outbox",
        "SELECT * FROM tenant",
        "SELECT * FROM acme_schema.identity_user__report",
    ],
)
def test_what_reports_do_not_see(reader: Database, statement: str) -> None:
    become(reader, "startup-001")
    refused(reader, statement, RIGHT)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity_user SET active = true",
        "UPDATE identity_user__report SET active = true",
        "DELETE FROM ordering_order__report",
        "INSERT INTO catalogue_product (sku) VALUES ('x')",
        "CREATE TABLE mine (n int)",
    ],
)
def test_reports_change_nothing(two: str, statement: str) -> None:
    """Not even when the reader has left the read-only mode that the role begins with."""
    with connected(two, "shop_shared_schema_report") as connection:
        assert every(connection, "SHOW transaction_read_only") == ["on"]
        connection.rollback()
        connection.read_only = False
        become(connection, "startup-001")
        refused(connection, statement, RIGHT)


def test_no_column_that_is_said_to_be_personal_is_seen(two: str) -> None:
    """And the bad twin: what was granted on top is found."""
    with connected(two) as connection:
        assert every(connection, LEAKS) == []
        connection.execute("GRANT SELECT (email) ON acme_schema.identity_user TO shop_acme_schema_report")
        assert every(connection, LEAKS) == [("acme_schema", "identity_user", "email")]


def test_a_view_with_the_rights_of_its_owner_would_show(two: str) -> None:
    """The bad twin of `security_invoker`: the same view without it reads what its owner, here a superuser, reads."""
    view = "CREATE VIEW shared_schema.leak AS SELECT tenant_id, active FROM shared_schema.identity_user"
    apply(two, view, "GRANT SELECT ON shared_schema.leak TO shop_shared_schema_report")
    with connected(two, "shop_shared_schema_report") as connection:
        assert len(every(connection, "SELECT * FROM leak")) == 2
        refused(connection, "SELECT * FROM identity_user__report", RIGHT)
