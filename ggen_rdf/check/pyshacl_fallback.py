"""Leaves to pySHACL the shapes that the store's queries cannot check. Slow, complete, and rarely needed."""

from __future__ import annotations

import warnings
from typing import Any

import pyoxigraph as ox

from ggen_rdf.check.violation import Failure, Violation
from ggen_rdf.constraints import SH, Constraint, Path, Shape, Shapes
from ggen_rdf.constraints.names import TARGETS, TYPE, sh
from ggen_rdf.graph import Graph, Term, Triple

_AIMS = frozenset(map(sh, TARGETS))
_KNOWN_TO_PYSHACL = frozenset({SH + name for name in ("rule", "target", "expression", "path")})
"""What pySHACL can check beyond our own queries. It could run JavaScript too, but is not let."""


def validate(graph: Graph, shapes: Shapes, left: list[Shape]) -> tuple[list[Violation], list[Failure]]:
    """The violations of some shapes of a collection, and those of the shapes that pySHACL cannot check either."""
    found: list[Violation] = []
    failures: list[Failure] = []
    data = rdflib_graph(triples(graph))
    ruled = next(shapes.graph.quads(predicate=sh("rule")), None) is not None
    for some in [left] if ruled else [[shape] for shape in left]:
        try:
            found += _run(data, shapes, some)
        except Exception as error:  # pySHACL raises whatever it likes for a shape it cannot read
            failures += (Failure(shape, _reason(error)) for shape in some)
    for shape in left:
        if unknown := [name for name in _unsupported(shape) if name not in _KNOWN_TO_PYSHACL | shapes.extensions]:
            failures.append(Failure(shape, f"nothing here can check {unknown[0]}"))
    return found, failures


def triples(graph: Graph) -> set[Triple]:
    """The union of all graphs, without statements about statements."""
    return {
        (quad.subject, quad.predicate, quad.object)
        for quad in graph.quads()
        if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple)
    }


def _run(data: Any, shapes: Shapes, left: list[Shape]) -> list[Violation]:
    import pyshacl
    import rdflib

    said = rdflib_graph(_aimed_at(shapes, left))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, report, text = pyshacl.validate(
            data, shacl_graph=said, advanced=True, js=False, inference="none", do_owl_imports=False
        )
    if not isinstance(report, rdflib.Graph):
        raise ValueError(text)
    space = rdflib.Namespace(SH)
    top = {node for summary in report.subjects(rdflib.RDF.type, space.ValidationReport)
           for node in report.objects(summary, space.result)}  # fmt: skip
    return [_violation(report, result, shapes, space) for result in top]


def _aimed_at(shapes: Shapes, left: list[Shape]) -> set[Triple]:
    """The graph of the shapes with the targets of only some of them."""
    kept = {shape.node for shape in left}
    said = {
        (s, p, o)
        for s, p, o in triples(shapes.graph)
        if s in kept or not (p in _AIMS or p == sh("target") or (p == TYPE and o in shapes.class_types))
    }
    for shape in left:
        for target in shape.targets:
            if target.kind == "implicit_class":
                said.add((shape.node, sh("targetClass"), shape.node))
    return said


def _violation(report: Any, result: Any, shapes: Shapes, space: Any) -> Violation:
    def one(name: str) -> Term | None:
        node = report.value(result, space[name])
        return None if node is None else term_of(node)

    source, focus, told = one("sourceShape"), one("focusNode"), one("resultPath")
    assert source is not None
    assert focus is not None
    shape = shapes[source]
    component = one("sourceConstraintComponent")
    name = component.value if component else ""
    messages = sorted(str(message) for message in report.objects(result, space.resultMessage))
    return Violation(
        focus,
        Path("predicate", told.value) if isinstance(told, ox.NamedNode) else shape.path,
        one("value"),
        name,
        shape,
        severity.value if (severity := one("resultSeverity")) else shape.severity,
        _constraint(shape, name),
        messages[0] if messages else None,
    )


def _constraint(shape: Shape, component: str) -> Constraint | None:
    return next((c for c in shape.constraints if c.component == component), None)


def _unsupported(shape: Shape) -> list[str]:
    seen: set[Shape] = set()
    pending = [shape]
    while pending:
        current = pending.pop()
        if current not in seen:
            seen.add(current)
            pending += (inner for c in current.constraints for inner in (*c.shapes, *c.siblings))
    return sorted({name for shape in seen for name in shape.unsupported})


def _reason(error: Exception) -> str:
    text = " ".join(str(getattr(error, "message", "") or error).split())
    return text or type(error).__name__


def rdflib_graph(said: set[Triple]) -> Any:
    """The same triples for rdflib, in its own terms; blank nodes keep their names."""
    import rdflib

    copy = rdflib.Graph()
    known: dict[Any, Any] = {}
    for triple in said:
        copy.add(tuple(known.get(term) or known.setdefault(term, _node(term)) for term in triple))
    return copy


def _node(term: Term) -> Any:
    from rdflib import BNode, Literal, URIRef
    from rdflib.namespace import XSD

    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    plain = term.datatype.value == str(XSD.string)
    return Literal(term.value) if plain else Literal(term.value, datatype=URIRef(term.datatype.value))


def term_of(node: Any) -> Term:
    """A term of rdflib as one of the store."""
    from rdflib import BNode, Literal

    if isinstance(node, BNode):
        return ox.BlankNode(str(node))
    if not isinstance(node, Literal):
        return ox.NamedNode(str(node))
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype)) if node.datatype else None)
