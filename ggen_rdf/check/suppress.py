"""Applies recorded exceptions: diagnostics in, those that no suppression silences out, and what is wrong with the
suppressions themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from ggen_rdf.constraints.names import GGEN, SUBCLASS, TYPE
from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Severity, nearest
from ggen_rdf.diagnostics.catalogue import codes
from ggen_rdf.graph import Graph, Term
from ggen_rdf.source.locate import Locator

_ALWAYS_HEARD = {"source", "model", "tenant", "secret", "project", "render", "write"}
"""The rooms whose errors cannot be silenced: what comes after them relies on there being none."""

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
        return any(_names(code, diagnostic) for code in self.codes) and self._speaks_of(diagnostic)

    def idle(self, diagnostics: Iterable[Diagnostic]) -> tuple[str, ...]:
        """Those of its codes that none of the diagnostics has."""
        given = list(diagnostics)
        return tuple(code for code in self.codes if not any(_names(code, diagnostic) for diagnostic in given))

    def _speaks_of(self, diagnostic: Diagnostic) -> bool:
        return not self.about or diagnostic.about in self.about

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
        unknown = _unknown(suppression, given)
        said += [_unknown_code(suppression, code, guess, locator) for code, guess in unknown.items()]
        if not suppression.reason.strip():
            said.append(_without_reason(suppression, locator))
        elif suppression.expired(as_of):
            said.append(_expired(suppression, locator))
        else:
            silenced.update(meant)
            idle = [code for code in suppression.idle(given[i] for i in meant) if code not in unknown]
            said += [_unused(suppression, code, locator) for code in idle]
            if not suppression.codes:
                said.append(_unused(suppression, None, locator))
    return [diagnostic for i, diagnostic in enumerate(given) if i not in silenced] + said


def _names(code: str, diagnostic: Diagnostic) -> bool:
    """Whether a code, or a whole room, is that of a diagnostic."""
    return diagnostic.code == code or diagnostic.code.startswith(f"{code}/")


def _unknown(suppression: Suppression, given: Iterable[Diagnostic]) -> dict[str, str | None]:
    """Those of its codes that nothing gives, with the nearest that something does.

    The shapes of a project may have codes of their own, in rooms of their own: of those nothing is known.
    """
    known = {code for listed in codes() for code in (listed, listed.partition("/")[0])}
    heard = {diagnostic.code for diagnostic in given}
    found: dict[str, str | None] = {}
    for code in suppression.codes:
        room = code.partition("/")[0]
        if code in known or any(code in (other, other.partition("/")[0]) for other in heard):
            continue
        guess = nearest(code, (other for other in known if "/" in other) if "/" in code else known)
        if guess is not None or room in known or "/" not in code:
            found[code] = guess
    return found


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


def _unused(suppression: Suppression, code: str | None, locator: Locator) -> Diagnostic:
    room = (code or "").partition("/")[0]
    what = f"the suppression of `{code}`" if code else "a suppression without `ggen:suppresses`"
    return Diagnostic(
        "check/unused-suppression",
        f"{what} silences nothing",
        _label(suppression, locator, _CODE, "no such diagnostic was given", code),
        notes=(f"errors of the room `{room}` cannot be suppressed",) if room in _ALWAYS_HEARD else (),
        help="take the suppression away",
        severity=Severity.WARNING,
        about=_about(suppression),
    )


def _unknown_code(suppression: Suppression, code: str, guess: str | None, locator: Locator) -> Diagnostic:
    labels = _label(suppression, locator, _CODE, "unknown code", code)
    fix = None
    if guess and labels and labels[0].span.text[1:-1] == code:
        span = labels[0].span
        fix = Fix("a code with a similar name exists", span, f"{span.text[0]}{guess}{span.text[0]}")
    return Diagnostic(
        "check/unknown-code",
        f"there is no diagnostic `{code}` to suppress",
        labels,
        fix=fix,
        help=None if fix else "`ggen explain` lists every code",
        about=_about(suppression),
    )


def _codes(suppression: Suppression) -> str:
    return ", ".join(f"`{code}`" for code in suppression.codes) or "nothing"


def _about(suppression: Suppression) -> str | None:
    return suppression.node.value if isinstance(suppression.node, ox.NamedNode) else None


def _label(
    suppression: Suppression, locator: Locator, predicate: ox.NamedNode, text: str, value: str | None = None
) -> tuple[Label, ...]:
    span = locator.triple(suppression.node, predicate, ox.Literal(value) if value is not None else None)
    return (Label(span, text),) if span else ()
