"""The `full` output: in, one diagnostic; out, the text that shows it with the source it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ggen_rdf.diagnostics.diagnostic import Diagnostic, Fix, Label, Severity
from ggen_rdf.diagnostics.screen import visible
from ggen_rdf.diagnostics.snippet import cut, lines_of, rows
from ggen_rdf.diagnostics.span import Source, Span

Style: TypeAlias = Callable[[str, str], str]
"""Dresses a text for its role: error, warning, note, title, line, secondary, added, removed."""

_COLOURS = {
    "error": "1;31", "warning": "1;33", "note": "1;36", "title": "1", "line": "1;34", "secondary": "1;34",
    "added": "32", "removed": "31",
}  # fmt: skip


def plain(_role: str, text: str) -> str:
    """The style without colours."""
    return text


def ansi(role: str, text: str) -> str:
    """The style with the colours of a terminal."""
    return f"\033[{_COLOURS[role]}m{text}\033[0m" if text else text


def full(diagnostic: Diagnostic, style: Style = plain) -> str:
    """The diagnostic as the user reads it: the message, the places it speaks of, notes, and how to mend it."""
    head = style(diagnostic.severity, f"{diagnostic.severity}[{diagnostic.code}]")
    out = [head + style("title", f": {visible(diagnostic.message)}")]
    margin = _Margin(_number_width(diagnostic), style)
    for arrow, labels in zip(_arrows(), _by_source(diagnostic.labels), strict=False):
        out += _snippet(labels, diagnostic, arrow, margin)
    if diagnostic.labels and (diagnostic.notes or diagnostic.help or diagnostic.fix):
        out.append(margin.row())
    for note in diagnostic.notes:
        out += margin.tail("note", note)
    if diagnostic.help:
        out += margin.tail("help", diagnostic.help)
    if diagnostic.fix:
        out += _edit(diagnostic, diagnostic.fix, margin)
    return "\n".join(out)


def report(diagnostics: Sequence[Diagnostic], style: Style = plain) -> str:
    """Several diagnostics one after the other, and how many there are when there is more than one."""
    shown = "".join(full(d, style) + "\n\n" for d in diagnostics)
    if len(diagnostics) < 2:
        return shown
    counts = ((sum(d.severity is severity for d in diagnostics), severity) for severity in Severity)
    said = (f"{number} {severity}{'s' if number > 1 else ''}" for number, severity in counts if number)
    return shown + ", ".join(said) + "\n"


@dataclass(frozen=True)
class _Margin:
    """What stands left of the source: line numbers and bars."""

    width: int
    style: Style

    def row(self, text: str = "", number: int | None = None, bar: str = "|") -> str:
        """One row behind the margin."""
        left = self.style("line", f"{'' if number is None else number:>{self.width}} {bar}")
        return f"{left} {text}" if text else left

    def arrow(self, arrow: str, span: Span) -> str:
        """The row that names the place of a snippet."""
        line, column = span.source.position(min(span.start, len(span.source.text)))
        return f"{'':{self.width}}{self.style('line', arrow)} {visible(span.source.path)}:{line}:{column}"

    def tail(self, kind: str, text: str) -> Iterator[str]:
        """A note or a help, whose further lines are aligned with the first."""
        head, *rest = text.rstrip("\n").split("\n")
        yield f"{'':{self.width}} {self.style('line', '=')} {self.style('title', kind)}: {visible(head)}"
        yield from (f"{'':{self.width}}         {visible(line)}".rstrip() for line in rest)


def _arrows() -> Iterator[str]:
    yield "-->"
    while True:
        yield ":::"


def _by_source(labels: tuple[Label, ...]) -> list[list[Label]]:
    """The labels of each source together; the source of the primary label first."""
    groups: dict[tuple[str, str], list[Label]] = {}
    for label in labels:
        groups.setdefault((label.span.source.path, label.span.source.text), []).append(label)
    return list(groups.values())


def _number_width(diagnostic: Diagnostic) -> int:
    numbers = [lines_of(label.span)[1] for label in diagnostic.labels]
    if diagnostic.fix:
        first, last = lines_of(diagnostic.fix.span)
        numbers.append(max(last, first + diagnostic.fix.replacement.count("\n")))
    return len(str(max(numbers, default=1)))


def _snippet(labels: list[Label], diagnostic: Diagnostic, arrow: str, margin: _Margin) -> Iterator[str]:
    primary = diagnostic.labels[0]
    yield margin.arrow(arrow, labels[0].span)
    yield margin.row()
    for row in rows(labels[0].span.source, labels, primary):
        if row.role:
            role = diagnostic.severity if row.role == "primary" else row.role
            yield margin.row(" " * row.indent + margin.style(role, row.text))
        elif row.number is None:
            yield f"{'':{margin.width}} {row.text}"
        else:
            yield margin.row(row.text.rstrip(), row.number)


def _edit(diagnostic: Diagnostic, fix: Fix, margin: _Margin) -> Iterator[str]:
    source = fix.span.source
    yield from margin.tail("help", fix.title)
    yield margin.arrow(":::", fix.span) if _elsewhere(source, diagnostic.labels) else margin.row()
    number, old, new = _changed_lines(fix)
    around = fix.span.start - source.line_starts[number - 1]
    for kind, sign, lines in (("removed", "-", old), ("added", "+", new)):
        for index, line in enumerate(lines):
            text = cut(line, around if index == 0 else 0)[0].rstrip()
            left = margin.style("line", f"{number + index:>{margin.width}}")
            yield f"{left} {margin.style(kind, f'{sign} {text}'.rstrip())}"


def _elsewhere(source: Source, labels: tuple[Label, ...]) -> bool:
    return bool(labels) and all(label.span.source.path != source.path for label in labels)


def _changed_lines(fix: Fix) -> tuple[int, list[str], list[str]]:
    """The number of the first line that a fix changes, those lines, and what becomes of them."""
    source, span = fix.span.source, fix.span
    first, last = source.position(span.start)[0], source.position(span.end)[0]
    old = [source.line(n) for n in range(first, last + 1)]
    before = span.start - source.line_starts[first - 1]
    after = span.end - source.line_starts[last - 1]
    new = [line.rstrip("\r") for line in (old[0][:before] + fix.replacement + old[-1][after:]).split("\n")]
    while old and new and old[0] == new[0] and len(old) + len(new) > 2:
        old, new, first = old[1:], new[1:], first + 1
    while old and new and old[-1] == new[-1] and len(old) + len(new) > 2:
        old, new = old[:-1], new[:-1]
    return first, old, new
