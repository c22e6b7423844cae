"""What a plan would change or a build has changed, as lines, as diffs, as a summary."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ggen_rdf.cli.console import Console
from ggen_rdf.cli.terminal import wants_colour
from ggen_rdf.cli.workspace import exit_code
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.diagnostics.screen import visible

if TYPE_CHECKING:
    from ggen_rdf.write.draft import Change
    from ggen_rdf.write.plan import Plan

_DONE = {"create": "created", "update": "updated", "remove": "removed", "keep": "unchanged", "conflict": "in conflict"}


def show_plan(
    console: Console, plan: Plan | None, diagnostics: Sequence[Diagnostic], diff: bool, only: Sequence[str] = ()
) -> None:
    """Put the changes of a plan on stdout, or their diffs; then the diagnostics where they belong."""
    changes = [c for c in plan.changes if not only or _below(c.path, only)] if plan else []
    visible_changes = changes if console.verbose else [c for c in changes if c.action != "keep"]
    if console.for_people:
        console.data(_diffs(console, plan, changes) if diff and plan else _lines(visible_changes))
    console.show(diagnostics, {"changes": [{"action": str(c.action), "path": c.path} for c in changes]})


def show_drift(console: Console, plan: Plan | None, diagnostics: Sequence[Diagnostic], *, diff: bool) -> int:
    """Show what a build would change, with an error for each file that is not as it should be; give the exit code."""
    from ggen_rdf.write.drift import drift

    found = [*diagnostics, *(drift(plan) if plan else ())]
    show_plan(console, plan, found, diff)
    code = exit_code(found)
    if plan and not code:
        console.status("Finished", summary(plan.changes))
    return code


def show_outcome(console: Console, plan: Plan | None, diagnostics: Sequence[Diagnostic], *, diff: bool) -> int:
    """Say what a build did, and give its exit code."""
    changes = list(plan.changes) if plan else []
    if plan and diff and console.for_people:
        console.data(_diffs(console, plan, changes))
    code = exit_code(diagnostics)
    kept = plan.secrets if plan and not code else None
    extra: dict[str, object] = {"changes": [{"action": str(c.action), "path": c.path} for c in changes]}
    console.show(diagnostics, extra | ({"secrets": kept.as_data()} if kept else {}))
    if plan and not code:
        for change in changes:
            if change.action != "keep":
                console.status(_DONE[change.action].capitalize(), visible(change.path))
        if kept:
            console.status("Secrets", visible(kept.told()))
        console.status("Finished", summary(changes))
    return code


def summary(changes: Sequence[Change]) -> str:
    """How many files were changed in which way."""
    counts = Counter[str](change.action for change in changes)
    said = [f"{counts[verb]} {done}" for verb, done in _DONE.items() if counts[verb]]
    return ", ".join(said) or "nothing to generate"


def _lines(changes: Sequence[Change]) -> str:
    return "".join(f"{change.action:<8} {visible(change.path)}\n" for change in changes)


def _below(path: str, places: Sequence[str]) -> bool:
    return any(path == place.rstrip("/") or path.startswith(place.rstrip("/") + "/") for place in places)


def _diffs(console: Console, plan: Plan, changes: Sequence[Change]) -> str:
    from ggen_rdf.write.diff import unified

    text = "".join(unified(change) for change in changes)
    return _coloured(text) if wants_colour(console.color, sys.stdout) else text


def _coloured(diff: str) -> str:
    """A diff with what goes in red and what comes in green."""
    from ggen_rdf.diagnostics.render import ansi

    roles = {"+": "added", "-": "removed", "@": "line"}
    return re.sub(r"(?m)^[+@-].*$", lambda line: ansi(roles[line[0][0]], line[0]), diff)
