"""The generated components that tenants share: sound, whole or one method at a time, and tested by themselves."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import workspaces
from tests.support.databases import Ggen

Cargo = Callable[..., subprocess.CompletedProcess[str]]

OTHER = Path(__file__).parent / "components" / "notifications.ttl"
MISSION = ["gen", "shared-component", "--vars", "component=auth", "method=login", "--shared-config", "global.toml"]
METHODS = {
    "auth": {"login": 13, "logout": 7, "refresh": 9},
    "billing": {"record_usage": 7, "check_limit": 4, "draw_invoice": 7},
    "notifications": {"send": 0},
}


def gen(run_ggen: Ggen, folder: Path, *words: str) -> None:
    """Generate the components of a workspace."""
    done = run_ggen(["gen", "shared-component", *words], cwd=folder)
    assert done.exit == 0, done.stderr


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, run_ggen: Ggen) -> Path:
    """The shop with its components and one that ggen does not know, made once, to be read only."""
    folder = workspaces.copy_example("shop", tmp_path_factory.mktemp("components") / "shop")
    shutil.copy(OTHER, folder / "model")
    settings = folder / "ggen.toml"
    text = settings.read_text()
    assert '["auth", "billing"]' in text
    settings.write_text(text.replace('["auth", "billing"]', '["auth", "billing", "notifications"]'))
    assert run_ggen(["check"], cwd=folder).exit == 0
    gen(run_ggen, folder)
    return folder


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    """The shop with its components, to be changed."""
    return shutil.copytree(made, tmp_path / "shop")


def passed(done: subprocess.CompletedProcess[str]) -> int:
    """How many tests passed."""
    return sum(int(line.split()[3]) for line in done.stdout.splitlines() if line.startswith("test result: ok."))


def sound(cargo: Cargo, crate: Path, least: int, *locked: str) -> None:
    """Format, lint and test a crate."""
    cargo("fmt", "--check", cwd=crate)
    cargo("clippy", *locked, "--no-deps", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
    assert passed(cargo("test", *locked, cwd=crate)) >= least
    written = cargo("rustdoc", *locked, "--lib", "--", "-D", "warnings", cwd=crate)
    assert "warning" not in written.stderr


@pytest.mark.parametrize(("component", "least"), [("auth", 19), ("billing", 12), ("notifications", 0)])
def test_the_components_are_sound(component: str, least: int, made: Path, cargo: Cargo) -> None:
    before = workspaces.tree(made)
    sound(cargo, made / "components" / component, least, "--locked")
    assert workspaces.tree(made) == before, "cargo changed what ggen wrote"


@pytest.mark.parametrize(
    ("component", "method"), [(component, method) for component, methods in METHODS.items() for method in methods]
)
def test_a_method_alone_is_sound(component: str, method: str, shop: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    gen(run_ggen, shop, "--vars", f"component={component}", f"method={method}")
    crate = shop / "src" / "components" / f"{component}-{method.replace('_', '-')}"
    sound(cargo, crate, METHODS[component][method])


def outside(folder: Path) -> dict[str, bytes]:
    """The files of a workspace, but for what ggen itself remembers."""
    tree = workspaces.tree(folder)
    return {path: data for path, data in tree.items() if path != "ggen.lock" and not path.startswith(".ggen/")}


def test_the_command_of_the_mission_changes_nothing_that_is_there(shop: Path, run_ggen: Ggen) -> None:
    before = outside(shop)
    done = run_ggen(MISSION, cwd=shop)
    assert done.exit == 0, done.stderr
    after = outside(shop)
    assert {path: after[path] for path in before} == before
    added = sorted(set(after) - set(before))
    assert added
    assert all(path.startswith("src/components/auth-login/") for path in added)
    assert "src/components/auth-login/src/login.rs" in added
    assert "src/components/auth-login/src/logout.rs" not in added


def test_the_command_of_the_mission_works_in_a_new_project(tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    folder = workspaces.copy_example("shop", tmp_path / "shop")
    assert run_ggen(MISSION, cwd=folder).exit == 0
    cargo("check", "--quiet", "--workspace", "--locked", cwd=folder)
    cargo("check", "--quiet", cwd=folder / "src" / "components" / "auth-login")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["component=auht"], "write `component=auth`"),
        (["component=auth", "method=logn"], "write `method=login`"),
    ],
    ids=["component", "method"],
)
def test_what_there_is_not_is_told(words: list[str], said: str, made: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["gen", "shared-component", "--vars", *words], cwd=made)
    assert done.exit == 1
    assert said in done.stderr


def test_what_is_the_users_is_kept(shop: Path, run_ggen: Ggen) -> None:
    crate = shop / "components" / "notifications"
    mine = [crate / "Cargo.toml", crate / "src" / "state.rs", crate / "src" / "send" / "answer.rs"]
    for path in mine:
        path.write_text("# mine\n")
    gen(run_ggen, shop)
    assert {path.read_text() for path in mine} == {"# mine\n"}


@pytest.mark.parametrize(
    ("file", "old", "new", "failing"),
    [
        (
            "auth/src/login.rs",
            "self.passwords.verify(password, kept).await?",
            "kept.is_some() && self.passwords.verify(password, kept).await?",
            "nobody_learns_whether_there_is_an_account",
        ),
        (
            "auth/src/login.rs",
            "proved && account.is_active",
            "proved",
            "an_account_that_may_not_be_used_lets_nobody_in",
        ),
        (
            "auth/src/login.rs",
            "self.ports.end(tenant, signed_in.refresh_token.session, None).await?;",
            "",
            "nobody_gets_in_unrecorded",
        ),
        ("auth/src/attempts.rs", "tally.attempts <=", "tally.attempts <= 2 *", "after_too_many_failures"),
        (
            "auth/src/refresh.rs",
            "self.ports.end(tenant, token.session, None).await?;",
            "",
            "a_token_that_is_used_again",
        ),
        ("auth/src/session.rs", "self.secret.as_slice()).as_ref()", "&[1; 32]).as_ref()", "nobody_signs_another_out"),
        ("billing/src/record_usage.rs", "usage, rate.limit)", "usage, None)", "nobody_uses_more_than_the_limit"),
        ("billing/src/record_usage.rs", "!feature.is_of(tenant)", "false", "nobody_uses_what_they_do_not_have"),
        ("billing/src/draw_invoice.rs", "used.saturating_sub(rate.included)", "used", "the_total_is_the_sum"),
        (
            "billing/src/money.rs",
            "self.minor.checked_mul(count)",
            "Some(self.minor.wrapping_mul(count))",
            "what_cannot_be_written_is_not_charged",
        ),
    ],
    ids=["decoy", "inactive", "record", "lockout", "reuse", "digest", "limit", "feature", "included", "overflow"],
)
def test_a_wrong_component_fails_its_own_tests(
    file: str, old: str, new: str, failing: str, shop: Path, cargo: Cargo
) -> None:
    source = shop / "components" / file
    text = source.read_text()
    assert old in text, f"{old} is not in {file}"
    source.write_text(text.replace(old, new))
    crate = shop / "components" / file.partition("/")[0]
    tested = cargo("test", "--locked", "--lib", failing, cwd=crate, check=False)
    assert re.search(rf"{failing}\w* \.\.\. FAILED", tested.stdout), tested.stdout + tested.stderr
