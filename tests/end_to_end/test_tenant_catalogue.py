"""What the catalogue of a real PostgreSQL says of every schema of `tenant-schema`, that of the difficult model too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.databases import Database, apply, connected, every

UNINDEXED = """
SELECT f.conrelid::regclass::text, f.conname
FROM pg_constraint f
WHERE f.contype = 'f' AND f.connamespace = ANY ({schemas}::regnamespace[]) AND NOT EXISTS (
  SELECT FROM pg_index i
  WHERE i.indrelid = f.conrelid AND i.indpred IS NULL
    AND (
      (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey
      OR (i.indisunique AND (i.indkey::int2[])[0:i.indnkeyatts - 1] <@ f.conkey)
    )
)
"""
"""References without an index that begins with all of their columns, or one that is unique in some of them."""

TENANTLESS = """
SELECT c.conrelid::regclass::text, c.conname
FROM pg_constraint c
WHERE c.contype IN ('p', 'u', 'f') AND c.connamespace = {schema}::regnamespace AND c.conrelid <> {tenants}::regclass
  AND (SELECT attname FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = c.conkey[1]) <> 'tenant_id'
UNION ALL
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = {schema}::regnamespace AND t.oid <> {tenants}::regclass
  AND (SELECT attname FROM pg_attribute WHERE attrelid = t.oid AND attnum = i.indkey[0]) <> 'tenant_id'
"""
"""Keys, references and indexes of a shared schema that do not begin with the tenant."""

SILENT = """
SELECT c.relname, NULL FROM pg_class c
WHERE c.relnamespace = {schema}::regnamespace AND c.relkind IN ('r', 'v') AND c.relname ~ '^(audit|outbox|tenant)$|__'
  AND obj_description(c.oid, 'pg_class') IS NULL
UNION ALL
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = {schema}::regnamespace AND c.relkind = 'r' AND c.relname IN ('audit', 'outbox', 'tenant')
  AND a.attnum > 0 AND col_description(c.oid, a.attnum) IS NULL
UNION ALL
SELECT p.proname, NULL FROM pg_proc p
WHERE p.pronamespace = {schema}::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
"""
"""What is not the model's own and has no comment."""

SCHEMAS = {"shop": ["acme_schema", "shared_schema"], "warehouse": ["alone", "together"]}


def listed(schemas: list[str]) -> str:
    """An array of names."""
    return "ARRAY[" + ", ".join(f"'{schema}'" for schema in schemas) + "]"


@pytest.fixture(params=SCHEMAS)
def made(request: pytest.FixtureRequest) -> Iterator[tuple[Database, str, str]]:
    """Each database with its own schema and its shared one."""
    with connected(request.getfixturevalue(request.param)) as connection:
        own, shared = SCHEMAS[request.param]
        yield connection, own, shared


def test_every_reference_has_an_index(made: tuple[Database, str, str]) -> None:
    connection, own, shared = made
    assert every(connection, UNINDEXED.format(schemas=listed([own, shared]))) == []


def test_a_missing_index_is_found(shop: str) -> None:
    """The bad twin."""
    apply(shop, "ALTER TABLE shared_schema.audit DROP CONSTRAINT audit__no_fork")
    with connected(shop) as connection:
        found = every(connection, UNINDEXED.format(schemas=listed(SCHEMAS["shop"])))
    assert found == [("shared_schema.audit", "audit__no_gap")]


def test_the_tenant_comes_first_in_a_shared_schema(made: tuple[Database, str, str]) -> None:
    connection, _, shared = made
    assert every(connection, TENANTLESS.format(schema=f"'{shared}'", tenants=f"'{shared}.tenant'")) == []


def test_a_key_without_the_tenant_is_found(shop: str) -> None:
    """The bad twin."""
    apply(shop, "ALTER TABLE shared_schema.identity_user ADD CONSTRAINT email_key UNIQUE (email)")
    with connected(shop) as connection:
        found = every(connection, TENANTLESS.format(schema="'shared_schema'", tenants="'shared_schema.tenant'"))
    assert {row[1] for row in found} == {"email_key", "shared_schema.email_key"}


def test_every_table_is_secured_in_a_shared_schema(made: tuple[Database, str, str]) -> None:
    connection, _, shared = made
    query = (
        f"SELECT relname FROM pg_class c WHERE relnamespace = '{shared}'::regnamespace AND relkind = 'r'"
        " AND NOT (relrowsecurity AND relforcerowsecurity"
        " AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND NOT polpermissive AND polcmd = '*'))"
    )
    assert every(connection, query) == ["tenant"]


def test_all_that_is_not_of_the_model_says_what_it_is(made: tuple[Database, str, str]) -> None:
    connection, own, shared = made
    assert every(connection, SILENT.format(schema=f"'{own}'")) == []
    assert every(connection, SILENT.format(schema=f"'{shared}'")) == []
    connection.execute(f"COMMENT ON COLUMN {shared}.outbox.payload IS NULL")
    assert every(connection, SILENT.format(schema=f"'{shared}'")) == [("outbox", "payload")]


def test_names_of_the_model_are_not_those_of_ours(warehouse: str) -> None:
    """The difficult model has contexts called Audit, Outbox and Tenant, whose tables stand beside ours."""
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'together'::regnamespace AND relkind = 'r' ORDER BY 1"
    with connected(warehouse) as connection:
        found = every(connection, query)
    assert {"audit", "audit_pkey", "outbox", "outbox_position", "tenant", "tenant_name_key"} <= set(found)
