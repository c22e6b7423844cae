"""What the command line says when its words are wrong: a file a case, with the command in its first line."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.support.golden import compare

CASES = sorted((Path(__file__).parent / "usage").glob("*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_usage(case: Path, accept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    command = case.read_text().splitlines()[0].removeprefix("$ ")
    code, out, err = run(shlex.split(command)[1:])
    compare(case, f"$ {command}\n{out}{err}[exit {code}]\n", accept)
    assert code == 2
    assert sorted(tmp_path.rglob("*")) == before
