"""All generated crates of a model together, under the compiler, the linter, the formatter, and their own tests."""

from __future__ import annotations

import re

import pytest

from tests.support.everything import crate_packs, workspace_of
from tests.support.members import Cargo
from tests.support.workspaces import tree


@pytest.mark.parametrize("model", ["shop", "starter", "hostile"])
def test_the_crates_are_sound(model: str, cargo_of_all: Cargo) -> None:
    """Cargo finds nothing to complain of, and leaves everything as ggen wrote it."""
    workspace = workspace_of(model)
    before = tree(workspace)
    cargo_of_all("fmt", "--all", "--check", cwd=workspace)
    cargo_of_all("clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=workspace)
    tested = cargo_of_all("test", "--locked", "--workspace", cwd=workspace)
    members = {path.parent.name for path in workspace.glob("*/Cargo.toml")}
    assert len(members) >= len(crate_packs()) - 1
    # Cargo says each target on stderr, each result on stdout.
    targets = re.findall(r"Running unittests src/lib\.rs \(.*?/(?:\w+)-[0-9a-f]+\)", tested.stderr)
    results = re.findall(r"^test result: ok\. (\d+) passed", tested.stdout, flags=re.M)
    assert len(targets) >= len(members)
    assert sum(map(int, results)) >= 20 * len(members)
    assert tree(workspace) == before, "cargo changed what ggen wrote"


@pytest.mark.parametrize("model", ["shop", "hostile"])
def test_the_documentation_has_no_warning(model: str, cargo_of_all: Cargo) -> None:
    """Links lead somewhere, and nothing is left undocumented."""
    options = ("--config", 'build.rustdocflags = ["-D", "warnings"]')
    cargo_of_all(*options, "doc", "--locked", "--workspace", "--no-deps", cwd=workspace_of(model))
