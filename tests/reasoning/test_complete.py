"""The complete check where it cannot run, and the narrowing down without HermiT."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.reason import check_complete, close
from ggen_rdf.reason.cycles import circles
from ggen_rdf.reason.hermit import HermitError, classify, first_inconsistent
from ggen_rdf.reason.shrink import shrink
from tests.reasoning.models import load, told
from tests.support.workspaces import EXAMPLES


def judged(*texts: tuple[str, str]) -> str:
    graph, locator = load(*texts)
    closure, _ = close(graph)
    return told(check_complete(graph, closure, locator))


def test_the_shop_is_free_of_contradictions(tool: Callable[[str], str]) -> None:
    tool("java")
    files = sorted((EXAMPLES / "shop" / "model").glob("*.ttl"))
    assert judged(*((f"model/{file.name}", file.read_text()) for file in files)) == ""


def test_a_machine_without_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert judged().startswith("error[reason/no-java]: the complete check needs Java, which is not installed\n")


def test_a_java_that_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text('#!/bin/sh\necho "Exception in thread \\"main\\" java.lang.Oops: no room" >&2\nexit 1\n')
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert judged() == (
        "error[reason/not-judged]: HermiT cannot judge this model\n  note: no room\n  help: run without `--complete`\n"
    )


def test_an_ontology_that_hermit_cannot_read(tool: Callable[[str], str]) -> None:
    with pytest.raises(HermitError, match="Problem parsing"):
        classify(tool("java"), ["this is no triple"])
    with pytest.raises(HermitError, match="Problem parsing"):
        first_inconsistent(tool("java"), [[], ["this is no triple"]])


@given(st.integers(1, 400), st.sets(st.integers(0, 399), min_size=1, max_size=5))
def test_what_remains_is_exactly_what_clashes(size: int, clash: set[int]) -> None:
    clash = {number % size for number in clash}
    asked = []

    def first_bad(parts: list[list[int]]) -> int | None:
        asked.append(len(parts))
        return next((number for number, part in enumerate(parts) if clash <= set(part)), None)

    assert shrink(list(range(size)), first_bad) == (sorted(clash), True)
    assert len(asked) <= 4 * (len(clash) + 1)


def test_too_many_questions_end_with_what_is_known() -> None:
    def first_bad(parts: list[list[int]]) -> int | None:
        return next((number for number, part in enumerate(parts) if {3, 777} <= set(part)), None)

    part, exact = shrink(list(range(5_000)), first_bad, questions=4)
    assert not exact
    assert {3, 777} <= set(part)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40))
def test_circles_are_circles_and_none_is_missed(edges: list[tuple[int, int]]) -> None:
    found = circles(edges)  # type: ignore[arg-type]
    for circle in found:
        assert circle[0] == circle[-1]
        assert len(set(circle)) == len(circle) - 1
        assert set(pairwise(circle)) <= set(edges)
    on_a_circle = {node for node in range(13) if node in reached(edges, node)}
    groups = {
        frozenset(n for n in on_a_circle if n in reached(edges, m) and m in reached(edges, n)) for m in on_a_circle
    }
    assert len(found) == len(groups)


def reached(edges: list[tuple[int, int]], start: int) -> set[int]:
    """Where one step or more leads to."""
    found: set[int] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        fresh = {end for begin, end in edges if begin == node} - found
        found |= fresh
        waiting.extend(fresh)
    return found
