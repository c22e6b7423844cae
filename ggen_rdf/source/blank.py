"""Tells which blank node of a text is which blank node of the graph.

In: two views of the same triples whose blank nodes have different names. Out: for a node of one, the node of the other
that is reached in the same way and says the same. Walked with stacks, so long lists and deep nesting are no trouble.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256

import pyoxigraph as ox

from ggen_rdf.graph import Graph, Term

Edges = Sequence[tuple[str, Term | ox.Triple]]
"""Predicates and what they lead to, or come from."""


class View(ABC):
    """The surroundings of blank nodes in one set of triples."""

    def __init__(self) -> None:
        self._said: dict[Term, str] = {}

    @abstractmethod
    def outgoing(self, node: Term) -> Edges:
        """What a node says."""

    @abstractmethod
    def incoming(self, node: Term) -> Edges:
        """Where a node is mentioned."""

    def order(self, *terms: Term) -> tuple[str, ...]:
        """What to sort terms by: blank nodes by what they say, as their names differ from run to run."""
        return tuple(self.said(term) if isinstance(term, ox.BlankNode) else str(term) for term in terms)

    def said(self, node: Term) -> str:
        """A digest of everything that can be reached from a node without passing an IRI."""
        stack, entered = [node], {node}
        while stack:
            current = stack[-1]
            inside = [o for _, o in self.outgoing(current) if isinstance(o, ox.BlankNode)]
            waiting = [o for o in inside if o not in self._said and o not in entered]
            if waiting:
                entered.update(waiting)
                stack.extend(waiting)
                continue
            stack.pop()
            if current not in self._said:
                self._said[current] = self._digest(current)
        return self._said[node]

    def _digest(self, node: Term) -> str:
        lines = sorted({f"{p} {self._spell(o)}" for p, o in self.outgoing(node)})
        return sha256("\n".join(lines).encode()).hexdigest()

    def _spell(self, term: Term | ox.Triple) -> str:
        return "_:" + self._said.get(term, "") if isinstance(term, ox.BlankNode) else str(term)

    def surroundings(self, node: Term) -> str:
        """What a node says and where it is mentioned, one step far: enough when it is part of a circle."""
        out = sorted({f"{p} {_ground(o)}" for p, o in self.outgoing(node)})
        into = sorted({f"{p} {_ground(s)}" for p, s in self.incoming(node)})
        return "\n".join([*out, "", *into])

    def route(self, node: Term) -> tuple[str, ...]:
        """How a node is reached from the nearest IRI, step by step, nearest first."""
        steps: list[str] = []
        seen = {node}
        while True:
            sources = self.incoming(node)
            named = sorted({f"{p} {s}" for p, s in sources if not isinstance(s, ox.BlankNode)})
            if named or not sources:
                return (*steps, *named)
            inner = [(p, s) for p, s in sources if isinstance(s, ox.BlankNode)]
            predicate, node = min(inner, key=lambda edge: (edge[0], self.said(edge[1])))
            if node in seen:
                return tuple(steps)
            seen.add(node)
            steps.append(predicate)


def _ground(term: Term | ox.Triple) -> str:
    return "_:" if isinstance(term, ox.BlankNode) else str(term)


class TextView(View):
    """The triples that were found in a text."""

    def __init__(self, triples: Iterable[tuple[Term, ox.NamedNode, Term]]) -> None:
        super().__init__()
        self._out: dict[Term, list[tuple[str, Term | ox.Triple]]] = defaultdict(list)
        self._in: dict[Term, list[tuple[str, Term | ox.Triple]]] = defaultdict(list)
        for s, p, o in triples:
            if isinstance(s, ox.BlankNode):
                self._out[s].append((p.value, o))
            if isinstance(o, ox.BlankNode):
                self._in[o].append((p.value, s))
        self._by_content: dict[str, list[Term]] = defaultdict(list)
        self._nodes = list(dict.fromkeys((*self._out, *self._in)))
        for node in self._nodes:
            self._by_content[self.said(node)].append(node)

    def outgoing(self, node: Term) -> Edges:
        """What a node says."""
        return self._out.get(node, ())

    def incoming(self, node: Term) -> Edges:
        """Where a node is mentioned."""
        return self._in.get(node, ())

    def match(self, view: View, node: Term) -> Term | None:
        """The node of this text that a node of another view stands for."""
        candidates = self._by_content.get(view.said(node), [])
        if not candidates:
            wanted = view.surroundings(node)
            return next((one for one in self._nodes if self.surroundings(one) == wanted), None)
        if len(candidates) == 1:
            return candidates[0]
        route = view.route(node)
        return next((one for one in candidates if self.route(one) == route), candidates[0])


class GraphView(View):
    """The triples of one named graph of the store, or of all."""

    def __init__(self, graph: Graph, name: Term | ox.DefaultGraph | None) -> None:
        super().__init__()
        self._store = graph.store
        self._name = name
        self._edges: dict[Term, Edges] = {}

    def outgoing(self, node: Term) -> Edges:
        """What a node says."""
        if node not in self._edges:
            quads = self._store.quads_for_pattern(node, None, None, self._name)  # type: ignore[arg-type]
            self._edges[node] = [(q.predicate.value, q.object) for q in quads]
        return self._edges[node]

    def incoming(self, node: Term) -> Edges:
        """Where a node is mentioned."""
        quads = self._store.quads_for_pattern(None, None, node, self._name)  # type: ignore[arg-type]
        return [(q.predicate.value, q.subject) for q in quads]
