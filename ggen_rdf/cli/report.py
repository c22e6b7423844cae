"""`ggen report NAME`: a saved question, the workspace's own or one that ships with ggen, answered as a table.

Reports are `reports/<name>.rq`; the first line of each, a comment, says what it answers.
"""

from __future__ import annotations

import os

import click

from ggen_rdf.cli.answers import TABLES, written
from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.mistakes import BadWordError, CannotRunError
from ggen_rdf.cli.workspace import complete_tenant, exit_code, request
from ggen_rdf.diagnostics import Diagnostic, nearest
from ggen_rdf.library import library_path
from ggen_rdf.source.inputs import find_workspace

_ENDINGS = {".csv": "csv", ".json": "json", ".md": "md"}


def reports() -> dict[str, str]:
    """The path of every report by its name; the workspace's own before ours of the same name."""
    found: dict[str, str] = {}
    own = os.path.join(find_workspace(os.getcwd()) or os.getcwd(), "reports")
    for folder in (library_path("templates", "reports"), own):
        for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            if entry.endswith(".rq"):
                found[entry.removesuffix(".rq")] = os.path.join(folder, entry)
    return dict(sorted(found.items()))


def _complete(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in reports() if name.startswith(incomplete)]


@click.command(cls=Command)
@click.argument("name", required=False, shell_complete=_complete, help="The report; without it, list all of them.")
@click.option("--format", "form", type=click.Choice(TABLES), help="How to write it; else as the ending of PATH says.")
@click.option("--tenant", metavar="NAME", shell_complete=complete_tenant, help="Ask the model as this tenant sees it.")
@click.option("-o", "--output", type=click.Path(), metavar="PATH", help="The file to write, instead of stdout.")
@click.pass_context
def command(
    context: click.Context, /, name: str | None, form: str | None, tenant: str | None, output: str | None
) -> int:
    """Answer a saved question about the model as a table."""
    from ggen_rdf import compiler

    console: Console = context.obj
    known = reports()
    if name is None:
        width = max(map(len, known), default=0)
        console.data("".join(f"{each:<{width}}  {_question(path)}\n" for each, path in known.items()))
        return 0
    if name not in known:
        meant = nearest(name, known)
        advice = f"did you mean `{meant}`?" if meant else "`ggen report` lists what there is"
        raise BadWordError(context, name, f"there is no report `{name}`", "unknown report", advice)
    answer, diagnostics = compiler.query(request(console, tenant=tenant), _read(known[name]))
    console.show(diagnostics, aside=True)
    if answer is not None:
        text = written(context, answer, form or _ENDINGS.get(os.path.splitext(output or "")[1]))
        _write(console, output, text)
    return exit_code(diagnostics)


def _question(path: str) -> str:
    """What a report answers: its first line, a comment."""
    return _read(path).split("\n", 1)[0].lstrip("# ").strip()


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        shown = os.path.relpath(path).replace(os.sep, "/")
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8"
        raise CannotRunError(Diagnostic("cli/report", f"`{shown}` cannot be read: {reason.lower()}")) from error


def _write(console: Console, output: str | None, text: str) -> None:
    if output is None:
        console.data(text)
        return
    try:
        with open(output, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise CannotRunError(Diagnostic("cli/report", f"`{output}` cannot be written: {reason}")) from error
    console.status("Written", output)
