"""The full output of diagnostics, each case in a folder of its own."""

from __future__ import annotations

import re
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Source, Span
from ggen_rdf.diagnostics.render import ansi, full
from tests.diagnostics import case
from tests.support.golden import compare


@pytest.mark.parametrize("name", case.names())
def test_full(name: str, accept: bool) -> None:
    compare(case.CASES / name / "full.txt", full(case.load(name)) + "\n", accept)


def test_colours_change_nothing_but_colours(accept: bool) -> None:
    for name in case.names():
        diagnostic = case.load(name)
        assert re.sub(r"\033\[[0-9;]*m", "", full(diagnostic, ansi)) == full(diagnostic)
    compare(case.CASES / "2-shape" / "full.ansi", full(case.load("2-shape"), ansi) + "\n", accept)


@given(st.text(max_size=400), st.integers(0, 420), st.integers(0, 420), st.text(max_size=30), st.text(max_size=20))
def test_any_span_of_any_text_is_shown_safely(text: str, start: int, length: int, said: str, mended: str) -> None:
    source = Source("a.ttl", text)
    at = min(start, len(text))
    span = Span(source, at, min(at + length, len(text)))
    labels = (Label(span, said), Label(Span(source, 0, at), "x"))
    diagnostic = Diagnostic("a/b", said, labels, (), None, Fix("y", span, mended))
    shown = full(diagnostic)
    assert not [c for c in shown if c != "\n" and category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069").intersection(shown)
    assert any(line.lstrip(" |").startswith("^") for line in shown.splitlines())
