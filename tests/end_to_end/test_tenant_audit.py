"""The audit trail on a real PostgreSQL: entries are only ever added, and each holds on to the one before."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.support.databases import (
    CHECK,
    FOREIGN,
    KEY,
    NULL,
    RIGHT,
    Database,
    apply,
    become,
    connected,
    every,
    refused,
)

APPEND = """
INSERT INTO audit (user_id, event_type, action, resource, resource_id, outcome, origin, generated_by, template_hash)
VALUES ('u1', 'access', 'read', 'User', {}, 'success', '10.0.0.1', 'ggen 0.1.0', 'abc')
"""
COLUMNS = (
    "prev_hash, tenant_id, sequence, (extract(epoch FROM occurred_at) * 1000000)::bigint, user_id, event_type, action,"
    " resource, resource_id, outcome, origin, generated_by, template_hash, entry_hash"
)
FORGED = (
    "INSERT INTO {}.audit SELECT tenant_id, {}, occurred_at, user_id, event_type, action, resource, resource_id,"
    " outcome, origin, generated_by, template_hash, {}, {} FROM {}.audit WHERE tenant_id = '{}' AND sequence = 2"
)
BACKDATED = APPEND.format("NULL").replace("(user_id", "(occurred_at, user_id").replace("('u1'", "('2020-01-01', 'u1'")
ZERO = "decode(repeat('00', 32), 'hex')"


def foreign(tenant: str) -> str:
    """A statement that adds an entry for another tenant."""
    return APPEND.format("NULL").replace("(user_id", "(tenant_id, user_id").replace("('u1'", f"('{tenant}', 'u1'")


def append(connection: Database, resource: str = "'u1'") -> None:
    """Add an entry."""
    connection.execute(APPEND.format(resource))


def intact(rows: list[Any]) -> bool:
    """Whether a chain holds, judged by a program of our own and nothing that the database says of itself."""
    before = bytes(32)
    for place, (prev_hash, *fields, entry_hash) in enumerate(rows, start=1):
        texts = [None if field is None else str(field).encode() for field in fields]
        written = b"".join(b"-," if text is None else b"%d:%s," % (len(text), text) for text in texts)
        if prev_hash != before or fields[1] != place or hashlib.sha256(before + written).digest() != entry_hash:
            return False
        before = entry_hash
    return True


def chain(connection: Database, schema: str = "acme_schema") -> list[Any]:
    """The entries of a schema, in order."""
    return every(connection, f"SELECT {COLUMNS} FROM {schema}.audit ORDER BY tenant_id, sequence")


@pytest.fixture
def acme(shop: str) -> Iterator[Database]:
    """The application of acme, with three audit entries."""
    with connected(shop, "shop_acme_schema_app") as connection:
        with connection.transaction():
            append(connection)
            append(connection, "NULL")
            append(connection, "'ü;🙂,3:'")
        yield connection


def test_entries_form_a_chain(acme: Database) -> None:
    rows = chain(acme)
    assert [row[2] for row in rows] == [1, 2, 3]
    assert {row[1] for row in rows} == {"acme-001"}
    assert intact(rows)


def test_one_statement_may_add_several(acme: Database) -> None:
    acme.execute(APPEND.format("'a'") + ", ('u2', 'login', 'try', 'Session', NULL, 'denied', 'x', 'g', 't')")
    assert len(chain(acme)) == 5
    assert intact(chain(acme))


def test_the_chain_is_taken_back_with_its_transaction(acme: Database) -> None:
    with acme.transaction(force_rollback=True):
        append(acme)
    append(acme)
    assert [row[2] for row in chain(acme)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET outcome = 'failure'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "INSERT INTO audit (sequence) VALUES (9)",
        "INSERT INTO audit (prev_hash) VALUES ('')",
        "INSERT INTO audit (entry_hash) VALUES ('')",
        "INSERT INTO audit (occurred_at) VALUES (now())",
        BACKDATED,
        "DELETE FROM audit__head",
        "UPDATE audit__head SET tenant_id = 'other'",
        "SELECT 1 FROM audit FOR UPDATE",
        "ALTER TABLE audit DISABLE TRIGGER append",
    ],
)
def test_the_application_may_read_and_add_only(acme: Database, statement: str) -> None:
    refused(acme, statement, RIGHT)


def test_the_database_dates_entries_itself_in_their_order(acme: Database, shop: str) -> None:
    """Not even the owner, who may name a time, can put an entry at another."""
    acme.commit()
    with connected(shop) as connection:
        connection.execute("SET ROLE shop_acme_schema_owner")
        connection.execute("SET search_path = acme_schema")
        connection.execute(BACKDATED)
    rows = every(acme, "SELECT occurred_at FROM audit ORDER BY sequence")
    assert rows == sorted(rows)
    assert every(acme, "SELECT min(occurred_at) > now() - interval '1 hour' FROM audit") == [True]


@pytest.mark.parametrize("schema", ["acme_schema", "shared_schema"])
@pytest.mark.parametrize("statement", ["UPDATE audit SET outcome = 'failure'", "DELETE FROM audit", "TRUNCATE audit"])
def test_not_even_the_owner_changes_an_entry(shop: str, schema: str, statement: str) -> None:
    with connected(shop) as connection:
        connection.execute(f"SET ROLE shop_{schema}_owner")
        connection.execute(f"SET search_path = {schema}")
        become(connection, "startup-001")
        with pytest.raises(RIGHT, match="kept as they are"):
            connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "kind", "constraint"),
    [
        (APPEND.format("NULL").replace("'success'", "'fine'"), CHECK, "audit__outcome_values"),
        (APPEND.format("NULL").replace("'10.0.0.1'", "NULL"), NULL, None),
        ("INSERT INTO audit (tenant_id) VALUES ('acme-001')", NULL, None),
    ],
)
def test_an_entry_that_says_too_little_is_refused(
    acme: Database, statement: str, kind: type[psycopg.Error], constraint: str | None
) -> None:
    refused(acme, statement, kind, constraint)


def test_a_silo_audits_its_own_tenant_alone(acme: Database) -> None:
    refused(acme, foreign("startup-001"), CHECK, "audit__head__tenant")


# --- What the constraints alone hold, when somebody has put the triggers out of action -------------------


@pytest.fixture
def tampering(acme: Database, shop: str) -> Iterator[Database]:
    """A superuser who has switched off the triggers of a chain of three entries."""
    acme.commit()
    with connected(shop) as connection:
        connection.execute("ALTER TABLE acme_schema.audit DISABLE TRIGGER USER")
        yield connection


def forged(sequence: str, prev_hash: str, entry_hash: str) -> str:
    """A statement that adds an entry which was made by hand."""
    return FORGED.format("acme_schema", sequence, prev_hash, entry_hash, "acme_schema", "acme-001")


LAST = "(SELECT entry_hash FROM acme_schema.audit WHERE sequence = 3)"
HASH = (
    "acme_schema.audit_hash({}, tenant_id, ({})::text, (extract(epoch FROM occurred_at) * 1000000)::bigint::text,"
    " user_id, event_type, action, resource, resource_id, outcome, origin, generated_by, template_hash)"
)


@pytest.mark.parametrize(
    ("statement", "kind", "constraint"),
    [
        (forged("4", LAST, LAST), CHECK, "audit__entry_hash_holds"),
        (forged("5", LAST, HASH.format(LAST, "5")), FOREIGN, "audit__no_gap"),
        (forged("2", "entry_hash", HASH.format("entry_hash", "2")), KEY, None),
        (forged("4", "prev_hash", HASH.format("prev_hash", "4")), KEY, "audit__no_fork"),
        (forged("4", "'\\x00'", HASH.format("'\\x00'::bytea", "4")), CHECK, "audit__prev_hash_length"),
        (forged("1", LAST, HASH.format(LAST, "1")), CHECK, "audit__start"),
        (forged("0", ZERO, HASH.format(ZERO, "0")), CHECK, "audit__start"),
        ("UPDATE acme_schema.audit SET outcome = 'failure' WHERE sequence = 2", CHECK, "audit__entry_hash_holds"),
        ("DELETE FROM acme_schema.audit WHERE sequence = 2", FOREIGN, "audit__no_gap"),
        (
            "UPDATE acme_schema.audit SET outcome = 'failure', entry_hash = "
            + HASH.format("prev_hash", "sequence").replace("outcome", "'failure'")
            + " WHERE sequence = 2",
            FOREIGN,
            "audit__no_gap",
        ),
    ],
)
def test_the_constraints_hold_the_chain(
    tampering: Database, statement: str, kind: type[psycopg.Error], constraint: str | None
) -> None:
    refused(tampering, statement, kind, constraint)


def test_the_right_next_entry_can_be_made_by_hand(tampering: Database) -> None:
    """The good twin of the forgeries: they are refused for what is wrong with them."""
    tampering.execute(forged("4", LAST, HASH.format(LAST, "4")))
    assert intact(chain(tampering))


@pytest.mark.parametrize(
    ("constraint", "statement"),
    [
        ("audit__entry_hash_holds", "UPDATE acme_schema.audit SET outcome = 'failure' WHERE sequence = 2"),
        ("audit__no_gap", "DELETE FROM acme_schema.audit WHERE sequence = 2"),
    ],
)
def test_our_own_verification_can_fail(tampering: Database, constraint: str, statement: str) -> None:
    """The bad twin of `intact`: with the constraint gone the forgery goes through, and shows."""
    tampering.execute(f"ALTER TABLE acme_schema.audit DROP CONSTRAINT {constraint}")
    tampering.execute(statement)
    assert not intact(chain(tampering))


# --- Tenants, and appends at the same time ---------------------------------------------------------------


def test_each_tenant_has_a_chain_of_its_own(two: str) -> None:
    with connected(two, "shop_shared_schema_app") as connection:
        for tenant in ("startup-001", "other-002", "startup-001"):
            with connection.transaction():
                become(connection, tenant)
                append(connection)
        for tenant, entries in (("startup-001", 2), ("other-002", 1)):
            with connection.transaction():
                become(connection, tenant)
                rows = chain(connection, "shared_schema")
                assert [row[1] for row in rows] == [tenant] * entries
                assert intact(rows)
                foreign = (
                    APPEND.format("NULL").replace("(user_id", "(tenant_id, user_id").replace("('u1'", "('x', 'u1'")
                )
                refused(connection, foreign, RIGHT)
        refused(connection, "SELECT * FROM audit", RIGHT)


def in_background(work: Callable[[], None]) -> tuple[threading.Thread, list[BaseException]]:
    """Begin some work beside us; what it raised is kept."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as problem:
            raised.append(problem)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, raised


def waiting(database: str) -> bool:
    """Whether somebody comes to wait for a lock within a few seconds."""
    query = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) FROM pg_sleep(0.02)"
    with connected(database, autocommit=True) as watcher:
        return any(every(watcher, query) == [True] for _ in range(400))


def append_beside(database: str, end: str) -> tuple[list[int], list[BaseException]]:
    """Two connections append at once; the first ends its transaction while the second waits. What stands after it."""
    with connected(database, "shop_acme_schema_app") as first, connected(database, "shop_acme_schema_app") as second:
        append(first)

        def work() -> None:
            append(second)
            second.commit()

        thread, raised = in_background(work)
        assert waiting(database)
        first.execute(end)
        thread.join(timeout=20)
        assert not thread.is_alive()
        second.rollback()
        assert intact(chain(second))
        return [row[2] for row in chain(second)], raised


@pytest.mark.parametrize(("end", "places"), [("COMMIT", [1, 2]), ("ROLLBACK", [1])])
def test_two_that_append_at_once_stand_in_line(shop: str, end: str, places: list[int]) -> None:
    assert append_beside(shop, end) == (places, [])


def test_without_the_line_the_chain_still_does_not_fork(shop: str) -> None:
    """The bad twin: nobody waits in line, and it is a constraint that refuses the second."""
    with connected(shop) as connection:
        source = every(connection, "SELECT pg_get_functiondef('acme_schema.audit_append'::regproc)")[0]
    without = re.sub(r"INSERT INTO acme_schema.audit__head [^;]*;", "", source)
    assert without != source
    apply(shop, without)
    places, raised = append_beside(shop, "COMMIT")
    assert places == [1]
    assert [type(problem) for problem in raised] == [KEY]


def test_tenants_do_not_wait_for_one_another(two: str) -> None:
    with connected(two, "shop_shared_schema_app") as first, connected(two, "shop_shared_schema_app") as second:
        second.execute("SET lock_timeout = '2s'")
        for connection, tenant in ((first, "startup-001"), (second, "other-002")):
            become(connection, tenant)
            append(connection)


def test_the_line_of_a_tenant_shows_to_nobody_and_nobody_else_can_hold_it(two: str) -> None:
    """A lock that has a number could be computed, held and seen by any role of the database."""
    with (
        connected(two, "shop_shared_schema_app") as stranger,
        connected(two, "shop_acme_schema_app") as acme,
        connected(two, "shop_shared_schema_app") as startup,
    ):
        for schema, tenant in (("acme_schema", "acme-001"), ("shared_schema", "startup-001")):
            stranger.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (f"{schema}.audit {tenant}",))
        become(startup, "startup-001")
        for connection in (acme, startup):
            connection.execute("SET lock_timeout = '2s'")
            append(connection)
        ours = "locktype = 'advisory' AND pid <> pg_backend_pid()"
        assert every(stranger, f"SELECT count(*) FROM pg_locks WHERE {ours}") == [0]
        become(stranger, "other-002")
        assert every(stranger, "SELECT tenant_id FROM audit__head") == []
        stranger.execute("SET lock_timeout = '2s'")
        assert stranger.execute("UPDATE audit__head SET turn = turn + 1").rowcount == 0
        refused(stranger, "INSERT INTO audit__head (tenant_id) VALUES ('startup-001')", RIGHT)


@pytest.mark.parametrize("before", [0, 1])
def test_who_appends_to_what_it_does_not_see_is_told_to_try_again(shop: str, before: int) -> None:
    """Under REPEATABLE READ it is a serialization failure, which programs know how to answer."""
    with connected(shop, "shop_acme_schema_app") as first, connected(shop, "shop_acme_schema_app") as second:
        for _ in range(before):
            append(first)
            first.commit()
        second.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert len(every(second, "SELECT sequence FROM audit")) == before
        append(first)
        first.commit()
        with pytest.raises(errors.SerializationFailure):
            append(second)
        second.rollback()
        append(second)
        assert len(chain(second)) == before + 2
