from __future__ import annotations

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span


def explain(source: Source, rdf_format: ox.RdfFormat, error: SyntaxError) -> list[Diagnostic]:
    at = source.offset(error.lineno or 1, error.offset or 1)
    return [Diagnostic("source/syntax", str(error.msg), (Label(Span(source, at, at), ""),))]
