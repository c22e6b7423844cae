"""The words for a violation whose shape has none of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import pyoxigraph as ox

from ggen_rdf.check.violation import Violation
from ggen_rdf.constraints import SH, Value
from ggen_rdf.graph import Graph, Term


class Names(Protocol):
    """Knows how a message says a term."""

    graph: Graph

    def name(self, term: Term) -> str:
        """A term as a message says it."""
        ...


def claim(violation: Violation, names: Names) -> str:
    """The first line of a diagnostic: what is wrong, standing alone."""
    subject = names.name(violation.focus)
    if violation.constraint is None or violation.constraint.kind == "sparql":
        return f"{subject} does not meet a condition of its shape"
    if violation.value is not None and violation.path:
        return f"the {_path(violation, names)} of {subject} {label(violation, names)}"
    return f"{subject} {label(violation, names)}"


def label(violation: Violation, names: Names) -> str:
    """What is or is missing at the very place."""
    constraint = violation.constraint
    if constraint is None:
        return ""
    told = violation.bindings.get("label")
    if told is not None:
        return told.value
    text = _TEXTS.get(constraint.kind)
    return text(violation, names) if text else ""


def _path(violation: Violation, names: Names) -> str:
    path = violation.path
    if path is None:
        return "value"
    return names.name(ox.NamedNode(path.iri)) if path.iri else "value on its path"


def _value(violation: Violation, names: Names) -> str:
    value = violation.constraint.value if violation.constraint else None
    return _say(value, names) if value else ""


def _say(value: Value, names: Names) -> str:
    if value.iri:
        return names.name(ox.NamedNode(value.iri))
    return f"`{value.lexical}`"


def _number(violation: Violation) -> int:
    return violation.constraint.number if violation.constraint else 0


def _characters(violation: Violation) -> str:
    number = _number(violation)
    return f"{number} character{'' if number == 1 else 's'}"


def _count(violation: Violation, names: Names) -> int | None:
    path = violation.path
    if path is None or path.iri is None or isinstance(violation.focus, ox.Literal):
        return None
    return len({quad.object for quad in names.graph.quads(violation.focus, ox.NamedNode(path.iri))})


def _at_least(violation: Violation, names: Names) -> str:
    count = _count(violation, names)
    has = "" if count is None else f", has {count}"
    return f"needs at least {_number(violation)} {_path(violation, names)}{has}"


def _at_most(violation: Violation, names: Names) -> str:
    count = _count(violation, names)
    has = "" if count is None else f", has {count}"
    return f"may have at most {_number(violation)} {_path(violation, names)}{has}"


def _one_of(violation: Violation, names: Names) -> str:
    values = violation.constraint.values if violation.constraint else ()
    shown = [_say(value, names) for value in values[:8]]
    return f"is not one of {', '.join(shown)}{', …' if len(values) > len(shown) else ''}"


def _node_kind(violation: Violation, names: Names) -> str:
    value = violation.constraint.value if violation.constraint else None
    kinds = {
        "IRI": "an IRI",
        "BlankNode": "a blank node",
        "Literal": "a literal",
        "BlankNodeOrIRI": "a blank node or an IRI",
        "BlankNodeOrLiteral": "a blank node or a literal",
        "IRIOrLiteral": "an IRI or a literal",
    }
    return f"is not {kinds.get(((value and value.iri) or '').removeprefix(SH), 'of the right kind')}"


def _with(prefix: str, suffix: str = "") -> Callable[[Violation, Names], str]:
    return lambda violation, names: f"{prefix} {_value(violation, names)}{suffix}"


def _plain(text: str) -> Callable[[Violation, Names], str]:
    return lambda violation, names: text


_TEXTS: dict[str, Callable[[Violation, Names], str]] = {
    "min_count": _at_least,
    "max_count": _at_most,
    "qualified_min_count": lambda violation, names: f"needs at least {_number(violation)} values that fit the shape",
    "qualified_max_count": lambda violation, names: f"may have at most {_number(violation)} values that fit the shape",
    "datatype": _with("is not of datatype"),
    "class": _with("is not a"),
    "node_kind": _node_kind,
    "in": _one_of,
    "pattern": _with("does not match"),
    "min_length": lambda violation, names: f"is shorter than {_characters(violation)}",
    "max_length": lambda violation, names: f"is longer than {_characters(violation)}",
    "min_inclusive": _with("is less than"),
    "min_exclusive": _with("is not more than"),
    "max_inclusive": _with("is more than"),
    "max_exclusive": _with("is not less than"),
    "language_in": _plain("is not in an allowed language"),
    "unique_lang": _plain("has two values in one language"),
    "equals": _with("is not the same as"),
    "disjoint": _with("is also a"),
    "less_than": _with("is not less than"),
    "less_than_or_equals": _with("is more than"),
    "has_value": _with("lacks the value"),
    "closed": _plain("has a property that its shape does not know"),
    "not": _plain("has a shape that it must not have"),
    "and": _plain("lacks one of the shapes that it must have"),
    "or": _plain("has none of the shapes of which it must have one"),
    "xone": _plain("does not have exactly one of the shapes that exclude each other"),
    "node": _plain("does not have the shape that it must have"),
}
