"""Where the tree is not what the model says. In: a plan. Out: a diagnostic for each file that a build would change."""

from __future__ import annotations

from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.write.conflict import drifted
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
    changes = [change for change in plan.changes if change.action in _SAYS]
    if changes or plan.blocked or plan.is_empty:
        return [drifted(change.path, _SAYS[change.action], change.old, change.new) for change in changes]
    if plan.leftovers:
        return [drifted(path, "was left by a build that was cut off") for path in plan.leftovers]
    return [drifted(NAME, "is not what the model says")]
