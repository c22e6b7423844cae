"""Each folder of `syntax/` is a file that is refused, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ggen_rdf.diagnostics import Diagnostic, Source, ordered
from ggen_rdf.diagnostics.render import full
from ggen_rdf.graph import Graph
from ggen_rdf.source.documents import format_of, graph_of
from ggen_rdf.source.syntax import explain
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
