"""Errors of a template, as diagnostics at the place in the template.

In: the exception that rendering raised. Out: one diagnostic. Anything that is not the template's fault passes through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Span, nearest
from ggen_rdf.project import Record
from ggen_rdf.render.code import RawTextError
from ggen_rdf.render.environment import Environment, MissingFieldError
from ggen_rdf.render.front_matter import TemplateFile
from ggen_rdf.render.target import SpellingError, Target

FILE_PREFIX = "ggen-template:"


@dataclass(frozen=True, eq=False)
class Stage:
    """Where rendering was: the template, the part of it (`to`, `when` or the body), and what was being rendered."""

    template: TemplateFile
    files: Mapping[str, TemplateFile]
    environment: Environment
    target: Target
    part: str
    reached: str
    names: tuple[str, ...] = ()


def failure(problem: Exception, stage: Stage) -> Diagnostic:
    """The diagnostic for an exception that a template raised."""
    found = _failure(problem, stage)
    if stage.part == "body":
        return found
    span = stage.template.key_span(stage.part)
    text = found.labels[0].text if found.labels else ""
    return replace(found, labels=(Label(span, text),), fix=None)


def _failure(problem: Exception, stage: Stage) -> Diagnostic:
    template, files, environment, target = stage.template, stage.files, stage.environment, stage.target
    reached = stage.reached
    if isinstance(problem, TemplateSyntaxError):
        return _syntax(problem, stage)
    where, line = _place(problem.__traceback__, template, files, environment)
    note = (f"reached while rendering {reached}",) if reached else ()
    if isinstance(problem, MissingFieldError):
        return _missing(problem, where, line, note)
    if isinstance(problem, UndefinedError):
        name = _quoted(str(problem))
        guess = nearest(name, stage.names)
        return Diagnostic(
            "render/undefined",
            f"there is no `{name}` here" if name else str(problem),
            (Label(_find(where, line, name), "not in the template context"),),
            ("a template sees " + ", ".join(f"`{n}`" for n in stage.names), *note) if stage.names else note,
            help=f"write `{guess}`" if guess else None,
        )
    if isinstance(problem, RawTextError):
        return _raw(problem.value, where, line, target, note)
    if isinstance(problem, SpellingError):
        return Diagnostic("render/spelling", str(problem), (Label(_find(where, line, r"\{[{%].*?[%}]\}", True)),), note)
    if isinstance(problem, SecurityError):
        return Diagnostic("render/unsafe", f"a template may not do this: {problem}", (Label(_line(where, line)),), note)
    if isinstance(problem, TemplateNotFound):
        return Diagnostic(
            "render/partial",
            f"the pack has no template `{problem.name}`",
            (Label(_line(where, line)),),
            note,
            help=_closest(str(problem.name or ""), files),
        )
    why = str(problem) if isinstance(problem, TemplateError) else f"{problem}"
    return Diagnostic("render/template", f"this part of the template fails: {why}", (Label(_line(where, line)),), note)


def _syntax(problem: TemplateSyntaxError, stage: Stage) -> Diagnostic:
    template, files = stage.template, stage.files
    where = files.get((problem.filename or "").removeprefix(FILE_PREFIX), template)
    line = problem.lineno + where.head_lines
    word = _quoted(problem.message or "")
    if problem.message and problem.message.startswith("No filter named"):
        span = _find(where, line, word)
        filters = stage.environment.filters
        guess = nearest(word, filters)
        return Diagnostic(
            "render/unknown-filter",
            f"the target `{stage.target.name}` has no filter `{word}`",
            (Label(span),),
            notes=("its own filters are " + ", ".join(f"`{f}`" for f in sorted(stage.target.filters)),),
            help=f"write `{guess}`" if guess else None,
        )
    return Diagnostic(
        "render/template-syntax", "this template cannot be read", (Label(_line(where, line), problem.message or ""),)
    )


def _missing(problem: MissingFieldError, where: TemplateFile, line: int, note: tuple[str, ...]) -> Diagnostic:
    record, field = problem.record, problem.field
    guess = nearest(field, record.fields)
    span = _find(where, line, field)
    fields = ", ".join(f"`{f}`" for f in sorted(record.fields))
    about = f"`{record.level}` has the fields {fields}"
    return Diagnostic(
        "render/undefined",
        f"`{record.level}` has no field `{field}`",
        (Label(span, "not in the template context"),),
        (about, *note),
        help=None if guess else f"select `?{field}` in the projection of `{record.level}`",
        fix=Fix("a field with a similar name exists", span, guess) if guess else None,
    )


def _place(
    trace: TracebackType | None, template: TemplateFile, files: Mapping[str, TemplateFile], environment: Environment
) -> tuple[TemplateFile, int]:
    where, line = template, 1 + template.head_lines
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(FILE_PREFIX):
            where = files[name.removeprefix(FILE_PREFIX)]
            line = environment.get_template(where.name).get_corresponding_lineno(trace.tb_lineno) + where.head_lines
        trace = trace.tb_next
    return where, line


def _line(where: TemplateFile, number: int) -> Span:
    start = where.source.offset(number, 1)
    text = where.source.line(number) if number <= len(where.source.line_starts) else ""
    indent = len(text) - len(text.lstrip())
    return Span(where.source, start + indent, max(start + len(text), start + indent))


def _find(where: TemplateFile, number: int, what: str | None, pattern: bool = False) -> Span:
    """The first place on a line that matches, else the line; a head's expression is looked for in the head."""
    line = _line(where, number)
    if not what:
        return line
    expression = what if pattern else rf"(?<![\w]){re.escape(what)}(?![\w])"
    found = re.compile(expression).search(where.source.text, line.start, line.end)
    return Span(where.source, found.start(), found.end()) if found else line


def _quoted(message: str) -> str:
    found = re.search(r"'([^']*)'", message)
    return found[1] if found else ""


def _raw(value: object, where: TemplateFile, number: int, target: Target, note: tuple[str, ...]) -> Diagnostic:
    """The expression of the line that is likeliest to be meant is the first without a filter of the target."""
    line = _line(where, number)
    found = list(re.compile(r"\{\{-?(.*?)-?\}\}").finditer(where.source.text, line.start, line.end))
    unfiltered = (m for m in found if not any(f"| {f}" in m[1] for f in target.filters))
    meant = next(unfiltered, found[0] if found else None)
    span = Span(where.source, meant.start(), meant.end()) if meant else line
    filters = ", ".join(f"`{f}`" for f in sorted(target.filters))
    return Diagnostic(
        "render/raw-text",
        f"{_what(value)} reaches the artefact raw" + (f": `{meant[1].strip()}`" if meant else ""),
        (Label(span, "no filter made code of this"),),
        (*note, f"the filters of the target `{target.name}` are {filters}"),
        help=f"pass it through a filter of the target, e.g. `{{{{ … | {_likely(target)} }}}}`",
    )


def _what(value: object) -> str:
    if isinstance(value, Record):
        return f"a record (`{value.level}`)"
    if isinstance(value, bool):
        return "a truth value"
    if value is None:
        return "a missing value"
    if isinstance(value, list | tuple):
        return "a list"
    return "model text" if isinstance(value, str) else f"a `{type(value).__name__}`"


def _likely(target: Target) -> str:
    return next((f for f in ("string", "text", "doc") if f in target.filters), min(target.filters))


def _closest(name: str, files: Mapping[str, TemplateFile]) -> str | None:
    guess = nearest(name, files)
    return f"write `{guess}`" if guess else None
