"""Applies the scripts of `tenant-schema` to a real PostgreSQL, and asks what it accepts, and from whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.support.running import Run

CHECK, NULL, KEY = errors.CheckViolation, errors.NotNullViolation, errors.UniqueViolation
FOREIGN, RIGHT = errors.ForeignKeyViolation, errors.InsufficientPrivilege

Ggen = Callable[..., Run]
Database = psycopg.Connection[Any]


def generate(run_ggen: Ggen, folder: Path) -> dict[str, str]:
    """What `scripts` finds, generated first."""
    done = run_ggen(["gen", "tenant-schema"], cwd=folder)
    assert done.exit == 0, done.stderr
    return scripts(folder)


def scripts(folder: Path) -> dict[str, str]:
    """The SQL scripts that make the schemas, by path, in the order in which they are to be run."""
    found = {path.relative_to(folder / "db").as_posix(): path.read_text() for path in (folder / "db").rglob("*.sql")}
    kept = [name for name in found if not name.startswith("isolation/")]
    return {name: found[name] for name in sorted(kept, key=lambda name: (name.count("/"), name))}


def migrations(folder: Path, *schemas: str) -> list[str]:
    """The scripts that packs add to schemas, all or some, in the order in which they are to be run."""
    found = sorted((folder / "db" / "migrations").glob("*/*.sql"), key=lambda path: (path.name, path.parent.name))
    return [path.read_text() for path in found if not schemas or path.parent.name in schemas]


@contextmanager
def connected(database: str, user: str = "ggen", autocommit: bool = False) -> Iterator[Database]:
    """A connection of one user."""
    connection = psycopg.connect(database.replace("user=ggen", f"user={user}"), autocommit=autocommit)
    with connection:
        yield connection


def apply(database: str, *scripts: str, user: str = "ggen") -> None:
    """Run scripts as psql does, by default as the superuser."""
    with connected(database, user, autocommit=True) as connection:
        for script in scripts:
            for statement in statements(script) if "CONCURRENTLY" in script else [script]:
                connection.execute(statement)


def statements(script: str) -> list[str]:
    """The statements of a script, for those that cannot be sent together with others."""
    whole = re.compile(r"(?:--[^\n]*|'[^']*'|\"[^\"]*\"|\$(\w*)\$.*?\$\1\$|[^;])+;", re.DOTALL)
    return [found[0] for found in whole.finditer(script)]


def refused(connection: Database, statement: str, kind: type[psycopg.Error], constraint: str | None = None) -> None:
    """The database refuses a statement, for this reason and no other."""
    with pytest.raises(kind) as caught, connection.transaction():
        connection.execute(statement)
    if constraint is not None:
        assert caught.value.diag.constraint_name == constraint


def become(connection: Database, tenant: str) -> None:
    """Work for a tenant until the transaction ends."""
    connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))


def every(connection: Database, query: str) -> list[Any]:
    """The rows of a query; of one column, its values."""
    rows = connection.execute(query).fetchall()
    return [row[0] if len(row) == 1 else row for row in rows]
