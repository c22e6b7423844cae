"""Variables that the model declares: one for each element of a class, such as each setting.

In: what `each` says in a pack.yaml, and the graph. Out: the variables with their types, what is wrong with the values
given to them, and the triples that these values put in place of the model's own while the pack is projected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ggen_rdf.check.breach import breach
from ggen_rdf.check.membership import Membership
from ggen_rdf.constraints import Constraint, shapes_in
from ggen_rdf.constraints.names import XSD
from ggen_rdf.diagnostics import Diagnostic, Label, nearest
from ggen_rdf.graph import INFERRED, Graph, Term
from ggen_rdf.render.variables import Given, Variable
from ggen_rdf.render.words import words
from ggen_rdf.source.secrets import reference
from ggen_rdf.source.terms import stored

_GGEN = "https://w3id.org/ggen#"
_SECRET, _TRUE = ox.NamedNode(_GGEN + "secret"), stored("true", ox.NamedNode(XSD + "boolean"))
_VALUE = ox.Variable("value")
_SAID = {
    "min_inclusive": "at least",
    "max_inclusive": "at most",
    "min_exclusive": "more than",
    "max_exclusive": "less than",
}


def expanded(variables: Sequence[Variable], graph: Graph) -> tuple[Variable, ...]:
    """The variables of a pack, with those that the model declares. What the pack itself names comes first."""
    own = [v for v in variables if v.each is None]
    found = {v.name: v for v in own}
    for variable in variables:
        for made in _each(variable, graph) if variable.each else ():
            found.setdefault(made.name, made)
    return tuple(found.values())


def _each(variable: Variable, graph: Graph) -> Iterator[Variable]:
    shapes = shapes_in(graph)
    query = f"""
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?x ?name (MIN(STR(?said)) AS ?comment)
        WHERE {{
          ?x a <{variable.each}> ; <{variable.named or _GGEN + "name"}> ?name
          OPTIONAL {{ ?x rdfs:comment ?said }}
        }}
        GROUP BY ?x ?name ORDER BY ?x ?name"""
    for x, name, comment in graph.select(query):
        checks = tuple(c for c in shapes[x].constraints if c.kind not in ("min_count", "max_count"))
        datatype = next((c.value.iri for c in checks if c.kind == "datatype" and c.value), None)
        most = shapes[x].constraint("max_count")
        yield Variable(
            "_".join(words(name.value)),
            comment.value if comment is not None else variable.description,
            datatype=(datatype or f"{XSD}string").removeprefix(XSD),
            many=most is None or most.number != 1,
            secret=(x, _SECRET, _TRUE) in graph,
            of=variable.of,
            node=x,
            checks=checks,
        )


def values_wrong(variables: Sequence[Variable], given: Mapping[str, Given]) -> list[Diagnostic]:
    """What is wrong with the values given to variables that the model declares."""
    problems: list[Diagnostic] = []
    for variable in variables:
        value = given.get(variable.name)
        if variable.node is not None and not variable.secret and value is not None:
            for part in _parts(variable, value):
                problems += _wrong(variable, part, value)
    return problems


def breaks(variable: Variable, text: str) -> Constraint | None:
    """The first constraint that a text breaks as a value of a variable; a secret is never part of the question."""
    datatype = ox.NamedNode(XSD + variable.datatype)
    literal = ox.Literal(text, datatype=datatype) if variable.secret else stored(text, datatype)
    for constraint in sorted(variable.checks, key=lambda c: c.kind != "datatype"):
        condition = breach(constraint, "value", Membership(Graph()))
        if condition and _holds(condition, literal):
            return constraint
    return None


def _holds(condition: str, literal: ox.Literal) -> bool:
    rows: Any = ox.Store().query(f"SELECT ?value (({condition}) AS ?broken) {{}}", substitutions={_VALUE: literal})
    return any(row["broken"] is not None and row["broken"].value == "true" for row in rows)


def _parts(variable: Variable, value: Given) -> list[str]:
    return value.raw.split(",") if variable.many else [value.raw]


def _wrong(variable: Variable, text: str, value: Given) -> Iterator[Diagnostic]:
    labels = (Label(value.span),) if value.span is not None else ()
    if reference(text):
        message = f"`{variable.name}` is no secret, and only secrets are read from the environment"
        act = "let the shell fill it in: write it in double quotes" if value.typed else "write the value itself"
        yield Diagnostic("pack/variable-value", message, labels, help=act)
        return
    constraint = breaks(variable, text)
    if constraint is not None:
        allowed = [v.lexical or v.iri or "" for v in constraint.values]
        guess = nearest(text, allowed)
        yield Diagnostic(
            "pack/variable-value",
            f"`{variable.name}` {told(variable, constraint)}; it cannot be `{text}`",
            labels,
            help=f"write `{guess}`" if guess else None,
        )


def told(variable: Variable, constraint: Constraint) -> str:
    """What a constraint asks of a variable, in words."""
    value = constraint.value.lexical if constraint.value else ""
    match constraint.kind:
        case "datatype":
            return f"is an xsd:{variable.datatype}"
        case "in":
            return "is one of " + ", ".join(f"`{v.lexical or v.iri}`" for v in constraint.values)
        case "pattern":
            return f"matches `{value}`"
        case "min_length":
            return f"has at least {value} characters"
        case "max_length":
            return f"has at most {value} characters"
    return f"is {_SAID.get(constraint.kind, 'always')} {value}"


@dataclass(frozen=True)
class Stated:
    """The values of one property of one element, in place of what the model says."""

    subject: Term
    predicate: ox.NamedNode
    values: tuple[Term, ...]


def stated(
    variables: Sequence[Variable], given: Mapping[str, Given], bindings: Mapping[str, Sequence[Term]], graph: Graph
) -> tuple[Stated, ...]:
    """What given values put in place of the model's: for the elements that were named, or for all of their class."""
    by_name = {v.name: v for v in variables}
    found = []
    for variable in variables:
        value, owner = given.get(variable.name), by_name.get(variable.of or "")
        if variable.node is None or variable.secret or value is None or owner is None:
            continue
        datatype = ox.NamedNode(XSD + variable.datatype)
        values = tuple(stored(part, datatype) for part in _parts(variable, value))
        elements = bindings.get(owner.binds or owner.name) or all_of(owner, graph)
        found += [Stated(element, variable.node, values) for element in elements]
    return tuple(found)


def all_of(variable: Variable, graph: Graph) -> list[Term]:
    """The elements of the model that a variable may name, by IRI."""
    rows = graph.select(f"SELECT DISTINCT ?x {{ ?x a <{variable.kind}> }} ORDER BY ?x")
    return [row["x"] for row in rows]


@contextmanager
def standing(said: Sequence[Stated], graph: Graph) -> Iterator[None]:
    """A graph in which given values stand in place of the model's, for as long as the block lasts."""
    removed = [quad for one in said for quad in graph.quads(one.subject, one.predicate)]
    added = [ox.Quad(one.subject, one.predicate, value, INFERRED) for one in said for value in one.values]  # type: ignore
    with graph.changed(added, removed):
        yield
