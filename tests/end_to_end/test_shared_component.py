"""The generated components that tenants share: one method at a time, one of the user's own, and spoilt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import workspaces
from tests.support.databases import Ggen
from tests.support.everything import copy_of, to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, kept, make, passed, spoil, twins

MISSION = ["gen", "shared-component", "--vars", "component=auth", "method=login", "--shared-config", "global.toml"]


@pytest.fixture
def post(tmp_path: Path) -> Path:
    """The shop with its components and one that ggen does not know, to be changed."""
    return copy_of("post", tmp_path / "post")


def sound(cargo: Cargo, crate: Path, least: int, *locked: str) -> None:
    """Format, lint and test a crate."""
    cargo("fmt", "--check", cwd=crate)
    cargo("clippy", *locked, "--no-deps", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
    assert passed(cargo("test", *locked, cwd=crate)) >= least
    cargo("rustdoc", *locked, "--lib", "--", "-D", "warnings", cwd=crate)


def sound_alone(cargo: Cargo, crate: Path, least: int) -> None:
    """The same for a crate whose Cargo.lock is the user's: it holds more than the crate needs, and Cargo tidies it."""
    with kept(crate / "Cargo.lock"):
        sound(cargo, crate, least)


def test_a_component_that_ggen_does_not_know_is_sound(cargo_of_all: Cargo) -> None:
    sound(cargo_of_all, workspace_of("post") / "components" / "notifications", 0, "--locked")


@pytest.mark.parametrize(
    ("crate", "least"),
    [
        ("auth-login", 13),
        pytest.param("auth-logout", 7, marks=pytest.mark.live),
        pytest.param("auth-refresh", 9, marks=pytest.mark.live),
        pytest.param("billing-record-usage", 7, marks=pytest.mark.live),
        pytest.param("billing-check-limit", 4, marks=pytest.mark.live),
        pytest.param("billing-draw-invoice", 7, marks=pytest.mark.live),
    ],
)
def test_a_method_alone_is_sound(crate: str, least: int, cargo_of_all: Cargo) -> None:
    sound_alone(cargo_of_all, workspace_of("alone") / "src" / "components" / crate, least)


@pytest.mark.live
def test_a_method_that_ggen_does_not_know_is_sound_alone(cargo_of_all: Cargo) -> None:
    sound_alone(cargo_of_all, workspace_of("post") / "src" / "components" / "notifications-send", 0)


def outside(folder: Path) -> dict[str, bytes]:
    """The files of a workspace, but for what ggen itself remembers."""
    tree = workspaces.tree(folder)
    return {path: data for path, data in tree.items() if path != "ggen.lock" and not path.startswith(".ggen/")}


def test_the_command_of_the_mission_changes_nothing_that_is_there(post: Path, run_ggen: Ggen) -> None:
    before = outside(post)
    done = run_ggen(MISSION, cwd=post)
    assert done.exit == 0, done.stderr
    after = outside(post)
    assert {path: after[path] for path in before} == before
    added = sorted(set(after) - set(before))
    assert added
    assert all(path.startswith("src/components/auth-login/") for path in added)
    assert "src/components/auth-login/src/login.rs" in added
    assert "src/components/auth-login/src/logout.rs" not in added


def test_the_command_of_the_mission_has_the_right_lock(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    assert run_ggen(MISSION, cwd=workspace).exit == 0
    cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=workspace)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["component=auht"], "write `component=auth`"),
        (["component=auth", "method=logn"], "write `method=login`"),
    ],
    ids=["component", "method"],
)
def test_what_there_is_not_is_told(words: list[str], said: str, post: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["gen", "shared-component", "--vars", *words], cwd=post)
    assert done.exit == 1
    assert said in done.stderr


def test_what_is_the_users_is_kept(post: Path, run_ggen: Ggen) -> None:
    crate = post / "components" / "notifications"
    mine = [crate / "Cargo.toml", crate / "src" / "state.rs", crate / "src" / "send" / "answer.rs"]
    for path in mine:
        path.write_text("# mine\n")
    make(run_ggen, post, "shared-component")
    assert {path.read_text() for path in mine} == {"# mine\n"}


TWINS = {
    "decoy": (
        "auth",
        "login.rs",
        "self.passwords.verify(password, kept).await?",
        "kept.is_some() && self.passwords.verify(password, kept).await?",
        "nobody_learns_whether_there_is_an_account",
    ),
    "inactive": (
        "auth",
        "login.rs",
        "proved && account.is_active",
        "proved",
        "an_account_that_may_not_be_used_lets_nobody_in",
    ),
    "record": (
        "auth",
        "login.rs",
        "self.ports.end(tenant, signed_in.refresh_token.session, None).await?;",
        "",
        "nobody_gets_in_unrecorded",
    ),
    "lockout": ("auth", "attempts.rs", "tally.attempts <=", "tally.attempts <= 2 *", "after_too_many_failures"),
    "reuse": (
        "auth",
        "refresh.rs",
        "self.ports.end(tenant, token.session, None).await?;",
        "",
        "a_token_that_is_used_again",
    ),
    "digest": (
        "auth",
        "session.rs",
        "self.secret.as_slice()).as_ref()",
        "&[1; 32]).as_ref()",
        "nobody_signs_another_out",
    ),
    "limit": ("billing", "record_usage.rs", "usage, rate.limit)", "usage, None)", "nobody_uses_more_than_the_limit"),
    "feature": ("billing", "record_usage.rs", "!feature.is_of(tenant)", "false", "nobody_uses_what_they_do_not_have"),
    "included": ("billing", "draw_invoice.rs", "used.saturating_sub(rate.included)", "used", "the_total_is_the_sum"),
    "overflow": (
        "billing",
        "money.rs",
        "self.minor.checked_mul(count)",
        "Some(self.minor.wrapping_mul(count))",
        "what_cannot_be_written_is_not_charged",
    ),
}


@pytest.mark.parametrize(("component", "file", "old", "new", "test"), twins(TWINS, telling="reuse"))
def test_a_wrong_component_fails_its_own_tests(
    component: str, file: str, old: str, new: str, test: str, tmp_path: Path, cargo_of_all: Cargo
) -> None:
    """The bad twins."""
    crate = to_be_spoilt("shop", f"components/{component}", tmp_path / "shop")
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test, "--lib")
