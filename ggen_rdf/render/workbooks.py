"""Workbooks of a pack, from their descriptions."""

from __future__ import annotations

from ggen_rdf.artefact import Artefact
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.render.pack import Pack
from ggen_rdf.render.render import Run


def render_workbooks(pack: Pack, run: Run) -> tuple[list[Artefact], list[Diagnostic]]:
    """Render every workbook of a pack."""
    return [], []
