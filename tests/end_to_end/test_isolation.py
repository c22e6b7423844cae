"""The proofs that `tenant-schema` writes, on a real PostgreSQL: what is right passes, and every fault is caught."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.support.databases import Ggen, apply, connected, every
from tests.support.workspaces import copy_example

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "isolation.md"
MUTANTS = dict(
    re.findall(r"^--: ([^\n]+)\n(.*?)(?=^--: |\Z)", (HERE / "isolation" / "mutants.sql").read_text(), re.M | re.S)
)
BRIDGE = """
[tenant.broker]
id = "broker-003"
isolation = "bridge"
database_schema = "broker_schema"
own_contexts = ["payments"]
"""


@dataclass(frozen=True)
class Project:
    """What the pack writes for a workspace: the scripts that make the schemas, and the two proofs."""

    scripts: tuple[str, ...]
    attack: Path
    lint: Path


@dataclass(frozen=True)
class Verdict:
    """What the two proofs say of a database: the attacks that were not refused, and the codes of the findings."""

    attacks: tuple[str, ...]
    codes: tuple[str, ...]


def write(run_ggen: Ggen, folder: Path) -> Project:
    done = run_ggen(["gen", "tenant-schema"], cwd=folder)
    assert done.exit == 0, done.stderr
    proofs = folder / "db" / "isolation"
    scripts = sorted((path for path in (folder / "db").rglob("*.sql") if path.parent != proofs), key=_after_its_schema)
    return Project(tuple(path.read_text() for path in scripts), proofs / "attack.sql", proofs / "lint.sql")


def _after_its_schema(path: Path) -> tuple[int, str]:
    return len(path.parts), path.name


def complaints(database: str, script: Path, verdict: str) -> list[str]:
    """The lines with which a proof fails, none when it passes. Any other error is one of the proof, and is raised."""
    try:
        apply(database, script.read_text())
    except psycopg.errors.RaiseException as error:
        if error.diag.message_primary != verdict:
            raise
        return (error.diag.message_detail or "").splitlines()
    return []


def prove(database: str, project: Project) -> Verdict:
    """Run both proofs."""
    attacks = complaints(database, project.attack, "isolation is not proven")
    findings = complaints(database, project.lint, "the catalogue breaks isolation")
    return Verdict(tuple(sorted({line.split(" | ")[0] for line in attacks})),
                   tuple(sorted({line.split(" | ")[0] for line in findings})))  # fmt: skip


@pytest.fixture(scope="session")
def shop_project(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> Project:
    """The shop: a silo tenant and a pooled one."""
    return write(run_ggen, copy_example("shop", tmp_path_factory.mktemp("isolation") / "shop"))


@pytest.fixture
def roles(postgres: str) -> Iterator[None]:
    """Afterwards, the roles of the shop are what they were."""
    yield
    apply(postgres, (HERE / "isolation" / "undo.sql").read_text())


@pytest.fixture
def sound(roles: None, database: str, shop_project: Project) -> str:
    """A database with the schemas of the shop."""
    apply(database, *shop_project.scripts)
    return database


# --- What is right passes ------------------------------------------------------------------------------


def test_the_shop_passes(sound: str, shop_project: Project) -> None:
    assert prove(sound, shop_project) == Verdict((), ())


def test_a_difficult_model_passes(database: str, tmp_path: Path, run_ggen: Ggen) -> None:
    shutil.copytree(HERE / "warehouse", tmp_path / "warehouse")
    project = write(run_ggen, tmp_path / "warehouse")
    apply(database, *project.scripts)
    assert prove(database, project) == Verdict((), ())


def test_a_bridge_tenant_passes(database: str, tmp_path: Path, run_ggen: Ggen) -> None:
    folder = copy_example("shop", tmp_path / "shop")
    with (folder / "ggen.toml").open("a") as settings:
        settings.write(BRIDGE)
    project = write(run_ggen, folder)
    apply(database, *project.scripts)
    assert prove(database, project) == Verdict((), ())


def test_psql_runs_the_proofs(sound: str, shop_project: Project, tool: Callable[[str], str]) -> None:
    """As a user's CI does; and every table is attacked in every way."""
    for proof in (shop_project.lint, shop_project.attack):
        done = psql(tool, sound, proof)
        assert (done.returncode, done.stderr) == (0, "")
    rows = [tuple(field.strip() for field in line.split("|")) for line in done.stdout.splitlines() if "|" in line][1:]
    with connected(sound) as connection:
        tables = set(every(connection, "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                           " WHERE schemaname = 'shared_schema' AND tablename <> 'tenant'"))  # fmt: skip
    for attack in ("read", "update", "delete", "insert", "give away", "truncate", "merge", "no tenant yet: read"):
        attacked = {row[1] for row in rows if row[0] == attack and row[2] == "shop_shared_schema_app"}
        assert tables <= attacked, attack
    assert {row[1] for row in rows if row[0] == "see" and row[3] != "refused"} > tables - {"shared_schema.outbox"}


def psql(tool: Callable[[str], str], database: str, script: Path) -> subprocess.CompletedProcess[str]:
    command = [tool("psql"), database, "-q", "-v", "ON_ERROR_STOP=1", "-f", str(script)]
    return subprocess.run(command, capture_output=True, text=True)


def test_psql_fails_when_a_proof_does(sound: str, shop_project: Project, tool: Callable[[str], str]) -> None:
    apply(sound, MUTANTS["Row security is not enabled on one table"])
    for proof in (shop_project.lint, shop_project.attack):
        done = psql(tool, sound, proof)
        assert done.returncode == 3
        assert "shared_schema.identity_user" in done.stderr


def test_nothing_stays(sound: str, shop_project: Project) -> None:
    """The attacks leave the schemas as they were: constraints, rights, statistics, rows."""
    kept = (
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
        "SELECT oid::regclass, relkind, relacl::text FROM pg_class WHERE relkind <> 't' ORDER BY 1",
        "SELECT schemaname, tablename FROM pg_stats WHERE schemaname LIKE '%schema'",
        "SELECT count(*) FROM shared_schema.identity_user",
        "SELECT count(*) FROM acme_schema.audit",
    )

    def everything() -> list[list[object]]:
        with connected(sound) as connection:
            return [every(connection, query) for query in kept]

    before = everything()
    prove(sound, shop_project)
    assert everything() == before


def test_a_session_with_a_tenant_proves_nothing(sound: str, shop_project: Project) -> None:
    with connected(sound, autocommit=True) as connection:
        connection.execute("SELECT set_config('app.tenant_id', 'x', false)")
        with pytest.raises(psycopg.errors.RaiseException, match="use a new one"):
            connection.execute(shop_project.attack.read_text())


def test_the_lint_needs_no_superuser(sound: str, shop_project: Project) -> None:
    """Against production it runs as somebody who belongs to the owners and may create temporary tables."""
    apply(
        sound,
        "CREATE ROLE shop_stranger LOGIN",
        "GRANT shop_shared_schema_owner, shop_acme_schema_owner TO shop_stranger",
        "DO $$ BEGIN EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO shop_stranger', current_database());"
        " END $$",
    )
    auditor = sound.replace("user=ggen", "user=shop_stranger")
    assert complaints(auditor, shop_project.lint, "the catalogue breaks isolation") == []
    apply(sound, MUTANTS["GRANT ALL on one table"])
    assert complaints(auditor, shop_project.lint, "the catalogue breaks isolation")


# --- Every fault is caught ------------------------------------------------------------------------------


def row_of(name: str, verdict: Verdict) -> str:
    """The row of the table in docs/isolation.md."""
    attacks = ", ".join(verdict.attacks[:3]) + (f" and {len(verdict.attacks) - 3} more" if verdict.attacks[3:] else "")
    return f"| {name} | {attacks or '–'} | {', '.join(f'`{code}`' for code in verdict.codes) or '–'} |"


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_is_caught(roles: None, database: str, shop_project: Project, name: str, accept: bool) -> None:
    apply(database, *shop_project.scripts, MUTANTS[name])
    verdict = prove(database, shop_project)
    assert (verdict == Verdict((), ())) == name.startswith("harmless"), verdict
    document = DOCUMENT.read_text()
    if accept:
        DOCUMENT.write_text(re.sub(rf"^\| {re.escape(name)} \|.*$", row_of(name, verdict), document, flags=re.M))
    else:
        assert row_of(name, verdict) in document


def test_the_document_has_a_row_for_every_fault(accept: bool) -> None:
    """`--accept` puts the rows in the order of the mutants; those of new ones are filled in by the tests above."""
    document = DOCUMENT.read_text()
    head, rows, tail = re.split(r"(?<=<!-- mutants -->\n)(.*?)(?=<!-- end -->)", document, flags=re.S)
    table = [line for line in rows.splitlines() if line.startswith("| ")]
    names = {line.split(" | ")[0].removeprefix("| "): line for line in table[1:]}
    if accept:
        kept = [names.get(name, row_of(name, Verdict((), ()))) for name in MUTANTS]
        DOCUMENT.write_text(head + "\n".join([table[0], "|---|---|---|", *kept, ""]) + tail)
    else:
        assert list(names) == list(MUTANTS)
