"""The pipeline: read, reason, check, project, render, plan, write.

In: a `Request`. Out: what came of it, and diagnostics. Nothing here prints, exits or raises for a user's mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from ggen_rdf.aside import aside
from ggen_rdf.check import apply_suppressions, check_shapes, checking_shapes
from ggen_rdf.check.terms import check_terms
from ggen_rdf.check.untyped import check_untyped
from ggen_rdf.diagnostics import Diagnostic, Label, has_errors, ordered
from ggen_rdf.reason.clashes import clashes
from ggen_rdf.source.curies import prefixes
from ggen_rdf.source.masking import masked
from ggen_rdf.source.overlays import Overlay
from ggen_rdf.source.read import read_workspace
from ggen_rdf.source.secrets import Secret
from ggen_rdf.source.settings import Settings
from ggen_rdf.view import View, Views, open_views

if TYPE_CHECKING:
    from ggen_rdf.render.generate import Order, Packs
    from ggen_rdf.render.making import Made, Making
    from ggen_rdf.render.pack import Pack
    from ggen_rdf.report.question import Answer
    from ggen_rdf.write.manifest import Entry
    from ggen_rdf.write.memory import Memory
    from ggen_rdf.write.plan import Plan
    from ggen_rdf.write.runs import Runs


_LARGE = 50_000
"""The number of triples from which on a second process pays: below it, checking takes less than starting one."""


def _silent(_verb: str, _what: str) -> None:
    """Report nothing."""


def _nothing(_said: Sequence[Diagnostic]) -> tuple[str, str]:
    """Say nothing."""
    return "", ""


@dataclass(frozen=True)
class Request:
    """What a run is asked to do. Paths are relative to the workspace, or absolute."""

    root: str
    pack: str | None = None
    variables: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    output: str | None = None
    complete: bool = False
    as_of: str | None = None
    tenant: str | None = None
    """Build, check or ask this tenant's view only."""
    tenant_config: str | None = None
    shared_config: str | None = None
    secrets_file: str | None = None
    environment: Callable[[str], str | None] = field(default=lambda _name: None, repr=False)
    """Looks up an environment variable: for the values of secrets, and for nothing else."""
    overwrite: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    progress: Callable[[str, str], None] = field(default=_silent)
    replay: Callable[[Sequence[Diagnostic]], tuple[str, str]] = field(default=_nothing)
    """How diagnostics read, plain and in colours: what a build in which nothing changed says again."""

    @property
    def is_plain(self) -> bool:
        """Whether it is the whole build, as `ggen build` without options asks for it."""
        asked = (self.complete, self.as_of, self.tenant, self.overwrite, self.keep)
        return self.pack is None and not any(asked)


def check(request: Request) -> tuple[Views | None, list[Diagnostic]]:
    """Read, reason and check, for the platform and each tenant that refines the model; views only if all is well."""
    views, problems = _opened(request)
    if views is None:
        return None, problems
    problems = _judgement(request, views.platform, views, problems)
    if not has_errors(problems):
        problems = _each_tenant(request, views, problems)
    return (None if has_errors(problems) else views), masked(problems, views.workspace.secrets)


def _opened(request: Request) -> tuple[Views | None, list[Diagnostic]]:
    """Read and reason. There are views if everything could be read, and the tenant that was asked for exists."""
    request.progress("Reading", request.root)
    workspace, problems = read_workspace(request.root)
    if has_errors(problems):
        return None, ordered(problems)
    request.progress("Reasoning", f"over {len(workspace.graph)} triples")
    views, more = open_views(workspace)
    unknown = views.unknown(request.tenant)
    return (None if unknown else views), ordered([*problems, *more, *unknown])


def _judgement(request: Request, view: View, views: Views, so_far: list[Diagnostic]) -> list[Diagnostic]:
    """Everything that is wrong with a view, but for what is recorded as an exception."""
    request.progress("Checking", f"the model as {view.tenant.name} sees it" if view.tenant else "the model")
    found = [
        *so_far,
        *([] if view.tenant else views.problems(request.tenant)),
        *_checks(request, view, views.workspace.root),
    ]
    return ordered(apply_suppressions(view.graph, view.locate, found, request.as_of))


def _checks(request: Request, view: View, root: str) -> Iterator[Diagnostic]:
    graph, locate = view.graph, view.locate
    unknown = check_terms(graph, locate)
    yield from unknown
    if has_errors(unknown):  # whatever else would be said of them is a consequence
        return
    yield from check_untyped(graph, locate)
    contradictions = clashes(graph, view.closure, locate, root)
    yield from contradictions
    shapes, problems = checking_shapes(root)
    yield from problems
    yield from check_shapes(graph, shapes, locate)
    if request.complete and not has_errors(contradictions):  # HermiT would find the same ones, at length
        from ggen_rdf.reason.dl import check_complete

        yield from check_complete(graph, view.closure, locate)


def _each_tenant(
    request: Request, views: Views, so_far: list[Diagnostic], making: Making[Entry] | None = None
) -> list[Diagnostic]:
    """Check what each tenant sees, if it is not what all see, and make what is made for it."""
    problems = list(so_far)
    said = {_saying(d) for d in so_far}
    for tenant in views.workspace.overlays:
        if request.tenant not in (None, tenant.name) or not (tenant.refinement or (making and making.needs_tenants())):
            continue
        with views.opened(tenant) as (view, more):
            judged = _judgement(request, view, views, more) if tenant.refinement else more
            new = [d for d in judged if _saying(d) not in said]
            said.update(map(_saying, new))
            note = f"this is so for tenant `{tenant.name}`, who refines the model in {_where(views, tenant)}"
            problems += [replace(d, notes=(*d.notes, note)) for d in new]
            if making is not None and not has_errors(judged):
                request.progress("Generating", f"for {tenant.name}")
                problems += making.tenant(view, views)
    return ordered(problems)


def _where(views: Views, tenant: Overlay) -> str:
    """The files in which a tenant refines the model."""
    spans = (views.workspace.locate.triple(*triple) for triple in tenant.refinement)
    return " and ".join(sorted({span.source.path for span in spans if span}))


def _saying(problem: Diagnostic) -> tuple[str, str, object]:
    """What tells one thing that is said from another."""
    return problem.code, problem.message, problem.labels[0].span if problem.labels else None


def plan(request: Request) -> tuple[Plan | None, list[Diagnostic]]:
    """Check the model, render everything in memory, and compare it with the tree. Nothing is written."""
    return _planned(request, _observed(request))


def build(request: Request) -> tuple[Plan | None, list[Diagnostic]]:
    """Plan, and if nothing stands in the way, write."""
    from ggen_rdf.write.apply import apply
    from ggen_rdf.write.memory import remember

    observed = _observed(request)
    found, problems = _planned(request, observed)
    if found is None or found.blocked or has_errors(problems):
        return found, problems
    request.progress("Writing", request.root)
    applied, more = apply(found)
    problems = ordered(problems + more)
    if not has_errors(problems) and request.is_plain:
        remember(request.root, observed, applied, replay=request.replay(problems))
    return found, problems


def _observed(request: Request) -> dict[str, str]:
    """A digest of everything that the run is about to read."""
    from ggen_rdf.render.generate import installed
    from ggen_rdf.write.state import observe

    return observe(request.root, [path for path, _ in installed()])


def _planned(request: Request, observed: dict[str, str]) -> tuple[Plan | None, list[Diagnostic]]:
    views, problems = _opened(request)
    if views is None:
        return None, problems
    hidden = list(views.workspace.secrets)
    found, problems = _compared(request, views, problems, observed, hidden)
    return found, masked(problems, hidden)


def _compared(
    request: Request, views: Views, problems: list[Diagnostic], observed: dict[str, str], hidden: list[Secret]
) -> tuple[Plan | None, list[Diagnostic]]:
    """A plan for views. What it learns to be secret is added to `hidden`."""
    from ggen_rdf.write import manifest
    from ggen_rdf.write.memory import recall
    from ggen_rdf.write.plan import plan as compare

    before, unread = manifest.read(request.root)
    if has_errors(unread):
        return None, problems + unread
    memory = recall(request.root, before, observed)
    made, problems = _judged_and_made(request, views, memory, problems)
    hidden += [one.secret for one in made.secrets]
    if has_errors(problems):
        return None, ordered(problems)
    whose = _whose(request, views, made.needed)
    request.progress("Planning", f"{len(made.artefacts) + len(made.unchanged)} files")
    found, more = compare(
        request.root,
        made.artefacts,
        before,
        unchanged=made.unchanged,
        run=whose.name,
        runs=whose.of,
        scope=whose.owns,
        overwrite=request.overwrite,
        keep=request.keep,
        remembered=memory.remembered,
    )
    found, told = _with_secrets(request, made, found)
    return found, ordered(problems + more + told)


def _with_secrets(request: Request, made: Made[Entry], plan: Plan) -> tuple[Plan, list[Diagnostic]]:
    """The plan with that of the secrets file, unless a secret would get anywhere else."""
    if request.secrets_file is None:
        return plan, []
    from ggen_rdf.write.leaks import leaks
    from ggen_rdf.write.secrets_file import plan_secrets

    taken = {artefact.path for artefact in made.artefacts} | {entry.path for entry in plan.after.entries}
    kept, problems = plan_secrets(request.root, request.secrets_file, made.secrets, made.wanted, taken)
    where = (Label(made.secrets_span),) if made.secrets_span else ()
    problems = [d if d.labels else replace(d, labels=where) for d in problems]
    problems += leaks(made.artefacts, plan, made.secrets)
    return replace(plan, secrets=kept, blocked=plan.blocked or has_errors(problems)), problems


def _judged_and_made(
    request: Request, views: Views, memory: Memory, so_far: list[Diagnostic]
) -> tuple[Made[Entry], list[Diagnostic]]:
    """Check a model and render it; a large one both at once. What was made of a wrong model does not count."""
    judge = partial(_judgement, request, views.platform, views, so_far)
    if len(views.platform.graph) < _LARGE:
        problems = judge()
        if has_errors(problems):
            return _nothing_made(), problems
        making, more = _making(request, views, memory)
    else:
        judged = aside(judge)
        try:
            making, more = _making(request, views, memory)
        except Exception:
            problems = judged()
            if has_errors(problems):
                return _nothing_made(), problems
            raise
        problems = judged()
    if has_errors(problems + more):
        return making.made, problems if has_errors(problems) else problems + more
    return making.made, _each_tenant(request, views, problems + more, making)


def _nothing_made() -> Made[Entry]:
    from ggen_rdf.render.making import Made

    return Made()


def _making(request: Request, views: Views, memory: Memory) -> tuple[Making[Entry], list[Diagnostic]]:
    """What is made for the platform."""
    from ggen_rdf.render.generate import Packs
    from ggen_rdf.render.making import Making
    from ggen_rdf.render.orders import offered
    from ggen_rdf.write.runs import standing

    packs, settings = Packs(request.root), views.workspace.settings
    orders, problems = _orders(request, settings, packs, views)
    offers = offered(orders, standing(memory.manifest, request.pack is not None), settings, packs)
    for name in settings.pack_settings:
        span = settings.file.key(("pack", name)) if settings.file else None
        problems += packs.place(name, span)[1]
    known = memory.known if request.secrets_file is None else lambda *_: None  # what holds secrets must be seen anew
    making = Making(orders, packs, settings.name, known, offers)
    problems += making.platform(views.platform, request.progress)
    if request.pack is not None:
        problems += making.learn(request.environment, request.secrets_file, views.platform.graph)
    return making, problems


def query(request: Request, text: str) -> tuple[Answer | None, list[Diagnostic]]:
    """Answer a SPARQL query over the closed model, which may have errors as long as it can be read."""
    views, problems = _opened(request)
    if views is None:
        return None, problems
    tenant = views.tenant(request.tenant) if request.tenant else None
    if tenant is None:
        answer, wrong = _asked(views.platform, views, text)
        return answer, ordered([*problems, *wrong])
    with views.opened(tenant) as (view, more):
        answer, wrong = _asked(view, views, text)
    return answer, ordered([*problems, *more, *wrong])


def _asked(view: View, views: Views, text: str) -> tuple[Answer | None, list[Diagnostic]]:
    from ggen_rdf.decompose import with_services
    from ggen_rdf.report.question import ask

    with with_services(view.graph, [text], None, view.locate.triple) as ill_asked:
        answer, wrong = ask(view.graph, text, prefixes(views.workspace.sources), views.workspace.locate.curie)
    return answer, [*ill_asked, *wrong]


def packs(root: str) -> tuple[list[Pack], list[Diagnostic]]:
    """Every pack that a workspace can use."""
    from ggen_rdf.render.generate import Packs

    known = Packs(root)
    found, problems = [], []
    for place in known.every():
        pack, more = known.read(place)
        problems += more
        found += [pack] if pack else []
    return found, ordered(problems)


@dataclass(frozen=True)
class Origin:
    """What a generated file was made from: the pack, the template, and each term of the model with its place."""

    pack: str
    template: str
    terms: tuple[tuple[str, str], ...]


def origin(root: str, path: str) -> Origin | None:
    """What the manifest says of a generated file, or None for a file that ggen did not write."""
    import pyoxigraph as ox

    from ggen_rdf.write import manifest

    entries = [e for e in manifest.read(root)[0].entries if e.path == path]
    if not entries:
        return None
    workspace, _ = read_workspace(root)
    terms = []
    for iri in dict.fromkeys(term for entry in entries for term in entry.terms):
        span = workspace.locate.triple(ox.NamedNode(iri))
        place = f"{span.source.path}:{span.source.position(span.start)[0]}" if span else ""
        terms.append((workspace.locate.curie(ox.NamedNode(iri)), place))
    entry = entries[0]
    return Origin(f"{entry.pack} {entry.pack_version}", entry.template, tuple(terms))


def _whose(request: Request, views: Views, needed: Sequence[str]) -> Runs:
    """What a run is called, and what it owns. A build for one tenant owns only what came from that tenant."""
    from ggen_rdf.render.generate import Packs
    from ggen_rdf.render.needs import closure
    from ggen_rdf.write.runs import Asked, runs

    tenant = views.tenant(request.tenant) if request.tenant else None
    nodes = {node.value for node in tenant.nodes} if tenant else set()
    asked = None
    if request.pack is not None:
        built = closure(views.workspace.settings.packs, Packs(request.root))
        configured = bool(request.tenant_config or request.shared_config)
        asked = Asked(request.pack, request.output, bool(request.variables), configured, built, needed)
    return runs(asked, lambda entry: tenant is None or not nodes.isdisjoint(entry.terms))


def _orders(request: Request, settings: Settings, packs: Packs, views: Views) -> tuple[list[Order], list[Diagnostic]]:
    from ggen_rdf.render.generate import variables_of
    from ggen_rdf.render.orders import build_orders, one_order, with_needs

    if request.pack is None:
        return build_orders(settings, packs)
    configs = [path for path in (request.shared_config, request.tenant_config) if path]
    variables = variables_of(request.pack, packs, views.platform.graph)
    words, output, file = request.variables, request.output, request.secrets_file
    order, problems = one_order(settings, request.root, request.pack, words, output, configs, variables, file)
    orders, more = with_needs(order, settings, packs)
    return orders, problems + more
