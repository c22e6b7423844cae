"""What a query gave, written as the user wants it. In: a table, triples, or yes and no. Out: text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ggen_rdf.cli.mistakes import BadWordError

if TYPE_CHECKING:
    from ggen_rdf.report.question import Answer

TABLES = ("table", "csv", "json", "md")
"""The formats of a table."""


def written(context: click.Context, answer: Answer, form: str | None) -> str:
    """An answer as text; without a format, as it is best read."""
    from ggen_rdf import report

    if isinstance(answer, bool):
        return json.dumps(answer) + "\n"
    if isinstance(answer, report.Table):
        if form == "ttl":
            raise _unfit(context, form, "the query asks for a table", f"use one of {', '.join(TABLES)}")
        write = {"csv": report.to_csv, "json": report.to_json, "md": report.to_markdown}.get(
            form or "table", report.to_text
        )
        return write(answer)
    if form not in (None, "ttl"):
        raise _unfit(context, form or "", "the query makes triples", "use ttl")
    return answer.turtle()


def _unfit(context: click.Context, form: str, what: str, advice: str) -> BadWordError:
    return BadWordError(context, form, f"{what}; it cannot be written as `{form}`", "does not fit", advice)
