"""What all tests share: expected outputs live in files, and `pytest --accept` rewrites them."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write what came out into the files of expected outputs")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a file of expected output, to the byte."""

    def compare(expected: Path, actual: str) -> None:
        if request.config.getoption("--accept"):
            expected.parent.mkdir(parents=True, exist_ok=True)
            expected.write_bytes(actual.encode())
            return
        assert expected.exists(), f"{expected} is missing; `pytest --accept` writes it. It would be:\n{actual}"
        wanted = expected.read_bytes().decode()
        if actual != wanted:
            lines = difflib.unified_diff(wanted.splitlines(), actual.splitlines(), "expected", "actual", lineterm="")
            pytest.fail("\n".join([str(expected), *lines]), pytrace=False)

    return compare
