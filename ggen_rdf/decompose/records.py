"""What an analysis works with and what it finds, as frozen records. Weights and totals are whole ten-thousandths."""

from __future__ import annotations

from dataclasses import dataclass, field

from ggen_rdf.graph import Term

UNIT = 10_000
"""What a coupling of 1 counts: sums of whole numbers are the same in whatever order, on every machine."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason: an element of the model, and the reason in words."""

    because: Term | None
    says: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """A coupling criterion as the model describes it."""

    node: Term
    name: str
    kind: str
    """The local name of its `ggen:criterionKind`."""
    weight: int
    query: str


@dataclass(frozen=True, slots=True)
class Score:
    """What one criterion says of a pair: points from 0 to 10, and what they count; less than 0 if they separate."""

    criterion: Criterion
    points: int
    counts: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Coupling:
    """All that is said of a pair of atoms, which are numbers into `Findings.atoms`; the smaller one stands first."""

    one: int
    other: int
    scores: tuple[Score, ...]

    @property
    def total(self) -> int:
        """What the scores add up to."""
        return sum(score.counts for score in self.scores)


@dataclass(frozen=True, slots=True)
class Group:
    """Atoms that a criterion speaks of together: a service that is there already, or what is to be confined."""

    criterion: Criterion
    key: Term
    atoms: tuple[int, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Atom:
    """What is never cut: an aggregate, with its name and that of its context."""

    node: Term
    name: str
    context: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What the criteria say of the atoms, which stand in the order of their names."""

    atoms: tuple[Atom, ...] = ()
    couplings: tuple[Coupling, ...] = ()
    predefined: tuple[Group, ...] = ()
    confined: tuple[Group, ...] = ()
    limit: int = UNIT // 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """A service that is proposed: its atoms, and why, if not by their coupling."""

    name: str
    atoms: tuple[int, ...]
    predefined: Group | None = None
    confined: tuple[Group, ...] = field(default=())
