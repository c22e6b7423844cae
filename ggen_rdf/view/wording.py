"""Words what a tenant may not say. In: a statement of a tenant, and what it stands against. Out: a diagnostic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span, nearest
from ggen_rdf.graph import Term, Triple
from ggen_rdf.source.locate import Locator
from ggen_rdf.source.overlays import Overlay
from ggen_rdf.source.terms import TYPE

_WANTED = {
    "Downwards": "at most",
    "Upwards": "at least",
    "Within": "only values of",
    "Unchanged": "exactly",
    "OnceTrue": "still",
}


@dataclass(frozen=True)
class Change:
    """A statement of a tenant, and the shared one that it is about."""

    overlay: Overlay
    shared: Triple
    own: Triple


def loosens(change: Change, way: str, locate: Locator) -> Diagnostic:
    """A constraint that asks for less than the model does."""
    name = locate.curie(change.own[1])
    before, value = _spelled(change.shared[2], locate), _spelled(change.own[2], locate)
    said = f"this asks for {value}" if value else "these are more than the model allows"
    label = f"the model says {before}" if before else "what the model says"
    return Diagnostic(
        "tenant/loosens",
        f"tenant `{change.overlay.name}` loosens `{name}`",
        _labels((locate.triple(*change.own), said), (locate.triple(*change.shared), label)),
        notes=("a tenant may ask for more than the model that all share, never for less",),
        help=f"say {_WANTED[way]} {before}, or leave it out" if before else "leave the other values out",
    )


def cannot_refine(change: Change, locate: Locator) -> Diagnostic:
    """A statement about a shared attribute that makes it neither tighter nor looser, but different."""
    name = locate.curie(change.own[1])
    return Diagnostic(
        "tenant/changes-model",
        f"tenant `{change.overlay.name}` changes `{name}` of an attribute that all share",
        _labels(
            (locate.triple(*change.own), "this is not a constraint"),
            (locate.triple(change.shared[0]), "the shared one"),
        ),
        notes=("a tenant may tighten what all share and add to it; it may not change it",),
        help="say it in the shared model, or leave it out",
    )


def changes_model(overlay: Overlay, triple: Triple, locate: Locator) -> Diagnostic:
    """A statement about something that all share."""
    subject, predicate, value = triple
    name = f"a {locate.curie(value)}" if predicate == TYPE else locate.curie(predicate)
    return Diagnostic(
        "tenant/changes-model",
        f"tenant `{overlay.name}` says `{name}` of `{locate.curie(subject)}`, which all share",
        _labels(
            (locate.triple(*triple), "this changes the shared model"),
        ),
        notes=("a tenant may tighten what all share and add to it; it may not change it",),
        help="say it in the shared model, or of a thing of the tenant's own",
    )


def refined_twice(overlay: Overlay, path: Term, first: Term, second: Term, locate: Locator) -> Diagnostic:
    """An attribute that a tenant refines in two places."""
    return Diagnostic(
        "tenant/refined-twice",
        f"tenant `{overlay.name}` refines `{locate.curie(path)}` twice",
        _labels((locate.triple(second), "here again"), (locate.triple(first), "the first time")),
        help="say all of it in one `sh:property [ … ]`",
    )


def foreign_term(overlay: Overlay, triple: Triple, term: Term, owners: Iterable[str], locate: Locator) -> Diagnostic:
    """A term that exists for other tenants only."""
    others = " and ".join(f"`{name}`" for name in sorted(owners))
    return Diagnostic(
        "tenant/foreign-term",
        f"tenant `{overlay.name}` speaks of `{locate.curie(term)}`, which only {others} can see",
        _labels(
            (locate.triple(*triple), "unknown to this tenant"),
        ),
        help="leave it out, or move the term to the shared model",
    )


def concluded(overlay: Overlay, triple: Triple, locate: Locator) -> Diagnostic:
    """Something that follows from a refinement for a thing that all share."""
    subject, predicate, value = triple
    name = f"a {locate.curie(value)}" if predicate == TYPE else locate.curie(predicate)
    spans = (locate.triple(*one) for one in overlay.refinement)
    return Diagnostic(
        "tenant/changes-model",
        f"from what tenant `{overlay.name}` says follows `{name}` of `{locate.curie(subject)}`, which all share",
        _labels(
            (min((s for s in spans if s), key=_place, default=None), "something in this file"),
        ),
        notes=("a tenant may tighten what all share and add to it; it may not change it, not even by an axiom",),
        help="leave the axiom out, or say it in the shared model",
    )


def exception(overlay: Overlay, triple: Triple, locate: Locator) -> Diagnostic:
    """A suppression in the files of a tenant."""
    return Diagnostic(
        "tenant/changes-model",
        f"tenant `{overlay.name}` records an exception to a check",
        _labels(
            (locate.triple(*triple), "only the platform may"),
        ),
        help="record it in the shared model",
    )


def same_name(overlay: Overlay, nodes: Iterable[Term], locate: Locator) -> Diagnostic:
    """Two tenants of one name."""
    first, second, *_ = sorted(nodes, key=str)
    return Diagnostic(
        "tenant/same-name",
        f"two tenants are called `{overlay.name}`",
        _labels((locate.triple(second, TYPE), "this one"), (locate.triple(first, TYPE), "and this one")),
        help="give each a name of its own, with `rdfs:label` or `[tenant.<name>]`",
    )


def no_name(overlay: Overlay, locate: Locator) -> Diagnostic:
    """A tenant whose name cannot stand in a path."""
    spans = (locate.triple(*triple) for triple in (*overlay.settings, *overlay.refinement))
    return Diagnostic(
        "tenant/name",
        f"`{overlay.name}` cannot be the name of a tenant",
        _labels(
            (min((s for s in spans if s), key=_place, default=None), "it names files and folders"),
        ),
        help="use letters, digits, `-` and `_`; what people call it can be its `rdfs:label`",
    )


def undeclared(overlay: Overlay, known: Iterable[str], locate: Locator) -> Diagnostic:
    """A file about a tenant that nothing declares."""
    guess = nearest(overlay.name, list(known))
    first = min((span for t in (*overlay.settings, *overlay.refinement) if (span := locate.triple(*t))), key=_place)
    return Diagnostic(
        "tenant/undeclared",
        f"there is no tenant `{overlay.name}`",
        _labels(
            (first, "this file speaks of one"),
        ),
        help=f"did you mean `{guess}`?" if guess else f"declare it with `[tenant.{overlay.name}]` in ggen.toml",
    )


def unknown(name: str, known: list[str]) -> Diagnostic:
    """A tenant that was asked for on the command line and does not exist."""
    line = f"--tenant {name}"
    label = Label(Span(Source("command line", line), len("--tenant "), len(line)))
    guess = nearest(name, known)
    notes = ("the tenants are " + ", ".join(f"`{one}`" for one in known) if known else "there are no tenants",)
    act = f"write `{guess}`" if guess else None
    return Diagnostic("tenant/unknown", f"there is no tenant `{name}`", (label,), notes=notes, help=act)


def _place(span: Span) -> tuple[str, int]:
    return span.source.path, span.start


def _spelled(value: Term, locate: Locator) -> str:
    if isinstance(value, ox.Literal):
        return f"`{value.value}`"
    return f"`{locate.curie(value)}`" if isinstance(value, ox.NamedNode) else ""


def _labels(*places: tuple[Span | None, str]) -> tuple[Label, ...]:
    return tuple(Label(span, text) for span, text in places if span is not None)
