"""The pipeline: read, reason, check, project, render, plan, write.

In: a `Request`. Out: what came of it, and diagnostics. Nothing here prints, exits or raises for a user's mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ggen_rdf.aside import aside
from ggen_rdf.check import apply_suppressions, check_shapes, checking_shapes
from ggen_rdf.check.terms import check_terms
from ggen_rdf.constraints import shapes_in
from ggen_rdf.diagnostics import Diagnostic, has_errors, ordered
from ggen_rdf.graph import Graph
from ggen_rdf.reason import Closure, close
from ggen_rdf.reason.clashes import clashes
from ggen_rdf.source.curies import prefixes
from ggen_rdf.source.read import read_workspace
from ggen_rdf.source.workspace import Workspace

if TYPE_CHECKING:
    from ggen_rdf.artefact import Artefact
    from ggen_rdf.render.generate import Order
    from ggen_rdf.render.pack import Pack
    from ggen_rdf.report.question import Answer
    from ggen_rdf.write.manifest import Entry
    from ggen_rdf.write.memory import Memory
    from ggen_rdf.write.plan import Plan


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
    variables: tuple[tuple[str, str], ...] = ()
    output: str | None = None
    complete: bool = False
    as_of: str | None = None
    tenant_config: str | None = None
    shared_config: str | None = None
    overwrite: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    progress: Callable[[str, str], None] = field(default=_silent)
    replay: Callable[[Sequence[Diagnostic]], tuple[str, str]] = field(default=_nothing)
    """How diagnostics read, plain and in colours: what a build in which nothing changed says again."""

    @property
    def is_plain(self) -> bool:
        """Whether it is the whole build, as `ggen build` without options asks for it."""
        return self.pack is None and not (self.complete or self.as_of or self.overwrite or self.keep)


@dataclass(frozen=True, eq=False)
class Model:
    """A workspace whose graph is closed and checked."""

    workspace: Workspace
    closure: Closure

    @property
    def graph(self) -> Graph:
        """The closed graph."""
        return self.workspace.graph


def check(request: Request) -> tuple[Model | None, list[Diagnostic]]:
    """Read, reason and check. There is a model only if nothing is wrong with it."""
    model, problems = _closed(request)
    if model is None:
        return None, problems
    problems = _judgement(request, model, problems)
    return (None if has_errors(problems) else model), problems


def _closed(request: Request) -> tuple[Model | None, list[Diagnostic]]:
    """Read and reason. There is a model if everything could be read."""
    request.progress("Reading", request.root)
    workspace, problems = read_workspace(request.root)
    if has_errors(problems):
        return None, ordered(problems)
    request.progress("Reasoning", f"over {len(workspace.graph)} triples")
    closure, more = close(workspace.graph, workspace.root)
    return Model(workspace, closure), problems + more


def _judgement(request: Request, model: Model, so_far: list[Diagnostic]) -> list[Diagnostic]:
    """Everything that is wrong with a model, but for what is recorded as an exception."""
    request.progress("Checking", "the model")
    found = so_far + list(_checks(request, model))
    return ordered(apply_suppressions(model.graph, model.workspace.locate, found, request.as_of))


def _checks(request: Request, model: Model) -> Iterator[Diagnostic]:
    graph, locate = model.graph, model.workspace.locate
    unknown = check_terms(graph, locate)
    yield from unknown
    if has_errors(unknown):  # whatever else would be said of them is a consequence
        return
    contradictions = clashes(graph, model.closure, locate, model.workspace.root)
    yield from contradictions
    shapes, problems = checking_shapes(model.workspace.root)
    yield from problems
    yield from check_shapes(graph, shapes, locate)
    if request.complete and not has_errors(contradictions):  # HermiT would find the same ones, at length
        from ggen_rdf.reason.dl import check_complete

        yield from check_complete(graph, model.closure, locate)


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
    from ggen_rdf.write import manifest
    from ggen_rdf.write.memory import recall
    from ggen_rdf.write.plan import plan as compare

    model, problems = _closed(request)
    if model is None:
        return None, problems
    before, unread = manifest.read(request.root)
    if has_errors(unread):
        return None, problems + unread
    memory = recall(request.root, before, observed)
    made, problems = _judged_and_made(request, model, memory, problems)
    if has_errors(problems):
        return None, ordered(problems)
    run, scope = _run(request, model.workspace.settings.packs)
    request.progress("Planning", f"{len(made.artefacts) + len(made.unchanged)} files")
    found, more = compare(
        request.root,
        made.artefacts,
        before,
        unchanged=made.unchanged,
        run=run,
        scope=scope,
        overwrite=request.overwrite,
        keep=request.keep,
        remembered=memory.remembered,
    )
    return found, ordered(problems + more)


def _judged_and_made(
    request: Request, model: Model, memory: Memory, so_far: list[Diagnostic]
) -> tuple[_Made, list[Diagnostic]]:
    """Check a model and render it; a large one both at once. What was made of a wrong model does not count."""
    judge = partial(_judgement, request, model, so_far)
    if len(model.graph) < _LARGE:
        problems = judge()
        made, more = (_Made([], []), []) if has_errors(problems) else _generate(request, model, memory)
        return made, problems + more
    judged = aside(judge)
    try:
        made, more = _generate(request, model, memory)
    except Exception:
        problems = judged()
        if has_errors(problems):
            return _Made([], []), problems
        raise
    problems = judged()
    return made, problems if has_errors(problems) else problems + more


def query(request: Request, text: str) -> tuple[Answer | None, list[Diagnostic]]:
    """Answer a SPARQL query over the closed model, which may have errors as long as it can be read."""
    from ggen_rdf.report.question import ask

    workspace, problems = read_workspace(request.root)
    if has_errors(problems):
        return None, ordered(problems)
    _, more = close(workspace.graph, workspace.root)
    answer, wrong = ask(workspace.graph, text, prefixes(workspace.sources), workspace.locate.curie)
    return answer, ordered([*problems, *more, *wrong])


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


def _run(request: Request, packs: Sequence[str]) -> tuple[str, Callable[[Entry], bool]]:
    """What a run is called in the manifest, and which entries are its to remove; `packs` are those of the build.

    What was made by hand is no build's to remove. Once a pack is no longer built, a plain `gen` of it takes over what
    the last build made of it.
    """
    from ggen_rdf.write.manifest import BUILD

    pack = request.pack
    if pack is None:
        return BUILD, lambda entry: entry.run == BUILD
    name = f"gen {pack} {request.output or ''}".strip()
    if request.output is not None or request.variables or request.tenant_config or request.shared_config:
        return name, lambda entry: entry.run == name
    return (BUILD if pack in packs else name), lambda entry: entry.run in (name, BUILD) and entry.pack == pack


@dataclass(frozen=True)
class _Made:
    artefacts: list[Artefact]
    unchanged: list[Entry]


def _generate(request: Request, model: Model, memory: Memory) -> tuple[_Made, list[Diagnostic]]:
    from ggen_rdf.render import generate as room

    packs = room.Packs(request.root)
    orders, problems = _orders(request, model)
    shapes = shapes_in(model.graph)
    source = room.Model(model.graph, model.workspace.settings.name, shapes.get, model.workspace.locate.triple)
    made = _Made([], [])

    def known(path: str, template_hash: str, context_hash: str) -> bool:
        entry = memory.known(path, template_hash, context_hash)
        made.unchanged.extend([entry] if entry else [])
        return entry is not None

    for order in orders:
        request.progress("Generating", order.pack)
        artefacts, more = room.generate(order, packs, source, known)
        made.artefacts.extend(artefacts)
        problems += more
    return made, problems


def _orders(request: Request, model: Model) -> tuple[list[Order], list[Diagnostic]]:
    from ggen_rdf.render.orders import build_orders, one_order

    settings = model.workspace.settings
    if request.pack is None:
        return build_orders(settings), []
    configs = [path for path in (request.shared_config, request.tenant_config) if path]
    order, problems = one_order(settings, request.root, request.pack, request.variables, request.output, configs)
    return [order], problems
