"""Parts what is said about tenants from what is said about everything.

In: a graph of everything that was said. Out: an `Overlay` for each tenant; the graph is left with what all share. An
overlay has two parts. The *settings* say what the tenant itself is and has: platform and tenant see them. The
*refinement* is all else that the tenant's own graph says, of the model: it exists for that tenant alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import pyoxigraph as ox

from ggen_rdf.graph import LIBRARY, Graph, Triple
from ggen_rdf.source.documents import GGEN, TENANT_GRAPH, tenant_graph
from ggen_rdf.source.tenants import LABEL, tenant_iri
from ggen_rdf.source.terms import TYPE

_TENANT = ox.NamedNode(GGEN + "Tenant")
_OWN_KINDS = frozenset(ox.NamedNode(GGEN + name) for name in ("Tenant", "Feature", "SharedComponent"))
"""What a tenant may say something of without saying anything of the model."""


@dataclass(frozen=True, eq=False)
class Overlay:
    """One tenant: what it is called, the nodes that stand for it, and what only it adds."""

    name: str
    nodes: tuple[ox.NamedNode, ...]
    settings: tuple[Triple, ...]
    refinement: tuple[Triple, ...] = ()

    @property
    def graph(self) -> ox.NamedNode:
        """The graph that its own files and tables go to."""
        return ox.NamedNode(tenant_graph(self.name))


def part(graph: Graph) -> tuple[tuple[Overlay, ...], Graph]:
    """Take what is said about tenants out of a graph: the overlays by name, and a graph of all that was taken out."""
    nodes = _tenants(graph)
    quads = {name: list(dict.fromkeys(_quads_of(graph, name, found))) for name, found in nodes.items()}
    overlays = tuple(_overlay(name, tuple(nodes[name]), quads[name]) for name in sorted(nodes))
    apart = Graph()
    for found in quads.values():
        apart.store.extend(found)
        for quad in found:
            graph.store.remove(quad)
    return overlays, apart


def _tenants(graph: Graph) -> dict[str, list[ox.NamedNode]]:
    """The nodes of every tenant, by its name. A tenant with a graph of its own has a node even if it is not typed."""
    found: dict[str, list[ox.NamedNode]] = {}
    for name in graph.store.named_graphs():
        if isinstance(name, ox.NamedNode) and name.value.startswith(TENANT_GRAPH):
            tenant = unquote(name.value[len(TENANT_GRAPH) :])
            found.setdefault(tenant, []).append(tenant_iri(tenant))
    for quad in sorted(graph.quads(None, TYPE, _TENANT), key=str):
        if isinstance(quad.subject, ox.NamedNode):
            nodes = found.setdefault(_name(graph, quad), [])
            nodes += [quad.subject] if quad.subject not in nodes else []
    return found


def _name(graph: Graph, quad: ox.Quad) -> str:
    """What a tenant is called: as its graph, else by its label, else by its IRI."""
    home = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
    if home.startswith(TENANT_GRAPH):
        return unquote(home[len(TENANT_GRAPH) :])
    assert isinstance(quad.subject, ox.NamedNode)
    labels = sorted(q.object.value for q in graph.quads(quad.subject, LABEL) if isinstance(q.object, ox.Literal))
    return labels[0] if labels else quad.subject.value.rpartition("#")[2].rpartition("/")[2]


def _quads_of(graph: Graph, name: str, nodes: Iterable[ox.NamedNode]) -> Iterator[ox.Quad]:
    """What the graph of a tenant says, and what any other says of it or with it."""
    yield from graph.store.quads_for_pattern(None, None, None, ox.NamedNode(tenant_graph(name)))
    for node in nodes:
        for quad in (*graph.quads(node), *graph.quads(None, None, node)):
            if not isinstance(quad.graph_name, ox.NamedNode) or not quad.graph_name.value.startswith(_ELSEWHERE):
                yield quad
                yield from _inner(graph, quad)


_ELSEWHERE = (TENANT_GRAPH, LIBRARY)
"""Graphs that say nothing of a tenant: those of the tenants, each of which has its own, and ggen's."""


def _inner(graph: Graph, quad: ox.Quad) -> Iterator[ox.Quad]:
    """What hangs below a statement through blank nodes."""
    pending, seen = [quad.object], {quad.object}
    while pending:
        node = pending.pop()
        for found in graph.quads(node) if isinstance(node, ox.BlankNode) else ():
            yield found
            if found.object not in seen:
                seen.add(found.object)
                pending.append(found.object)


def _overlay(name: str, nodes: tuple[ox.NamedNode, ...], quads: list[ox.Quad]) -> Overlay:
    """Part what a tenant says of itself from what it says of the model."""
    home = ox.NamedNode(tenant_graph(name))
    about: set[object] = {*nodes}
    inner: dict[object, list[ox.BlankNode]] = {}
    for quad in quads:
        if quad.predicate == TYPE and quad.object in _OWN_KINDS:
            about.add(quad.subject)
        if isinstance(quad.object, ox.BlankNode):
            inner.setdefault(quad.subject, []).append(quad.object)
    pending = list(about)
    while pending:
        new = [node for node in inner.get(pending.pop(), ()) if node not in about]
        about.update(new)
        pending += new
    settings: dict[Triple, None] = {}
    refinement: dict[Triple, None] = {}
    for quad in quads:
        triple: Triple = (quad.subject, quad.predicate, quad.object)  # type: ignore[assignment]
        (settings if quad.subject in about or quad.graph_name != home else refinement)[triple] = None
    return Overlay(name, nodes, tuple(settings), tuple(refinement))
