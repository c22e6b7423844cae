"""Expected outputs live in files; `pytest --accept` rewrites them."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest


def compare(expected: Path, actual: str, accept: bool) -> None:
    """Hold a text against a file of expected output, to the byte."""
    if accept:
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_bytes(actual.encode())
        return
    if not expected.exists():
        pytest.fail(f"{expected} is missing; `pytest --accept` writes it. It would be:\n{actual}", pytrace=False)
    wanted = expected.read_bytes().decode()
    if actual != wanted:
        lines = difflib.unified_diff(wanted.splitlines(), actual.splitlines(), "expected", "actual", lineterm="")
        pytest.fail("\n".join([str(expected), *lines]), pytrace=False)
