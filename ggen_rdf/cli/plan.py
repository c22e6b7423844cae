"""`ggen plan`: what a build would change. Writes nothing."""

from __future__ import annotations

import click

from ggen_rdf.cli.changes import show_plan, summary
from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.pack import complete_pack
from ggen_rdf.cli.workspace import Day, complete_tenant, exit_code, generated, request


@click.command(cls=Command)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(), help="Show these files and folders only.")
@click.option("--diff", is_flag=True, help="Show what would change, line by line.")
@click.option("--pack", metavar="NAME", shell_complete=complete_pack, help="Plan this pack only.")
@click.option("--tenant", metavar="NAME", shell_complete=complete_tenant, help="Only what this tenant gets.")
@click.option("--as-of", type=Day(), metavar="DATE", help="The date to use wherever one matters.")
@click.pass_obj
def command(
    console: Console, /, paths: tuple[str, ...], diff: bool, pack: str | None, tenant: str | None, as_of: str | None
) -> int:
    """Show what a build would change, and change nothing."""
    from ggen_rdf import compiler

    made = request(console, pack=pack, tenant=tenant, as_of=as_of)
    plan, diagnostics = compiler.plan(made)
    show_plan(console, plan, diagnostics, diff, generated(made.root, paths))
    if plan:
        console.status("Planned", summary(plan.changes))
    return exit_code(diagnostics)
