"""The generated domain under its own tests when it is spoilt, for one aggregate, and with names of any length."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from tests.support import workspaces
from tests.support.databases import Ggen
from tests.support.everything import to_be_spoilt, workspace_of
from tests.support.members import Cargo, fails, make, passed, spoil, twins


def test_the_pack_alone_has_the_right_lock(workspace: Path, run_ggen: Ggen, cargo_of_all: Cargo) -> None:
    make(run_ggen, workspace, "ddd-domain")
    cargo_of_all("metadata", "--locked", "--format-version", "1", cwd=workspace / "domain")


def test_one_aggregate_alone(cargo_of_all: Cargo) -> None:
    crate = workspace_of("alone") / "src" / "domain" / "user"
    assert sorted(path.name for path in (crate / "src").iterdir()) == ["foundation", "identity", "lib.rs"]
    cargo_of_all("fmt", "--check", cwd=crate)
    cargo_of_all("clippy", "--locked", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=crate)
    assert passed(cargo_of_all("test", "--locked", cwd=crate)) >= 20


WORDS = ["very", "carefully", "considered", "and", "rather", "long", "winded", "descriptive", "business", "name"]


def lengthened(name: str, least: int) -> str:
    """A name with words at its end, until it has at least so many characters; written as it was written."""
    for word in itertools.cycle(WORDS):
        if len(name) >= least:
            break
        name += f" {word}" if " " in name or name[:1].isupper() else word.capitalize()
    return name


@pytest.mark.parametrize("least", [21, 24, 35, 60])
def test_long_names_are_laid_out_as_rustfmt_does(
    least: int, tmp_path: Path, run_ggen: Ggen, cargo_of_all: Cargo
) -> None:
    workspace = tmp_path / "long"
    (workspace / "model").mkdir(parents=True)
    (workspace / "ggen.toml").write_text('[workspace]\nname = "long"\n')
    for name in ("catalogue", "identity", "ordering", "payments", "shared"):
        model = (workspaces.EXAMPLES / "shop" / "model" / f"{name}.ttl").read_text()
        model = re.sub(r'(?<=rdfs:label ")[^"]+', lambda found: lengthened(found[0], least), model)
        model = re.sub(r"(?<=shop:)[a-z]\w+", lambda found: lengthened(found[0], least), model)
        (workspace / "model" / f"{name}.ttl").write_text(model)
    crate = make(run_ggen, workspace, "ddd-domain") / "domain"
    assert least < 24 or "max_width" in (crate / "rustfmt.toml").read_text()
    cargo_of_all("fmt", "--check", cwd=crate)


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """The crate of the shop, to be spoilt."""
    return to_be_spoilt("shop", "domain", tmp_path / "shop")


TWINS = {
    "rule": (
        "ordering/order/commands.rs",
        "if state.status != values::Status::Paid",
        "if state.status == values::Status::Draft",
        "ship_order_is_refused_when_not_paid",
    ),
    "effect": (
        "ordering/order/state.rs",
        "self.status = values::Status::Cancelled;",
        "",
        "order_cancelled_changes_the_state",
    ),
    "bound": (
        "identity/user/values.rs",
        "foundation::max_length(value, 254)",
        "foundation::max_length(value, 255)",
        "email_keeps_its_maximum_length",
    ),
    "redaction": (
        "identity/user/values.rs",
        'f.write_str("Email(<redacted>)")',
        'write!(f, "Email({})", self.0)',
        "email_is_not_shown",
    ),
    "invariant": ("ordering/order/state.rs", "met_4 || met_5", "met_4 && met_5", "place_order_is_accepted"),
    "unchecked": ("ordering/order/state.rs", "if !met_6", "if false", "no_order_breaks_rule_1"),
    "specification": (
        "ordering/order/specifications.rs",
        "met_1 && met_2",
        "met_1 && !met_1",
        "ready_to_ship_is_met_or_not",
    ),
    "replay": ("foundation/aggregate.rs", "if event.begins()", "if false", "a_life_begins_once"),
    "count": (
        "foundation/distinct.rs",
        "if self.0.len() >= MAX",
        "if self.0.len() > MAX",
        "adding_and_removing_keep_the_bounds",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="rule"))
def test_a_wrong_crate_fails_its_own_tests(
    crate: Path, cargo_of_all: Cargo, file: str, old: str, new: str, test: str
) -> None:
    """The bad twins: the tests of a crate notice a rule, an effect or a bound that is not that of the model."""
    spoil(crate / "src" / file, old, new)
    fails(cargo_of_all, crate, test, "--lib")


def test_the_rules_of_a_service_are_the_users(workspace: Path, run_ggen: Ggen) -> None:
    rules = make(run_ggen, workspace, "ddd-domain") / "domain" / "src" / "ordering" / "pricing" / "rules.rs"
    assert 'Err(Unanswered("Total"))' in rules.read_text()
    rules.write_text("// mine\n")
    make(run_ggen, workspace, "ddd-domain")
    assert rules.read_text() == "// mine\n"


@pytest.mark.live
def test_a_crate_that_is_no_rust_is_refused(crate: Path, cargo_of_all: Cargo) -> None:
    """The bad twin of the compiler: an attribute that does not exist."""
    spoil(crate / "src" / "ordering" / "order" / "state.rs", "self.placed_at = Some", "self.placed_on = Some")
    assert "no field `placed_on`" in cargo_of_all("check", "--locked", cwd=crate, check=False).stderr


def test_a_crate_that_is_badly_laid_out_is_refused(crate: Path, cargo_of_all: Cargo) -> None:
    """The bad twin of the formatter."""
    spoil(crate / "src" / "lib.rs", "pub mod identity;", "pub  mod identity;")
    assert cargo_of_all("fmt", "--check", cwd=crate, check=False).returncode != 0


def test_other_dependencies_than_locked_are_refused(crate: Path, cargo_of_all: Cargo) -> None:
    """The bad twin of --locked: a crate that needs what the lock does not have."""
    spoil(crate / "Cargo.toml", 'thiserror = "2.0.21"', 'thiserror = "2.0.21"\nlog = "0.4"')
    refused = cargo_of_all("check", "--locked", "--offline", cwd=crate, check=False)
    assert refused.returncode != 0
    assert "--locked" in refused.stderr


def test_the_example_is_what_is_expected(tmp_path: Path, run_ggen: Ggen) -> None:
    done = run_ggen(["pack", "test", "ddd-domain"], cwd=tmp_path)
    assert done.exit == 0, done.stdout + done.stderr
