"""`make demo`: from a model of a shop to code that compiles, tables that PostgreSQL takes, and a map of personal data.

Everything is done by the `ggen` command and the real compilers and servers; nothing is prepared. Then the model is
broken on purpose. Exits with 1 as soon as a step does not do what it should.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tools import postgres

ROOT = Path(__file__).resolve().parent.parent
GGEN = ROOT / ".venv" / "bin" / "ggen"


def main() -> None:
    """Walk through it."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ggen-demo-") as folder:
        shop = Path(folder) / "shop"
        done = [
            *new_project(shop),
            *build(shop),
            *compile_and_test(shop),
            *apply_sql(shop),
            *show_data_map(shop),
            *break_the_model(shop),
        ]
    title("In short")
    for line in done:
        say(f"  ✓ {line}")
    say(f"\n{time.monotonic() - start:.0f} seconds. Now your own: .venv/bin/ggen new DIR, then edit DIR/model/*.ttl.")


def new_project(shop: Path) -> Iterator[str]:
    """A project with the model of the shop."""
    title("1. A project: the model of a shop, in Turtle")
    ggen("new", "shop", "--example", "shop", cwd=shop.parent)
    show(shop / "model" / "identity.ttl", "shop:User a", 10)
    models = sorted((shop / "model").glob("*.ttl"))
    lines = sum(len(path.read_text().splitlines()) for path in models)
    yield f"a model of {len(models)} files and {lines} lines"


def build(shop: Path) -> Iterator[str]:
    """Everything the workspace asks for."""
    title("2. Build it: Rust, SQL for each tenant, and a workbook")
    before = set(shop.rglob("*"))
    start = time.monotonic()
    ggen("build", cwd=shop)
    seconds = time.monotonic() - start
    new = [path for path in shop.rglob("*") if path.is_file() and path not in before and ".ggen" not in path.parts]
    kinds = {suffix: sum(1 for path in new if path.suffix == suffix) for suffix in (".rs", ".sql", ".xlsx")}
    say(f"  {', '.join(f'{count} {suffix}' for suffix, count in kinds.items())} files in {seconds:.1f} seconds")
    yield f"{len(new)} files generated"


def compile_and_test(shop: Path) -> Iterator[str]:
    """The generated workspace, through the strict linter and its own tests."""
    title("3. The Rust it wrote: no warning, and its own tests pass")
    run("cargo", "clippy", "--locked", "--workspace", "--quiet", "--all-targets", "--", "-D", "warnings", cwd=shop)
    output = run("cargo", "test", "--locked", "--workspace", "--quiet", cwd=shop)
    passed = sum(int(line.split(" passed")[0].split()[-1]) for line in output.splitlines() if " passed" in line)
    check(passed > 0, "no test ran")
    say(f"  {passed} tests passed")
    yield f"a Rust workspace: clippy without a warning, {passed} tests passed"


def apply_sql(shop: Path) -> Iterator[str]:
    """The tables of both tenants, in a server that lives only for this; then the proof that they are kept apart."""
    import psycopg

    title("4. The SQL it wrote: both tenants, in a real PostgreSQL, and the proof that they cannot see one another")
    *scripts, attack, lint = sorted(
        (shop / "db").rglob("*.sql"), key=lambda path: ("isolation" in path.parts, len(path.parts), path)
    )
    check((attack.name, lint.name) == ("attack.sql", "lint.sql"), "the proof is missing")
    with postgres.server() as connection:
        for script in (*scripts, lint, attack):
            run("psql", "-qXv", "ON_ERROR_STOP=1", "-d", connection, "-f", str(script.relative_to(shop)), cwd=shop)
        with psycopg.connect(connection) as server:
            rows = server.execute(
                "SELECT table_schema, count(*) FROM information_schema.tables"
                " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') GROUP BY 1 ORDER BY 1"
            ).fetchall()
    for schema, count in rows:
        say(f"  schema {schema}: {count} tables")
    check(len(rows) > 1, "a schema is missing")
    yield f"SQL for {len(rows)} schemas, accepted by PostgreSQL; no attack of one tenant on another succeeded"


def show_data_map(shop: Path) -> Iterator[str]:
    """What the workbook for the data protection officer holds."""
    import openpyxl

    title("5. The map of personal data (GDPR), a workbook")
    (path,) = shop.rglob("*.xlsx")
    rows = list(openpyxl.load_workbook(path)["Fields"].iter_rows(values_only=True))
    head = next((number for number, row in enumerate(rows) if "Field" in row), 0)
    fields = [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]
    personal = [field for field in fields if field.get("Personal data?") == "yes"]
    check(bool(personal), "the map knows no personal data")
    columns = ("In", "Field", "Category", "Legal bases", "Retention")
    for row in (dict(zip(columns, columns, strict=True)), *personal[:5]):
        say("  " + " ".join(str(row[column] or "")[:24].ljust(25) for column in columns).rstrip())
    say(f"  … {len(personal)} of {len(fields)} fields are personal data; all in {path.relative_to(shop)}")
    yield f"a data map with {len(fields)} fields"


def break_the_model(shop: Path) -> Iterator[str]:
    """An event that changes what does not exist: the error points at it, and nothing is written."""
    title("6. Break the model: let an event change an attribute that no user has")
    path = shop / "model" / "identity.ttl"
    head, event = path.read_text().split("shop:EmailChanged a ", 1)
    path.write_text(head + "shop:EmailChanged a " + event.replace("ggen:sets shop:email", "ggen:sets shop:phone", 1))
    ggen("build", cwd=shop, expected=1)
    yield "a mistake found at its line, and nothing overwritten"


def ggen(*arguments: str, cwd: Path, expected: int = 0) -> None:
    """Run ggen as a user would, with its output shown."""
    say(f"$ ggen {shlex.join(arguments)}")
    done = subprocess.run([GGEN, *arguments], cwd=cwd, stdin=subprocess.DEVNULL)
    check(done.returncode == expected, f"ggen exited with {done.returncode}, not {expected}")


def run(*command: str, cwd: Path) -> str:
    """Run another program; its output is shown only when it fails."""
    say(f"$ {shlex.join(command)}")
    done = subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    check(done.returncode == 0, f"{command[0]} exited with {done.returncode}\n{done.stdout}")
    return done.stdout


def show(path: Path, start: str, lines: int) -> None:
    """A few lines of a file, from the one that starts with a text."""
    text = path.read_text().splitlines()
    first = next(number for number, line in enumerate(text) if line.startswith(start))
    width = shutil.get_terminal_size((120, 24)).columns - 4
    for line in text[first : first + lines]:
        say("  │ " + line[:width])
    say("  │ …")


def title(text: str) -> None:
    """The headline of a step."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else ("", "")
    say(f"\n{bold}{text}{plain}")


def say(text: str) -> None:
    """Print at once, so that what other programs print comes in its place."""
    print(text, flush=True)


def check(holds: bool, problem: str) -> None:
    """Stop the demo when something is not as it should be."""
    if not holds:
        sys.exit(f"demo: {problem}")


if __name__ == "__main__":
    main()
