"""The DDL of `tenant-schema`, applied to a real PostgreSQL: what it accepts, what it refuses, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
    Ggen,
    apply,
    become,
    connected,
    generate,
    refused,
)


@pytest.fixture
def acme(shop: str) -> Iterator[Database]:
    """The application of acme, with a user, a product and an order."""
    with connected(shop, "shop_acme_schema_app") as connection:
        with connection.transaction():
            connection.execute("INSERT INTO identity_user (user_id, email) VALUES ('u1', 'ann@example.com')")
            connection.execute(
                "INSERT INTO catalogue_product (sku, title, price_amount_minor, price_currency)"
                " VALUES ('ABC-1', 'Cup', 500, 'EUR')"
            )
            connection.execute("INSERT INTO catalogue_product_tag VALUES ('ABC-1', 1, 'kitchen')")
            connection.execute("INSERT INTO ordering_order (order_id, customer_id) VALUES ('o1', 'u1')")
            connection.execute("INSERT INTO ordering_order_line VALUES ('o1', 1, 'ABC-1', 2, 500, 'EUR')")
            connection.execute(
                "INSERT INTO payments_payment VALUES ('p1', 'o1', 1000, 'EUR', 'tok_12345', '4242', DEFAULT)"
            )
        yield connection


def test_defaults_come_from_the_model(acme: Database) -> None:
    row = acme.execute(
        "SELECT active, listed, status, state FROM identity_user, catalogue_product, ordering_order, payments_payment"
    ).fetchone()
    assert row == (False, False, "draft", "requested")


@pytest.mark.parametrize(
    ("statement", "kind", "constraint"),
    [
        ("INSERT INTO identity_user VALUES ('u2', 'ann@example.com')", KEY, "identity_user_email_key"),
        ("INSERT INTO identity_user VALUES ('u1', 'bo@example.com')", KEY, "identity_user_pkey"),
        ("INSERT INTO identity_user VALUES ('u2', 'no address')", CHECK, "identity_user_email_pattern"),
        ("INSERT INTO identity_user VALUES ('u2', E'a\\nb@c')", CHECK, "identity_user_email_pattern"),
        (f"INSERT INTO identity_user VALUES ('u2', '{'x' * 250}@x.org')", CHECK, "identity_user_email_length"),
        ("INSERT INTO identity_user VALUES ('', 'bo@example.com')", CHECK, "identity_user_user_id_length"),
        ("INSERT INTO identity_user VALUES ('u2', NULL)", NULL, None),
        ("UPDATE catalogue_product SET sku = 'abc'", CHECK, "catalogue_product_sku_pattern"),
        ("UPDATE catalogue_product SET price_amount_minor = -1", CHECK, "catalogue_product_price_amount_minor_range"),
        ("UPDATE catalogue_product SET price_currency = 'EURO'", CHECK, "catalogue_product_price_currency_pattern"),
        ("INSERT INTO catalogue_product_tag VALUES ('ABC-1', 2, 'kitchen')", KEY, "catalogue_product_tag_key"),
        ("INSERT INTO catalogue_product_tag VALUES ('ABC-1', 21, 'x')", CHECK, "catalogue_product_tag_position_range"),
        ("INSERT INTO catalogue_product_tag VALUES ('XYZ', 1, 'x')", FOREIGN, "catalogue_product_tag_product_id_fkey"),
        ("UPDATE ordering_order SET status = 'eaten'", CHECK, "ordering_order_status_values"),
        (
            "UPDATE ordering_order SET delivery_address_city = 'Rome'",
            CHECK,
            "ordering_order_delivery_address_whole",
        ),
        ("UPDATE ordering_order_line SET quantity = 1001", CHECK, "ordering_order_line_quantity_range"),
        ("UPDATE ordering_order_line SET line_number = 0", CHECK, "ordering_order_line_line_number_range"),
        ("UPDATE payments_payment SET card_last_four = '42424'", CHECK, "payments_payment_card_last_four_pattern"),
    ],
)
def test_a_constraint_of_the_model_refuses(
    acme: Database, statement: str, kind: type[psycopg.Error], constraint: str | None
) -> None:
    refused(acme, statement, kind, constraint)


def test_an_optional_value_object_is_whole_or_absent(acme: Database) -> None:
    address = "('Ann', 'Main Street 1', '12345', 'Rome', 'IT')"
    columns = ", ".join(
        f"delivery_address_{part}" for part in ("recipient", "street", "postal_code", "city", "country")
    )
    acme.execute(f"UPDATE ordering_order SET ({columns}) = {address}")  # type: ignore[call-overload]
    acme.execute(f"UPDATE ordering_order SET ({columns}) = (NULL, NULL, NULL, NULL, NULL)")  # type: ignore[call-overload]


def test_what_an_aggregate_contains_goes_with_it(acme: Database) -> None:
    acme.execute("DELETE FROM ordering_order")
    assert acme.execute("SELECT count(*) FROM ordering_order_line").fetchone() == (0,)


def test_contexts_are_apart(acme: Database) -> None:
    """A user can be erased although an order of another context refers to it."""
    acme.execute("DELETE FROM identity_user")
    assert acme.execute("SELECT customer_id FROM ordering_order").fetchone() == ("u1",)


def test_what_is_not_stored_has_no_column(acme: Database) -> None:
    rows = acme.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'payments_payment'")
    names = {row[0] for row in rows}
    assert "card_token" in names
    assert not any("verification" in name for name in names)


def test_comments_say_what_is_personal_data(shop: str) -> None:
    with connected(shop) as connection:
        said = dict(
            connection.execute(
                "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute"
                " WHERE attrelid IN ('acme_schema.identity_user'::regclass, 'acme_schema.payments_payment'::regclass)"
            ).fetchall()
        )
    assert said["email"] == "The address to which we write. Personal data: Email Address."
    assert said["active"] == "Whether the account may be used."
    assert said["card_token"].endswith("Account data: primary account number, unreadable by tokenisation.")


def test_every_reference_has_an_index(shop: str) -> None:
    with connected(shop) as connection:
        found = {
            row[0] for row in connection.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'shared_schema'")
        }
    for table, column in (("ordering_order", "customer_id"), ("ordering_order_line", "product_id")):
        assert any(f"{table} USING btree (tenant_id, {column})" in definition for definition in found)


@pytest.mark.parametrize(
    "statement",
    ["TRUNCATE ordering_order CASCADE", "DROP TABLE identity_user", "CREATE TABLE mine (n int)",
     "CREATE TEMPORARY TABLE mine (n int)", "CREATE TABLE public.mine (n int)", "SET ROLE shop_acme_schema_owner",
     "SELECT * FROM shared_schema.identity_user", "SELECT lo_create(0)", "SELECT lo_creat(0)",
     "SELECT lo_from_bytea(0, 'x')"],
)  # fmt: skip
def test_the_application_has_no_further_rights(acme: Database, statement: str) -> None:
    refused(acme, statement, RIGHT)


def test_a_schema_is_applied_whole_or_not_at_all(shop_scripts: dict[str, str], database: str) -> None:
    """A second run is refused and changes nothing, and so is a first run that fails on its way."""
    broken = shop_scripts["acme_schema.sql"].replace("RESET ROLE;", "SELECT 1 / 0;")
    with pytest.raises(errors.DivisionByZero):
        apply(database, broken)
    apply(database, shop_scripts["acme_schema.sql"])
    with pytest.raises(errors.DuplicateSchema):
        apply(database, shop_scripts["acme_schema.sql"])


def test_a_pooled_tenant_has_rows_of_its_own(startup: Database, shop: str) -> None:
    apply(shop, "INSERT INTO shared_schema.tenant VALUES ('other-002', 'other')")
    for tenant in ("startup-001", "other-002"):
        with startup.transaction():
            become(startup, tenant)
            startup.execute("INSERT INTO identity_user (user_id, email) VALUES ('u1', 'ann@example.com')")
            assert startup.execute("SELECT tenant_id, user_id FROM identity_user").fetchall() == [(tenant, "u1")]
            assert (
                startup.execute("UPDATE identity_user SET active = true WHERE tenant_id <> %s", (tenant,)).rowcount == 0
            )
            refused(startup, "UPDATE identity_user SET tenant_id = 'somebody'", RIGHT)
            refused(startup, "INSERT INTO identity_user VALUES ('somebody', 'u2', 'bo@example.com')", RIGHT)


@pytest.mark.parametrize("setting", [None, ""])
def test_without_a_tenant_every_statement_fails_aloud(startup: Database, setting: str | None) -> None:
    with startup.transaction():
        if setting is not None:
            become(startup, setting)
        for statement in ("SELECT * FROM identity_user", "DELETE FROM ordering_order"):
            refused(startup, statement, RIGHT)


def test_a_tenant_does_not_outlive_its_transaction(startup: Database) -> None:
    with startup.transaction():
        become(startup, "startup-001")
        startup.execute("SELECT * FROM identity_user")
    refused(startup, "SELECT * FROM identity_user", RIGHT)


def test_only_registered_tenants_have_rows(startup: Database) -> None:
    become(startup, "nobody")
    statement = "INSERT INTO identity_user (user_id, email) VALUES ('u1', 'a@b')"
    refused(startup, statement, FOREIGN, "identity_user_tenant_id_fkey")
    refused(startup, "SELECT * FROM tenant", RIGHT)


def test_the_owner_is_held_too(shop: str) -> None:
    """Row security is forced: not even the owner of the tables sees rows without a tenant."""
    with connected(shop) as connection:
        connection.execute("SET ROLE shop_shared_schema_owner")
        refused(connection, "SELECT * FROM shared_schema.identity_user", RIGHT)


def test_registering_a_tenant_can_be_repeated(shop: str, shop_scripts: dict[str, str]) -> None:
    apply(shop, shop_scripts["shared_schema/startup.sql"])
    with connected(shop) as connection:
        assert connection.execute("SELECT * FROM shared_schema.tenant").fetchall() == [("startup-001", "startup")]


def test_files(shop_scripts: dict[str, str]) -> None:
    schemas, roles = ["acme_schema.sql", "shared_schema.sql"], ["roles/acme_schema.sql", "roles/shared_schema.sql"]
    assert list(shop_scripts) == [*schemas, *roles, "shared_schema/startup.sql"]


def test_one_tenant_alone(workspace: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["gen", "tenant-schema", "--vars", "tenant=acme", "--output", "sql/"], cwd=workspace)
    assert done.exit == 0, done.stderr
    assert [path.name for path in (workspace / "sql").glob("*.sql")] == ["acme_schema.sql"]


@pytest.mark.parametrize(
    "loose",
    [
        "CREATE ROLE loose_shared_schema_app LOGIN BYPASSRLS",
        "CREATE ROLE loose_shared_schema_owner LOGIN",
        "CREATE ROLE loose_shared_schema_report LOGIN IN ROLE pg_read_all_data",
        "CREATE ROLE loose_shared_schema_owner;"
        " CREATE ROLE loose_shared_schema_relay IN ROLE loose_shared_schema_owner",
    ],
)
def test_a_role_that_may_too_much_is_refused(shop_scripts: dict[str, str], database: str, loose: str) -> None:
    """The bad twin of isolation: a role that was there before and may do more than it should."""
    script = shop_scripts["shared_schema.sql"].replace("shop_shared_schema", "loose_shared_schema")
    apply(database, loose)
    try:
        with pytest.raises(RIGHT, match="may do more than isolation allows"):
            apply(database, script)
    finally:
        roles = ", ".join(f"loose_shared_schema_{kind}" for kind in ("owner", "app", "relay", "report"))
        apply(database, f"DROP ROLE IF EXISTS {roles}")


INSTALL = """
CREATE ROLE {role} LOGIN CREATEROLE;
DO $$ BEGIN EXECUTE format('{right}', current_database()); END $$
"""


def test_the_owner_of_the_database_may_run_it(shop_scripts: dict[str, str], database: str) -> None:
    script = shop_scripts["acme_schema.sql"].replace("shop_acme_schema", "hired_acme_schema")
    right = "ALTER DATABASE %I OWNER TO shop_landlord"
    apply(database, INSTALL.format(role="shop_landlord", right=right))
    apply(database, script, user="shop_landlord")
    with connected(database, "hired_acme_schema_app") as connection:
        connection.execute("INSERT INTO identity_user (user_id, email) VALUES ('u1', 'ann@example.com')")
        refused(connection, "CREATE TEMPORARY TABLE mine (n int)", RIGHT)


def test_who_cannot_take_rights_away_is_refused(shop_scripts: dict[str, str], database: str) -> None:
    """PostgreSQL itself only warns, and goes on."""
    right = "GRANT CREATE ON DATABASE %I TO shop_tenant_of_a_flat"
    apply(database, INSTALL.format(role="shop_tenant_of_a_flat", right=right))
    with pytest.raises(RIGHT, match="everybody can still connect"):
        apply(database, shop_scripts["acme_schema.sql"].replace("shop_acme", "flat_acme"), user="shop_tenant_of_a_flat")


def test_others_cannot_connect(shop: str) -> None:
    apply(shop, "CREATE ROLE shop_passer_by LOGIN")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(shop.replace("user=ggen", "user=shop_passer_by"))


def test_the_roles_of_a_restored_database_are_set_up_again(shop: str, shop_scripts: dict[str, str]) -> None:
    """The settings of a role and the rights on a database are not in a dump of it."""
    lost = """DO $$ BEGIN
        EXECUTE format('ALTER ROLE shop_acme_schema_app IN DATABASE %I RESET ALL', current_database());
        EXECUTE format('GRANT ALL ON DATABASE %I TO PUBLIC', current_database());
        GRANT ALL ON SCHEMA public TO PUBLIC; END $$"""
    apply(shop, lost)
    with connected(shop, "shop_acme_schema_app") as connection:
        refused(connection, "SELECT * FROM identity_user", errors.UndefinedTable)
    apply(shop, shop_scripts["roles/acme_schema.sql"], shop_scripts["roles/acme_schema.sql"])
    with connected(shop, "shop_acme_schema_app") as connection:
        connection.execute("SELECT * FROM identity_user")
        refused(connection, "CREATE TEMPORARY TABLE mine (n int)", RIGHT)
        refused(connection, "CREATE TABLE public.mine (n int)", RIGHT)


def test_a_schema_that_names_a_missing_column_is_refused(shop_scripts: dict[str, str], database: str) -> None:
    """The bad twin of the syntax: PostgreSQL checks what we hand it."""
    script = shop_scripts["acme_schema.sql"].replace("char_length(title)", "char_length(tilte)")
    with pytest.raises(errors.UndefinedColumn):
        apply(database, script)


# --- A difficult model -------------------------------------------------------------------------------


@pytest.fixture
def alone(warehouse: str) -> Iterator[Database]:
    """The application of the silo tenant of the warehouse, with a hall and its keeper, who refer to each other."""
    with connected(warehouse, "ware_houses_own_alone_app") as connection:
        with connection.transaction():
            connection.execute("SET CONSTRAINTS ALL DEFERRED")
            connection.execute("INSERT INTO storage_hall (hall_number, keeper_id) VALUES (1, 'ann')")
            connection.execute("INSERT INTO storage_keeper (keeper_id, home_id) VALUES ('ann', 1)")
            connection.execute("INSERT INTO storage_shelf (hall_id, shelf_code, held_as) VALUES (1, 'a', 'Hall shelf')")
            connection.execute("INSERT INTO storage_box (hall_id, box_id, shelf_id) VALUES (1, 7, 'a')")
        yield connection


@pytest.mark.parametrize(
    ("statement", "kind", "constraint"),
    [
        ("UPDATE storage_hall SET keeper_id = 'nobody'", FOREIGN, "storage_hall_keeper_id_fkey"),
        (
            "INSERT INTO storage_box (hall_id, box_id, shelf_id) VALUES (1, 8, 'b')",
            FOREIGN,
            "storage_box_shelf_id_fkey",
        ),
        ("UPDATE storage_box SET minimum = 3, maximum = 2", CHECK, "storage_box_minimum_maximum_order"),
        ("UPDATE storage_box SET minimum = 0", CHECK, "storage_box_minimum_above"),
        ("UPDATE storage_box SET maximum = 100.5", CHECK, "storage_box_maximum_below"),
        ("UPDATE storage_shelf SET held_as = 'x'", CHECK, "storage_shelf_held_as_values"),
        (
            "INSERT INTO storage_shelf VALUES (1, 'b', 'Hall counter'), (1, 'c', 'Hall counter')",
            KEY,
            "storage_shelf_hall_counter_single",
        ),
        ("UPDATE storage_hall SET plan_remark = 'x'", CHECK, "storage_hall_plan_whole"),
        (
            "UPDATE storage_hall SET plan_width_amount = 1, plan_width_unit = 'm', plan_height_unit = 'm'",
            CHECK,
            "storage_hall_plan_height_whole",
        ),
        ("INSERT INTO storage_shelf_colour VALUES (1, 'a', 1, 'green')", CHECK, "storage_shelf_colour_colour_values"),
        (
            "INSERT INTO storage_hall_label VALUES (1, 1, 'x', 'english please')",
            CHECK,
            "storage_hall_label_language_form",
        ),
        ("UPDATE storage_keeper SET nickname = 'O''Hara'", CHECK, "storage_keeper_nickname_pattern"),
    ],
)
def test_a_difficult_constraint_refuses(
    alone: Database, statement: str, kind: type[psycopg.Error], constraint: str
) -> None:
    refused(alone, statement, kind, constraint)


def test_difficult_rows_are_accepted(alone: Database) -> None:
    for statement in (
        "UPDATE storage_hall SET plan_width_amount = 1, plan_width_unit = 'm', plan_remark = 'x'",
        "UPDATE storage_hall SET plan_height_amount = 2, plan_height_unit = 'ft'",
        "UPDATE storage_box SET minimum = 2, maximum = 2",
        "INSERT INTO storage_shelf_colour VALUES (1, 'a', 1, 'it''s blue'), (1, 'a', 2, 'red')",
        "INSERT INTO storage_hall_label VALUES (1, 1, 'text', 'de-CH'), (1, 2, 'text', NULL)",
        "INSERT INTO storage_hall_plan_author VALUES (1, 1, 'Bo')",
        "INSERT INTO storage_hall_visitor VALUES (1, 1, 'ann')",
        "DELETE FROM storage_shelf",
    ):
        alone.execute(statement)  # type: ignore[call-overload]
    assert alone.execute("SELECT count(*) FROM storage_box").fetchone() == (0,)


GOOD = {
    "decimal": "2.5", "integer": "7", "byte": "-128", "short": "32767", "unsigned_byte": "255",
    "unsigned_short": "65535", "unsigned_int": "4294967295", "unsigned_long": "18446744073709551615", "positive": "9",
    "negative": "-1", "non_negative": "0", "non_positive": "0", "float": "1.5", "date": "2020-01-01",
    "date_time": "2029-12-31T23:59:59Z", "time": "23:59:59", "duration": "P1Y2M3DT4H5M6S", "g_year": "-0044",
    "g_year_month": "2026-11", "g_month": "--11", "g_month_day": "--02-29", "g_day": "---31Z", "hex": "\\xcafe",
    "u1f642": "🙂", "hostile": "'); DROP TABLE x; --", "user_drop_table_user": "A\tC",
}  # fmt: skip
BAD = {
    "decimal": "2.4", "integer": "8", "byte": "128", "unsigned_byte": "-1", "unsigned_short": "65536",
    "unsigned_int": "4294967296", "unsigned_long": "18446744073709551616", "positive": "10", "negative": "0",
    "non_negative": "-1", "non_positive": "1", "date": "2019-12-31", "date_time": "2030-01-01T00:00:00Z",
    "g_year": "44", "g_year_month": "2026-13", "g_month": "-11", "g_month_day": "--13-01", "g_day": "---32",
    "hostile": "x", "user_drop_table_user": "a\nc",
}  # fmt: skip


def test_what_the_tables_have_no_place_for_is_said(warehouse_scripts: dict[str, str]) -> None:
    script = warehouse_scripts["alone.sql"]
    said = [line.partition(": ")[2] for line in script.splitlines() if line.startswith("-- Not kept")]
    assert said == ["Hall.plan.height.reading", "Hall.plan.width.reading"]


@pytest.mark.parametrize("column", GOOD)
def test_a_value_of_every_datatype_is_kept(alone: Database, column: str) -> None:
    alone.execute(f"INSERT INTO storage_select (\"table\", {column}) VALUES ('x', %s)", (GOOD[column],))  # type: ignore[call-overload]


@pytest.mark.parametrize("column", BAD)
def test_a_value_outside_its_datatype_is_refused(alone: Database, column: str) -> None:
    with pytest.raises((CHECK, errors.NumericValueOutOfRange)):
        alone.execute(f"INSERT INTO storage_select (\"table\", {column}) VALUES ('x', %s)", (BAD[column],))  # type: ignore[call-overload]


def test_hostile_defaults_are_values(alone: Database) -> None:
    alone.execute("INSERT INTO storage_select (\"table\") VALUES ('x')")
    row = alone.execute("SELECT hostile, decimal, double, duration::text, hex FROM storage_select").fetchone()
    assert row == ('it\'s\x07 \\ "x" $$ \u202e', row[1], 1500.0, "1 year 2 mons", b"\xca\xfe")  # type: ignore[index]


def test_a_column_that_is_slow_to_find_by_says_so(workspace: Path, run_ggen: Ggen) -> None:
    """Where rows are shared: PostgreSQL does not compare numeric before row security has looked at a row."""
    model = workspace / "model" / "catalogue.ttl"
    with model.open("a") as stream:
        stream.write("shop:Product sh:property [ sh:path shop:weight ; sh:datatype xsd:decimal ; sh:maxCount 1 ;")
        stream.write(" ggen:unique true ] .\nshop:weight a owl:DatatypeProperty .\n")
    scripts = generate(run_ggen, workspace)
    said = {name: "weight IS 'Slow to find by" in " ".join(text.split()) for name, text in scripts.items()}
    assert {name for name, slow in said.items() if slow} == {"shared_schema.sql"}
    assert "Slow to find by" not in scripts["acme_schema.sql"]
