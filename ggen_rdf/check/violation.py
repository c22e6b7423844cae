"""What checking a shape finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ggen_rdf.constraints import Constraint, Path, Shape
from ggen_rdf.graph import Term


class InexpressibleError(Exception):
    """A shape that set-at-a-time checking does not cover; pySHACL takes it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One result of validation, as SHACL defines it."""

    focus: Term
    path: Path | None
    value: Term | None
    component: str
    shape: Shape
    severity: str
    constraint: Constraint | None = None
    message: str | None = None
    bindings: Mapping[str, Term] = field(default_factory=dict)
    """What the query of an sh:sparql constraint bound, for the placeholders of its message."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A shape that could not be checked at all, and why."""

    shape: Shape
    reason: str
