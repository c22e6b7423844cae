"""The constraints on one value, as SPARQL conditions that hold exactly when the value breaks them."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox

from ggen_rdf.check.membership import Membership
from ggen_rdf.constraints import SH, Constraint, Value
from ggen_rdf.constraints.names import RDF, XSD
from ggen_rdf.graph import Graph

_Condition = Callable[[Constraint, str], str]

_INTEGERS = {
    "byte": (-(2**7), 2**7 - 1), "short": (-(2**15), 2**15 - 1), "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1), "unsignedByte": (0, 2**8 - 1), "unsignedShort": (0, 2**16 - 1),
    "unsignedInt": (0, 2**32 - 1), "unsignedLong": (0, 2**64 - 1), "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None), "nonPositiveInteger": (None, 0), "negativeInteger": (None, -1),
}  # fmt: skip
"""The store keeps integers of every size as xsd:integer, so their datatype is known by their range alone.

Only one that its 64 bits cannot hold stays as it was written."""

_NUMERIC = {"integer", "decimal", "float", "double"}
"""The datatypes whose well-formed literals are numbers."""

_CASTABLE = {
    "boolean", "dateTime", "date", "time", "duration", "dayTimeDuration", "yearMonthDuration", "gYear", "gYearMonth",
    "gMonthDay", "gDay", "gMonth",
}  # fmt: skip
"""The other datatypes of which the store knows which texts are well-formed."""

_NODE_KINDS = {
    "IRI": "isIRI({v})",
    "BlankNode": "isBlank({v})",
    "Literal": "isLiteral({v})",
    "BlankNodeOrIRI": "!isLiteral({v})",
    "BlankNodeOrLiteral": "!isIRI({v})",
    "IRIOrLiteral": "!isBlank({v})",
}


def breach(constraint: Constraint, variable: str, membership: Membership) -> str | None:
    """The condition under which the value of a variable breaks a constraint; None if it is not about a single value."""
    if constraint.kind == "class":
        return membership.outside((constraint.value and constraint.value.iri) or "", variable)
    condition = _CONDITIONS.get(constraint.kind)
    return condition(constraint, f"?{variable}") if condition else None


def knows_regex(graph: Graph, pattern: Value, flags: str) -> bool:
    """Whether the store can read a regular expression; it has no look-around and no back-references."""
    trial = _regex("''", pattern, flags)
    return next(iter(graph.select(f"SELECT ({trial} AS ?matches) {{}}")))["matches"] is not None


def _datatype(constraint: Constraint, v: str) -> str:
    iri = constraint.value.iri if constraint.value else None
    name = (iri or "").removeprefix(XSD)
    if iri == f"{RDF}langString":
        return f"!isLiteral({v}) || LANG({v}) = ''"
    if name in _INTEGERS:
        low, high = _INTEGERS[name]
        number = f"<{XSD}decimal>(STR({v}))"  # whose bounds are wider than those of the store's integers
        within = [f"{number} >= {low}.0"] * (low is not None) + [f"{number} <= {high}.0"] * (high is not None)
        beyond = f"(sameTerm(DATATYPE({v}), <{iri}>) && REGEX(STR({v}), '^[+-]?[0-9]+$'))"
        kept = f"(sameTerm(DATATYPE({v}), <{XSD}integer>) || {beyond})"
        return f"!isLiteral({v}) || !{kept} || !COALESCE({' && '.join(within)}, false)"
    stored = f"{XSD}dateTime" if name == "dateTimeStamp" else iri
    wrong = f"!isLiteral({v}) || !sameTerm(DATATYPE({v}), <{stored}>)"
    if name == "dateTimeStamp":
        return f"{wrong} || TZ({v}) = ''"
    if name in _NUMERIC:
        return f"{wrong} || !isNumeric({v})"
    return f"{wrong} || !COALESCE(isLiteral(<{iri}>(STR({v}))), false)" if name in _CASTABLE else wrong


def _node_kind(constraint: Constraint, v: str) -> str:
    kind = ((constraint.value and constraint.value.iri) or "").removeprefix(SH)
    return f"!({_NODE_KINDS[kind].format(v=v)})" if kind in _NODE_KINDS else "true"


def _range(operator: str) -> _Condition:
    def condition(constraint: Constraint, v: str) -> str:
        bound = constraint.value.ntriples if constraint.value else ""
        return f"!COALESCE({v} {operator} {bound}, false)"

    return condition


def _length(operator: str) -> _Condition:
    def condition(constraint: Constraint, v: str) -> str:
        return f"isBlank({v}) || STRLEN(STR({v})) {operator} {constraint.number}"

    return condition


def _pattern(constraint: Constraint, v: str) -> str:
    value = constraint.value or Value(lexical="", datatype=f"{XSD}string")
    return f"isBlank({v}) || !{_regex(f'STR({v})', value, constraint.flags)}"


def _regex(text: str, pattern: Value, flags: str) -> str:
    literal = ox.Literal(pattern.lexical or "")
    return f"REGEX({text}, {literal}, {ox.Literal(flags)})" if flags else f"REGEX({text}, {literal})"


def _language_in(constraint: Constraint, v: str) -> str:
    ranges = (f"LANGMATCHES(LANG({v}), {ox.Literal(value.lexical or '')})" for value in constraint.values)
    return f"!COALESCE({' || '.join(ranges) or 'false'}, false)"


def _in(constraint: Constraint, v: str) -> str:
    if constraint.values and all(value.iri for value in constraint.values):
        return f"{v} NOT IN ({', '.join(value.ntriples for value in constraint.values)})"
    same = (f"sameTerm({v}, {value.ntriples})" for value in constraint.values)
    return f"!({' || '.join(same) or 'false'})"


_CONDITIONS: dict[str, _Condition] = {
    "datatype": _datatype,
    "node_kind": _node_kind,
    "min_exclusive": _range(">"),
    "min_inclusive": _range(">="),
    "max_exclusive": _range("<"),
    "max_inclusive": _range("<="),
    "min_length": _length("<"),
    "max_length": _length(">"),
    "pattern": _pattern,
    "language_in": _language_in,
    "in": _in,
}
