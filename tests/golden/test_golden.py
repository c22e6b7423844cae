"""Every folder below this one that holds a `command.txt` is a case; `case.py` says what it may hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.golden.case import HERE, execute, prepare, read_case
from tests.support import workspaces
from tests.support.golden import compare

LIBRARY_LINE = re.compile(r"\b((?:shapes|ontologies)/[\w/-]+\.\w+):\d+\b(?!:)")
"""A line of one of ggen's own files: it moves whenever somebody writes above it, so it is not compared."""

HASH = re.compile(r"sha256:[0-9a-f]{7,64}…?")
"""A hash, which also covers the template, the target and the projections."""

CASES = sorted(path.parent for path in HERE.rglob("command.txt"))


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.relative_to(HERE).as_posix())
def test_case(folder: Path, tmp_path: Path, accept: bool) -> None:
    """The last command leaves exactly what is expected, and nothing at all on the disk when it fails."""
    case = read_case(folder)
    workspace = tmp_path / "workspace"
    prepare(case, workspace)
    before = workspaces.tree(tmp_path)

    run = execute(case, workspace)

    after = workspaces.tree(tmp_path)
    assert str(tmp_path) not in run.stdout + run.stderr, "a path of this machine is shown"
    stderr = HASH.sub("sha256:…", LIBRARY_LINE.sub(r"\1:…", run.stderr))
    compare(case.expected / "exit.txt", f"{run.exit}\n", accept)
    for name, text in ("stdout.txt", run.stdout), ("stderr.txt", stderr):
        if text or (case.expected / name).exists():
            compare(case.expected / name, text, accept)
    for file in sorted((case.expected / "files").rglob("*")):
        if file.is_file():
            written = workspace / file.relative_to(case.expected / "files")
            compare(file, written.read_text() if written.exists() else "", accept)
    if run.exit:
        changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        assert changed == [], "a command that fails leaves the disk as it was"
