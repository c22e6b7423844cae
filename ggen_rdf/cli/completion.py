"""`ggen completion SHELL`: the script that makes a shell complete ggen's commands, options and codes."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the script that completes commands in a shell.

    For bash, put `eval "$(ggen completion bash)"` into ~/.bashrc; zsh and fish likewise.
    """
    from ggen_rdf.cli.app import app

    console: Console = context.obj
    made = (get_completion_class(shell) or ShellComplete)(app, {}, "ggen", "_GGEN_COMPLETE")
    # Click's own `source` of bash starts a bash to learn its version.
    console.data(ShellComplete.source(made))
    return 0
