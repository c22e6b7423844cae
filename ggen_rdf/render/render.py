"""Contexts to artefacts, in memory.

In: a pack, its context, and the values of its variables. Out: artefacts, or the diagnostics of the first failure of
each template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from jinja2 import BaseLoader, TemplateNotFound

from ggen_rdf import __version__
from ggen_rdf.artefact import Artefact
from ggen_rdf.diagnostics import Diagnostic, InternalError, Span
from ggen_rdf.project import Context, Iri, Record, Text
from ggen_rdf.project.record import record_of
from ggen_rdf.render.code import Code
from ggen_rdf.render.dependence import Texts, above_digest, whole_digest
from ggen_rdf.render.environment import Environment
from ggen_rdf.render.failure import FILE_PREFIX, Stage, failure
from ggen_rdf.render.front_matter import TemplateFile, yaml_value_span
from ggen_rdf.render.needs import Offers
from ggen_rdf.render.pack import Pack
from ggen_rdf.render.target import Target


@dataclass(frozen=True)
class Surroundings:
    """What is around the output of a pack: the whole system, the way to its root, and what the other packs offer."""

    system: str = ""
    root: str = ""
    apart: bool = False
    offers: Offers = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Run:
    """What the rendering of one pack takes besides the pack: its context and values."""

    context: Context
    values: Mapping[str, Any]
    workspace: str
    known: Callable[[str, str, str], bool] = lambda _path, _template, _context: False
    """Whether the artefact at a path was already made from a template hash and a context hash."""
    place: Callable[[str], str | None] = str
    """Where below the workspace an artefact's own path goes; None where the run leaves it out."""
    view: str = "platform"
    """In whose view it is: templates for another are left out."""
    terms: tuple[str, ...] = ()
    """The terms that everything comes from, besides those of its own record."""
    around: Surroundings = field(default_factory=Surroundings)


class _Bodies(BaseLoader):
    def __init__(self, files: Mapping[str, TemplateFile]) -> None:
        self.files = files

    def get_source(self, _environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template not in self.files:
            raise TemplateNotFound(template)
        return self.files[template].body, FILE_PREFIX + template, lambda: True


@dataclass(frozen=True, eq=False)
class Ready:
    """One template of a pack, compiled: it can be rendered for any context of the pack's levels."""

    template: TemplateFile
    files: Mapping[str, TemplateFile]
    target: Target
    environment: Environment
    sees_all: bool
    sees_pack: bool
    sees_build: bool
    hash: str
    path: Any
    when: Any
    body: Any


def make_ready(
    pack: Pack, targets: Callable[[str, Span], tuple[Target | None, list[Diagnostic]]]
) -> tuple[list[Ready], list[Diagnostic]]:
    """Compile every template of a pack that makes an artefact. `targets` finds a target; the span is who asks."""
    files = {t.name: t for t in pack.templates}
    texts: dict[str, Texts] = {}
    ready: list[Ready] = []
    problems: list[Diagnostic] = []
    for template in (t for t in pack.templates if t.to is not None):
        name = template.target or pack.target
        asked = template.key_span("target") if template.target else yaml_value_span(pack.source, "target")
        target, more = targets(name, asked)
        problems += more
        if target is not None:
            if name not in texts:
                texts[name] = Texts(files, Environment(_Bodies(files), target))
            found, problem = _compiled(pack, template, texts[name], target)
            ready += [found] if found else []
            problems += [problem] if problem else []
    return ready, problems


def _compiled(
    pack: Pack, template: TemplateFile, texts: Texts, target: Target
) -> tuple[Ready | None, Diagnostic | None]:
    part, files, environment = "body", texts.files, texts.environment
    try:
        behind = texts.behind(template.name)
        levels = Context({level.name: level for level in pack.levels}, {})
        everything = texts.sees_all(template, behind, levels)
        of_pack, of_build = (texts.sees_word(word, behind) for word in ("pack", "build"))
        sources = [files[name].source.text for name in behind]
        queries = sorted(level.source.text for level in pack.levels)
        parts = [__version__, pack.name, pack.version, template.name, target.digest, *sources, *queries]
        digest = sha256("\x00".join(parts).encode()).hexdigest()
        body = environment.get_template(template.name)
        part = "to"
        path = environment.from_string(template.to or "")
        part = "when"
        when = environment.compile_expression(template.when, undefined_to_none=False) if template.when else None
        return Ready(
            template, files, target, environment, everything, of_pack, of_build, digest, path, when, body
        ), None
    except (InternalError, MemoryError, RecursionError):
        raise
    except Exception as problem:
        if not _of_template(problem):
            raise
        return None, failure(problem, Stage(template, files, environment, target, part, "", ()))


def render(ready: Sequence[Ready], pack: Pack, run: Run) -> tuple[list[Artefact], list[Diagnostic]]:
    """Render the templates of a pack that are for the view of the run, for every record each is for."""
    artefacts: list[Artefact] = []
    problems: list[Diagnostic] = []
    of_pack = pack_hash(ready)
    whole = whole_digest(run.context) + repr(sorted(run.values.items())).encode() + run.workspace.encode()
    whole += f"\x00{run.around.system}\x00{run.around.root}\x00{run.around.apart}".encode()
    for one in ready:
        if one.template.view == run.view:
            made, problem = _OneTemplate(one, pack, run, whole, of_pack).artefacts()
            artefacts += made
            problems += [problem] if problem else []
    return artefacts, problems


def pack_hash(ready: Sequence[Ready]) -> str:
    """The hash of all templates of a pack, each with what it imports and asks."""
    return sha256("\x00".join(sorted(f"{one.template.name} {one.hash}" for one in ready)).encode()).hexdigest()


class _OneTemplate:
    """The rendering of one template of a pack."""

    def __init__(self, ready: Ready, pack: Pack, run: Run, whole: bytes, of_pack: str) -> None:
        self.ready, self.pack, self.run = ready, pack, run
        self.whole = whole + (of_pack.encode() if ready.sees_pack else b"")
        self.whole += repr(sorted(run.around.offers.items())).encode() if ready.sees_build else b""
        self.template, self.environment, self.target = ready.template, ready.environment, ready.target
        self.globals: dict[str, Any] = {
            **self.environment.globals,
            **run.context.top,
            "vars": record_of("vars", {"vars": "", **run.values}),
            "pack": _about(pack, of_pack),
            **_surroundings(run),
        }
        self.reached = ""
        self.part = "when"
        self.names: tuple[str, ...] = ()

    def artefacts(self) -> tuple[list[Artefact], Diagnostic | None]:
        """The artefacts of the template, or its first failure."""
        try:
            return list(self._artefacts()), None
        except (InternalError, MemoryError, RecursionError):
            raise
        except Exception as problem:
            if not _of_template(problem):
                raise
            return [], failure(problem, self._stage())

    def _stage(self) -> Stage:
        files, environment, target = self.ready.files, self.environment, self.target
        return Stage(self.template, files, environment, target, self.part, self.reached, self.names)

    def _artefacts(self) -> Iterator[Artefact]:
        each = self.template.each
        for record in self.run.context.records[each] if each else (None,):
            names = dict(self.globals)
            here = record
            while here is not None:
                names[here.level] = here
                parent = self.run.context.levels[here.level].parent
                here = here.get(parent) if parent else None
            self.reached = f"`{self.template.to}`" + (f" for `{_shown(record)}`" if record is not None else "")
            self.names = tuple(sorted(names.keys() - self.environment.globals.keys()))
            self.part = "when"
            if self.ready.when is not None and not self.ready.when(**names):
                continue
            artefact = self._artefact(record, names)
            if artefact is not None:
                yield artefact

    def _artefact(self, record: Record | None, names: dict[str, Any]) -> Artefact | None:
        self.part = "to"
        path = self.run.place(self._rendered(self.ready.path, names))
        if path is None:
            return None
        self.part = "body"
        self.reached = path + (f" for `{_shown(record)}`" if record is not None else "")
        context = (
            self.whole
            if record is None or self.ready.sees_all
            else (self.run.context.digest(record) + above_digest(self.run.context, record) + self.whole[32:])
        )
        key = sha256(context).hexdigest()
        terms = (
            (str(record.get(record.level)),) if record is not None and isinstance(record.get(record.level), Iri) else ()
        )
        if self.run.known(path, self.ready.hash, key):
            return None
        data = self._headed(self._rendered(self.ready.body, names)).encode("utf-8")
        return Artefact(
            path,
            data,
            self.template.mode,
            self.pack.name,
            self.pack.version,
            self.template.name,
            self.ready.hash,
            key,
            tuple(dict.fromkeys((*terms, *self.run.terms))),
        )

    def _rendered(self, template: Any, names: dict[str, Any]) -> str:
        return "".join(template.root_render_func(template.new_context(names, shared=True)))

    def _headed(self, text: str) -> str:
        line = header(self.target, self.pack, self.template, self.ready.hash)
        if line is None:
            return text
        first, newline, rest = text.partition("\n")
        if first.startswith(("#!", "<?xml")):
            return f"{first}{newline}{line}\n{rest}"
        return f"{line}\n{text}"


def _about(pack: Pack, of_pack: str) -> Record:
    said = {"name": pack.name, "version": pack.version, "ggen": __version__, "hash": f"sha256:{of_pack}"}
    return record_of("pack", {"pack": pack.name, **{key: Text(text) for key, text in said.items()}})


def _surroundings(run: Run) -> dict[str, Record]:
    """What templates see of what is around them: the workspace, the way to its root, and what packs offer."""
    around = run.around
    names = {"workspace": "", "name": run.workspace, "system": around.system or run.workspace}
    offers = {word: tuple(map(Text, folders)) for word, folders in around.offers.items()}
    return {
        "workspace": record_of("workspace", names),
        "output": record_of("output", {"output": "", "root": Code(around.root), "apart": around.apart}),
        "build": record_of("build", {"build": "", "offers": record_of("offers", {"offers": "", **offers})}),
    }


def header(target: Target, pack: Pack, template: TemplateFile, template_hash: str) -> str | None:
    """The line with which an artefact opens, if its language has comments."""
    if target.line_comment is None:
        return None
    what = "Scaffolded by" if template.mode == "once" else "Generated by"
    whose = "yours to edit" if template.mode == "once" else "do not edit"
    source = f"{pack.name} {pack.version} ({template.name} sha256:{template_hash[:12]})"
    said = f"{what} ggen {__version__} from {source}; {whose}."
    return target.line_comment.replace("{}", said)


def _shown(record: Record) -> str:
    return str(record.get(record.level))


def _of_template(problem: Exception) -> bool:
    """Whether an exception came out of a template, not out of ggen's own code."""
    from jinja2 import TemplateError

    from ggen_rdf.render.code import RawTextError
    from ggen_rdf.render.environment import MissingFieldError
    from ggen_rdf.render.target import SpellingError

    if isinstance(problem, TemplateError | RawTextError | MissingFieldError | SpellingError):
        return True
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    inside = problem.__traceback__
    while inside is not None:
        if inside.tb_frame.f_code.co_filename.startswith((FILE_PREFIX, "<template>")):
            return True
        inside = inside.tb_next
    return False


__all__ = ["Code", "Run", "header", "render"]
