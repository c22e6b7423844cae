"""One pack, from its folder to its artefacts: read, bind, project, render.

In: what the workspace says and what the run asks for. Out: artefacts below the workspace, or diagnostics.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyoxigraph as ox

from ggen_rdf.artefact import Artefact
from ggen_rdf.decompose import with_services
from ggen_rdf.diagnostics import Diagnostic, Label, Severity, Span, has_errors, nearest
from ggen_rdf.graph import Graph, Term
from ggen_rdf.library import library_path
from ggen_rdf.project import Context, Record, Rows, assemble, rows_of
from ggen_rdf.render.each import Stated, expanded, standing, stated, values_wrong
from ggen_rdf.render.front_matter import yaml_key_span, yaml_value_span
from ggen_rdf.render.governance import check_governance
from ggen_rdf.render.names import name_collisions
from ggen_rdf.render.needs import Offers
from ggen_rdf.render.pack import Pack, PackPlace, find_packs, read_pack, read_text
from ggen_rdf.render.parts import makings, unspelled
from ggen_rdf.render.pasted import pasted
from ggen_rdf.render.read_target import read_target
from ggen_rdf.render.render import Ready, Run, Surroundings, make_ready, render
from ggen_rdf.render.target import Target
from ggen_rdf.render.variables import Given, Variable, not_to_be_shown, resolve
from ggen_rdf.render.workbooks import render_workbooks
from ggen_rdf.source.masking import masked
from ggen_rdf.source.secrets import Secret

_FILE = re.compile(r"\.[A-Za-z]\w*$", re.ASCII)
"""The end of a path that reads as a file, not as a folder."""


@dataclass(frozen=True)
class Model:
    """What packs are rendered from: the closed graph, the shapes in it, and where its terms stand."""

    graph: Graph
    name: str
    shape_of: Callable[[Term], Any]
    locate: Callable[[Term], Span | None]
    terms: tuple[str, ...] = ()
    """The terms that everything comes from, besides those of its own record: the tenant in whose view it is made."""
    offers: Offers = field(default_factory=dict)
    """What the packs of the build offer, by word."""
    system: str | None = None
    """What the workspace is called, where `name` is that of a tenant's variant."""


@dataclass(frozen=True)
class Order:
    """One pack to generate: its name, the values given to its variables, and where its output goes."""

    pack: str
    given: Mapping[str, Given] = field(default_factory=dict)
    output: str | None = None
    whole: bool = True
    """Whether it is part of a build of the whole model, in which elements need not be named."""
    span: Span | None = None
    output_span: Span | None = None
    secrets_span: Span | None = None
    along: bool = False
    """Whether nobody named the pack, and another needs it."""
    apart: bool = False
    """Whether it goes to a place that was given to this run only, so that it is no part of what a build makes."""


class Packs:
    """The packs and targets that a workspace can use: its own first, then those of ggen, then installed ones."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.folders = [(os.path.join(root, "templates"), "templates"), (library_path("templates"), "ggen/templates")]
        self.places = find_packs([*self.folders])
        self._targets: dict[str, tuple[Target | None, list[Diagnostic]]] = {}
        self._read: dict[str, tuple[Pack | None, list[Diagnostic]]] = {}

    def place(self, name: str, span: Span | None = None) -> tuple[PackPlace | None, list[Diagnostic]]:
        """Where a pack is."""
        if name not in self.places:
            self.places = find_packs([*self.folders, *installed()])
        if name in self.places:
            return self.places[name], []
        guess = nearest(name, self.places)
        return None, [
            Diagnostic(
                "pack/unknown",
                f"there is no pack `{name}`",
                (Label(span),) if span else (),
                notes=("the packs are " + ", ".join(f"`{n}`" for n in sorted(self.places)),),
                help=f"write `{guess}`" if guess else "`ggen pack list` shows what each is for",
            )
        ]

    def every(self) -> list[PackPlace]:
        """Where each pack is, by name."""
        self.places = find_packs([*self.folders, *installed()])
        return [self.places[name] for name in sorted(self.places)]

    def read(self, place: PackPlace) -> tuple[Pack | None, list[Diagnostic]]:
        """Read a pack, once."""
        if place.path not in self._read:
            self._read[place.path] = self._read_pack(place)
        pack, problems = self._read[place.path]
        return pack, [*problems]

    def known(self, name: str) -> Pack | None:
        """A pack that is there and can be read."""
        place, _ = self.place(name)
        return self.read(place)[0] if place else None

    def _read_pack(self, place: PackPlace) -> tuple[Pack | None, list[Diagnostic]]:
        common = [(os.path.join(path, "common"), f"{shown}/common") for path, shown in self.folders]
        pack, problems = read_pack(place, common)
        if pack is not None:
            problems = check_governance(pack)
        return (None if has_errors(problems) else pack), problems

    def target(self, name: str, span: Span) -> tuple[Target | None, list[Diagnostic]]:
        """Read a target once; `span` is where it was asked for."""
        if name not in self._targets:
            self._targets[name] = self._read_target(name, span)
        return self._targets[name]

    def _read_target(self, name: str, span: Span) -> tuple[Target | None, list[Diagnostic]]:
        folders = [
            (os.path.join(self.root, "ontologies", "targets"), "ontologies/targets"),
            (library_path("ontologies", "targets"), "ggen/ontologies/targets"),
        ]
        known = {f.removesuffix(".ttl") for path, _ in folders if os.path.isdir(path) for f in os.listdir(path)}
        for path, shown in folders:
            file = os.path.join(path, f"{name}.ttl")
            if os.path.isfile(file):
                source, problems = read_text(file, f"{shown}/{name}.ttl")
                return read_target(source, name) if source else (None, problems)
        guess = nearest(name, known)
        return None, [
            Diagnostic(
                "render/unknown-target",
                f"there is no target `{name}`",
                (Label(span),),
                notes=("the targets are " + ", ".join(f"`{t}`" for t in sorted(known)),),
                help=f"write `{guess}`" if guess else f"describe it in ontologies/targets/{name}.ttl",
            )
        ]


def installed() -> list[tuple[str, str]]:
    """The folders of packs that installed packages offer, through the entry-point group `ggen_rdf.packs`."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    found = []
    for point in sorted(entry_points(group="ggen_rdf.packs"), key=lambda p: p.name):
        spec = find_spec(point.module)
        found += [(path, point.name) for path in ((spec.submodule_search_locations or ()) if spec else ())]
    return found


@dataclass
class Job:
    """An order that can be carried out: its pack, and what its variables stand for."""

    order: Order
    pack: Pack
    bindings: dict[str, list[Term]]
    values: dict[str, Any]
    variables: tuple[Variable, ...] = ()
    """The variables of the pack, with those that the model declares."""
    stated: tuple[Stated, ...] = ()
    """What given values put in place of the model's own."""
    folder: str = ""
    """Where below the workspace everything goes."""
    ready: list[Ready] | None = None
    """Its templates, once they are compiled."""
    common: Rows | None = None
    """The rows that are the same in the view of every tenant, once they are known."""
    parts: dict[str, Job] = field(default_factory=dict)
    """The packs that are parts of its own, once they are read."""


def prepare(order: Order, packs: Packs, graph: Graph) -> tuple[Job | None, list[Diagnostic]]:
    """Read the pack of an order and give its variables their values."""
    place, problems = packs.place(order.pack, order.span)
    pack, more = packs.read(place) if place else (None, [])
    problems += more
    problems += _no_main(pack, order, packs.root) if pack else []
    if pack is None or has_errors(problems):
        return None, problems
    variables = expanded(pack.variables, graph)
    bindings, values, more = resolve(variables, order.given, graph, pack.name, not order.whole)
    problems += more + values_wrong(variables, order.given) + pasted(pack, variables)
    problems = masked(problems, [Secret("", place) for place in not_to_be_shown(variables, order.given)])
    if has_errors(problems):
        return None, problems
    return Job(order, pack, bindings, values, variables, stated(variables, order.given, bindings, graph)), problems


def variables_of(name: str, packs: Packs, graph: Graph) -> tuple[Variable, ...] | None:
    """The variables of a pack, with those that the model declares; None for a pack that cannot be read."""
    pack = packs.known(name)
    return expanded(pack.variables, graph) if pack else None


def produce(
    job: Job,
    packs: Packs,
    model: Model,
    known: Callable[[str, str, str], bool],
    view: str = "platform",
    rows: Rows | None = None,
) -> tuple[list[Artefact], list[Diagnostic]]:
    """The artefacts of those templates of a pack that are for a view. `rows` are of levels that need no asking."""
    pack, problems = job.pack, list[Diagnostic]()
    if pack.for_tenants and not any(template.to and template.view == view for template in pack.templates):
        return [], problems
    unknown = [level for level in pack.levels if rows is None or level.name not in rows]
    asked = [level.source.text for level in unknown]
    with (
        standing(job.stated, model.graph),
        with_services(model.graph, asked, job.bindings.get("member"), model.locate) as ill_asked,
    ):
        found, problems = rows_of(model.graph, unknown, job.bindings, model.shape_of)
    problems += ill_asked
    context, more = assemble(pack.levels, {**(rows or {}), **found}, job.bindings) if found is not None else (None, [])
    problems += more
    if context is None:
        return [], problems
    if _makes_identifiers(pack, packs):
        problems += name_collisions(context, pack.namespaces, lambda record: _label(model, record), pack.target)
    problems += _inexpressible(pack, context, model)
    if has_errors(problems):
        return [], problems
    place = placement(pack, job.order.output, packs.root)
    run = Run(
        context,
        job.values,
        model.name,
        known,
        lambda path: _placed(job.folder, path, place),
        view,
        model.terms,
        Surroundings(model.system or model.name, _way_up(place("x")), job.order.apart, model.offers),
    )
    if job.ready is None:
        job.ready, unready = make_ready(pack, packs.target)
        problems += unready
    artefacts, more = render(job.ready, pack, run)
    books, others = render_workbooks(pack, run) if view == "platform" else ([], [])
    parts, wrong = _parts(job, packs, model, known, context) if view == "platform" else ([], [])
    return artefacts + books + parts, problems + more + others + wrong


def _parts(
    job: Job, packs: Packs, model: Model, known: Callable[[str, str, str], bool], context: Context
) -> tuple[list[Artefact], list[Diagnostic]]:
    """The artefacts of the packs that are parts of one, as its own."""
    found: list[Artefact] = []
    problems: list[Diagnostic] = []
    place = placement(job.pack, job.order.output, packs.root)
    for part in job.pack.parts:
        source = job.pack.source
        target, more = packs.target(job.pack.target, yaml_value_span(source, "target"))
        problems += more + (unspelled(part, target, source) if target else [])
        if part.pack not in job.parts and not has_errors(problems):
            other, more = prepare(Order(part.pack, span=yaml_key_span(source, part.pack)), packs, model.graph)
            problems += more
            job.parts.update({part.pack: other} if other else {})
        if target is None or has_errors(problems):
            continue
        other = job.parts[part.pack]
        for making in makings(part, context, target):
            order = replace(other.order, output=f"{place(making.path)}/", apart=job.order.apart)
            bindings = {**other.bindings, part.binds: making.elements}
            one = replace(other, order=order, folder=job.folder, bindings=bindings)
            named = replace(model, name=f"{model.name} {making.name}")
            made, more = produce(one, packs, named, known)
            other.ready = one.ready
            found += [_as_own(artefact, job.pack) for artefact in made]
            problems += more
    return found, problems


def _as_own(artefact: Artefact, pack: Pack) -> Artefact:
    """An artefact of a part as one of the pack that has the part: the lock says whose it is to remove."""
    template = f"{artefact.pack}/{artefact.template}"
    return replace(artefact, pack=pack.name, pack_version=pack.version, template=template)


def _makes_identifiers(pack: Pack, packs: Packs) -> bool:
    """Whether the templates of a pack make identifiers of names; where names are prose, two may be the same."""
    target, _ = packs.target(pack.target, yaml_value_span(pack.source, "target"))
    if target is None or not target.identifiers:
        return False
    used = re.compile(rf"\|\s*(?:{'|'.join(map(re.escape, sorted(target.identifiers)))})\b")
    return any(used.search(template.body) for template in pack.templates)


def placement(pack: Pack, output: str | None, root: str) -> Callable[[str], str]:
    """Where an artefact goes. An output that is a file takes the main artefact; the rest stands beside it."""
    chosen = pack.output if output is None else output
    folder = chosen == "" or chosen.endswith("/") or pack.main is None or os.path.isdir(os.path.join(root, chosen))
    if folder:
        return lambda path: _below(chosen.rstrip("/"), path)
    return lambda path: chosen if path == pack.main else _below(os.path.dirname(chosen), path)


def _placed(folder: str, path: str, place: Callable[[str], str]) -> str | None:
    """Where below the workspace an artefact goes; None for what a variant does not have, as all share it.

    A path with `/` at its head is one below the workspace, wherever the pack writes.
    """
    if not path.startswith("/"):
        return _below(folder, place(path))
    return None if folder else path[1:]


def _way_up(path: str) -> str:
    """The way from the folder of a path up to the workspace, or to that of the variant it is in."""
    return "../" * sum(part not in ("", ".") for part in path.split("/")[:-1])


def _no_main(pack: Pack, order: Order, root: str) -> list[Diagnostic]:
    """An output that reads as a file, of a pack that has none to put there."""
    output = order.output or ""
    if pack.main is not None or not _FILE.search(output) or os.path.isdir(os.path.join(root, output)):
        return []
    says = f"the pack writes several files; give a folder: `{output}/`"
    return [
        Diagnostic(
            "pack/no-main",
            f"the pack `{pack.name}` has no main file that could be `{output}`",
            (Label(order.output_span, says),) if order.output_span else (),
            help=f"write `{output}/` for a folder of that name, or name the main file with `main` in its pack.yaml",
        )
    ]


def _below(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder not in ("", ".") else path


def _label(model: Model, record: Record) -> Label | None:
    """Where a record comes from: the element that it is, or the attribute, or a shape."""
    iris = (record.get(field) for field in (record.level, "path") if field in record.fields)
    nodes = [ox.NamedNode(iri) for iri in iris if isinstance(iri, str) and ":" in iri]
    shape = record.get("shape") if "shape" in record.fields else None
    nodes += [shape.node] if shape is not None else []
    span = next((span for node in nodes if (span := model.locate(node)) is not None), None)
    return Label(span) if span else None


def _inexpressible(pack: Pack, context: Context, model: Model) -> list[Diagnostic]:
    """Constraints that reach the pack and that its templates do not express: said, never dropped in silence."""
    if pack.constraints is None:
        return []
    problems: list[Diagnostic] = []
    for name, level in context.levels.items():
        columns = [v for v in level.variables if v == "shape" or v.endswith("_shape")]
        for record in context.records[name] if columns else ():
            for shape in (record.get(c) for c in columns):
                problems += _unexpressed(pack, shape, record.get(name), model) if shape is not None else ()
    return problems


def _unexpressed(pack: Pack, shape: Any, about: Any, model: Model) -> Sequence[Diagnostic]:
    problems = []
    for constraint in shape.constraints:
        if constraint.kind in (pack.constraints or ()):
            continue
        span = model.locate(shape.node)
        problems.append(
            Diagnostic(
                "render/inexpressible",
                f"the pack `{pack.name}` cannot express `sh:{constraint.parameter.rsplit('#')[-1]}`",
                (Label(span, "this constraint is not in its output"),) if span else (),
                notes=(f"`{about}` is generated without it",),
                severity=Severity.WARNING,
                about=str(about),
            )
        )
    return problems
