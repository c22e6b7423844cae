"""`ggen query SPARQL`: asks the closed model, in which everything that follows from it is said too."""

from __future__ import annotations

import re
import sys

import click

from ggen_rdf.cli.answers import TABLES, written
from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.mistakes import BadWordError
from ggen_rdf.cli.workspace import complete_tenant, exit_code, request

_VALUE = re.compile(r"\s*[\w.-]+\s*=")
"""What begins no query, but the value of a variable that somebody wanted to give."""


@click.command(cls=Command)
@click.argument("text", metavar="SPARQL", help="A SELECT, ASK or CONSTRUCT; - reads it from stdin.")
@click.option("--tenant", metavar="NAME", shell_complete=complete_tenant, help="Ask the model as this tenant sees it.")
@click.option("--format", "form", type=click.Choice([*TABLES, "ttl"]), help="How to write the answer.")
@click.pass_context
def command(context: click.Context, /, text: str, tenant: str | None, form: str | None) -> int:
    """Ask the model a SPARQL query.

    The prefixes of the workspace's files need not be declared. A SELECT gives a table, a CONSTRUCT gives Turtle, an
    ASK gives true or false.
    """
    from ggen_rdf import compiler

    console: Console = context.obj
    asked = sys.stdin.read() if text == "-" else text
    if _VALUE.match(asked):
        raise BadWordError(context, text, "this is a value, no query", "it is not shown", "write a query in quotes")
    answer, diagnostics = compiler.query(request(console, tenant=tenant), asked)
    console.show(diagnostics, aside=True)
    if answer is not None:
        console.data(written(context, answer, form))
    return exit_code(diagnostics)
