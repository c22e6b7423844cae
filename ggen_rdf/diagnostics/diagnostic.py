"""What the compiler has to say about a source, as data. How it looks is decided in `render` and `formats`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ggen_rdf.diagnostics.span import Span


class InternalError(Exception):
    """A mistake of ggen's own, never of the user's. The command line asks the user to report it."""


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the build."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Label:
    """A place and what is to be said about it."""

    span: Span
    text: str = ""


@dataclass(frozen=True)
class Fix:
    """An edit that mends the source. `safe` says whether it may be made without asking."""

    title: str
    span: Span
    replacement: str
    safe: bool = False


@dataclass(frozen=True)
class Diagnostic:
    """One thing the compiler has to say. The first label is the primary one."""

    code: str
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    severity: Severity = Severity.ERROR
    about: str | None = None
    """The IRI of the model element that it speaks of, for suppressions."""


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them stops the build."""
    return any(d.severity is Severity.ERROR for d in diagnostics)


def ordered(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """In the order in which they are shown: by path, place and code; one per code and place."""
    return list({_key(d): d for d in sorted(diagnostics, key=_key)}.values())


def _key(diagnostic: Diagnostic) -> tuple[str, int, str, str]:
    if not diagnostic.labels:
        return "", 0, diagnostic.code, diagnostic.message
    span = diagnostic.labels[0].span
    return span.source.path, span.start, diagnostic.code, ""
