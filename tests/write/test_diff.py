"""Plans as unified diffs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.write.diff import unified
from ggen_rdf.write.draft import Action, Change
from ggen_rdf.write.plan import plan
from tests.write.trees import built, owned

_texts = st.lists(st.sampled_from(["a", "b", "\n", "ö\n", "x\r\n"]), max_size=12).map("".join)


def _diff(old: bytes | None, new: bytes | None, action: Action = Action.UPDATE) -> str:
    return unified(Change("a b", action, old, new))


def test_each_kind_of_change(tmp_path: Path) -> None:
    """Made, changed, removed; nothing for what stays; both sides of a conflict."""
    built(tmp_path, owned({"change": "a\nb\n", "edit": "a\n", "keep": "a\n", "gone": "a\n"}))
    (tmp_path / "edit").write_text("mine\n")
    made, _ = plan(str(tmp_path), owned({"change": "a\nc\n", "edit": "b\n", "keep": "a\n", "new": "n\n"}))
    assert {change.path: unified(change).splitlines() for change in made.changes} == {
        "change": ["--- a/change", "+++ b/change", "@@ -1,2 +1,2 @@", " a", "-b", "+c"],
        "edit": ["--- a/edit", "+++ b/edit", "@@ -1 +1 @@", "-mine", "+b"],
        "gone": ["--- a/gone", "+++ /dev/null", "@@ -1 +0,0 @@", "-a"],
        "keep": [],
        "new": ["--- /dev/null", "+++ b/new", "@@ -0,0 +1 @@", "+n"],
    }


def test_what_is_no_text_is_summarised() -> None:
    """Workbooks and pictures."""
    assert _diff(b"PK\0", b"PK\0\0") == "a/a b and b/a b differ: 3 bytes → 4 bytes\n"
    assert _diff(None, b"\xff", Action.CREATE) == "/dev/null and b/a b differ: nothing → 1 bytes\n"


def test_empty_files() -> None:
    """They have no lines to show."""
    assert _diff(None, b"", Action.CREATE) == "--- /dev/null\n+++ b/a b\n"


@given(_texts, _texts)
def test_patch_understands_it(
    tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, old: str, new: str
) -> None:
    """What it says leads from the one text to the other, whatever the line ends."""
    patch = tool("patch")
    folder = tmp_path_factory.mktemp("patch")
    (folder / "a b").write_bytes(old.encode())
    text = _diff(old.encode(), new.encode())
    if text:
        subprocess.run(
            [patch, "--binary", "-s", "a b"], input=text.encode(), cwd=folder, check=True, capture_output=True
        )
    left = (folder / "a b").read_bytes() if (folder / "a b").exists() else b""
    assert left == new.encode()
