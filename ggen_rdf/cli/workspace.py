"""From where the user stands, and the options of a command, to a request for the compiler."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ggen_rdf.cli.console import Console
from ggen_rdf.cli.mistakes import CannotRunError
from ggen_rdf.diagnostics import Diagnostic, has_errors
from ggen_rdf.source.inputs import TENANTS, files_below, find_workspace

if TYPE_CHECKING:
    from ggen_rdf.compiler import Request


class Day(click.ParamType[str]):
    """A date, written YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The date as it was written, if it is one."""
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            self.fail(f"'{value}' is not a date; write it as 2026-01-31", param, ctx)


def root() -> str:
    """The folder of the workspace around the current folder."""
    found = find_workspace(os.getcwd())
    if found is None:
        message = "there is no `ggen.toml` in this folder or above it"
        raise CannotRunError(Diagnostic("cli/no-workspace", message, help="`ggen new DIR` makes a workspace"))
    return found


def request(console: Console, **asked: Any) -> Request:
    """A request for the workspace around the current folder. Paths are made relative to it."""
    top = root()
    from ggen_rdf.compiler import Request

    for name in ("output", "tenant_config", "shared_config", "secrets_file"):
        if asked.get(name) is not None:
            asked[name] = from_workspace(top, asked[name])
    for name in ("overwrite", "keep"):
        asked[name] = generated(top, asked.get(name, ()))
    return Request(root=top, progress=console.status, replay=console.replay, **asked)


def complete_tenant(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The tenants whose names begin so, as far as settings and files tell without the model."""
    top = find_workspace(os.getcwd())
    if top is None:
        return []
    from ggen_rdf.source.documents import GLOBAL_TENANT
    from ggen_rdf.source.settings import read_settings

    file = read_settings(top)[0].file
    tables = file.tables.get("tenant", {}) if file else {}
    stems = {path.rpartition("/")[2].rpartition(".")[0] for path in files_below(top, TENANTS)}
    names = {*(tables if isinstance(tables, dict) else ()), *stems} - {GLOBAL_TENANT}
    return sorted(name for name in names if name.startswith(incomplete))


def from_workspace(top: str, path: str) -> str:
    """A path the user gave, as seen from the top of the workspace. A final `/` is kept."""
    inside = os.path.relpath(os.path.join(os.getcwd(), path), top).replace(os.sep, "/")
    return inside + ("/" if path.endswith("/") and not inside.endswith("/") else "")


def generated(top: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Paths of what ggen writes, as seen from the top of the workspace.

    Messages name files from the top. So a path that means nothing where the user stands is read from there too: what
    was generated goes before what only exists.
    """
    if not paths:
        return ()
    from ggen_rdf.write.draft import covers
    from ggen_rdf.write.manifest import read

    known = [entry.path for entry in read(top)[0].entries]

    def rank(path: str) -> int:
        if any(covers([path], one) for one in known):
            return 0
        return 1 if os.path.lexists(os.path.join(top, path)) else 2

    def chosen(path: str) -> str:
        nearby, from_top = from_workspace(top, path), os.path.normpath(path).replace(os.sep, "/")
        return nearby if nearby == from_top or os.path.isabs(path) else min(nearby, from_top, key=rank)

    return tuple(map(chosen, paths))


def exit_code(diagnostics: Sequence[Diagnostic]) -> int:
    """1 when there is an error; else 0."""
    return int(has_errors(diagnostics))
