"""What every command has in common: the options that any of them takes, and a help page that tells them apart."""

from __future__ import annotations

from contextlib import chdir
from typing import Any

import click

from ggen_rdf.cli.console import FORMATS

_COMMON = ("directory", "output_format", "color", "quiet", "verbose")


class Command(click.Command):
    """A command that also takes the common options, after its name as well as before it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += common_options()

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its own options first, then the common ones."""
        sections: dict[str, list[tuple[str, str]]] = {"Options": [], "Common options": []}
        for param in self.get_params(ctx):
            record = None if isinstance(param, click.Argument) else param.get_help_record(ctx)
            if record:
                sections["Common options" if param.name in _COMMON else "Options"].append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def common_options() -> list[click.Parameter]:
    """The options that every command takes. They are kept in the console, not handed to the command."""
    folder = click.Path(exists=True, file_okay=False)
    return [
        _option("-C", "--directory", type=folder, callback=_enter, help="Run as if started in this folder."),
        _option(
            "--output-format", type=click.Choice(FORMATS), help="How diagnostics are written; full is the default."
        ),
        _option("--color", type=click.Choice(["auto", "always", "never"]), help="When to use colours."),
        _option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
        _option("-v", "--verbose", is_flag=True, help="Say what is being done."),
    ]


def _option(*names: str, callback: Any = None, **settings: Any) -> click.Option:
    return click.Option(
        names, expose_value=False, default=None, is_eager=True, callback=callback or _remember, **settings
    )


def _remember(context: click.Context, param: click.Parameter, value: object) -> None:
    if value is not None and param.name:
        setattr(context.obj, param.name, value)


def _enter(context: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.with_resource(chdir(value))
