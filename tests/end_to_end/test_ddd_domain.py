"""The generated crate under the compiler, the linter and its own tests: the shop, the starter, and a hostile model."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import workspaces
from tests.support.running import Run

Ggen = Callable[..., Run]
Cargo = Callable[..., subprocess.CompletedProcess[str]]

HOSTILE = Path(__file__).parent / "hostile"
BY_HAND = {"hostile": Path(__file__).parent / "hostile_rules.rs"}
"""Tests of what a model says, written by hand."""


def make(model: str, target: Path) -> Path:
    """A fresh workspace of a model."""
    if model == "hostile":
        return shutil.copytree(HOSTILE, target)
    return workspaces.copy_example(model, target)


def generate(run_ggen: Ggen, workspace: Path) -> Path:
    """The crate of a workspace."""
    done = run_ggen(["gen", "ddd-domain"], cwd=workspace)
    assert done.exit == 0, done.stderr
    return workspace / "domain"


def passed(cargo: Cargo, crate: Path) -> int:
    """How many tests of a crate passed; that none failed and that there was no warning, cargo has made sure of."""
    cargo("fmt", "--check", cwd=crate)
    cargo("clippy", "--locked", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
    tested = cargo("test", "--locked", cwd=crate).stdout
    return sum(int(line.split()[3]) for line in tested.splitlines() if line.startswith("test result: ok."))


@pytest.mark.parametrize(("model", "least"), [("shop", 150), ("starter", 15), ("hostile", 190)])
def test_the_crate_is_sound(model: str, least: int, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    workspace = make(model, tmp_path / model)
    crate = generate(run_ggen, workspace)
    if model in BY_HAND:
        (crate / "tests").mkdir()
        shutil.copy(BY_HAND[model], crate / "tests" / "rules.rs")
    before = workspaces.tree(workspace)
    assert passed(cargo, crate) >= least
    assert workspaces.tree(workspace) == before, "cargo changed what ggen wrote"


def test_the_documentation_has_no_warning(workspace: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    crate = generate(run_ggen, workspace)
    written = cargo("rustdoc", "--locked", "--lib", "--", "-D", "warnings", cwd=crate)
    assert "warning" not in written.stderr


def test_one_aggregate_alone(workspace: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    command = "gen ddd-domain --vars domain=user bounded_context=identity --output src/domain/user/"
    done = run_ggen(command.split(), cwd=workspace)
    assert done.exit == 0, done.stderr
    crate = workspace / "src" / "domain" / "user"
    assert sorted(path.name for path in (crate / "src").iterdir()) == ["foundation", "identity", "lib.rs"]
    assert passed(cargo, crate) >= 20


WORDS = ["very", "carefully", "considered", "and", "rather", "long", "winded", "descriptive", "business", "name"]


def lengthened(name: str, least: int) -> str:
    """A name with words at its end, until it has at least so many characters; written as it was written."""
    for word in itertools.cycle(WORDS):
        if len(name) >= least:
            break
        name += f" {word}" if " " in name or name[:1].isupper() else word.capitalize()
    return name


@pytest.mark.parametrize("least", [21, 24, 35, 60])
def test_long_names_are_laid_out_as_rustfmt_does(least: int, tmp_path: Path, run_ggen: Ggen, cargo: Cargo) -> None:
    workspace = tmp_path / "long"
    (workspace / "model").mkdir(parents=True)
    (workspace / "ggen.toml").write_text('[workspace]\nname = "long"\n')
    for name in ("catalogue", "identity", "ordering", "payments", "shared"):
        model = (workspaces.EXAMPLES / "shop" / "model" / f"{name}.ttl").read_text()
        model = re.sub(r'(?<=rdfs:label ")[^"]+', lambda found: lengthened(found[0], least), model)
        model = re.sub(r"(?<=shop:)[a-z]\w+", lambda found: lengthened(found[0], least), model)
        (workspace / "model" / f"{name}.ttl").write_text(model)
    crate = generate(run_ggen, workspace)
    assert least < 24 or "max_width" in (crate / "rustfmt.toml").read_text()
    cargo("fmt", "--check", cwd=crate)


@pytest.fixture
def crate(workspace: Path, run_ggen: Ggen) -> Path:
    """The crate of the shop, to be spoiled."""
    return generate(run_ggen, workspace)


def replace(file: Path, old: str, new: str) -> None:
    """Spoil one place of a file."""
    text = file.read_text()
    assert text.count(old) >= 1, f"{old} is not in {file}"
    file.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "failing"),
    [
        (
            "ordering/order/commands.rs",
            "if state.status != values::Status::Paid",
            "if state.status == values::Status::Draft",
            ["ship_order_is_refused_when_not_paid"],
        ),
        (
            "ordering/order/state.rs",
            "self.status = values::Status::Cancelled;",
            "",
            ["order_cancelled_changes_the_state"],
        ),
        (
            "identity/user/values.rs",
            "foundation::max_length(value, 254)",
            "foundation::max_length(value, 255)",
            ["email_keeps_its_maximum_length"],
        ),
        (
            "identity/user/values.rs",
            'f.write_str("Email(<redacted>)")',
            'write!(f, "Email({})", self.0)',
            ["email_is_not_shown"],
        ),
        ("ordering/order/state.rs", "met_4 || met_5", "met_4 && met_5", ["place_order_is_accepted"]),
        ("ordering/order/state.rs", "if !met_6", "if false", ["no_order_breaks_rule_1"]),
        ("ordering/order/specifications.rs", "met_1 && met_2", "met_1 && !met_1", ["ready_to_ship_is_met_or_not"]),
        ("foundation/aggregate.rs", "if event.begins()", "if false", ["a_life_begins_once"]),
        (
            "foundation/distinct.rs",
            "if self.0.len() >= MAX",
            "if self.0.len() > MAX",
            ["adding_and_removing_keep_the_bounds"],
        ),
    ],
    ids=["rule", "effect", "bound", "redaction", "invariant", "unchecked", "specification", "replay", "count"],
)
def test_a_wrong_crate_fails_its_own_tests(
    crate: Path, cargo: Cargo, file: str, old: str, new: str, failing: list[str]
) -> None:
    """The bad twins: the tests of a crate notice a rule, an effect or a bound that is not that of the model."""
    replace(crate / "src" / file, old, new)
    tested = cargo("test", "--locked", "--lib", *failing, cwd=crate, check=False)
    assert tested.returncode != 0
    for name in failing:
        assert f"{name} ... FAILED" in tested.stdout


def test_the_rules_of_a_service_are_the_users(workspace: Path, run_ggen: Ggen) -> None:
    rules = generate(run_ggen, workspace) / "src" / "ordering" / "pricing" / "rules.rs"
    assert 'Err(Unanswered("Total"))' in rules.read_text()
    rules.write_text("// mine\n")
    generate(run_ggen, workspace)
    assert rules.read_text() == "// mine\n"


def test_a_crate_that_is_no_rust_is_refused(crate: Path, cargo: Cargo) -> None:
    """The bad twin of the compiler: an attribute that does not exist."""
    replace(crate / "src" / "ordering" / "order" / "state.rs", "self.placed_at = Some", "self.placed_on = Some")
    assert "no field `placed_on`" in cargo("check", "--locked", cwd=crate, check=False).stderr


def test_a_crate_that_is_badly_laid_out_is_refused(crate: Path, cargo: Cargo) -> None:
    """The bad twin of the formatter."""
    replace(crate / "src" / "lib.rs", "pub mod identity;", "pub  mod identity;")
    assert cargo("fmt", "--check", cwd=crate, check=False).returncode != 0


def test_other_dependencies_than_locked_are_refused(crate: Path, cargo: Cargo) -> None:
    """The bad twin of --locked: a crate that needs what the lock does not have."""
    replace(crate / "Cargo.toml", 'thiserror = "2.0.21"', 'thiserror = "2.0.21"\nlog = "0.4"')
    refused = cargo("check", "--locked", "--offline", cwd=crate, check=False)
    assert refused.returncode != 0
    assert "--locked" in refused.stderr


def test_the_example_is_what_is_expected(tmp_path: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["pack", "test", "ddd-domain"], cwd=tmp_path)
    assert done.exit == 0, done.stdout + done.stderr
