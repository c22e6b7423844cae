"""`ggen new DIR`: a workspace to start from, copied from one of the examples."""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import suppress

import click

from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.mistakes import BadWordError, CannotRunError
from ggen_rdf.diagnostics import Diagnostic, nearest
from ggen_rdf.library import library_path

_LEFT_OUT = {".ggen", "target", "__pycache__"}
_NAME = re.compile(r'(?m)^(\[workspace\]\s*(?:#.*\s*|\w+\s*=.*\s*)*?name\s*=\s*)"[^"\n]*"')


def examples() -> list[str]:
    """The names of the examples that ship with ggen."""
    return sorted(entry.name for entry in os.scandir(library_path("examples")) if entry.is_dir())


def _complete(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in examples() if name.startswith(incomplete)]


@click.command(cls=Command)
@click.argument("folder", metavar="DIR", type=click.Path(), help="A folder that does not exist yet, or is empty.")
@click.option("--example", metavar="NAME", shell_complete=_complete, help="The example to copy, such as shop.")
@click.pass_context
def command(context: click.Context, folder: str, example: str | None) -> int:
    """Make a workspace to start from."""
    console: Console = context.obj
    if example is not None and example not in examples():
        meant = nearest(example, examples())
        advice = f"did you mean `{meant}`?" if meant else f"there are {', '.join(f'`{name}`' for name in examples())}"
        raise BadWordError(context, example, f"there is no example `{example}`", "unknown example", advice)
    try:
        if os.path.lexists(folder) and (not os.path.isdir(folder) or set(os.listdir(folder)) - {".git"}):
            raise BadWordError(
                context, folder, f"`{folder}` is already there", "not an empty folder", "give another name"
            )
        _copy(library_path("examples", example or "starter"), folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CannotRunError(Diagnostic("cli/new", f"`{folder}` cannot be written: {reason}")) from error
    if not console.quiet:
        console.say(_next_steps(folder, example or "starter"))
    return 0


def _copy(example: str, folder: str) -> None:
    """Copy an example into an empty folder; leave it empty when that fails."""
    before = set(os.listdir(folder)) if os.path.isdir(folder) else None
    try:
        for inner, folders, names in os.walk(example):
            folders[:] = sorted(set(folders) - _LEFT_OUT)
            target = os.path.join(folder, os.path.relpath(inner, example))
            os.makedirs(target, exist_ok=True)
            for name in sorted(names):
                shutil.copyfile(os.path.join(inner, name), os.path.join(target, name))
        _write(os.path.join(folder, ".gitignore"), ".ggen/\ntarget/\n.env*\n!.env.example\n")
        _write(os.path.join(folder, ".gitattributes"), "ggen.lock merge=union\n")
        path = os.path.join(folder, "ggen.toml")
        with open(path, encoding="utf-8", newline="") as file:
            settings = file.read()
        name = json.dumps(os.path.basename(os.path.abspath(folder)), ensure_ascii=False)
        _write(path, _NAME.sub(lambda found: found[1] + name, settings, count=1))
    except OSError:
        for entry in set(os.listdir(folder)) - (before or set()) if os.path.isdir(folder) else ():
            shutil.rmtree(os.path.join(folder, entry), ignore_errors=True)
            with suppress(OSError):
                os.unlink(os.path.join(folder, entry))
        if before is None:
            with suppress(OSError):
                os.rmdir(folder)
        raise


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _next_steps(folder: str, example: str) -> str:
    go = "" if os.path.abspath(folder) == os.getcwd() else f"    cd {folder}\n"
    return (
        f"`{folder}` is a copy of the example `{example}`. Next:\n\n{go}"
        "    ggen check    say what is wrong with the model\n"
        "    ggen build    generate what ggen.toml asks for\n"
    )
