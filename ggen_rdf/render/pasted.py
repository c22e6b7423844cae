"""Finds secrets that somebody pasted into a template. In: a pack and its variables. Out: an error at each.

What is recognised: the forms that well-known secrets have, passwords in URLs, and a text that is assigned to the key of
a secret. Whatever else is given as a secret is found before anything is written (`ggen_rdf/write/leaks.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.render.pack import Pack
from ggen_rdf.render.variables import Variable
from ggen_rdf.source.masking import hidden

_KNOWN = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"  # PEM
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # AWS
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}"  # GitHub
    r"|\bglpat-[A-Za-z0-9_-]{20,}"  # GitLab
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"  # Slack
    r"|\b[sr]k_live_[A-Za-z0-9]{16,}"  # Stripe
    r"|(?<=://)[^/\s:@{}$<>'\"]+:[^/\s@{}$<>'\"]{3,}(?=@)"  # user:password in a URL
)


def pasted(pack: Pack, variables: Sequence[Variable]) -> list[Diagnostic]:
    """An error for each secret that stands in a template of a pack."""
    names = [re.escape(v.name).replace("_", "[_-]?") for v in variables if v.secret]
    assigned = rf"\b(?:{'|'.join(names)})[\"']?[ \t]*[:=][ \t]*[\"']([^\"'{{}}<>$\n]{{4,}})[\"']"
    pattern = re.compile(assigned, re.IGNORECASE) if names else None
    sources = [template.source for template in pack.templates] + list(pack.workbooks)
    return [_diagnostic(source, *place) for source in sources for place in sorted(set(_places(source, pattern)))]


def _places(source: Source, assigned: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    yield from (found.span() for found in _KNOWN.finditer(source.text))
    if assigned is not None:
        yield from (found.span(1) for found in assigned.finditer(source.text))


def _diagnostic(source: Source, start: int, end: int) -> Diagnostic:
    veiled, moved = hidden(source, [(start, end)])
    return Diagnostic(
        "secret/in-template",
        "a secret stands in a template",
        (Label(Span(veiled, start, moved(end)), "everybody who has the pack can read it"),),
        help="take it out, and change it; let the program read it from its environment",
    )
