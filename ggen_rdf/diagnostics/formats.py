"""The machine-readable outputs: in, the diagnostics in order; out, one text for a program that reads them.

`concise` is a line each, as editors and grep like them. `json` is one object, described at `as_json`. `github` is a
workflow command each. SARIF has a module of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ggen_rdf.diagnostics.diagnostic import Diagnostic, Fix, Label
from ggen_rdf.diagnostics.screen import encodable, visible
from ggen_rdf.diagnostics.span import Span

_GITHUB_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def concise(diagnostics: Iterable[Diagnostic]) -> str:
    """A line each: `path:line:column: severity[code] message`; without the place when there is none."""
    return "".join(f"{_place(d)}{d.severity}[{d.code}] {visible(d.message)}\n" for d in diagnostics)


def as_json(diagnostics: Iterable[Diagnostic], extra: Mapping[str, object] | None = None) -> str:
    """One object: `version` (1) and `diagnostics`, an array; and what a command adds, such as `changes`.

    Places have `path`, `start` and `end`, each with `line` and `column`, from 1 and in characters, and `offset`,
    from 0. A label has also `text` and `source`, the lines it lies on.
    """
    document = {"version": 1, **(extra or {}), "diagnostics": [_object(d) for d in diagnostics]}
    return encodable(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def github(diagnostics: Iterable[Diagnostic]) -> str:
    """A workflow command each, from which GitHub makes annotations."""
    return encodable("".join(_workflow_command(d) + "\n" for d in diagnostics))


def _place(diagnostic: Diagnostic) -> str:
    if not diagnostic.labels:
        return ""
    span = diagnostic.labels[0].span
    line, column = span.source.position(span.start)
    return f"{visible(span.source.path)}:{line}:{column}: "


def _object(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "labels": [_label(label) for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
        "about": diagnostic.about,
    }


def _label(label: Label) -> dict[str, object]:
    source = label.span.source
    first, last = source.position(label.span.start)[0], source.position(label.span.end)[0]
    lines = [source.line(n) for n in range(first, last + 1)]
    return {**_span(label.span), "text": label.text, "source": "\n".join(lines)}


def _fix(fix: Fix) -> dict[str, object]:
    return {"title": fix.title, **_span(fix.span), "replacement": fix.replacement, "safe": fix.safe}


def _span(span: Span) -> dict[str, object]:
    def point(offset: int) -> dict[str, int]:
        line, column = span.source.position(offset)
        return {"line": line, "column": column, "offset": offset}

    return {"path": span.source.path, "start": point(span.start), "end": point(span.end)}


def _workflow_command(diagnostic: Diagnostic) -> str:
    properties: dict[str, object] = {"title": diagnostic.code}
    text = [diagnostic.message]
    if diagnostic.labels:
        primary = diagnostic.labels[0]
        properties |= _region(primary.span)
        text += [primary.text] if primary.text else []
    text += [f"help: {diagnostic.help}"] if diagnostic.help else []
    written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{_GITHUB_LEVELS[diagnostic.severity]} {written}::{_data(chr(10).join(text))}"


def _region(span: Span) -> dict[str, object]:
    """The place of an annotation; columns only within one line, as GitHub asks."""
    (line, column), (end_line, end_column) = span.source.position(span.start), span.source.position(span.end)
    place: dict[str, object] = {"file": span.source.path, "line": line, "endLine": end_line}
    return place | ({"col": column, "endColumn": end_column} if line == end_line else {})


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
