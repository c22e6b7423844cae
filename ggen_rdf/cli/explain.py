"""`ggen explain CODE|PATH`: what a diagnostic means and how to mend it; or what a generated file was made from."""

from __future__ import annotations

import os

import click

from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.mistakes import BadWordError
from ggen_rdf.diagnostics import nearest
from ggen_rdf.diagnostics.catalogue import codes, explain, title


def _complete(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    return [code for code in codes() if code.startswith(incomplete)]


@click.command(cls=Command)
@click.argument("code", required=False, metavar="CODE|PATH", shell_complete=_complete)
@click.pass_context
def command(context: click.Context, code: str | None) -> int:
    """Say what a diagnostic code means and how to mend it, or what a generated file was made from.

    Without an argument, list all codes.
    """
    console: Console = context.obj
    if code is None:
        width = max(map(len, codes()), default=0)
        console.data("".join(f"{known:<{width}}  {title(known)}\n" for known in codes()))
        return 0
    entry = explain(code) or _origin(code)
    if entry is None:
        meant = nearest(code, codes())
        advice = f"did you mean `{meant}`?" if meant else "`ggen explain` lists all of them"
        message = f"there is no diagnostic and no generated file `{code}`"
        raise BadWordError(context, code, message, "neither code nor file", advice)
    console.data(entry)
    return 0


def _origin(path: str) -> str | None:
    """What a generated file was made from: its pack and template, and the terms of the model with their places."""
    from ggen_rdf.source.inputs import find_workspace

    root = find_workspace(os.getcwd())
    if root is None:
        return None
    from ggen_rdf import compiler
    from ggen_rdf.cli.workspace import generated

    (shown,) = generated(root, [path])
    found = compiler.origin(root, shown)
    if found is None:
        return None
    terms = [f"model     {term}{f', {place}' if place else ''}\n" for term, place in found.terms]
    whole = [] if terms else ["model     all of it: the template is not for one element\n"]
    lines = [f"file      {shown}\n", f"pack      {found.pack}\n", f"template  {found.template}\n"]
    return "".join([*lines, *terms, *whole])
