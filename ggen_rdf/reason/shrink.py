"""Narrows a contradiction down.

In: a list of axioms that contradict each other, and a question that finds the first of several lists that does. Out: a
part of them in which every axiom is needed.

The shortest beginning of the list that contradicts itself ends with an axiom that is needed. That axiom is moved to the
front and the search goes on in what stood before it, until the needed ones contradict each other alone. Several
beginnings are tried at once, as it is the start of the reasoner that takes long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_AT_ONCE = ((400, 3), (0, 15))
"""How many beginnings are tried at once where they differ by more than so many axioms: long ones take long."""


def shrink(
    axioms: list[T], first_bad: Callable[[list[list[T]]], int | None], questions: int = 60
) -> tuple[list[T], bool]:
    """A part that still contradicts itself, in the order of the list, and whether all of it is known to be needed."""
    needed: list[T] = []
    rest = axioms
    while True:
        low, high = -1, len(rest)
        while high - low > 1:
            if questions == 0:
                return _ordered(axioms, needed + rest[:high]), False
            questions -= 1
            cuts = _cuts(low, high)
            bad = first_bad([needed + rest[:cut] for cut in cuts])
            low, high = (cuts[-1], high) if bad is None else (cuts[bad - 1] if bad else low, cuts[bad])
        if high == 0:
            return _ordered(axioms, needed), True
        needed.append(rest[high - 1])
        rest = rest[: high - 1]


def _cuts(low: int, high: int) -> list[int]:
    """Places between two others, evenly spread."""
    at_once = next(count for wide, count in _AT_ONCE if high - low > wide)
    count = min(at_once, high - low - 1)
    return sorted({low + (high - low) * step // (count + 1) for step in range(1, count + 1)} - {low})


def _ordered(axioms: list[T], part: list[T]) -> list[T]:
    wanted = set(map(id, part))
    return [axiom for axiom in axioms if id(axiom) in wanted]
