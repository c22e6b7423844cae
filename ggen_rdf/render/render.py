"""Contexts to artefacts, in memory.

In: a pack, its context, and the values of its variables. Out: artefacts, or the diagnostics of the first failure of
each template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from jinja2 import BaseLoader, TemplateNotFound

from ggen_rdf import __version__
from ggen_rdf.artefact import Artefact
from ggen_rdf.diagnostics import Diagnostic, InternalError, Label, Span
from ggen_rdf.project import Context, Iri, Record
from ggen_rdf.project.record import record_of
from ggen_rdf.render.code import Code
from ggen_rdf.render.dependence import above_digest, sees_all, templates_behind, whole_digest
from ggen_rdf.render.environment import Environment
from ggen_rdf.render.failure import FILE_PREFIX, Stage, failure
from ggen_rdf.render.front_matter import TemplateFile, yaml_value_span
from ggen_rdf.render.pack import Pack
from ggen_rdf.render.target import Target


@dataclass(frozen=True, eq=False)
class Run:
    """What the rendering of one pack takes besides the pack: its context, values and targets."""

    context: Context
    values: Mapping[str, Any]
    workspace: str
    targets: Callable[[str, Span], tuple[Target | None, list[Diagnostic]]]
    """A target by name; the span is where it was asked for."""
    known: Callable[[str, str, str], bool] = lambda _path, _template, _context: False
    """Whether the artefact at a path was already made from a template hash and a context hash."""
    place: Callable[[str], str] = str
    """Where below the workspace an artefact's own path goes."""
    view: str = "platform"
    """In whose view it is: templates for another are left out."""
    terms: tuple[str, ...] = ()
    """The terms that everything comes from, besides those of its own record."""


class _Bodies(BaseLoader):
    def __init__(self, files: Mapping[str, TemplateFile]) -> None:
        self.files = files

    def get_source(self, _environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        if template not in self.files:
            raise TemplateNotFound(template)
        return self.files[template].body, FILE_PREFIX + template, lambda: True


def render(pack: Pack, run: Run) -> tuple[list[Artefact], list[Diagnostic]]:
    """Render every template of a pack for every record it is for."""
    files = {t.name: t for t in pack.templates}
    artefacts: list[Artefact] = []
    problems: list[Diagnostic] = []
    environments: dict[str, Environment] = {}
    whole = whole_digest(run.context) + repr(sorted(run.values.items())).encode() + run.workspace.encode()
    for template in pack.templates:
        if template.to is None or template.view != run.view:
            continue
        name = template.target or pack.target
        target, more = run.targets(
            name, template.key_span("target") if template.target else yaml_value_span(pack.source, "target")
        )
        problems += more
        if target is None:
            continue
        environment = environments.setdefault(name, Environment(_Bodies(files), target))
        one = _OneTemplate(pack, run, template, files, environment, target, whole)
        made, problem = one.artefacts()
        artefacts += made
        problems += [problem] if problem else []
    return artefacts, problems


class _OneTemplate:
    """The rendering of one template of a pack."""

    def __init__(
        self,
        pack: Pack,
        run: Run,
        template: TemplateFile,
        files: dict[str, TemplateFile],
        environment: Environment,
        target: Target,
        whole: bytes,
    ) -> None:
        self.pack, self.run, self.template, self.files = pack, run, template, files
        self.environment, self.target, self.whole = environment, target, whole
        self.reached = ""
        self.part = "body"
        self.names: tuple[str, ...] = ()

    def artefacts(self) -> tuple[list[Artefact], Diagnostic | None]:
        """The artefacts of the template, or its first failure."""
        try:
            self._compile()
            return list(self._artefacts()), None
        except (InternalError, MemoryError, RecursionError):
            raise
        except Exception as problem:
            if not _of_template(problem):
                raise
            return [], failure(problem, self._stage())

    def _stage(self) -> Stage:
        return Stage(self.template, self.files, self.environment, self.target, self.part, self.reached, self.names)

    def _compile(self) -> None:
        environment, template = self.environment, self.template
        self.behind = templates_behind(template.name, self.files, environment)
        self.all = sees_all(template, self.behind, self.files, environment, self.run.context)
        texts = [self.files[name].source.text for name in self.behind]
        queries = sorted(level.source.text for level in self.pack.levels)
        parts = [__version__, self.pack.name, self.pack.version, template.name, self.target.digest, *texts, *queries]
        self.hash = sha256("\x00".join(parts).encode()).hexdigest()
        self.body = environment.get_template(template.name)
        self.part = "to"
        self.path = environment.from_string(template.to or "")
        self.part = "when"
        self.when = environment.compile_expression(template.when, undefined_to_none=False) if template.when else None
        self.globals = {
            **self.environment.globals,
            **self.run.context.top,
            "vars": record_of("vars", {"vars": "", **self.run.values}),
            "workspace": record_of("workspace", {"workspace": "", "name": self.run.workspace}),
        }

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
            if self.when is not None and not self.when(**names):
                continue
            artefact = self._artefact(record, names)
            if artefact is not None:
                yield artefact

    def _artefact(self, record: Record | None, names: dict[str, Any]) -> Artefact | None:
        self.part = "to"
        path = self.run.place(self._rendered(self.path, names))
        self.part = "body"
        self.reached = path + (f" for `{_shown(record)}`" if record is not None else "")
        context = (
            self.whole
            if record is None or self.all
            else (self.run.context.digest(record) + above_digest(self.run.context, record) + self.whole[32:])
        )
        key = sha256(context).hexdigest()
        terms = (
            (str(record.get(record.level)),) if record is not None and isinstance(record.get(record.level), Iri) else ()
        )
        if self.run.known(path, self.hash, key):
            return None
        data = self._headed(self._rendered(self.body, names)).encode("utf-8")
        return Artefact(
            path,
            data,
            self.template.mode,
            self.pack.name,
            self.pack.version,
            self.template.name,
            self.hash,
            key,
            tuple(dict.fromkeys((*terms, *self.run.terms))),
        )

    def _rendered(self, template: Any, names: dict[str, Any]) -> str:
        return "".join(template.root_render_func(template.new_context(names, shared=True)))

    def _headed(self, text: str) -> str:
        line = header(self.target, self.pack, self.template, self.hash)
        if line is None:
            return text
        first, newline, rest = text.partition("\n")
        if first.startswith(("#!", "<?xml")):
            return f"{first}{newline}{line}\n{rest}"
        return f"{line}\n{text}"


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


def name_collisions(context: Context, locate: Callable[[str], Label | None], target: str) -> list[Diagnostic]:
    """Siblings whose names become the same identifier."""
    from ggen_rdf.render.words import words

    problems = []
    for level in context.levels.values():
        if "name" not in level.variables:
            continue
        seen: dict[tuple[int, tuple[str, ...]], Record] = {}
        for record in context.records[level.name]:
            name = record.get("name")
            if not isinstance(name, str):
                continue
            parent = id(record.get(level.parent)) if level.parent else 0
            other = seen.setdefault((parent, words(name)), record)
            if other is not record:
                problems.append(_collision(level.name, other, record, target, locate))
    return problems


def _collision(
    level: str, one: Record, other: Record, target: str, locate: Callable[[str], Label | None]
) -> Diagnostic:
    names = [str(r.get("name")) for r in (one, other)]
    labels = tuple(label for r in (other, one) if (label := locate(str(r.get(level)))) is not None)
    what = " and ".join(f"`{n}`" for n in dict.fromkeys(names))
    return Diagnostic(
        "render/names-collide",
        f"two {level} names are one and the same in the target `{target}`: {what}",
        labels,
        help="rename one of them, or give it a `sh:codeIdentifier`",
        about=str(other.get(level)),
    )


__all__ = ["Code", "Run", "header", "name_collisions", "render"]
