"""Where the tree is not what the model says. In: a plan. Out: a diagnostic for each file that a build would change."""

from __future__ import annotations

from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.write.draft import Action
from ggen_rdf.write.manifest import NAME
from ggen_rdf.write.plan import Plan

_SAYS = {
    Action.CREATE: "is missing",
    Action.UPDATE: "is not what the model says",
    Action.REMOVE: "is no longer generated",
}


def drift(plan: Plan) -> list[Diagnostic]:
    """One diagnostic per drifted file; a conflict has one of its own already."""
    found = [_drifted(change.path, _SAYS[change.action]) for change in plan.changes if change.action in _SAYS]
    if found or plan.blocked or plan.is_empty:
        return found
    return [_drifted(path, "was left by a build that was cut off") for path in plan.leftovers] or [
        _drifted(NAME, "is not what the model says")
    ]


def _drifted(path: str, says: str) -> Diagnostic:
    return Diagnostic("write/drift", f"`{path}` {says}", help="run `ggen build` and commit")
