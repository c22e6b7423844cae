"""Each folder of `syntax/` is a file that is refused, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.diagnostics import Diagnostic, Source, ordered
from ggen_rdf.diagnostics.render import full
from ggen_rdf.graph import Graph
from ggen_rdf.source.documents import format_of, graph_of
from ggen_rdf.source.syntax import explain
from ggen_rdf.source.turtle import scan
from tests.source.documents import DOCUMENTS
from tests.support.golden import compare

CASES = Path(__file__).parent / "syntax"


def refused(path: Path) -> list[Diagnostic]:
    """What is said about a file that no parser takes."""
    rdf_format = format_of(path.name)
    assert rdf_format is not None
    text = path.read_bytes().decode()
    with pytest.raises(SyntaxError) as error:
        Graph().load(text.encode(), rdf_format, graph_of(path.name))
    return ordered(explain(Source(path.name, text), rdf_format, error.value))


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_words(case: Path, accept: bool) -> None:
    """The messages are the expected ones, to the byte."""
    found = refused(next(case.glob("model.*")))
    assert found
    compare(case / "expected.txt", "\n".join(full(d) for d in found), accept)


@pytest.mark.parametrize("case", sorted(CASES.glob("*/model.[tn]*")), ids=lambda path: path.parent.name)
def test_spans(case: Path) -> None:
    """Every place lies inside the text."""
    for diagnostic in refused(case):
        for label in diagnostic.labels:
            assert 0 <= label.span.start <= label.span.end <= len(label.span.source.text)


@given(
    DOCUMENTS, st.integers(0, 10_000), st.integers(0, 12), st.text(alphabet="<>[](){}.;,:@\"'\\^#a1 \n“é", max_size=4)
)
def test_any_mistake_is_explained(text: str, at: int, length: int, instead: str) -> None:
    """Whatever is wrong with a text, something is said about it, inside of it, and every edit can be made."""
    at %= len(text) + 1
    broken = text[:at] + instead + text[at + length :]
    try:
        Graph().load(broken.encode(), ox.RdfFormat.TURTLE, "file:///model.ttl")
    except SyntaxError as error:
        found = explain(Source("model.ttl", broken), ox.RdfFormat.TURTLE, error)
        assert found
        for diagnostic in found:
            spans = [label.span for label in diagnostic.labels] + ([diagnostic.fix.span] if diagnostic.fix else [])
            assert spans
            assert all(0 <= span.start <= span.end <= len(broken) for span in spans)


@pytest.mark.parametrize("case", ["statement-does-not-end", "escapes", "missing-marks", "early-full-stop", "iris"])
def test_edits_mend(case: str) -> None:
    """Making every edit that is offered leaves a text without the mistakes that it was offered for."""
    path = next((CASES / case).glob("model.*"))
    text = path.read_bytes().decode()
    found = refused(path)
    fixes = [diagnostic.fix for diagnostic in found if diagnostic.fix]
    for fix in sorted(fixes, key=lambda fix: fix.span.start, reverse=True):
        text = text[: fix.span.start] + fix.replacement + text[fix.span.end :]
    left = scan(text, "file:///model.ttl").problems
    assert len(left) == len(found) - len(fixes)
