"""Turns statements that contradict each other into labels and notes.

In: triples with what is to be said of them. Out: numbered labels at the asserted statements behind them, the user's own
first, and notes for those that stand in no file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from ggen_rdf.diagnostics import Label, Span
from ggen_rdf.graph import Triple
from ggen_rdf.reason.closure import Closure
from ggen_rdf.reason.wording import OWL, RDF, Locator, Words, in_library

_UNSPOKEN = {RDF + "first", RDF + "rest"}


@dataclass(frozen=True)
class Statement:
    """One asserted statement of an explanation."""

    triple: Triple
    text: str
    span: Span | None
    own: bool
    """Whether the user made it, rather than ggen's vocabulary."""


def statements(closure: Closure, words: Words, said: Iterable[tuple[Triple, str]]) -> list[Statement]:
    """The asserted statements behind some triples, each once; a text of its own goes with an asserted triple only."""
    found: dict[Triple, Statement] = {}
    for triple, text in said:
        for asserted in closure.asserted(triple):
            if asserted not in found and not _structural(asserted):
                own_text = text if asserted == triple else ""
                found[asserted] = _statement(closure, words, asserted, own_text)
    # A class without a name is described where it is used: what it is made of need not be said again.
    return sorted(found.values(), key=lambda statement: not statement.own)


def _structural(triple: Triple) -> bool:
    """Whether a triple only holds together what another one says."""
    subject, predicate, _ = triple
    if predicate.value in _UNSPOKEN:
        return True
    parts = isinstance(subject, ox.BlankNode) and predicate.value.startswith(OWL)
    return parts and predicate.value not in (OWL + "members", OWL + "distinctMembers", OWL + "sourceIndividual")


def _statement(closure: Closure, words: Words, triple: Triple, text: str) -> Statement:
    quads = list(closure.graph.quads(*triple))
    own = not any(map(in_library, quads))
    return Statement(triple, text or words.sentence(triple), words.locator.triple(*triple), own)


def labels(found: list[Statement]) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """The statements as numbered labels, and as notes where they have no place; those with a place come first."""
    placed = [statement for statement in found if statement.span]
    unplaced = [statement for statement in found if not statement.span]
    marks = tuple(Label(s.span, f"{number}. {s.text}") for number, s in enumerate(placed, 1) if s.span)
    notes = tuple(f"{number}. {s.text}" for number, s in enumerate(unplaced, len(placed) + 1))
    return marks, notes


def verdict(found: list[Statement]) -> str:
    """The note that says how the statements hang together."""
    if len(found) < 2:
        return "this statement contradicts itself"
    those = "statements 1 and 2" if len(found) == 2 else f"statements 1–{len(found)}"
    own = sum(statement.own for statement in found)
    which = "either" if own == len(found) == 2 else "any one" if own == len(found) else "any one of yours"
    return f"{those} contradict each other; take {which} away and they agree"


__all__ = ["Locator", "Statement", "labels", "statements", "verdict"]
