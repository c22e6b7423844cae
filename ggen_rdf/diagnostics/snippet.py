"""The lines of a source that a diagnostic speaks of, with its labels drawn under them.

In: the labels of one diagnostic that lie in one source. Out: rows of text, each with the number of its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from ggen_rdf.diagnostics.diagnostic import Label
from ggen_rdf.diagnostics.screen import columns, visible
from ggen_rdf.diagnostics.span import Source, Span

LIMIT = 140
"""The longest piece of one line that is shown, in characters."""

_BEFORE = 40
_WHOLE = 3


@dataclass(frozen=True)
class Row:
    """One row of a snippet: a source line (with its number), a row of marks (with a role), or a gap (with neither)."""

    number: int | None
    text: str
    role: str = ""
    indent: int = 0


@dataclass(frozen=True)
class Mark:
    """The part of a label that lies on one line; `start` and `end` are offsets in that line."""

    line: int
    start: int
    end: int
    text: str
    primary: bool


def rows(source: Source, labels: Iterable[Label], primary: Label) -> Iterator[Row]:
    """The rows of a snippet, in the order of the lines; rows between far lines are left out."""
    marks = sorted((m for label in labels for m in _marks(label, label is primary)), key=lambda m: m.line)
    shown = 0
    for number, here in groupby(marks, key=lambda m: m.line):
        if shown and number == shown + 2:
            yield Row(shown + 1, cut(source.line(shown + 1), 0)[0])
        elif shown and number > shown + 2:
            yield Row(None, "...")
        for group in _windows(source.line(number), list(here)):
            yield from _drawn(source.line(number), number, group)
        shown = number


def lines_of(span: Span) -> tuple[int, int]:
    """The first and the last line on which a span has characters."""
    first = span.source.position(min(span.start, len(span.source.text)))[0]
    last, column = span.source.position(min(span.end, len(span.source.text)))
    return first, last - 1 if column == 1 and last > first else last


def cut(line: str, start: int) -> tuple[str, int]:
    """The visible piece of a line around an offset, and the offset at which the piece starts."""
    if len(line) <= LIMIT:
        return visible(line), 0
    low = max(0, min(start - _BEFORE, len(line) - LIMIT))
    piece = visible(line[low : low + LIMIT])
    return ("…" if low else "") + piece + ("…" if low + LIMIT < len(line) else ""), low


def _marks(label: Label, primary: bool) -> Iterator[Mark]:
    source = label.span.source
    first, last = lines_of(label.span)
    if last - first < _WHOLE:
        numbers = [n for n in range(first, last + 1) if n in (first, last) or source.line(n).strip()]
    else:
        numbers = [first, last]
    for number in numbers:
        line, at = source.line(number), source.line_starts[number - 1]
        start = max(0, label.span.start - at) if number == first else len(line) - len(line.lstrip())
        end = min(len(line), label.span.end - at) if number == last else len(line)
        yield Mark(number, start, max(end, start), label.text if number == last else "", primary)


def _windows(line: str, marks: list[Mark]) -> list[list[Mark]]:
    """The marks of a line, in groups of which each fits into one piece of it."""
    groups: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda m: m.start):
        if groups and (len(line) <= LIMIT or mark.start < groups[-1][0].start + LIMIT - 2 * _BEFORE):
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return groups


def _drawn(line: str, number: int, marks: list[Mark]) -> Iterator[Row]:
    text, low = cut(line, marks[0].start)
    yield Row(number, text)
    for mark in sorted(marks, key=lambda m: (-m.start, not m.primary)):
        inside = replace(mark, end=min(mark.end, low + LIMIT))
        before = columns(visible(line[low : inside.start])) + (low > 0)
        length = max(1, columns(visible(line[inside.start : inside.end])))
        drawn = ("^" if mark.primary else "-") * length
        yield Row(None, f"{drawn} {visible(mark.text)}".rstrip(), "primary" if mark.primary else "secondary", before)
