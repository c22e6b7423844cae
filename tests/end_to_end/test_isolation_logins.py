"""Two tenants over real connections: what `db/isolation/attack.sql`, one session of a superuser, cannot try.

Here the roles log in, with the settings that a login has, over one connection each.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.support.databases import FOREIGN, KEY, RIGHT, Database, apply, become, connected, every, refused

TABLES = ("identity_user", "catalogue_product", "ordering_order", "payments_payment", "audit")
ORDER = "INSERT INTO ordering_order (order_id, customer_id) VALUES (%s, 'u1')"
USER = "INSERT INTO identity_user (user_id, email) VALUES (%s, %s)"


@pytest.fixture
def mine(two: str) -> Iterator[Database]:
    """A connection of the pooled application, which begins to work for the first tenant."""
    with connected(two, "shop_shared_schema_app") as connection:
        yield connection


@pytest.fixture
def theirs(two: str) -> Iterator[Database]:
    """Another connection of the same application, which works for the second tenant, and has something of its own."""
    with connected(two, "shop_shared_schema_app") as connection:
        with connection.transaction():
            become(connection, "other-002")
            connection.execute(USER, ("u2", "only@other.example"))
            connection.execute(ORDER, ("o2",))
        yield connection


def test_what_one_adds_the_other_does_not_see(mine: Database, theirs: Database) -> None:
    with mine.transaction():
        become(mine, "startup-001")
        assert every(mine, "SELECT user_id FROM identity_user") == ["u1"]
        assert every(mine, "SELECT email FROM identity_user") == ["ann@startup.example"]
        with theirs.transaction():
            become(theirs, "other-002")
            assert every(theirs, "SELECT email FROM identity_user ORDER BY 1") == [
                "bo@other.example",
                "only@other.example",
            ]


def test_a_connection_that_is_handed_on_has_no_tenant(mine: Database) -> None:
    with mine.transaction():
        become(mine, "startup-001")
        mine.execute("SELECT * FROM identity_user")
    for table in TABLES:
        refused(mine, f"SELECT * FROM {table}", RIGHT)
        with pytest.raises(RIGHT), mine.transaction():
            copied(mine, f"COPY {table} TO STDOUT")


def test_one_connection_two_tenants(mine: Database) -> None:
    """The driver prepares what it sees often; the plan that the server keeps gives each tenant its own rows."""
    mine.prepare_threshold = 1
    for tenant, email in [("startup-001", "ann@startup.example"), ("other-002", "bo@other.example")] * 6:
        with mine.transaction():
            become(mine, tenant)
            assert mine.execute("SELECT email FROM identity_user WHERE user_id = %s", ("u1",)).fetchall() == [(email,)]
    assert mine.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() != (0,)


def copied(connection: Database, statement: str) -> bytes:
    with connection.cursor().copy(statement) as copy:
        return b"".join(bytes(block) for block in copy)


def test_a_copy_holds_one_tenant(mine: Database, theirs: Database) -> None:
    with mine.transaction():
        become(mine, "startup-001")
        assert copied(mine, "COPY identity_user (user_id, email) TO STDOUT") == b"u1\tann@startup.example\n"
        refused(mine, "COPY identity_user TO '/dev/null'", RIGHT)


def test_a_key_of_another_is_free(mine: Database, theirs: Database) -> None:
    """An identifier and an address that exist elsewhere can be taken, and are then taken for oneself alone."""
    with mine.transaction():
        become(mine, "startup-001")
        mine.execute(USER, ("u2", "only@other.example"))
        with pytest.raises(KEY) as caught, mine.transaction():
            mine.execute(USER, ("u2", "again@startup.example"))
        assert "other" not in str(caught.value)


def test_a_reference_to_another_leads_nowhere(mine: Database, theirs: Database) -> None:
    """A product of another tenant and one that nobody has are refused in the same words."""
    line = "INSERT INTO catalogue_product_tag (product_id, position, tag) VALUES (%s, 1, 'x')"
    with theirs.transaction():
        become(theirs, "other-002")
        theirs.execute(
            "INSERT INTO catalogue_product (sku, title, price_amount_minor, price_currency)"
            " VALUES ('ABC-2', 'Cup', 500, 'EUR')"
        )
    become(mine, "startup-001")
    messages = []
    for product in ("ABC-2", "ABC-3"):
        with pytest.raises(FOREIGN) as caught, mine.transaction():
            mine.execute(line, (product,))
        messages.append(str(caught.value).replace(product, "?"))
    assert messages[0] == messages[1]


def test_two_at_once_do_not_wait_for_each_other(mine: Database, theirs: Database) -> None:
    """The same keys in two open transactions: no lock of one tells of the other."""
    mine.execute("SET lock_timeout = '2s'")
    theirs.execute("SET lock_timeout = '2s'")
    mine.commit()
    theirs.commit()
    with mine.transaction(), theirs.transaction():
        become(mine, "startup-001")
        become(theirs, "other-002")
        for connection in (mine, theirs):
            connection.execute(USER, ("u3", "same@example.com"))
            connection.execute("UPDATE identity_user SET active = true WHERE user_id = 'u1'")
            assert connection.execute("DELETE FROM payments_payment").rowcount == 1


@pytest.mark.parametrize(
    "user", ["ggen", "shop_shared_schema_owner", "shop_acme_schema_app", "shop_shared_schema_relay"]
)
@pytest.mark.parametrize("statement", ["SET ROLE {}", "SET SESSION AUTHORIZATION {}"])
def test_nobody_becomes_another(mine: Database, user: str, statement: str) -> None:
    refused(mine, statement.format(user), RIGHT)


def test_the_owner_cannot_log_in(two: str) -> None:
    with (
        pytest.raises(psycopg.OperationalError, match="not permitted to log in"),
        connected(two, "shop_shared_schema_owner"),
    ):
        pass


def test_a_silo_and_the_pool_do_not_meet(two: str) -> None:
    for user, other in (("shop_acme_schema_app", "shared_schema"), ("shop_shared_schema_app", "acme_schema")):
        with connected(two, user) as connection:
            for table in TABLES:
                refused(connection, f"SELECT * FROM {other}.{table}", RIGHT)
                refused(connection, f"INSERT INTO {other}.{table} DEFAULT VALUES", RIGHT)
            assert every(connection, f"SELECT * FROM pg_stats WHERE schemaname = '{other}'") == []


def test_reports_of_one_tenant(mine: Database, two: str) -> None:
    with connected(two, "shop_shared_schema_report") as report:
        refused(report, "SELECT * FROM payments_payment__report", RIGHT)
        for tenant in ("startup-001", "other-002"):
            with report.transaction():
                become(report, tenant)
                assert every(report, "SELECT DISTINCT tenant_id FROM payments_payment__report") == [tenant]


def test_names_resolve_to_the_schema_of_the_login(mine: Database) -> None:
    """Nothing that somebody plants in `public` or among temporary objects comes first."""
    assert every(mine, "SELECT current_schemas(true)::text") == ["{pg_catalog,shared_schema}"]
    refused(mine, "CREATE TEMPORARY TABLE identity_user ()", RIGHT)
    refused(mine, "CREATE FUNCTION public.now() RETURNS int LANGUAGE sql AS 'SELECT 1'", RIGHT)


def test_a_superuser_sees_both(two: str) -> None:
    """The bad twin: the rows that the tests above do not see are there."""
    apply(two, "SET search_path = shared_schema; SELECT 1 / (count(DISTINCT tenant_id) - 1) FROM identity_user")
