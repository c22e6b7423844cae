"""Every pack of a run, for the platform and for each tenant.

In: orders, and views of the model, one after the other. Out: artefacts, each path once. A template that says `view:
tenant` is rendered in the view of each tenant, and all others of its pack in the platform's. A pack without such a
template is rendered for the platform, and again below `views/<tenant>/` for a tenant that refines the model, where
that makes a difference to it, or to a pack that it needs or that needs it: what belongs together comes as a whole. What
was made once is not made again: not what the last build left, nor what another has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Generic, Protocol, TypeVar

from ggen_rdf.artefact import Artefact
from ggen_rdf.constraints import shapes_in
from ggen_rdf.diagnostics import Diagnostic, Label, Span
from ggen_rdf.graph import Graph
from ggen_rdf.project import Rows, rows_of
from ggen_rdf.render.generate import Job, Model, Order, Packs, prepare, produce
from ggen_rdf.render.needs import Offers
from ggen_rdf.render.secret_vars import Environment, GivenSecret, given_secrets, wanted
from ggen_rdf.source.documents import GGEN
from ggen_rdf.source.overlays import Overlay
from ggen_rdf.view import View, Views

VIEWS = "views"
"""The folder for what a tenant has instead of what the others have."""


class Kept(Protocol):
    """What the last build made and left."""

    @property
    def path(self) -> str:
        """Where it is."""

    @property
    def sha256(self) -> str:
        """The digest of its bytes."""


_TENANT = GGEN + "Tenant"

K = TypeVar("K", bound=Kept)


@dataclass
class Made(Generic[K]):
    """What was made so far, and by whom each path was first made."""

    artefacts: list[Artefact] = field(default_factory=list)
    unchanged: list[K] = field(default_factory=list)
    first: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By path: for whom it was made, and the digest of its bytes."""
    reused: int = 0
    """How often something was asked for that had been made already."""
    needed: tuple[str, ...] = ()
    """The packs that were made because another needs them."""
    secrets: tuple[GivenSecret, ...] = ()
    wanted: tuple[str, ...] = ()
    """The keys that the secrets file should have in the end."""
    secrets_span: Span | None = None


@dataclass(frozen=True)
class _Variant(Generic[K]):
    """What a tenant may have instead of what the others have."""

    job: Job
    """The job below the folder of the tenant."""
    artefacts: list[Artefact]
    kept: list[K]
    """What the last build left of it."""


class Making(Generic[K]):
    """The making of all artefacts of a run."""

    def __init__(
        self,
        orders: Sequence[Order],
        packs: Packs,
        name: str,
        known: Callable[[str, str, str], K | None],
        offers: Offers | None = None,
    ) -> None:
        """`known` tells what the last build made at a path of a template and a context, by their hashes."""
        self.orders, self.packs, self.name, self.known, self.offers = orders, packs, name, known, offers or {}
        self.made: Made[K] = Made(needed=tuple(order.pack for order in orders if order.along))
        self.jobs: list[Job] = []
        self.here: set[tuple[str, str, str]] = set()

    def platform(self, view: View, progress: Callable[[str, str], None]) -> list[Diagnostic]:
        """Make what is made once."""
        problems: list[Diagnostic] = []
        model = self._model(view)
        for order in self.orders:
            progress("Generating", order.pack)
            job, found = prepare(order, self.packs, view.graph)
            problems += found
            if job is not None:
                self.jobs.append(job)
                artefacts, more = produce(job, self.packs, model, self._known(""), "platform")
                problems += more + self._take("", artefacts, job)
        return problems

    def learn(self, environment: Environment, file: str | None, graph: Graph) -> list[Diagnostic]:
        """Find out which secrets the run was given, and which should be in their file in the end."""
        problems = []
        for job in self.jobs:
            self.made.secrets, found = given_secrets(job, environment, file, graph)
            self.made.wanted, self.made.secrets_span = wanted(job, graph), job.order.secrets_span
            problems += found
        return problems

    def needs_tenants(self) -> bool:
        """Whether any pack makes something for each tenant."""
        return any(job.pack.for_tenants for job in self.jobs)

    def tenant(self, view: View, views: Views) -> list[Diagnostic]:
        """Make what is made for one tenant."""
        assert view.tenant is not None
        problems: list[Diagnostic] = []
        name, model = view.tenant.name, None
        variants: dict[str, _Variant[K]] = {}
        for job in self.jobs:
            if not (job.pack.for_tenants or view.tenant.refinement) or _is_for_others(job, view.tenant):
                continue
            model = model or self._model(view, views)
            if job.pack.for_tenants:
                rows = None if view.tenant.refinement else self._common_rows(job, views)
                made, more = produce(job, self.packs, model, self._known(name), "tenant", rows)
                problems += more + self._take(name, made, job)
            else:
                variant, more = self._variant(job, model, name)
                variants[job.pack.name] = variant
                problems += more
        for variant in self._that_differ(variants, model) if model else ():
            for entry in variant.kept:
                self._keep(name, entry)
            problems += self._take(name, variant.artefacts, variant.job)
        return problems

    def _model(self, view: View, views: Views | None = None) -> Model:
        """A view as packs are rendered from it. A tenant that refines nothing has the shapes of the platform."""
        plain = views is not None and view.tenant is not None and not view.tenant.refinement
        shapes = shapes_in(views.platform.graph if plain and views else view.graph)
        terms = tuple(node.value for node in view.tenant.nodes) if view.tenant else ()
        return Model(view.graph, self.name, shapes.get, view.locate.triple, terms, self.offers, self.name)

    def _common_rows(self, job: Job, views: Views) -> Rows:
        """The rows that a job has in every view: they are the same with the settings of all tenants and with none."""
        if job.common is None:
            shapes = shapes_in(views.platform.graph).get
            every, _ = rows_of(views.platform.graph, job.pack.levels, job.bindings, shapes)
            none, _ = rows_of(views.commons.graph, job.pack.levels, job.bindings, shapes)
            job.common = {name: rows for name, rows in (none or {}).items() if every and rows == every[name]}
        return job.common

    def _variant(self, job: Job, model: Model, tenant: str) -> tuple[_Variant[K], list[Diagnostic]]:
        """The whole pack as a tenant has it, under a name of its own."""
        mine = replace(job, folder=f"{VIEWS}/{tenant}")
        kept: list[K] = []

        def known(path: str, template: str, context: str) -> bool:
            entry = self.known(path, template, context)
            kept.extend([entry] if entry else [])
            return entry is not None

        named = replace(model, name=f"{model.name}-{tenant}")
        artefacts, problems = produce(mine, self.packs, named, known, "platform")
        return _Variant(mine, artefacts, kept), problems

    def _that_differ(self, variants: Mapping[str, _Variant[K]], model: Model) -> list[_Variant[K]]:
        """The variants that a tenant gets: what differs, and with it all that it needs or that needs it."""
        wanted: set[str] = set()
        for name, variant in variants.items():
            made = variant.artefacts or variant.kept
            if name not in wanted and made and not self._is_as_shared(variant.job, model):
                wanted |= _together(name, variants)
        return [variant for name, variant in variants.items() if name in wanted]

    def _is_as_shared(self, job: Job, model: Model) -> bool:
        """Whether a tenant would have the same files, but for their names, as all have."""
        artefacts, _ = produce(job, self.packs, model, lambda *_: False, "platform")
        theirs = (self.made.first.get(a.path.removeprefix(f"{job.folder}/"), ("", ""))[1] for a in artefacts)
        return all(sha256(a.data).hexdigest() == digest for a, digest in zip(artefacts, theirs, strict=True))

    def _known(self, tenant: str) -> Callable[[str, str, str], bool]:
        def known(path: str, template: str, context: str) -> bool:
            if (path, template, context) in self.here:
                self.made.reused += 1
                return True
            entry = self.known(path, template, context)
            if entry is None:
                return False
            self.here.add((path, template, context))
            self._keep(tenant, entry)
            return True

        return known

    def _keep(self, tenant: str, entry: K) -> None:
        self.made.unchanged.append(entry)
        self.made.first.setdefault(entry.path, (tenant, entry.sha256))

    def _take(self, tenant: str, artefacts: Sequence[Artefact], job: Job) -> list[Diagnostic]:
        """Keep what is new; what somebody else has under the same path must be the same."""
        problems = []
        for artefact in artefacts:
            self.here.add((artefact.path, artefact.template_hash, artefact.context_hash))
            digest = sha256(artefact.data).hexdigest()
            other, before = self.made.first.setdefault(artefact.path, (tenant, digest))
            if before != digest and other != tenant:
                problems.append(_differs(artefact, job, other, tenant))
            elif other == tenant:
                self.made.artefacts.append(artefact)
            else:
                self.made.reused += 1
        return problems


def _together(name: str, variants: Mapping[str, _Variant[K]]) -> set[str]:
    """A pack, and all those that it needs or that need it, however far away."""
    needs = {other: {need for need in variants[other].job.pack.needs if need in variants} for other in variants}
    found, pending = set[str](), [name]
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending += [*needs[one], *(other for other in variants if one in needs[other])]
    return found


def _is_for_others(job: Job, tenant: Overlay) -> bool:
    """Whether an order names tenants, and not this one."""
    named = [job.bindings.get(v.binds or v.name) for v in job.pack.variables if v.kind == _TENANT]
    return any(terms is not None and set(terms).isdisjoint(tenant.nodes) for terms in named)


def _differs(artefact: Artefact, job: Job, one: str, other: str) -> Diagnostic:
    template = next(t for t in job.pack.templates if t.name == artefact.template)
    whose = f"tenants `{one}` and `{other}`" if one else f"the platform and tenant `{other}`"
    return Diagnostic(
        "render/views-differ",
        f"`{artefact.path}` is not the same for {whose}",
        (Label(template.key_span("to"), "both have this path"),),
        help="name the tenant in the path, or leave out of the template what only one of them has",
        about=artefact.path,
    )
