"""The pipeline: read, reason, check, project, render, plan, write.

In: a `Request`. Out: what came of it, and diagnostics. Nothing here prints, exits or raises for a user's mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from ggen_rdf.artefact import Artefact
from ggen_rdf.diagnostics import Diagnostic, Source, Span, has_errors, ordered
from ggen_rdf.graph import Term
from ggen_rdf.library import library_path


def _silent(_verb: str, _what: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Request:
    """What a run is asked to do. Paths are relative to the workspace, or absolute."""

    root: str
    pack: str | None = None
    variables: tuple[tuple[str, str], ...] = ()
    output: str | None = None
    complete: bool = False
    as_of: str | None = None
    tenant_config: str | None = None
    shared_config: str | None = None
    secrets_file: str | None = None
    overwrite: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    progress: Callable[[str, str], None] = field(default=_silent)
