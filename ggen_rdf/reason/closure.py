"""What the rules concluded, and why.

In: a graph with its conclusions, and the steps that added them. Out: for a conclusion its rule, its premises, and the
asserted triples behind it. Premises are found when they are asked for, by running the body of the rule again with the
variables of its head bound, and are always older than the conclusion: every walk ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from ggen_rdf.graph import INFERRED, Graph, Triple
from ggen_rdf.reason.premises import premises
from ggen_rdf.reason.rule import Rule

ASSERTED = -1
"""The age of what the user or ggen's own vocabulary says."""


@dataclass(frozen=True)
class Step:
    """One run of a rule, and what was new in it."""

    rule: Rule
    quads: list[ox.Quad]

    @property
    def triples(self) -> list[Triple]:
        """What it concluded."""
        return [(quad.subject, quad.predicate, quad.object) for quad in self.quads]  # type: ignore[misc]


@dataclass(frozen=True, eq=False)
class Closure:
    """The conclusions of a graph. Steps are ordered; none depends on a later one."""

    graph: Graph
    steps: tuple[Step, ...]
    rules: tuple[Rule, ...] = ()
    """The rules that were run, for what is added later."""

    @cached_property
    def judges_absence(self) -> bool:
        """Whether a rule of the workspace concludes something from what is absent, so that more said may take it back.

        Of ggen's own rules those that do speak of each thing by itself: what is said of others takes nothing back.
        """
        return any(rule.waits and rule.query.is_own for rule in self.rules)

    def __len__(self) -> int:
        return sum(len(step.quads) for step in self.steps)

    @cached_property
    def _ages(self) -> dict[Triple, int]:
        return {triple: age for age, step in enumerate(self.steps) for triple in step.triples}

    def age(self, triple: Triple) -> int | None:
        """The step that concluded a triple, ASSERTED, or None when it does not hold."""
        age = self._ages.get(triple)
        if age is not None:
            return age
        holds = any(quad.graph_name != INFERRED for quad in self.graph.quads(*triple))
        return ASSERTED if holds else None

    def rule(self, triple: Triple) -> Rule | None:
        """The rule that concluded a triple, or None when it is asserted."""
        age = self._ages.get(triple)
        return None if age is None else self.steps[age].rule

    def why(self, triple: Triple) -> tuple[Triple, ...]:
        """The premises from which a triple was concluded; none for an asserted one."""
        age = self._ages.get(triple)
        return () if age is None else premises(self.graph, self.steps[age].rule, triple, age, self.age)

    def asserted(self, triple: Triple) -> tuple[Triple, ...]:
        """The asserted triples from which a triple follows: itself, if it is one."""
        found: dict[Triple, None] = {}
        seen, waiting = set(), [triple]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            because = self.why(current)
            if not because:
                found[current] = None
            waiting.extend(reversed(because))
        return tuple(found)
