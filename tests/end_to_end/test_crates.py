"""All generated crates of a model together, under the compiler, the linter, the formatter, and their own tests."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.support.everything import WHOLE, workspace_of
from tests.support.members import Cargo
from tests.support.workspaces import tree

LEAST = {
    "access": (9, 9, 9),
    "api": (20, 20, 20),
    "application": (134, 20, 70),
    "audit": (22, 19, 23),
    "components/auth": (19, 0, 0),
    "components/billing": (12, 0, 0),
    "domain": (150, 15, 190),
    "event-store": (29, 20, 30),
    "infrastructure": (20, 20, 20),
    "reading": (20, 20, 20),
    "rotation": (15, 15, 15),
    "zero-trust": (26, 26, 26),
}
"""How many tests without a server a crate has at least, by model; 0 where there is no such crate."""


@pytest.mark.parametrize("model", WHOLE)
def test_the_crates_are_sound(model: str, cargo_of_all: Cargo) -> None:
    """Cargo finds nothing to complain of, and leaves everything as ggen wrote it."""
    workspace = workspace_of(model)
    before = tree(workspace)
    cargo_of_all("fmt", "--all", "--check", cwd=workspace)
    cargo_of_all("clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=workspace)
    targets = ("--lib", "--bins", "--tests")
    counted = counted_by_crate(cargo_of_all("test", "--locked", "--workspace", *targets, cwd=workspace), workspace)
    cargo_of_all("test", "--locked", "--workspace", "--doc", cwd=workspace)
    least = {crate: counts[WHOLE.index(model)] for crate, counts in LEAST.items() if counts[WHOLE.index(model)]}
    assert counted.keys() == least.keys()
    assert {crate: count for crate, count in counted.items() if count < least[crate]} == {}
    assert tree(workspace) == before, "cargo changed what ggen wrote"


def counted_by_crate(tested: subprocess.CompletedProcess[str], workspace: Path) -> Counter[str]:
    """How many tests of each member passed. Cargo says on stderr what it runs; that says on stdout what came of it."""
    ran = re.findall(r"^ +Running (.*) \(.*/(\w+)-[0-9a-f]+\)$", tested.stderr, flags=re.M)
    passed = re.findall(r"^test result: ok\. (\d+) passed", tested.stdout, flags=re.M)
    members, counted, crate = library_names(workspace), Counter[str](), ""
    for (source, program), count in zip(ran, passed, strict=True):
        if source == "unittests src/lib.rs":
            crate = members[program]  # what else a crate tests comes after its library
        counted[crate] += int(count)
    return counted


def library_names(workspace: Path) -> dict[str, str]:
    """The folder of each member, by the name of its library."""
    members = tomllib.loads((workspace / "Cargo.toml").read_text())["workspace"]["members"]
    manifests = {member: tomllib.loads((workspace / member / "Cargo.toml").read_text()) for member in members}
    return {
        manifest.get("lib", {}).get("name", manifest["package"]["name"].replace("-", "_")): member
        for member, manifest in manifests.items()
    }


@pytest.mark.parametrize("model", ["shop", "hostile"])
def test_the_documentation_has_no_warning(model: str, cargo_of_all: Cargo) -> None:
    """Links lead somewhere, and nothing is left undocumented."""
    options = ("--config", 'build.rustdocflags = ["-D", "warnings"]')
    cargo_of_all(*options, "doc", "--locked", "--workspace", "--no-deps", cwd=workspace_of(model))
