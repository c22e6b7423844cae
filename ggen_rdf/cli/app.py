"""The commands by name. The help of all of them is here, so that asking for it loads none of them."""

from __future__ import annotations

from importlib import import_module

import click
from click.shell_completion import CompletionItem

from ggen_rdf import __version__
from ggen_rdf.cli.command import Command, common_options

COMMANDS = {
    "new": "Make a workspace to start from.",
    "check": "Check the model and say what is wrong with it.",
    "build": "Generate everything the workspace asks for.",
    "plan": "Show what a build would change, and change nothing.",
    "gen": "Run one pack with variables of your choice.",
    "query": "Ask the model a SPARQL query.",
    "report": "Answer a saved question about the model as a table.",
    "pack": "List, describe and test template packs.",
    "explain": "Say what a diagnostic code means and how to mend it.",
    "completion": "Print the script that completes commands in a shell.",
}
"""Each command and what it does, in the order in which one meets them."""


class LazyGroup(click.Group):
    """A group that loads the module of a command only when that command is to run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ggen_rdf.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options that begin with what is typed."""
        found = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)


def _version(context: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"ggen {__version__}")
        context.exit()


app = LazyGroup(
    "ggen",
    help="One Turtle model in; a checked system out.",
    no_args_is_help=True,
    params=[
        *common_options(),
        click.Option(
            ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Print the version."
        ),
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`ggen COMMAND --help` tells more. Exit codes: 0 done, 1 errors or drift, 2 could not run, 70 a mistake of "
    "ggen's own, 130 interrupted.",
)
"""The whole command line."""

__all__ = ["COMMANDS", "Command", "app"]
