"""`ggen explain CODE`: what a diagnostic means, an example that causes it, and how to mend it."""

from __future__ import annotations

import click

from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.mistakes import BadWordError
from ggen_rdf.diagnostics import nearest
from ggen_rdf.diagnostics.catalogue import codes, explain, title


def _complete(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    return [code for code in codes() if code.startswith(incomplete)]


@click.command(cls=Command)
@click.argument("code", required=False, shell_complete=_complete)
@click.pass_context
def command(context: click.Context, code: str | None) -> int:
    """Say what a diagnostic code means and how to mend it. Without CODE, list all of them."""
    console: Console = context.obj
    if code is None:
        width = max(map(len, codes()), default=0)
        console.data("".join(f"{known:<{width}}  {title(known)}\n" for known in codes()))
        return 0
    entry = explain(code)
    if entry is None:
        meant = nearest(code, codes())
        advice = f"did you mean `{meant}`?" if meant else "`ggen explain` lists all of them"
        raise BadWordError(context, code, f"there is no diagnostic `{code}`", "unknown code", advice)
    console.data(entry)
    return 0
