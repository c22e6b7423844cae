"""From argv to an exit code: runs a command and answers for everything that can go wrong with it.

0 done · 1 errors, drift or a breaking change · 2 could not run · 70 a mistake of ggen's own · 130 interrupted.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

import click
from click.shell_completion import shell_complete

from ggen_rdf.cli.app import app
from ggen_rdf.cli.console import FORMATS, Console
from ggen_rdf.cli.mistakes import CannotRunError, in_usage, internal

COMPLETE = "_GGEN_COMPLETE"
"""The variable with which the shell asks for completions."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the words of `argv` ask for, and say how it went."""
    words = list(sys.argv[1:] if argv is None else argv)
    console = Console()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = _run(words, console)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read our output has had enough; what is left must not fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, click.Abort):
        console.status("Interrupted", "")
        return 130
    except Exception as error:
        console.show_traceback(error, words)
        console.show([internal(error, words)], aside=True)
        return 70


def _format_asked_for(words: list[str]) -> str | None:
    name = "--output-format"
    pairs = [pair for pair in pairwise([*words, ""]) if pair[0].split("=")[0] == name]
    values = [word.removeprefix(name + "=") if "=" in word else following for word, following in pairs]
    return next((value for value in reversed(values) if value in FORMATS), None)


def _run(words: list[str], console: Console) -> int:
    if os.environ.get(COMPLETE):
        return shell_complete(app, {"obj": console}, "ggen", COMPLETE, os.environ[COMPLETE])
    try:
        with app.make_context("ggen", words.copy(), obj=console) as context:
            return int(app.invoke(context) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        console.say(help_wanted.message)
        return 2
    except click.UsageError as error:
        # The words behind the wrong one were not read yet.
        console.output_format = _format_asked_for(words) or console.output_format
        console.show([in_usage(error, words)], aside=True)
        return 2
    except CannotRunError as stop:
        console.show([stop.diagnostic], aside=True)
        return 2
