"""Reads a case of this folder: a diagnostic and its sources, written as TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Severity, Source, Span

CASES = Path(__file__).parent / "cases"


def names() -> list[str]:
    """The name of every case."""
    return sorted(path.parent.name for path in CASES.glob("*/case.toml"))


def load(name: str) -> Diagnostic:
    """The diagnostic that a case describes."""
    case = tomllib.loads((CASES / name / "case.toml").read_bytes().decode())
    sources = {path: Source(path, text) for path, text in case.get("sources", {}).items()}

    def span(data: dict[str, Any]) -> Span:
        source = sources[data["path"]]
        line, column = map(int, data["at"].split(":"))
        start = source.offset(line, column)
        return Span(source, start, start + data.get("length", 1))

    fix = case.get("fix")
    return Diagnostic(
        case["code"],
        case["message"],
        tuple(Label(span(label), label["text"]) for label in case.get("labels", [])),
        tuple(case.get("notes", [])),
        case.get("help"),
        Fix(fix["title"], span(fix), fix["replacement"]) if fix else None,
        Severity(case.get("severity", "error")),
    )
