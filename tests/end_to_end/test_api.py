"""The generated API: what its document says, the crate of one endpoint, what is asked for in vain, and bad twins."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.databases import Ggen
from tests.support.everything import to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, kept, passed, spoil, twins
from tests.support.workspaces import copy_example

Document = dict[str, Any]


def document(workspace: Path, folder: str = "api") -> Document:
    """What an API says that it serves."""
    found: Document = json.loads((workspace / folder / "openapi.json").read_text())
    return found


def schema(whole: Document, name: str) -> jsonschema.Draft202012Validator:
    """One of its schemas, which may refer to others."""
    return jsonschema.Draft202012Validator({**whole, "$ref": f"#/components/schemas/{name}"})


@pytest.mark.parametrize("model", ["shop", "starter", "hostile"])
def test_every_schema_is_one(model: str) -> None:
    whole = document(workspace_of(model))
    assert whole["openapi"] == "3.1.0"
    for name, one in whole["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(one)
        assert schema(whole, name).is_valid([]) is False


@pytest.mark.parametrize(
    ("command", "body", "valid"),
    [
        ("IdentityUserCommandCreateUser", {"userId": "u1", "email": "a@b"}, True),
        ("IdentityUserCommandCreateUser", {"userId": "u1", "email": "ab"}, False),
        ("IdentityUserCommandCreateUser", {"userId": "", "email": "a@b"}, False),
        ("IdentityUserCommandCreateUser", {"userId": "u1"}, False),
        ("IdentityUserCommandCreateUser", {"userId": "u1", "email": "a@b", "active": True}, False),
        ("IdentityUserCommandActivateUser", {}, True),
        ("CatalogueProductCommandChangePrice", {"newPrice": {"amountMinor": 1, "currency": "EUR"}}, True),
        ("CatalogueProductCommandChangePrice", {"newPrice": {"amountMinor": -1, "currency": "EUR"}}, False),
        ("CatalogueProductCommandChangePrice", {"newPrice": {"currency": "EUR"}}, False),
    ],
)
def test_the_document_knows_the_constraints_of_the_model(command: str, body: object, valid: bool) -> None:
    assert schema(document(workspace_of("shop")), command).is_valid(body) is valid


def test_the_document_names_what_it_takes() -> None:
    whole = document(workspace_of("shop"))
    assert whole["paths"]["/v1/users"]["post"]["x-permission"] == "user:create"
    assert whole["paths"]["/v1/users/{id}"]["get"]["x-permission"] == "user:read"
    assert whole["paths"]["/v1/users/{id}/personal-data"]["delete"]["x-permission"] == "user:erase"
    assert "/v1/products/{id}/personal-data" not in whole["paths"]
    assert [server["url"] for server in whole["servers"]] == ["https://acme.myapp.com", "https://startup.myapp.com"]


def test_one_endpoint_is_a_crate_of_its_own(cargo_of_all: Cargo) -> None:
    """The command of the mission, beside all that a build writes."""
    workspace = workspace_of("alone")
    crate = workspace / "apis" / "acme-user-create"
    assert set(document(workspace, "apis/acme-user-create")["paths"]) >= {"/v1/users", "/tenant"}
    assert not (workspace / "api").exists()
    with kept(crate / "Cargo.lock"):
        shutil.copy(workspace / "Cargo.lock", crate)
        cargo_of_all("fmt", "--check", cwd=crate)
        cargo_of_all("clippy", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
        assert passed(cargo_of_all("test", cwd=crate)) >= 22


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ("service=users endpoint=get", {"/v1/users/{id}"}),
        ("service=user endpoint=list", {"/v1/users"}),
        ("service=User endpoint=erase", {"/v1/users/{id}/personal-data"}),
        ("service=user endpoint=activate_user", {"/v1/users/{id}/activate-user"}),
        ("endpoint=erase", {f"/v1/{name}/{{id}}/personal-data" for name in ("users", "orders", "payments")}),
    ],
)
def test_an_endpoint_is_found_by_its_name(words: str, paths: set[str], run_ggen: Ggen, tmp_path: Path) -> None:
    folder = copy_example("shop", tmp_path / "shop")
    done = run_ggen(["gen", "multi-tenant-api", "--vars", *shlex.split(words)], cwd=folder)
    assert done.exit == 0, done.stderr
    (place,) = (folder / "apis").iterdir()
    assert {path for path in document(folder, f"apis/{place.name}")["paths"] if path.startswith("/v1/")} == paths


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("service=user endpoint=creat", "help: write `endpoint=create`"),
        ("service=usr endpoint=create", "help: write `service=user`"),
        ("tenant=acm", "help: write `tenant=acme`"),
    ],
)
def test_what_is_not_there_is_said(words: str, said: str, run_ggen: Ggen, tmp_path: Path) -> None:
    folder = copy_example("shop", tmp_path / "shop")
    done = run_ggen(["gen", "multi-tenant-api", "--vars", *shlex.split(words)], cwd=folder)
    assert done.exit == 1
    assert said in done.stderr
    assert not (folder / "apis").exists()


TWINS = {
    "path": (
        "openapi.json",
        '"/v1/users/{id}/activate-user"',
        '"/v1/users/{id}/activate"',
        "what_is_documented_is_served",
    ),
    "property": ("openapi.json", '"newEmail": {', '"email": {', "commands_are_made_of_what_the_document_says"),
    "tenant": (
        "src/asked.rs",
        "tenant: TenantId::new(tenant.id)",
        'tenant: TenantId::new("somebody-else")',
        "nobody_is_let_in_without_a_token_of_the_tenant",
    ),
    "rate": (
        "src/limits.rs",
        "if ahead > self.ahead",
        "if false",
        "who_calls_too_often_is_told_when_to_come_back",
    ),
    "strangers": (
        "src/app.rs",
        "if users { &self.0.quotas }",
        "if users || true { &self.0.quotas }",
        "strangers_take_nothing_from_users_and_are_not_all_recorded",
    ),
    "tag": ("src/answer.rs", "hasher.write(body)", "let _ = body", "who_has_it_as_it_is_is_not_sent_it_again"),
    "keys": (
        "src/keys.rs",
        "self.ring.replace([])",
        "self.ring.ids()",
        "keys_that_cannot_be_read_again_hold_for_a_while_only",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="tenant"))
def test_a_wrong_api_fails_its_own_tests(
    file: str, old: str, new: str, test: str, cargo_of_all: Cargo, tmp_path: Path
) -> None:
    crate = to_be_spoilt("shop", "api", tmp_path / "shop")
    spoil(crate / file, old, new)
    fails(cargo_of_all, crate, test, "--lib")


def test_your_routes_are_kept(run_ggen: Ggen, tmp_path: Path) -> None:
    folder = copy_example("shop", tmp_path / "shop")
    for _ in range(2):
        done = run_ggen(["gen", "multi-tenant-api"], cwd=folder)
        assert done.exit == 0, done.stderr
        (folder / "api" / "src" / "own.rs").write_text("// mine\n")
    assert (folder / "api" / "src" / "own.rs").read_text() == "// mine\n"
