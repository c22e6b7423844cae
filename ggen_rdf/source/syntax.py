"""Says why a file is not what its name promises.

In: a text that the store's parser refused, and its complaint. Out: diagnostics in our own words at the exact place,
with the edit that mends it where there is only one. The scanner finds the mistakes; where it finds none, the parser's
complaint is passed on at the parser's place.
"""

from __future__ import annotations

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.source.documents import graph_of
from ggen_rdf.source.markup import complaint_text, explain_json, explain_xml
from ggen_rdf.source.turtle import scan
from ggen_rdf.source.wording import Words

_NAMES = {
    ox.RdfFormat.TURTLE: "Turtle",
    ox.RdfFormat.TRIG: "TriG",
    ox.RdfFormat.N_TRIPLES: "N-Triples",
    ox.RdfFormat.N_QUADS: "N-Quads",
}


def explain(source: Source, rdf_format: ox.RdfFormat, error: SyntaxError) -> list[Diagnostic]:
    """Why a file was refused: everything that can be found, in the order in which it stands."""
    if rdf_format == ox.RdfFormat.JSON_LD:
        return explain_json(source, str(error.msg))
    if rdf_format == ox.RdfFormat.RDF_XML:
        return explain_xml(source, str(error.msg))
    return _explain_turtle(source, rdf_format, error)


def _explain_turtle(source: Source, rdf_format: ox.RdfFormat, error: SyntaxError) -> list[Diagnostic]:
    found = scan(source.text, graph_of(source.path), quads=rdf_format == ox.RdfFormat.N_QUADS)
    words = Words(source, found.prefixes)
    complaint = _passed_on(source, rdf_format, error)
    end = complaint.labels[0].span.end
    without_prefixes = rdf_format in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
    problems = [problem for problem in found.problems if not (without_prefixes and problem.kind == "unknown-prefix")]
    diagnostics = [words.diagnostic(problem) for problem in words.distinct(problems)]
    if not any(min(problem.before.end, problem.token.start) <= end for problem in problems):
        diagnostics.insert(0, complaint)
    return diagnostics


def _passed_on(source: Source, rdf_format: ox.RdfFormat, error: SyntaxError) -> Diagnostic:
    start = source.offset(error.lineno or 1, error.offset or 1)
    end = source.offset(error.end_lineno or error.lineno or 1, error.end_offset or error.offset or 1)
    name = _NAMES[rdf_format]
    plain = rdf_format in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
    return Diagnostic(
        "source/syntax",
        f"this is not {name}",
        (Label(Span(source, start, max(start, end)), complaint_text(str(error.msg))),),
        notes=(f"{name} has one triple a line, no prefixes and no shorthand",) if plain else (),
    )
