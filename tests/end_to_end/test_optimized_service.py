"""The generated cached read path under the compiler and the linter, and its tests when it is spoiled."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import workspaces
from tests.support.databases import Ggen, apply, generate, migrations

Cargo = Callable[..., subprocess.CompletedProcess[str]]

HOSTILE = Path(__file__).parent / "hostile"


def make(run_ggen: Ggen, folder: Path) -> Path:
    """The cached read path of a workspace, with the crates that it needs."""
    done = run_ggen(["gen", "optimized-service"], cwd=folder)
    assert done.exit == 0, done.stderr
    return folder / "reading"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> Path:
    """The cached read path of the shop, made once, to be read only."""
    return make(run_ggen, workspaces.copy_example("shop", tmp_path_factory.mktemp("reading") / "shop"))


@pytest.fixture
def crate(made: Path, tmp_path: Path) -> Path:
    """The cached read path of the shop, to be spoiled."""
    return shutil.copytree(made.parent, tmp_path / "shop") / "reading"


def passed(done: subprocess.CompletedProcess[str]) -> int:
    """How many tests passed."""
    return sum(int(line.split()[3]) for line in done.stdout.splitlines() if line.startswith("test result: ok."))


@pytest.mark.parametrize("model", ["shop", "starter", "hostile"])
def test_the_crate_is_sound(model: str, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    folder = tmp_path / model
    shutil.copytree(HOSTILE, folder) if model == "hostile" else workspaces.copy_example(model, folder)
    crate = make(run_ggen, folder)
    before = workspaces.tree(folder)
    cargo("fmt", "--check", cwd=crate)
    cargo("clippy", "--locked", "--no-deps", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
    assert passed(cargo("test", "--locked", cwd=crate)) >= 20
    assert workspaces.tree(folder) == before, "cargo changed what ggen wrote"


def test_the_documentation_has_no_warning(made: Path, cargo: Cargo) -> None:
    written = cargo("rustdoc", "--locked", "--lib", "--", "-D", "warnings", cwd=made)
    assert "warning" not in written.stderr


def test_the_benchmark_measures_on_postgresql(crate: Path, run_ggen: Ggen, cargo: Cargo, shop: str) -> None:
    generate(run_ggen, crate.parent)
    apply(shop, *migrations(crate.parent))
    place = shop.replace("user=ggen", "user=shop_acme_schema_app")
    settings = [f'env.DATABASE_URL="{place}"', 'env.DATABASE_TENANT="acme-001"']
    options = [part for setting in settings for part in ("--config", setting)]
    done = cargo("test", "--locked", *options, "--bench", "reading", cwd=crate)
    rates = {tuple(line.split()[:2]): int(line.split()[2]) for line in done.stdout.splitlines() if "cached" in line}
    assert len(rates) == 8, done.stdout
    assert rates["Catalogue.Product", "cached"] > 10 * rates["Catalogue.Product", "uncached"], "it gains nothing"


@pytest.mark.parametrize(
    ("file", "old", "new", "failing"),
    [
        (
            "reading.rs",
            "tenant: tenant.clone(),",
            'tenant: "all".to_owned().try_into().unwrap_or_else(|_| tenant.clone()),',
            "tenants_share_nothing_and_nobody_reads_what_was",
        ),
        (
            "reading.rs",
            "generation: self.generations.of(&(tenant, id)),",
            "generation: 0,",
            "a_load_that_began_before_a_change_does_not_bring_the_old_state_back",
        ),
        (
            "reading.rs",
            "self.generations.end_all();",
            "",
            "a_load_that_began_before_everything_was_cleared_does_not_bring_the_old_state_back",
        ),
        (
            "reading.rs",
            "if !call.principal.may(Some(A::PERMISSION)) {",
            "if false {",
            "who_may_not_read_is_refused_and_recorded_whatever_the_cache_holds",
        ),
        ("reading.rs", "if A::PERSONAL {", "if false {", "every_read_of_personal_data_is_recorded_or_not_allowed"),
        (
            "reading.rs",
            "!self.policy.may_read(&call.principal, &found.state)",
            "false",
            "each_sees_what_the_policy_lets_them_see_whoever_loaded_it",
        ),
        (
            "reading.rs",
            ".max_capacity(limits.entries.get().into())",
            "",
            "no_more_is_kept_than_the_limit_and_what_was_read_last_stays",
        ),
        (
            "reading.rs",
            "self.clear();\n        Err(BadId",
            "Err(BadId",
            "what_a_message_tells_of_is_loaded_again",
        ),
        (
            "reading.rs",
            "self.cache.entry(self.key(&call.principal.tenant, id))",
            "Box::leak(Box::new(Cache::new(1))).entry(self.key(&call.principal.tenant, id))",
            "of_a_hundred_who_ask_at_once_one_loads",
        ),
    ],
    ids=["tenant", "generation", "clear", "permission", "record", "policy", "bound", "message", "flight"],
)
def test_a_wrong_cache_fails_its_own_tests(
    crate: Path, cargo: Cargo, file: str, old: str, new: str, failing: str
) -> None:
    source = crate / "src" / file
    text = source.read_text()
    assert old in text, f"{old} is not in {file}"
    source.write_text(text.replace(old, new))
    tested = cargo("test", "--locked", "--lib", failing, cwd=crate, check=False)
    assert re.search(rf"{failing} \.\.\. FAILED", tested.stdout), tested.stdout + tested.stderr
