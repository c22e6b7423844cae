"""`ggen build`: generates everything that the workspace asks for, or says what that would change."""

from __future__ import annotations

import click

from ggen_rdf.cli.changes import show_drift, show_outcome
from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.pack import complete_pack
from ggen_rdf.cli.words import spread
from ggen_rdf.cli.workspace import Day, complete_tenant, request


class BuildCommand(Command):
    """A command whose `--overwrite` and `--keep` take every path up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give each path an option of its own."""
        return super().parse_args(ctx, list(spread(ctx, args, ("--overwrite", "--keep"), "a path")))


@click.command(cls=BuildCommand)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when a build would.")
@click.option("--diff", is_flag=True, help="Show what changes, line by line.")
@click.option("--pack", metavar="NAME", shell_complete=complete_pack, help="Run this pack only.")
@click.option("--tenant", metavar="NAME", shell_complete=complete_tenant, help="Only what this tenant gets.")
@click.option("--as-of", type=Day(), metavar="DATE", help="The date to use wherever one matters.")
@click.option("--overwrite", multiple=True, metavar="PATH...", help="Generate these again, though they were edited.")
@click.option("--keep", multiple=True, metavar="PATH...", help="Leave these as they are, from now on.")
@click.pass_obj
def command(
    console: Console, /, check: bool, diff: bool, pack: str | None, tenant: str | None, as_of: str | None,
    overwrite: tuple[str, ...], keep: tuple[str, ...],
) -> int:  # fmt: skip
    """Generate everything the workspace asks for."""
    from ggen_rdf import compiler

    made = request(console, pack=pack, tenant=tenant, as_of=as_of, overwrite=overwrite, keep=keep)
    if not check:
        return show_outcome(console, *compiler.build(made), diff=diff)
    return show_drift(console, *compiler.plan(made), diff=diff)
