"""Applies recorded exceptions: diagnostics in, those that no suppression silences out, and what is wrong with the
suppressions themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from ggen_rdf.constraints.names import GGEN, SUBCLASS, TYPE
from ggen_rdf.diagnostics import Diagnostic, Label, Severity
from ggen_rdf.graph import Graph, Term
from ggen_rdf.source.locate import Locator

_ALWAYS_HEARD = {"source", "project", "render", "write"}
"""The rooms whose errors cannot be silenced."""

_CODE, _ABOUT, _REASON, _UNTIL = (ox.NamedNode(GGEN + name) for name in ("suppresses", "about", "reason", "until"))


@dataclass(frozen=True)
class Suppression:
    """A recorded exception: these codes, about these elements (or any), for this reason, up to this day."""

    node: Term
    codes: tuple[str, ...]
    about: frozenset[str]
    reason: str
    until: str | None

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is the one that is meant."""
        room = diagnostic.code.partition("/")[0]
        if room in _ALWAYS_HEARD and diagnostic.severity is Severity.ERROR:
            return False
        named = any(diagnostic.code == code or diagnostic.code.startswith(f"{code}/") for code in self.codes)
        return named and (not self.about or diagnostic.about in self.about)

    def expired(self, as_of: str | None) -> bool:
        """Whether it no longer holds on a day; without a day it holds."""
        return as_of is not None and self.until is not None and self.until[:10] < as_of[:10]


def suppressions_in(graph: Graph) -> list[Suppression]:
    """The suppressions of a graph, in an order that does not depend on the names of blank nodes."""
    typed = graph.select(f"SELECT DISTINCT ?node {{ ?node {TYPE}/{SUBCLASS}* <{GGEN}Suppression> }}")
    found = [_read(graph, row["node"]) for row in typed]
    return sorted(found, key=lambda s: (s.codes, sorted(s.about), s.reason, str(s.until)))


def apply_suppressions(
    graph: Graph, locator: Locator, diagnostics: Iterable[Diagnostic], as_of: str | None = None
) -> list[Diagnostic]:
    """The diagnostics that nothing silences, and those about the suppressions. `as_of` is a date: 2025-12-31."""
    given = list(diagnostics)
    silenced: set[int] = set()
    said: list[Diagnostic] = []
    for suppression in suppressions_in(graph):
        meant = [i for i, diagnostic in enumerate(given) if suppression.covers(diagnostic)]
        if not suppression.reason.strip():
            said.append(_without_reason(suppression, locator))
        elif suppression.expired(as_of):
            said.append(_expired(suppression, locator))
        elif meant:
            silenced.update(meant)
        else:
            said.append(_unused(suppression, locator))
    return [diagnostic for i, diagnostic in enumerate(given) if i not in silenced] + said


def _read(graph: Graph, node: Term) -> Suppression:
    def texts(predicate: ox.NamedNode) -> list[str]:
        values = (quad.object for quad in graph.quads(node, predicate))
        return sorted({value.value for value in values if not isinstance(value, ox.Triple)})

    until = texts(_UNTIL)
    return Suppression(
        node, tuple(texts(_CODE)), frozenset(texts(_ABOUT)), " ".join(texts(_REASON)), until[0] if until else None
    )


def _without_reason(suppression: Suppression, locator: Locator) -> Diagnostic:
    return Diagnostic(
        "check/suppression-without-reason",
        f"the suppression of {_codes(suppression)} gives no reason",
        _label(suppression, locator, _CODE, "needs a `ggen:reason`, has none"),
        notes=("a suppression without a reason silences nothing",),
        help='say why it is right, e.g. `ggen:reason "the address is public"`',
        about=_about(suppression),
    )


def _expired(suppression: Suppression, locator: Locator) -> Diagnostic:
    return Diagnostic(
        "check/expired-suppression",
        f"the suppression of {_codes(suppression)} held until {suppression.until}",
        _label(suppression, locator, _UNTIL, "this day is over"),
        help="mend what it silences, or decide anew until when it may stand",
        about=_about(suppression),
    )


def _unused(suppression: Suppression, locator: Locator) -> Diagnostic:
    return Diagnostic(
        "check/unused-suppression",
        f"the suppression of {_codes(suppression)} silences nothing",
        _label(suppression, locator, _CODE, "no such diagnostic was given"),
        notes=tuple(
            f"errors of the room `{room}` cannot be suppressed"
            for room in sorted({code.partition("/")[0] for code in suppression.codes} & _ALWAYS_HEARD)
        ),
        help="take the suppression away",
        severity=Severity.WARNING,
        about=_about(suppression),
    )


def _codes(suppression: Suppression) -> str:
    return ", ".join(f"`{code}`" for code in suppression.codes) or "nothing"


def _about(suppression: Suppression) -> str | None:
    return suppression.node.value if isinstance(suppression.node, ox.NamedNode) else None


def _label(suppression: Suppression, locator: Locator, predicate: ox.NamedNode, text: str) -> tuple[Label, ...]:
    span = locator.triple(suppression.node, predicate)
    return (Label(span, text),) if span else ()
