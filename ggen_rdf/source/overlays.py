"""Parts what is said about tenants from what is said about everything.

In: a graph of everything that was said. Out: an `Overlay` for each tenant; the graph is left with what all share. An
overlay has two parts. The *settings* say what the tenant itself is and has: platform and tenant see them. The
*refinement* is all else that the tenant's own graph says, of the model: it exists for that tenant alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from urllib.parse import quote, unquote

import pyoxigraph as ox

from ggen_rdf.graph import LIBRARY, Graph, Triple
from ggen_rdf.source.documents import GGEN, TENANT_GRAPH
from ggen_rdf.source.tenants import LABEL, tenant_iri
from ggen_rdf.source.terms import TYPE

_TENANT = ox.NamedNode(GGEN + "Tenant")
_OWN_KINDS = frozenset(ox.NamedNode(GGEN + name) for name in ("Tenant", "Feature", "SharedComponent"))
"""What a tenant may name without saying anything of the model."""
_SAID_OF_ALL = frozenset((LABEL, ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")))
_ABOUT = """
PREFIX ggen: <https://w3id.org/ggen#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?property { { ?property rdfs:domain ggen:Tenant } UNION { ?property ggen:settingKey ?key } }
"""


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
        return own_graph(self.name)


def part(graph: Graph) -> tuple[tuple[Overlay, ...], Graph]:
    """Take what is said about tenants out of a graph: the overlays by name, and a graph of all that was taken out."""
    nodes = _tenants(graph)
    quads = {name: list(dict.fromkeys(_quads_of(graph, name, found))) for name, found in nodes.items()}
    about = frozenset(row["property"] for row in graph.select(_ABOUT))
    things = {q.subject for found in quads.values() for q in found if q.predicate == TYPE and q.object in _OWN_KINDS}
    shared = {thing for thing in things if _is_said_elsewhere(graph, thing)}
    overlays = tuple(_overlay(name, tuple(nodes[name]), quads[name], about, shared) for name in sorted(nodes))
    apart = Graph()
    for found in quads.values():
        apart.store.extend(found)
        for quad in found:
            graph.store.remove(quad)
    return overlays, apart


def own_graph(name: str) -> ox.NamedNode:
    """The graph of what a tenant says, whatever it is called."""
    return ox.NamedNode(TENANT_GRAPH + quote(name, safe=""))


def _is_said_elsewhere(graph: Graph, thing: object) -> bool:
    """Whether something is said of a thing in a graph that is no tenant's."""
    names = (quad.graph_name for quad in graph.quads(thing))  # type: ignore[arg-type]
    return any(not (isinstance(name, ox.NamedNode) and name.value.startswith(TENANT_GRAPH)) for name in names)


def _tenants(graph: Graph) -> dict[str, list[ox.NamedNode]]:
    """The nodes of every tenant, by its name. A tenant with a graph of its own has a node even if it is not typed."""
    found: dict[str, list[ox.NamedNode]] = {}
    for name in graph.store.named_graphs():
        if isinstance(name, ox.NamedNode) and name.value.startswith(TENANT_GRAPH):
            tenant = unquote(name.value[len(TENANT_GRAPH) :])
            found.setdefault(tenant, []).append(tenant_iri(tenant))
    for quad in sorted(graph.quads(None, TYPE, _TENANT), key=str):
        home = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        if home.startswith(TENANT_GRAPH) and _is_said_elsewhere(graph, quad.subject):
            continue  # whose tenant this is, says the one who declares it
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
    yield from graph.store.quads_for_pattern(None, None, None, own_graph(name))
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


def _overlay(
    name: str, nodes: tuple[ox.NamedNode, ...], quads: list[ox.Quad], about: frozenset[object], shared: Set[object]
) -> Overlay:
    """Part what a tenant says of itself from what it says of the model.

    `about` are the properties that say what a tenant is; `shared` is everything that others say something of.
    """
    home = own_graph(name)
    things = {q.subject for q in quads if q.predicate == TYPE and q.object in _OWN_KINDS and q.subject not in shared}
    settings: dict[Triple, None] = {}
    refinement: dict[Triple, None] = {}
    for quad in quads:
        triple: Triple = (quad.subject, quad.predicate, quad.object)  # type: ignore[assignment]
        kind = quad.predicate == TYPE and quad.object in _OWN_KINDS
        of_itself = quad.subject in nodes and (kind or quad.predicate in about or quad.predicate in _SAID_OF_ALL)
        of_its_things = quad.subject in things and (kind or quad.predicate in _SAID_OF_ALL)
        is_setting = quad.graph_name != home or of_itself or of_its_things
        (settings if is_setting else refinement)[triple] = None
    return Overlay(name, nodes, tuple(settings), tuple(refinement))
