"""The table of locked packages: what is written is read again, and the whole must be the sum of its parts."""

from __future__ import annotations

import pytest

from tools.crates import check, general, touches
from tools.crates_table import Member, table, whole_lock
from tools.lockfile import Key, Locked, read

LOCK = """version = 4

[[package]]
name = "a"
version = "1.0.0"
source = "registry"
checksum = "aa"
dependencies = ["b", "c 1.0.0"]

[[package]]
name = "b"
version = "1.0.0"
source = "registry"
checksum = "bb"

[[package]]
name = "c"
version = "1.0.0"
source = "registry"
checksum = "c1"

[[package]]
name = "c"
version = "2.0.0"
source = "registry"
checksum = "c2"
"""
A, B, C1, C2 = ("a", "1.0.0"), ("b", "1.0.0"), ("c", "1.0.0"), ("c", "2.0.0")
ONE: dict[Key, Locked] = {A: Locked("aa", (C1,)), C1: Locked("c1", ())}
TWO: dict[Key, Locked] = {A: Locked("aa", (B, C1)), B: Locked("bb", ()), C1: Locked("c1", ()), C2: Locked("c2", ())}


def test_a_lock_is_read() -> None:
    assert read(LOCK) == {A: Locked("aa", (B, C1)), **{key: TWO[key] for key in (B, C1, C2)}}


def test_the_table_says_for_whom_each_package_and_each_use_is() -> None:
    text = table(read(LOCK), {"one": ONE, "two+need": TWO}, [Member("one", "one", (A,), (), ())])
    assert 'SETS = [\n  ["one", "two+need"],\n  ["two+need"],\n]' in text
    assert '["a", "1.0.0", "aa", 0, [[1, "b"], ["c", "c 1.0.0"]]]' in text
    assert read(whole_lock(text)) == read(LOCK)


def test_the_whole_is_the_sum_of_its_parts() -> None:
    check(read(LOCK), {"one": ONE, "two": TWO})


@pytest.mark.parametrize("parts", [{"one": ONE}, {"one": ONE, "two": {**TWO, A: ONE[A]}}], ids=["package", "use"])
def test_a_whole_that_is_more_is_refused(parts: dict[str, dict[Key, Locked]]) -> None:
    with pytest.raises(SystemExit, match="more in the whole than in its parts"):
        check(read(LOCK), parts)


def test_components_that_ggen_does_not_know_are_one() -> None:
    folders = ("components/auth", "components/loyalty", "domain")
    assert [general(folder) for folder in folders] == ["components/auth", "components/open", "domain"]


@pytest.mark.parametrize(("part", "expected"), [("dep:domain", True), ("domain?/x", True), ("domains/x", False)])
def test_features_of_crates_of_the_workspace_are_told(part: str, expected: bool) -> None:
    assert touches(part, {"domain"}) is expected
