"""`ggen gen PACK`: a build of one pack, with variables of the user's choice."""

from __future__ import annotations

import os

import click

from ggen_rdf.cli.changes import show_outcome
from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.mistakes import BadWordError, unvalued
from ggen_rdf.cli.pack import complete_pack
from ggen_rdf.cli.words import spread, variables
from ggen_rdf.cli.workspace import Day, request


class GenCommand(Command):
    """A command whose `--vars` takes every word up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give each `key=value` an option of its own."""
        return super().parse_args(ctx, list(spread(ctx, args, ("--vars",), "KEY=VALUE")))


def _pairs(context: click.Context, _param: click.Parameter, words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return () if context.resilient_parsing else variables(context, words)


@click.command(cls=GenCommand)
@click.argument("pack", metavar="PACK", shell_complete=complete_pack, help="The pack; `ggen pack list` shows them.")
@click.option(
    "--vars",
    "pairs",
    multiple=True,
    callback=_pairs,
    metavar="KEY=VALUE...",
    help="Values for the variables of the pack.",
)
@click.option("-o", "--output", type=click.Path(), metavar="PATH", help="Where to write: a file, or a folder/.")
@click.option("--tenant-config", type=click.Path(), metavar="FILE", help="A tenant's TOML: values for variables.")
@click.option("--shared-config", type=click.Path(), metavar="FILE", help="TOML that all tenants share.")
@click.option("--secrets-file", type=click.Path(), metavar="FILE", help="Where secrets go: KEY=value lines, mode 0600.")
@click.option("--as-of", type=Day(), metavar="DATE", help="The date to use wherever one matters.")
@click.pass_obj
def command(console: Console, /, pack: str, pairs: tuple[tuple[str, str], ...], **asked: str | None) -> int:
    """Run one pack with variables of your choice.

    The same as a build, restricted to the pack and to the elements that the variables name.
    """
    from ggen_rdf import compiler

    if "=" in pack:
        name, context = unvalued(pack), click.get_current_context()
        advice = f"write `ggen gen PACK --vars {name}`"
        raise BadWordError(context, pack, f"`{name}` is no pack", "this is a value", advice)
    made = request(console, pack=pack, variables=pairs, environment=os.environ.get, **asked)
    return show_outcome(console, *compiler.build(made), diff=False)
