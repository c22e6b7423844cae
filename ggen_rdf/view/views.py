"""Opens a workspace as each of those who look at it sees it.

In: a workspace. Out: the view of the *platform*, which holds what all share and the settings of every tenant; and, one
after the other, the view of each *tenant*: what all share, its own settings and its own refinement. No other tenant
exists in a tenant's view, not even by name.

A tenant that refines nothing sees the shared graph with its settings added for as long as its view is open. One that
refines the model has a graph of its own, closed anew, as what it adds may change what follows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, has_errors
from ggen_rdf.graph import INFERRED, Graph, Term, Triple
from ggen_rdf.reason import Closure, close, close_further
from ggen_rdf.source.documents import GGEN, GLOBAL_TENANT, TENANT_GRAPH
from ggen_rdf.source.locate import Locator
from ggen_rdf.source.overlays import Overlay
from ggen_rdf.source.terms import TYPE
from ggen_rdf.source.workspace import Workspace
from ggen_rdf.view import wording
from ggen_rdf.view.refine import PROPERTY, Refined, directions, refine

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?")
"""What can stand in a path, in every file system."""
_TENANT = ox.NamedNode(GGEN + "Tenant")
_DECIDING = (
    "<http://www.w3.org/ns/shacl#",
    f"<{GGEN}Structure",
    f"<{GGEN}Aggregate",
    f"<{GGEN}Entity",
    f"<{GGEN}Value",
)
"""What decides what is made of a thing: the words of SHACL, and the kinds of structure."""


@dataclass(frozen=True, eq=False)
class View:
    """A closed graph, and what finds the places of its statements. Without a tenant it is the platform's."""

    graph: Graph
    closure: Closure
    locate: Locator
    tenant: Overlay | None = None


@dataclass(frozen=True, eq=False)
class Views:
    """The views of a workspace."""

    workspace: Workspace
    platform: View
    shared: Closure
    """What follows from what all share."""
    settings: tuple[ox.Quad, ...]
    """The settings of all tenants, as they were added for the platform."""

    def tenant(self, name: str) -> Overlay | None:
        """A tenant by its name."""
        return next((overlay for overlay in self.workspace.overlays if overlay.name == name), None)

    def unknown(self, name: str | None) -> list[Diagnostic]:
        """What is to be said of a name that somebody asked for, if no tenant has it."""
        if name is None or self.tenant(name):
            return []
        return [wording.unknown(name, [tenant.name for tenant in self.workspace.overlays])]

    @cached_property
    def _commons(self) -> Graph:
        """A closed graph of what all share."""
        apart = {
            *self.settings,
            *(q for step in self.platform.closure.steps[len(self.shared.steps) :] for q in step.quads),
        }
        graph = Graph()
        graph.store.extend(quad for quad in self.platform.graph.quads() if quad not in apart)
        return graph

    @cached_property
    def _visited(self) -> Graph:
        """The same again, to which the settings of one tenant after the other are added and taken away."""
        graph = Graph()
        graph.store.extend(self._commons.quads())
        return graph

    @cached_property
    def _ways(self) -> dict[Term, str]:
        return directions(self._commons)

    @cached_property
    def commons(self) -> View:
        """What all share, as nobody sees it: the model without any tenant."""
        return View(self._commons, self.shared, self.workspace.locate)

    @contextmanager
    def opened(self, tenant: Overlay) -> Iterator[tuple[View, list[Diagnostic]]]:
        """The view of a tenant, until the end of the `with`."""
        if tenant.refinement or self.shared.judges_absence:
            yield self._refined(tenant)
            return
        graph, before = self._visited, len(self.shared.steps)
        with graph.changed(_unsaid(graph, tenant, tenant.settings)) as put:
            closure, problems = close_further(self.shared, graph, tenant.settings)
            put += [quad for step in closure.steps[before:] for quad in step.quads]
            yield View(graph, closure, self.workspace.locate, tenant), problems

    def _refined(self, tenant: Overlay) -> tuple[View, list[Diagnostic]]:
        changes = self._changes(tenant)
        dropped = set(changes.dropped)
        graph = Graph()
        graph.store.extend(
            quad
            for quad in self._commons.quads()
            if quad.graph_name != INFERRED and (quad.subject, quad.predicate, quad.object) not in dropped
        )
        graph.store.extend(changes.quads)
        graph.store.extend(_unsaid(graph, tenant, (*tenant.settings, *changes.added)))
        closure, problems = close(graph, self.workspace.root)
        locate = self.workspace.locate.merged(changes.origins)
        return View(graph, closure, locate, tenant), [*problems, *self._concluded(tenant, closure)]

    def _concluded(self, tenant: Overlay, closure: Closure) -> Iterator[Diagnostic]:
        """What follows from a refinement for things that all share, although the tenant may not say it of them."""
        said: set[Term] = set()
        for step in closure.steps:
            for subject, predicate, value in step.triples:
                changed = value if predicate == TYPE else predicate
                if not str(changed).startswith(_DECIDING) or predicate == PROPERTY or subject in said:
                    continue
                if (subject, predicate, value) not in self._commons and self._is_shared(subject):
                    said.add(subject)
                    yield wording.concluded(tenant, (subject, predicate, value), self.workspace.locate)

    @cached_property
    def _refinements(self) -> dict[str, Refined]:
        return {}

    def _changes(self, tenant: Overlay) -> Refined:
        if tenant.name not in self._refinements:
            self._refinements[tenant.name] = refine(self._commons, tenant, self._ways, self.workspace.locate)
        return self._refinements[tenant.name]

    def problems(self, only: str | None = None) -> list[Diagnostic]:
        """What tenants say that they may not; of one tenant, or of all."""
        found = []
        tenants = self.workspace.overlays
        owners = _owners(tenants)
        names = [tenant.name for tenant in tenants if _is_declared(tenant)]
        for tenant in (one for one in tenants if only in (None, one.name)):
            foreign = list(self._foreign(tenant, owners))
            found += foreign
            declared = {s for s, p, o in tenant.settings if p == TYPE and o == _TENANT}
            if len(declared) > 1:
                found.append(wording.same_name(tenant, declared, self.workspace.locate))
            if not _NAME.fullmatch(tenant.name) or tenant.name == GLOBAL_TENANT:
                found.append(wording.no_name(tenant, self.workspace.locate))
            if not _is_declared(tenant):
                found.append(wording.undeclared(tenant, names, self.workspace.locate))
            elif tenant.refinement and not has_errors(foreign):
                found += self._changes(tenant).problems
        return found

    def _foreign(self, tenant: Overlay, owners: dict[Term, set[str]]) -> Iterator[Diagnostic]:
        """The terms of other tenants that a tenant speaks of, each once."""
        seen: set[Term] = set()
        for triple in (*tenant.settings, *tenant.refinement):
            for term in triple:
                others = owners.get(term, {tenant.name})
                if tenant.name not in others and term not in seen and not self._is_shared(term):
                    seen.add(term)
                    yield wording.foreign_term(tenant, triple, term, others, self.workspace.locate)

    def _is_shared(self, term: Term) -> bool:
        """Whether anything is said of a term that is not said of a tenant."""
        names = (quad.graph_name for quad in self.platform.graph.quads(term))
        return any(name != INFERRED and not name.value.startswith(TENANT_GRAPH) for name in names)  # type: ignore


def open_views(workspace: Workspace) -> tuple[Views, list[Diagnostic]]:
    """Draw every conclusion for the platform, whose view the graph becomes, and make ready for the tenants."""
    graph = workspace.graph
    shared, problems = close(graph, workspace.root)
    settings: list[ox.Quad] = []
    for tenant in workspace.overlays:
        unsaid = _unsaid(graph, tenant, tenant.settings)
        graph.store.extend(unsaid)
        settings += unsaid
    closure = shared
    if settings:
        closure, more = close_further(shared, graph, ((q.subject, q.predicate, q.object) for q in settings))  # type: ignore
        problems += more
    return Views(workspace, View(graph, closure, workspace.locate), shared, tuple(settings)), problems


def _unsaid(graph: Graph, tenant: Overlay, triples: tuple[Triple, ...]) -> list[ox.Quad]:
    """Quads for the graph of a tenant, of what is not said yet: what is said twice counts twice."""
    unsaid = (triple for triple in dict.fromkeys(triples) if triple not in graph)
    return [ox.Quad(*triple, tenant.graph) for triple in unsaid]  # type: ignore[arg-type]


def _owners(tenants: tuple[Overlay, ...]) -> dict[Term, set[str]]:
    """The tenants that say what a thing is, by thing. What a tenant itself is, no other says."""
    owners: dict[Term, set[str]] = defaultdict(set)
    nodes = {node: tenant.name for tenant in tenants for node in tenant.nodes}
    for tenant in tenants:
        for subject, _, _ in (*tenant.settings, *tenant.refinement):
            if isinstance(subject, ox.NamedNode):
                owners[subject].add(nodes.get(subject, tenant.name))
    return owners


def _is_declared(tenant: Overlay) -> bool:
    return any(predicate == TYPE and value == _TENANT for _, predicate, value in tenant.settings)
