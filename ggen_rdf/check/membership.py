"""Which nodes are instances of a class, as SHACL means it: by their types and all classes above those.

After reasoning each node has all its types, so the test shrinks to one triple; without it, to a few.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache, cached_property

import pyoxigraph as ox

from ggen_rdf.constraints.names import RDF, RDFS, SUBCLASS
from ggen_rdf.graph import Graph, Term


class Membership:
    """Class membership in one graph, which must not change while this is in use.

    `closed` says that every node of the graph has all its types, as it has after reasoning.
    """

    def __init__(self, graph: Graph, closed: bool = False) -> None:
        self.graph = graph
        self.closed = closed
        self._classes = cache(self._find_classes)

    @cached_property
    def typed(self) -> set[Term]:
        """The classes that are the type of something."""
        return {row[0] for row in self.graph.select("SELECT DISTINCT ?type { ?node a ?type }")}

    @cached_property
    def instantiated(self) -> set[Term]:
        """The classes that have instances."""
        above: dict[Term, list[Term]] = defaultdict(list)
        for sub, top in self._edges:
            above[sub].append(top)
        return _reached(self.typed, above)

    def instances(self, iri: str, variable: str) -> str | None:
        """A pattern for the instances of a class, or None when there are none."""
        classes = self._classes(iri)
        if classes is None:
            return f"?{variable} <{RDF}type>/<{RDFS}subClassOf>* <{iri}> ."
        if not classes:
            return None
        if len(classes) == 1:
            return f"?{variable} a {classes[0]} ."
        return f"VALUES ?{variable}_class {{ {' '.join(classes)} }} ?{variable} a ?{variable}_class ."

    def outside(self, iri: str, variable: str) -> str:
        """A condition that holds for what is not an instance of a class."""
        classes = self._classes(iri)
        if classes is None:
            return f"NOT EXISTS {{ ?{variable} <{RDF}type>/<{RDFS}subClassOf>* <{iri}> }}"
        if not classes:
            return "true"
        if len(classes) == 1:
            return f"NOT EXISTS {{ ?{variable} a {classes[0]} }}"
        return f"NOT EXISTS {{ ?{variable} a ?{variable}_class FILTER(?{variable}_class IN ({', '.join(classes)})) }}"

    @cached_property
    def _edges(self) -> list[tuple[Term, Term]]:
        return [(row[0], row[1]) for row in self.graph.select(f"SELECT DISTINCT ?sub ?top {{ ?sub {SUBCLASS} ?top }}")]

    @cached_property
    def _below(self) -> dict[Term, list[Term]]:
        below: dict[Term, list[Term]] = defaultdict(list)
        for sub, top in self._edges:
            below[top].append(sub)
        return below

    def _find_classes(self, iri: str) -> list[str] | None:
        """The classes whose own instances make up those of a class; None when one of them has no name."""
        top = ox.NamedNode(iri)
        if self.closed:
            return [str(top)] if top in self.typed else []
        found = _reached({top}, self._below) & self.typed
        if any(isinstance(term, ox.BlankNode) for term in found):
            return None
        if top in found and len(found) > 1:
            rest = " ".join(sorted(map(str, found - {top})))
            untold = f"ASK {{ VALUES ?class {{ {rest} }} ?node a ?class FILTER NOT EXISTS {{ ?node a {top} }} }}"
            if not self.graph.ask(untold):
                return [str(top)]
        return sorted(map(str, found))


def _reached(start: set[Term], edges: dict[Term, list[Term]]) -> set[Term]:
    found = set(start)
    pending = list(start)
    while pending:
        for near in edges.get(pending.pop(), ()):
            if near not in found:
                found.add(near)
                pending.append(near)
    return found
