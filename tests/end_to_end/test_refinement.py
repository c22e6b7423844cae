"""A tenant that refines the model, from its Turtle to a crate that is compiled and a table that refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg import errors

from tests.support.databases import apply, connected, refused
from tests.support.members import Cargo
from tests.support.running import Run
from tests.view.workspaces import FURTHER, refine

REFINEMENT = (
    FURTHER
    + """
shop:User sh:property [ sh:path shop:email ; sh:maxLength 30 ; sh:pattern "@acme\\\\.example$" ] .
shop:email skos:example "ada@acme.example" .
acme:card skos:example "12345678" .
"""
)


@pytest.fixture
def built(workspace: Path, run_ggen: Callable[..., Run]) -> Path:
    """The shop, built for acme, which refines it."""
    refine(workspace, "acme", REFINEMENT)
    done = run_ggen(["build", "--tenant", "acme"], cwd=workspace)
    assert done.exit == 0, done.stderr
    return workspace


def test_the_crate_of_a_tenant_keeps_its_constraints(built: Path, cargo_of_all: Cargo) -> None:
    crate = built / "views/acme/domain"
    tests = crate / "tests"
    tests.mkdir()
    (tests / "refined.rs").write_text(
        "use shop_acme_domain::identity::user::values::{Email, LoyaltyCard};\n\n"
        "#[test]\nfn acme_asks_for_more() {\n"
        '    assert!(Email::new("ada@acme.example").is_ok());\n'
        '    assert!(Email::new("ada@other.example").is_err());\n'
        '    assert!(Email::new("no address at acme.example").is_err());\n'
        '    assert!(Email::new("somebody.with.a.long.name@acme.example").is_err());\n'
        '    assert!(LoyaltyCard::new("x".repeat(21)).is_err());\n'
        "}\n"
    )
    assert "acme_asks_for_more ... ok" in cargo_of_all("test", "--locked", "--test", "refined", cwd=crate).stdout
    cargo_of_all("fmt", "--check", cwd=crate)
    cargo_of_all("clippy", "--locked", "--all-targets", "--", "-D", "warnings", cwd=crate)


def test_the_crates_of_a_tenant_are_a_workspace_of_their_own(
    workspace: Path, run_ggen: Callable[..., Run], cargo_of_all: Cargo
) -> None:
    refine(workspace, "acme", REFINEMENT)
    settings = workspace / "ggen.toml"
    text = settings.read_text().replace('name = "shop"', 'name = "refined"')  # Cargo knows crates by their names
    settings.write_text(re.sub(r"packs = .*", 'packs = ["event-sourcing", "audit-trail"]', text))
    done = run_ggen(["build"], cwd=workspace)
    assert done.exit == 0, done.stderr
    for folder in (workspace, workspace / "views" / "acme"):
        cargo_of_all("check", "--locked", "--workspace", "--all-targets", cwd=folder)
    theirs = cargo_of_all(
        "metadata", "--locked", "--no-deps", "--format-version", "1", cwd=workspace / "views/acme"
    ).stdout
    names = {package["name"] for package in json.loads(theirs)["packages"]}
    assert names == {f"refined-acme-{name}" for name in ("access", "audit", "domain", "event-store")}


def test_the_table_of_a_tenant_keeps_its_constraints(built: Path, database: str) -> None:
    apply(database, (built / "db/acme_schema.sql").read_text())
    with connected(database, "shop_acme_schema_app") as acme:
        acme.execute("INSERT INTO identity_user (user_id, email, loyalty_card) VALUES ('u1', 'ann@acme.example', '12')")
        for email in ("ann@other.example", "somebody.with.a.long.name@acme.example"):
            refused(acme, f"UPDATE identity_user SET email = '{email}'", errors.CheckViolation)
        refused(acme, "UPDATE identity_user SET loyalty_card = repeat('1', 21)", errors.CheckViolation)
