"""Each folder of `cases` is a pack; `expected.txt` beside its files is what comes out, artefacts or diagnostics."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.render import trial
from tests.support.golden import compare

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("name", sorted(p.name for p in CASES.iterdir()))
def test_case(name: str, tmp_path: Path, accept: bool) -> None:
    files = {p.name: p.read_text() for p in (CASES / name).iterdir() if p.name != "expected.txt"}
    compare(CASES / name / "expected.txt", trial.shown(*trial.run(tmp_path, files)), accept)
