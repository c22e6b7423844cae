"""Knows a well-known prefix that stands for something else than it does everywhere.

In: a file. Out: a diagnostic at each such IRI, with the one that was meant. Nothing else would say so: every term with
that prefix is just one that ggen has never heard of.
"""

from __future__ import annotations

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Source, Span
from ggen_rdf.source.curies import KNOWN, declarations

_OFTEN_OWN = {"pd"}
"""Prefixes that a model may well use for a namespace of its own."""


def check_prefixes(source: Source) -> list[Diagnostic]:
    """Report each well-known prefix that a file declares with another IRI."""
    wrong = []
    for match in declarations(source):
        meant = KNOWN.get(match[1])
        if meant is not None and meant != match[2] and match[1] not in _OFTEN_OWN:
            wrong.append(_diagnostic(match[1], meant, Span(source, *match.span(2))))
    return wrong


def _diagnostic(prefix: str, meant: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "source/prefix-iri",
        f"the prefix `{prefix}:` stands for `{meant}` everywhere else",
        (Label(span, f"is not the IRI of `{prefix}:`"),),
        fix=Fix("write that IRI, or give a vocabulary of your own another prefix", span, meant),
    )
