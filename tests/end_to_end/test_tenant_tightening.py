"""What a tenant tightens on a real PostgreSQL: it is asked of the rows of that tenant, and of nobody else's."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg import errors

from tests.support.databases import (
    CHECK,
    KEY,
    NULL,
    Database,
    Ggen,
    apply,
    become,
    connected,
    every,
    generate,
    refused,
)
from tests.support.workspaces import copy_example

REFINED = Path(__file__).parent / "refined"
USER = "INSERT INTO identity_user (user_id, email) VALUES ('{}', '{}')"
PRODUCT = """
INSERT INTO catalogue_product (sku, title, summary, price_amount_minor, price_currency)
VALUES ('{}', '{}', {}, 500, '{}')
"""
TAG = "INSERT INTO catalogue_product_tag (product_id, position, tag) VALUES ('ABC-1', {}, '{}')"
HALL = """
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO storage_keeper (keeper_id, home_id) VALUES ('ann', 1);
INSERT INTO storage_hall (hall_number, keeper_id) VALUES (1, 'ann');
INSERT INTO storage_shelf (hall_id, shelf_code, held_as) VALUES (1, 'a', 'Hall shelf');
INSERT INTO storage_box (hall_id, box_id, shelf_id) VALUES (1, 7, 'a')
"""
MINE = "SELECT count(*) FROM pg_constraint WHERE obj_description(oid) LIKE 'Asked of the rows of startup-001 alone.%'"
TITLE = "shared_schema.catalogue_product_title_key_startup_only"
RULES = """
SELECT oid, NULL::boolean FROM pg_constraint WHERE obj_description(oid) LIKE 'Asked of the rows of startup-001 alone.%'
UNION ALL SELECT indexrelid, indisvalid FROM pg_index WHERE indpred IS NOT NULL AND indisunique
ORDER BY 1
"""
EVERY_TABLE = """
SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
WHERE relnamespace = 'shared_schema'::regnamespace AND relkind = 'r'
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> dict[str, str]:
    """The scripts of a shop whose tenants refine the model."""
    folder = copy_example("shop", tmp_path_factory.mktemp("refined") / "shop")
    for file in REFINED.iterdir():
        shutil.copy(file, folder / "tenants")
    return generate(run_ggen, folder)


@pytest.fixture
def refined(scripts: dict[str, str], database: str) -> str:
    """A database with those schemas, a second pooled tenant, and a product of each of the two."""
    apply(database, *scripts.values(), "INSERT INTO shared_schema.tenant VALUES ('other-002', 'other')")
    with connected(database, "shop_shared_schema_app") as connection:
        for tenant in ("startup-001", "other-002"):
            with connection.transaction():
                become(connection, tenant)
                connection.execute(PRODUCT.format("ABC-1", "Cup", "'A cup.'", "EUR"))
    return database


@pytest.fixture
def pooled(refined: str) -> Iterator[Database]:
    """The application of the pooled tenants."""
    with connected(refined, "shop_shared_schema_app") as connection:
        yield connection


@pytest.mark.parametrize(
    ("statement", "kind", "constraint"),
    [
        (USER.format("u1", "ann@example.of.a.very.long.domain"), CHECK, "identity_user_email_length_startup_only"),
        (USER.format("u1", "ann@elsewhere.org"), CHECK, "identity_user_email_pattern_startup_only"),
        (PRODUCT.format("ABC-2", "Mug", "NULL", "EUR"), CHECK, "catalogue_product_summary_required_startup_only"),
        (PRODUCT.format("ABC-2", "Cup", "'x'", "EUR"), KEY, "catalogue_product_title_key_startup_only"),
        (PRODUCT.format("ABC-2", "Mug", "'x'", "CHF"), CHECK, "catalogue_product_price_currency_values_startup_only"),
        (TAG.format(4, "x"), CHECK, "catalogue_product_tag_position_range_startup_only"),
        (TAG.format(1, "eleven char"), CHECK, "catalogue_product_tag_tag_length_startup_only"),
    ],
)
def test_it_is_asked_of_one_tenant_alone(
    pooled: Database, statement: str, kind: type[Exception], constraint: str
) -> None:
    with pooled.transaction():
        become(pooled, "startup-001")
        refused(pooled, statement, kind, constraint)  # type: ignore[arg-type]
    with pooled.transaction():
        become(pooled, "other-002")
        pooled.execute(statement)


def test_what_fits_is_accepted(pooled: Database) -> None:
    become(pooled, "startup-001")
    for statement in (
        USER.format("u1", "ann@example.com"),
        PRODUCT.format("ABC-2", "Mug", "'x'", "USD"),
        TAG.format(3, "ten chars."),
    ):
        pooled.execute(statement)


def test_a_silo_has_it_in_its_tables(refined: str) -> None:
    with connected(refined, "shop_acme_schema_app") as connection:
        refused(connection, USER.format("u1", "ann@example.of.a.very.long.domain"), CHECK, "identity_user_email_length")
        connection.execute(USER.format("u1", "ann@elsewhere.org"))
        refused(connection, "UPDATE identity_user SET loyalty = -1", CHECK, "identity_user_loyalty_range")
        connection.execute(PRODUCT.format("ABC-2", "Mug", "NULL", "CHF"))


def test_what_a_silo_adds_is_nobody_elses(scripts: dict[str, str], shop_scripts: dict[str, str]) -> None:
    assert "loyalty" in scripts["acme_schema.sql"]
    for name in ("shared_schema.sql", "shared_schema/startup.sql"):
        assert "loyalty" not in scripts[name]
    assert scripts["shared_schema.sql"] == shop_scripts["shared_schema.sql"]


def test_the_script_can_be_run_again_and_taken_back(
    refined: str, scripts: dict[str, str], shop_scripts: dict[str, str]
) -> None:
    with connected(refined, autocommit=True) as connection:
        before = every(connection, MINE)
        apply(refined, scripts["shared_schema/startup.sql"])
        assert every(connection, MINE) == before
        assert before[0] > 5
        apply(refined, shop_scripts["shared_schema/startup.sql"])
        assert every(connection, MINE) == [0]
        assert every(connection, "SELECT to_regclass('shared_schema.catalogue_product_title_key_startup_only')") == [
            None
        ]


def test_rows_that_do_not_fit_are_found_but_nobody_waits(refined: str, scripts: dict[str, str]) -> None:
    """Rows that were there before: the rule holds for new ones, and the script fails for the old ones."""
    with connected(refined) as connection:
        rule = "catalogue_product_summary_required_startup_only"
        connection.execute(f"ALTER TABLE shared_schema.catalogue_product DROP CONSTRAINT {rule}")
        connection.execute("UPDATE shared_schema.catalogue_product SET summary = NULL WHERE tenant_id = 'startup-001'")
    with pytest.raises(CHECK):
        apply(refined, scripts["shared_schema/startup.sql"])
    with connected(refined, "shop_shared_schema_app") as connection:
        become(connection, "startup-001")
        statement = PRODUCT.format("ABC-2", "Mug", "NULL", "EUR")
        refused(connection, statement, CHECK, rule)


# --- While others go on working --------------------------------------------------------------------------


@contextmanager
def at_work(database: str) -> Iterator[Database]:
    """The application in the middle of a transaction, which has added a product, and somebody who reads every table."""
    with connected(database, "shop_shared_schema_app") as writer, connected(database) as reader:
        become(writer, "startup-001")
        writer.execute(PRODUCT.format("ABC-7", "Jug", "'x'", "EUR"))
        reader.execute(f"LOCK TABLE {every(reader, EVERY_TABLE)[0]} IN ACCESS SHARE MODE")
        yield writer


def test_an_unchanged_rerun_waits_for_nobody_and_nobody_for_it(refined: str, scripts: dict[str, str]) -> None:
    script = scripts["shared_schema/startup.sql"]
    with connected(refined) as connection:
        before = every(connection, RULES)
    with at_work(refined) as writer:
        impatient = "SET lock_timeout = '1ms';\n" + script.replace("'500ms'", "'1ms'")
        assert impatient.count("'1ms'") == 2
        apply(refined, impatient, impatient)
        writer.execute("SET LOCAL lock_timeout = '1ms'")
        writer.execute(USER.format("u7", "ann@example.com"))
        writer.commit()
    with connected(refined) as connection:
        assert every(connection, RULES) == before
        assert len(before) > 5


def test_a_rerun_holds_no_lock_until_its_end(refined: str, scripts: dict[str, str]) -> None:
    """What it locks beside the catalogue, seen from within its own transaction."""
    script = scripts["shared_schema/startup.sql"]
    held = "SELECT DISTINCT relation::regclass::text AS table FROM pg_locks WHERE mode <> 'AccessShareLock'"
    held = f"SELECT held.table FROM ({held}) AS held WHERE held.table LIKE 'shared_schema.%'"
    first = script.partition("COMMIT;")[0]
    with connected(refined, autocommit=True) as connection:
        connection.execute(first)
        assert every(connection, held) == []
        connection.execute("ROLLBACK")
        connection.execute(first.replace("char_length(email) <= 30", "char_length(email) <= 29"))
        assert every(connection, held) == ["shared_schema.identity_user"]
        connection.execute("ROLLBACK")


def test_a_change_gives_way_to_those_who_work(
    refined: str, scripts: dict[str, str], shop_scripts: dict[str, str]
) -> None:
    """It gives up before anybody could be in a deadlock with it, and then nothing has changed."""
    with at_work(refined) as writer:
        with pytest.raises(errors.LockNotAvailable):
            apply(refined, shop_scripts["shared_schema/startup.sql"])
        writer.commit()
    with connected(refined) as connection:
        assert every(connection, MINE)[0] > 5
    apply(refined, shop_scripts["shared_schema/startup.sql"])
    with connected(refined) as connection:
        assert every(connection, MINE) == [0]


def test_an_index_is_built_while_others_write(refined: str, scripts: dict[str, str]) -> None:
    """It waits for those who had begun before it, but nobody for it."""
    apply(refined, f"DROP INDEX {TITLE}")
    script = scripts["shared_schema/startup.sql"]
    with connected(refined, "shop_shared_schema_app") as old, connected(refined, "shop_shared_schema_app") as new:
        become(old, "other-002")
        old.execute(PRODUCT.format("ABC-7", "Jug", "'x'", "EUR"))
        builder = threading.Thread(target=apply, args=(refined, script), daemon=True)
        builder.start()
        watch = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype ~ '^v') FROM pg_sleep(0.02)"
        with connected(refined, autocommit=True) as watcher:
            assert any(every(watcher, watch) == [True] for _ in range(400))
        become(new, "startup-001")
        new.execute("SET LOCAL lock_timeout = '1s'")
        new.execute(PRODUCT.format("ABC-8", "Mug", "'x'", "EUR"))
        new.commit()
        old.commit()
        builder.join(timeout=20)
        assert not builder.is_alive()
        become(new, "startup-001")
        refused(new, PRODUCT.format("ABC-9", "Mug", "'x'", "EUR"), KEY, TITLE.partition(".")[2])


def test_an_index_that_could_not_be_built_is_built_anew(refined: str, scripts: dict[str, str]) -> None:
    script = scripts["shared_schema/startup.sql"]
    again = PRODUCT.format("ABC-2", "Cup", "'x'", "EUR")
    apply(refined, f"DROP INDEX {TITLE}")
    with connected(refined, "shop_shared_schema_app") as connection:
        become(connection, "startup-001")
        connection.execute(again)
    valid = f"SELECT indisvalid FROM pg_index WHERE indexrelid = '{TITLE}'::regclass"
    with pytest.raises(KEY):
        apply(refined, script)
    with connected(refined, autocommit=True) as connection:
        assert every(connection, valid) == [False]
        connection.execute("DELETE FROM shared_schema.catalogue_product WHERE sku = 'ABC-2'")
        apply(refined, script)
        assert every(connection, valid) == [True]


def test_a_half_built_index_goes_with_its_rule(
    refined: str, scripts: dict[str, str], shop_scripts: dict[str, str]
) -> None:
    with connected(refined, autocommit=True) as connection:
        connection.execute(f"COMMENT ON INDEX {TITLE} IS NULL")
        connection.execute(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{TITLE}'::regclass")
        apply(refined, shop_scripts["shared_schema/startup.sql"])
        assert every(connection, f"SELECT to_regclass('{TITLE}')") == [None]


def test_a_rule_that_differs_is_put_in_place_of_the_old_one(refined: str, scripts: dict[str, str]) -> None:
    script = scripts["shared_schema/startup.sql"]
    tighter = script.replace("char_length(email) <= 30", "char_length(email) <= 20")
    assert tighter != script
    with connected(refined, autocommit=True) as connection:
        before = set(every(connection, RULES))
        apply(refined, tighter)
        after = set(every(connection, RULES))
    assert (len(before - after), len(after - before)) == (1, 1)
    with connected(refined, "shop_shared_schema_app") as connection:
        become(connection, "startup-001")
        long = USER.format("u1", "a.longer.name@example.com")
        refused(connection, long, CHECK, "identity_user_email_length_startup_only")


def test_a_tenant_may_change_its_name_but_not_its_id(refined: str, scripts: dict[str, str]) -> None:
    script = scripts["shared_schema/startup.sql"]
    with pytest.raises(KEY, match="the tenant startup is registered as startup-001, not as startup-002"):
        apply(refined, script.replace("'startup-001'", "'startup-002'"))
    apply(refined, script.replace("set_config('ggen.name', 'startup'", "set_config('ggen.name', 'grown-up'"))
    with connected(refined) as connection:
        rows = every(connection, "SELECT name FROM shared_schema.tenant WHERE id = 'startup-001'")
        assert rows == ["grown-up"]


def test_a_tenant_leaves_as_the_guide_says(refined: str) -> None:
    """Nothing of it stays, nothing of another goes, and its audit trail goes last."""
    guide = (Path(__file__).parents[2] / "docs" / "tenants.md").read_text()
    data, trail = re.findall(r"^```sql\n(.*?)^```$", guide, re.M | re.S)
    entry = (
        "INSERT INTO audit (user_id, event_type, action, resource, outcome, origin, generated_by, template_hash)"
        " VALUES ('u1', 'access', 'read', 'User', 'success', 'x', 'x', 'x')"
    )
    with connected(refined, "shop_shared_schema_app") as connection:
        for tenant in ("startup-001", "other-002"):
            with connection.transaction():
                become(connection, tenant)
                for statement in (entry, entry, TAG.format(1, "x")):
                    connection.execute(statement)
    tables = ("tenant", "audit", "audit__head", "catalogue_product", "catalogue_product_tag")
    counted = ", ".join(f"(SELECT count(*) FROM shared_schema.{table})" for table in tables)
    with connected(refined, autocommit=True) as connection:
        assert every(connection, f"SELECT {counted}") == [(2, 4, 2, 2, 2)]
        apply(refined, data)
        assert every(connection, f"SELECT {counted}") == [(2, 4, 2, 1, 1)]
        apply(refined, trail)
        assert every(connection, f"SELECT {counted}") == [(1, 2, 1, 1, 1)]
        assert every(connection, "SELECT id FROM shared_schema.tenant") == ["other-002"]
        assert every(connection, MINE) == [0]
        assert every(connection, f"SELECT to_regclass('{TITLE}')") == [None]


# --- A difficult model -------------------------------------------------------------------------------


@pytest.fixture
def halls(warehouse: str) -> Iterator[Database]:
    """The application of the two tenants of the warehouse that share tables, each with a hall."""
    with connected(warehouse, "ware_houses_own_together_app") as connection:
        for tenant in ("first-1", "second"):
            with connection.transaction():
                become(connection, tenant)
                connection.execute(HALL)
        yield connection


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "UPDATE storage_hall SET plan_width_amount = 1, plan_width_unit = 'm'",
            "storage_hall_plan_whole_first_only",
        ),
        (
            "UPDATE storage_hall SET plan_width_amount = 1, plan_width_unit = 'ft', plan_remark = 'x'",
            "storage_hall_plan_width_unit_value_first_only",
        ),
        (
            "INSERT INTO storage_hall_label (hall_id, position, text) VALUES (1, 1, 'x')",
            "storage_hall_label_language_required_first_only",
        ),
        ("UPDATE storage_box SET minimum = 2, maximum = 2", "storage_box_minimum_maximum_order_first_only"),
        ("UPDATE storage_box SET minimum = 1", "storage_box_minimum_above_first_only"),
        (
            "INSERT INTO storage_select (\"table\", hostile) VALUES ('x', '''); DROP TABLE x; --')",
            "storage_select_hostile_values_first_only",
        ),
        (
            "INSERT INTO storage_select (\"table\", date) VALUES ('x', '2021-01-01')",
            "storage_select_date_below_first_only",
        ),
    ],
)
def test_a_difficult_rule_is_asked_of_one_tenant_alone(halls: Database, statement: str, constraint: str | None) -> None:
    with halls.transaction():
        become(halls, "first-1")
        refused(halls, statement, CHECK, constraint)
    with halls.transaction():
        become(halls, "second")
        halls.execute(statement)


def test_a_rule_on_a_long_name_is_not_lost(warehouse: str) -> None:
    """Names that PostgreSQL would cut end in a hash; none is dropped for being like another."""
    query = (
        "SELECT octet_length(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE obj_description(oid) LIKE 'Asked of the rows of first-1 alone.%' AND conname LIKE '%a_name_that%'"
    )
    with connected(warehouse) as connection:
        ((length, definition),) = every(connection, query)
    assert length == 63
    assert ">= 2" in definition


def test_what_is_required_is_required_of_nobody_else(halls: Database) -> None:
    """`NOT NULL` is of a whole table, so it is a check that asks for a value."""
    become(halls, "second")
    refused(halls, "UPDATE storage_hall SET keeper_id = NULL", NULL)
    query = (
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'storage_hall_label'::regclass AND attname = 'language'"
    )
    assert every(halls, query) == [False]
