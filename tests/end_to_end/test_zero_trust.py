"""The generated tokens and gate before a real PostgreSQL, and their tests when they are spoilt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases import Ggen, connected, every
from tests.support.everything import to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, make, passed, settings, spoil, twins

TENANTS = {"acme_schema": "acme-001", "shared_schema": "startup-001"}


@pytest.fixture(scope="session")
def made() -> Path:
    """The crate of the shop, to be read only."""
    return workspace_of("shop") / "zero-trust"


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """The crate of the shop, to be spoilt."""
    return to_be_spoilt("shop", "zero-trust", tmp_path / "shop")


def on(database: str, schema: str) -> list[str]:
    """Options with which cargo gives the tests of the crate a database."""
    url = database.replace("user=ggen", f"user=shop_{schema}_app")
    return settings({"DATABASE_URL": url, "DATABASE_TENANT": TENANTS[schema]})


def test_the_pack_alone_has_the_right_lock(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    make(run_ggen, workspace, "zero-trust-service")
    cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=workspace / "zero-trust")


def test_permissions_are_those_of_the_model(made: Path) -> None:
    said = (made / "src" / "permission.rs").read_text()
    assert "/// `user:write`, which `ActivateUser`, `ChangeEmail`, `DeactivateUser` take.\n" in said
    assert 'pub const PRODUCT_READ: &str = "product:read";\n' in said
    assert 'pub const USER_ERASE: &str = "user:erase";\n' in said
    assert "PRODUCT_ERASE" not in said, "a product holds no personal data"


@pytest.mark.parametrize("schema", sorted(TENANTS))
def test_the_gate_works_before_postgresql(schema: str, shop: str, made: Path, cargo_of_all: Cargo) -> None:
    options = [*on(shop, schema), "--test", "database"]
    tested = cargo_of_all("test", "--locked", *options, "--", "--include-ignored", cwd=made)
    assert passed(tested) == 5
    with connected(shop) as connection:
        outcomes = dict(every(connection, f"SELECT action || ' ' || outcome, count(*) FROM {schema}.audit GROUP BY 1"))
        users = every(connection, f"SELECT DISTINCT user_id FROM {schema}.audit WHERE user_id = 'anonymous'")
        kept = str(every(connection, f"SELECT to_jsonb(audit) FROM {schema}.audit"))
    for command in ("CreateUser", "PlaceOrder", "RefundPayment", "ChangePrice"):
        assert (outcomes[f"{command} denied"], outcomes[f"{command} success"]) == (1, 1)
    assert users == ["anonymous"]
    assert "eyJ" not in kept, "a token is in the audit trail"


TWINS = {
    "kind": (
        "verifier.rs",
        "if header.typ != KIND {",
        "if header.typ == ALGORITHM {",
        "a_header_brings_nothing_with_it",
    ),
    "header": ("token.rs", "#[serde(deny_unknown_fields)]\n", "", "a_header_brings_nothing_with_it"),
    "time": (
        "verifier.rs",
        "        self.check_times(&payload, now.as_second())?;\n",
        "        let _ = self.check_times(&payload, now.as_second());\n",
        "a_token_holds_for_its_time_and_no_longer",
    ),
    "audience": (
        "verifier.rs",
        "rules.set_audience(&[&terms.audience]);",
        "rules.validate_aud = false;",
        "a_token_of_another_system_is_refused",
    ),
    "retired": (
        "verifier.rs",
        "if !key.holds(now) {",
        "if !key.holds(Timestamp::MIN) {",
        "a_key_that_verifies_no_more_is_refused_even_on_the_ring",
    ),
    "lifetime": ("verifier.rs", "if holds > self.longest ||", "if holds < 0 ||", "no_token_holds_for_long"),
    "issued": ("issuer.rs", "|| ttl > longest", "", "tokens_are_issued_only_as_they_are_verified"),
    "shown": ("token.rs", 'f.write_str("Token(<redacted>)")', "f.write_str(&self.text)", "secrets_are_never_shown"),
    "permission": (
        "intent.rs",
        "permission: command.permission(),",
        "permission: command.permission().filter(|_| false),",
        "each_command_takes_its_permission_and_no_other",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="time"))
def test_a_wrong_crate_fails_its_own_tests(
    crate: Path, cargo_of_all: Cargo, file: str, old: str, new: str, test: str
) -> None:
    """The bad twins: each check that a verifier may forget is missed."""
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test, "--lib")


@pytest.mark.live
@pytest.mark.parametrize(
    ("old", "new", "test"),
    [
        (
            "if !principal.may(intent.permission()) {",
            'if principal.may(Some("")) {',
            "each_command_is_refused_without_its_permission_and_done_with_it",
        ),
        (
            "if claims.tenant != presented.tenant {",
            "if claims.tenant.as_str().is_empty() {",
            "who_proves_nothing_is_recorded_as_nobody",
        ),
        (
            "append(&transaction, attempt.denied())",
            "append(&transaction, attempt.failed())",
            "who_proves_nothing_is_recorded_as_nobody",
        ),
    ],
    ids=["permission", "tenant", "outcome"],
)
def test_a_wrong_gate_fails_its_tests_of_the_database(
    shop: str, crate: Path, cargo_of_all: Cargo, old: str, new: str, test: str
) -> None:
    spoil(crate / "src" / "gate.rs", old, new)
    fails(cargo_of_all, crate, test, *on(shop, "acme_schema"), "--test", "database")
