"""`ggen check`: reads, reasons and checks, and writes nothing."""

from __future__ import annotations

import click

from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.workspace import Day, exit_code, request


@click.command(cls=Command)
@click.option("--complete", is_flag=True, help="Also look for every contradiction in OWL, with HermiT; needs Java.")
@click.option("--as-of", type=Day(), metavar="DATE", help="The day on which recorded exceptions must still hold.")
@click.pass_obj
def command(console: Console, complete: bool, as_of: str | None) -> int:
    """Check the model and say what is wrong with it."""
    from ggen_rdf import compiler

    _, diagnostics = compiler.check(request(console, complete=complete, as_of=as_of))
    console.show(diagnostics)
    if not exit_code(diagnostics):
        console.status("Finished", "the model is sound")
    return exit_code(diagnostics)
