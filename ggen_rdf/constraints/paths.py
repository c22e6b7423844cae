"""Looks up what a node says, and reads what SHACL writes as linked nodes: lists and property paths."""

from __future__ import annotations

import pyoxigraph as ox

from ggen_rdf.constraints.names import RDF, sh
from ggen_rdf.constraints.records import Path
from ggen_rdf.graph import Graph, Term

_FIRST, _REST, _NIL = ox.NamedNode(RDF + "first"), ox.NamedNode(RDF + "rest"), ox.NamedNode(RDF + "nil")
_UNARY = {
    sh("inversePath"): "inverse",
    sh("zeroOrMorePath"): "zero_or_more",
    sh("oneOrMorePath"): "one_or_more",
    sh("zeroOrOnePath"): "zero_or_one",
}
_ALTERNATIVE = sh("alternativePath")
_DEEPEST = 50


def objects(graph: Graph, subject: Term, predicate: ox.NamedNode) -> set[Term]:
    """What the triples with this subject and predicate say. A literal says nothing."""
    if isinstance(subject, ox.Literal):
        return set()
    return {quad.object for quad in graph.quads(subject, predicate) if not isinstance(quad.object, ox.Triple)}


def subjects(graph: Graph, predicate: ox.NamedNode, value: Term | None = None) -> set[Term]:
    """What the triples with this predicate, and this value if one is given, speak of."""
    return {s for quad in graph.quads(None, predicate, value) if not isinstance(s := quad.subject, ox.Triple)}


def members(graph: Graph, head: Term) -> list[Term] | None:
    """The members of a list, or None when it is not a well-formed one."""
    found: list[Term] = []
    seen: set[Term] = set()
    while head != _NIL:
        if head in seen or isinstance(head, ox.Literal):
            return None
        seen.add(head)
        first, rest = objects(graph, head, _FIRST), objects(graph, head, _REST)
        if len(first) != 1 or len(rest) != 1:
            return None
        found.append(first.pop())
        head = rest.pop()
    return found


def path_of(graph: Graph, node: Term, depth: int = 0) -> Path | None:
    """The property path that a node stands for, or None when it is not well-formed."""
    if isinstance(node, ox.NamedNode):
        return Path("predicate", node.value)
    if isinstance(node, ox.Literal) or depth > _DEEPEST:
        return None
    if objects(graph, node, _FIRST):
        return _joined(graph, "sequence", node, depth)
    for head in objects(graph, node, _ALTERNATIVE):
        return _joined(graph, "alternative", head, depth)
    for predicate, kind in _UNARY.items():
        for value in objects(graph, node, predicate):
            inner = path_of(graph, value, depth + 1)
            return inner and Path(kind, paths=(inner,))
    return None


def _joined(graph: Graph, kind: str, head: Term, depth: int) -> Path | None:
    parts = [path_of(graph, member, depth + 1) for member in members(graph, head) or ()]
    whole = tuple(part for part in parts if part is not None)
    return Path(kind, paths=whole) if len(whole) == len(parts) >= 2 else None
