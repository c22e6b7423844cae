"""The generated cached read path measured on a real PostgreSQL, and its tests when it is spoilt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases import Ggen, apply, migrations
from tests.support.everything import to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, make, settings, spoil, twins


def test_the_pack_alone_has_the_right_lock(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    make(run_ggen, workspace, "optimized-service")
    cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=workspace / "reading")


def test_the_benchmark_measures_on_postgresql(cargo_of_all: Cargo, shop: str) -> None:
    workspace = workspace_of("shop")
    apply(shop, *migrations(workspace, "acme_schema", "shared_schema"))
    place = shop.replace("user=ggen", "user=shop_acme_schema_app")
    options = settings({"DATABASE_URL": place, "DATABASE_TENANT": "acme-001"})
    done = cargo_of_all("test", "--locked", *options, "--bench", "reading", cwd=workspace / "reading")
    rates = {tuple(line.split()[:2]): int(line.split()[2]) for line in done.stdout.splitlines() if "cached" in line}
    assert len(rates) == 8, done.stdout
    assert rates["Catalogue.Product", "cached"] > 10 * rates["Catalogue.Product", "uncached"], "it gains nothing"


TWINS = {
    "tenant": (
        "tenant: tenant.clone(),",
        'tenant: "all".to_owned().try_into().unwrap_or_else(|_| tenant.clone()),',
        "tenants_share_nothing_and_nobody_reads_what_was",
    ),
    "generation": (
        "generation: self.generations.of(&(tenant, id)),",
        "generation: 0,",
        "a_load_that_began_before_a_change_does_not_bring_the_old_state_back",
    ),
    "clear": (
        "self.generations.end_all();",
        "",
        "a_load_that_began_before_everything_was_cleared_does_not_bring_the_old_state_back",
    ),
    "permission": (
        "if !call.principal.may(Some(A::PERMISSION)) {",
        "if false {",
        "who_may_not_read_is_refused_and_recorded_whatever_the_cache_holds",
    ),
    "record": ("if A::PERSONAL {", "if false {", "every_read_of_personal_data_is_recorded_or_not_allowed"),
    "policy": (
        "!self.policy.may_read(&call.principal, &found.state)",
        "false",
        "each_sees_what_the_policy_lets_them_see_whoever_loaded_it",
    ),
    "bound": (
        ".max_capacity(limits.entries.get().into())",
        "",
        "no_more_is_kept_than_the_limit_and_what_was_read_last_stays",
    ),
    "message": ("self.clear();\n        Err(BadId", "Err(BadId", "what_a_message_tells_of_is_loaded_again"),
    "flight": (
        "self.cache.entry(self.key(&call.principal.tenant, id))",
        "Box::leak(Box::new(Cache::new(1))).entry(self.key(&call.principal.tenant, id))",
        "of_a_hundred_who_ask_at_once_one_loads",
    ),
}


@pytest.mark.parametrize(("old", "new", "test"), twins(TWINS, telling="tenant"))
def test_a_wrong_cache_fails_its_own_tests(tmp_path: Path, cargo_of_all: Cargo, old: str, new: str, test: str) -> None:
    """The bad twins."""
    crate = to_be_spoilt("shop", "reading", tmp_path / "shop")
    spoil(crate / "src" / "reading.rs", old, new)
    fails(cargo_of_all, crate, test, "--lib")
