"""The head of a template file: where its artefact goes, and for which records.

In: the text of a `.j2` file. Out: a `TemplateFile`. A file without a head is a partial, for other templates to import.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from ggen_rdf.artefact import Mode
from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span, nearest

_HEAD = re.compile(r"\A---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*\r?\n", re.S | re.M)
_KEYS = ("to", "each", "when", "mode", "target", "view")
MODES = ("owned", "once", "region")
VIEWS = ("platform", "tenant")
"""In whose view a template is rendered: once in the platform's, or in that of each tenant."""


@dataclass(frozen=True, eq=False)
class TemplateFile:
    """One template: its name in the pack, its head, and its body.

    `source` is the whole file; the body starts `head_lines` lines into it.
    """

    name: str
    source: Source
    to: str | None
    each: str | None
    when: str | None
    mode: Mode
    target: str | None
    body: str
    head_lines: int = 0
    view: str = "platform"

    def key_span(self, key: str) -> Span:
        """Where the value of a key of the head stands."""
        return yaml_value_span(self.source, key)


def yaml_value_span(source: Source, key: str) -> Span:
    """Where the value of a top-level key of a YAML text stands; the first line when the key is not there."""
    found = re.search(rf"^{re.escape(key)}[ \t]*:[ \t]*(?P<value>[^\n]*?)[ \t]*\r?$", source.text, re.M)
    if found is None:
        return Span(source, 0, max(source.text.find("\n"), 1))
    if not found["value"]:
        return Span(source, found.start(), found.start() + len(key))
    return Span(source, found.start("value"), found.end("value"))


def yaml_key_span(source: Source, key: str) -> Span:
    """Where a key of a YAML text stands, at whatever depth."""
    found = re.search(rf"(?:^|[{{,\s])(?P<key>{re.escape(key)})[ \t]*:", source.text)
    return (
        Span(source, found.start("key"), found.end("key")) if found else Span(source, 0, max(source.text.find("\n"), 1))
    )


def read_yaml(source: Source, text: str, code: str, start_line: int = 0) -> tuple[Any, list[Diagnostic]]:
    """Load YAML whose first line is line `start_line + 1` of the source. Every scalar that YAML 1.1 would turn into a
    date, a float or a truth value by its look alone stays text, unless it is `true`, `false` or a whole number."""
    import yaml

    try:
        return yaml.load(text, Loader=_loader()), []
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        start = source.offset(mark.line + 1 + start_line, mark.column + 1) if mark else 0
        why = str(getattr(problem, "problem", None) or problem)
        return None, [
            Diagnostic(
                code,
                "this YAML cannot be read",
                (Label(Span(source, start, start + 1), why),),
                help="quote a value that holds `{`, `:`, `#` or starts with a quote",
            )
        ]


def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """YAML in which only true, false, null and whole numbers are not text."""

    Loader.yaml_implicit_resolvers = {}
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
    return Loader


def read_template(name: str, source: Source, whole_pack: bool = False) -> tuple[TemplateFile | None, list[Diagnostic]]:
    """Read one template file of a pack; with `whole_pack`, one whose head is also the pack's."""
    head = _HEAD.match(source.text)
    if head is None:
        return TemplateFile(name, source, None, None, None, "owned", None, source.text), []
    keys, problems = read_yaml(source, head["yaml"], "pack/front-matter", 1)
    if problems:
        return None, problems
    if not isinstance(keys, dict):
        return None, [_wrong(source, Span(source, 0, 3), "the head of this template is not a list of keys")]
    problems = [] if whole_pack else [_unknown(source, str(key)) for key in keys if key not in _KEYS]
    problems += [
        _wrong(source, yaml_value_span(source, key), f"`{key}` is a text")
        for key, value in keys.items()
        if key in _KEYS and not isinstance(value, str) and not (key == "when" and isinstance(value, bool))
    ]
    for key, allowed in (("mode", MODES), ("view", VIEWS)):
        if keys.get(key, allowed[0]) not in allowed:
            *others, last = (f"`{one}`" for one in allowed)
            act = f"use {', '.join(others)} or {last}"
            problems.append(_wrong(source, yaml_value_span(source, key), f"there is no {key} `{keys[key]}`", act))
    if "to" not in keys:
        problems.append(
            _wrong(
                source,
                Span(source, 0, 3),
                "the head of this template has no `to`",
                "say where the artefact goes, e.g. `to: src/{{ aggregate | module_name }}.rs`",
            )
        )
    if problems:
        return None, problems
    when = keys.get("when")
    return TemplateFile(
        name,
        source,
        keys["to"],
        keys.get("each"),
        str(when).lower() if isinstance(when, bool) else when,
        cast(Mode, keys.get("mode", "owned")),
        keys.get("target"),
        source.text[head.end() :],
        head[0].count("\n"),
        keys.get("view", VIEWS[0]),
    ), []


def _wrong(source: Source, span: Span, message: str, act: str | None = None) -> Diagnostic:
    return Diagnostic("pack/front-matter", message, (Label(span),), help=act)


def _unknown(source: Source, key: str) -> Diagnostic:
    guess = nearest(key, _KEYS)
    return Diagnostic(
        "pack/front-matter",
        f"the head of a template has no key `{key}`",
        (Label(yaml_key_span(source, key)),),
        notes=("it has " + ", ".join(f"`{k}`" for k in _KEYS),),
        help=f"write `{guess}`" if guess else None,
    )
