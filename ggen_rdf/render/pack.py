"""A pack: the folder of templates and projections that generates one kind of thing.

In: a folder `templates/<pack>/` with `pack.yaml`, or a single `templates/<pack>.j2` whose head holds all its keys.
Out: a `Pack`, or the diagnostics that say what is wrong with it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span, nearest
from ggen_rdf.project import Level, read_level
from ggen_rdf.render.front_matter import TemplateFile, read_template, read_yaml, yaml_key_span, yaml_value_span
from ggen_rdf.render.needs import ill_said
from ggen_rdf.render.parts import Part, read_parts
from ggen_rdf.render.variables import Variable, read_variables
from ggen_rdf.source.inputs import files_below

_KEYS = (
    "template",
    "version",
    "description",
    "target",
    "output",
    "main",
    "projections",
    "constraints",
    "namespaces",
    "needs",
    "offers",
    "parts",
    "vars",
    "compliance",
    "governance",
)
_GOVERNANCE = ("approved_by", "review_date", "risk_level")
_REQUIRED = ("template", "version", "description", "target")


@dataclass(frozen=True, eq=False)
class Pack:
    """One pack, read and checked, but with nothing rendered yet."""

    name: str
    version: str
    description: str
    target: str
    output: str
    main: str | None
    source: Source
    """Its `pack.yaml`."""
    levels: tuple[Level, ...] = ()
    templates: tuple[TemplateFile, ...] = ()
    workbooks: tuple[Source, ...] = ()
    variables: tuple[Variable, ...] = ()
    constraints: frozenset[str] | None = None
    """The kinds of constraint its templates can express; None when it makes no use of constraints."""
    namespaces: tuple[tuple[tuple[str, str], ...], ...] = ()
    """Levels whose records, under one parent, must not have the same name; each with the field that holds it."""
    needs: tuple[str, ...] = ()
    """The packs whose files its own use."""
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Folders below the workspace that it offers to other packs, by word."""
    parts: tuple[Part, ...] = ()
    """Other packs that are made for its records."""
    manifest: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    """The absolute path of every file that it was read from."""

    @property
    def for_tenants(self) -> bool:
        """Whether a template of it is rendered in the view of each tenant."""
        return any(template.to is not None and template.view == "tenant" for template in self.templates)


@dataclass(frozen=True)
class PackPlace:
    """Where a pack is: its name, the path of its folder or file, and how a user would call that path."""

    name: str
    path: str
    shown: str


def find_packs(roots: Sequence[tuple[str, str]]) -> dict[str, PackPlace]:
    """Every pack below the roots (path, shown path), by name; the first root that has one wins."""
    found: dict[str, PackPlace] = {}
    for root, shown in roots:
        for entry in sorted(os.listdir(root)) if os.path.isdir(root) else ():
            if entry.startswith("."):
                continue
            path = os.path.join(root, entry)
            name = entry.removesuffix(".j2")
            if (entry.endswith(".j2") and name not in found) or (
                os.path.isfile(os.path.join(path, "pack.yaml")) and name not in found
            ):
                found[name] = PackPlace(name, path, f"{shown}/{entry}")
    return found


def read_text(path: str, shown: str) -> tuple[Source | None, list[Diagnostic]]:
    """Read a file of a pack as UTF-8."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
        return Source(shown, data.decode("utf-8")), []
    except UnicodeDecodeError as problem:
        source = Source(shown, data[: problem.start].decode("utf-8"))
        end = len(source.text)
        return None, [
            Diagnostic(
                "pack/unreadable", f"`{shown}` is not UTF-8", (Label(Span(source, end, end), "up to here it is"),)
            )
        ]
    except OSError as problem:
        return None, [Diagnostic("pack/unreadable", f"`{shown}` cannot be read: {problem.strerror}")]


def read_pack(place: PackPlace, common: Sequence[tuple[str, str]]) -> tuple[Pack | None, list[Diagnostic]]:
    """Read a pack. `common` lists the folders (path, shown path) that hold shared projections."""
    single = place.path.endswith(".j2")
    head = place.path if single else os.path.join(place.path, "pack.yaml")
    source, problems = read_text(head, place.shown if single else f"{place.shown}/pack.yaml")
    if source is None:
        return None, problems
    manifest, problems = _manifest(source, place.name, single)
    if manifest is None or problems:
        return None, problems
    reading = _Reading(place, common, problems)
    levels = tuple(reading.levels(manifest.get("projections", []), source))
    templates = tuple(reading.templates(source if single else None))
    workbooks = tuple(reading.workbooks())
    variables, more = read_variables(manifest.get("vars", {}), source)
    parts, wrong = read_parts(manifest.get("parts", {}), levels, source)
    problems += more + wrong
    namespaces = () if problems else _namespaces(manifest.get("namespaces", []), levels, source, problems)
    problems += [] if problems else _unknown_each(templates, levels) + _unbound(variables, levels, source)
    if problems:
        return None, problems
    constraints = manifest.get("constraints")
    return Pack(
        place.name,
        manifest["version"],
        manifest["description"],
        manifest["target"],
        manifest.get("output", ""),
        manifest.get("main"),
        source,
        levels,
        templates,
        workbooks,
        variables,
        None if constraints is None else frozenset(constraints),
        namespaces,
        tuple(manifest.get("needs", ())),
        {word: tuple(folders) for word, folders in manifest.get("offers", {}).items()},
        parts,
        manifest,
        (head, *reading.files),
    ), []


def _manifest(source: Source, name: str, single: bool) -> tuple[dict[str, Any] | None, list[Diagnostic]]:
    text = source.text
    if single:
        text = text.removeprefix("---\n").partition("\n---")[0]
    keys, problems = read_yaml(source, text, "pack/manifest", int(single))
    if problems:
        return None, problems
    if not isinstance(keys, dict):
        return None, [_wrong(source, Span(source, 0, 1), "pack.yaml is not a list of keys")]
    known = (*_KEYS, "to", "each", "when", "mode", "view") if single else _KEYS
    for key in keys:
        if key not in known:
            guess = nearest(str(key), known)
            problems.append(
                _wrong(
                    source,
                    yaml_key_span(source, str(key)),
                    f"a pack has no key `{key}`",
                    f"write `{guess}`" if guess else None,
                )
            )
    for key in _REQUIRED:
        if not isinstance(keys.get(key), str):
            problems.append(
                _wrong(
                    source,
                    yaml_value_span(source, key),
                    f"the pack has no `{key}`" if key not in keys else f"`{key}` is a text",
                )
            )
    if isinstance(keys.get("template"), str) and keys["template"] != name:
        problems.append(
            _wrong(
                source,
                yaml_value_span(source, "template"),
                f"the pack is called `{keys['template']}`, its folder `{name}`",
                "give both the same name",
            )
        )
    for key, kind, what in (
        ("projections", list, "list"),
        ("constraints", list, "list"),
        ("namespaces", list, "list"),
        ("parts", dict, "table"),
        ("vars", dict, "table"),
        ("output", str, "text"),
        ("main", str, "text"),
        ("compliance", dict, "table"),
        ("governance", dict, "table"),
    ):
        if key in keys and not isinstance(keys[key], kind):
            problems.append(_wrong(source, yaml_value_span(source, key), f"`{key}` is a {what}"))
    problems += ill_said(keys, source)
    governance = keys.get("governance")
    for key in governance if isinstance(governance, dict) else ():
        if key not in _GOVERNANCE:
            guess = nearest(str(key), _GOVERNANCE)
            act = f"write `{guess}`" if guess else None
            problems.append(_wrong(source, yaml_key_span(source, str(key)), f"`governance` has no key `{key}`", act))
    return keys, problems


def _wrong(source: Source, span: Span, message: str, act: str | None = None) -> Diagnostic:
    return Diagnostic("pack/manifest", message, (Label(span),), help=act)


class _Reading:
    """The reading of one pack's files, which it remembers."""

    def __init__(self, place: PackPlace, common: Sequence[tuple[str, str]], problems: list[Diagnostic]) -> None:
        self.place = place
        self.common = common
        self.problems = problems
        self.files: list[str] = []

    def _own(self, ending: str) -> list[tuple[str, str]]:
        """The pack's own files with an ending, as (path, name within the pack), in order."""
        names = [n for n in files_below(self.place.path, "") if n.endswith(ending) and not n.startswith("example/")]
        return [(os.path.join(self.place.path, name), name) for name in sorted(names)]

    def _read(self, path: str, shown: str) -> Source | None:
        source, problems = read_text(path, shown)
        self.problems += problems
        self.files.append(path)
        return source

    def levels(self, shared: Sequence[str], manifest: Source) -> list[Level]:
        """The pack's own projections, and the shared ones it names."""
        own = [(path, f"{self.place.shown}/{name}") for path, name in self._own(".rq")]
        available = {
            name.removesuffix(".rq"): (os.path.join(root, name), f"{shown}/{name}")
            for root, shown in reversed(self.common)
            if os.path.isdir(root)
            for name in sorted(os.listdir(root))
            if name.endswith(".rq")
        }
        for name in shared:
            if name in available:
                own.append(available[name])
                continue
            self.problems.append(self._no_projection(name, available, manifest))
        levels = []
        for path, shown in own:
            source = self._read(path, shown)
            level, problems = read_level(source) if source else (None, [])
            self.problems += problems
            levels += [level] if level else []
        return self._distinct(levels)

    def _no_projection(self, name: str, available: Iterable[str], manifest: Source) -> Diagnostic:
        guess = nearest(name, available)
        act = f"write `{guess}`" if guess else None
        if os.path.isfile(os.path.join(self.place.path, f"{name}.rq")):
            act = "leave it out: the projections beside pack.yaml are always used"
        start = manifest.text.find(name, manifest.text.find("projections"))
        where = (Label(Span(manifest, start, start + len(name))),)
        return Diagnostic("pack/projection", f"there is no shared projection `{name}`", where, help=act)

    def _distinct(self, levels: list[Level]) -> list[Level]:
        """The levels, the pack's own before a shared one of the same name."""
        found: dict[str, Level] = {}
        for level in levels:
            if (
                level.name in found
                and found[level.name].source.path.startswith(self.place.shown + "/")
                and level.source.path.startswith(self.place.shown + "/")
            ):
                self.problems.append(
                    Diagnostic(
                        "project/level",
                        f"two projections are the level `{level.name}`",
                        (Label(level.span), Label(found[level.name].span, "the other")),
                    )
                )
            found.setdefault(level.name, level)
        return list(found.values())

    def templates(self, single: Source | None) -> list[TemplateFile]:
        """The pack's templates and partials, and those that packs share, as `common/NAME.j2`."""
        sources = (
            [(single, os.path.basename(self.place.path))]
            if single
            else [(self._read(path, f"{self.place.shown}/{name}"), name) for path, name in self._own(".j2")]
        )
        found: dict[str, TemplateFile] = {}
        for source, name in (*sources, *self._shared_partials()):
            template, problems = read_template(name, source, bool(single)) if source else (None, [])
            self.problems += problems
            if template is not None:
                found.setdefault(name, template)
        return list(found.values())

    def _shared_partials(self) -> Iterator[tuple[Source | None, str]]:
        for root, shown in self.common:
            for name in sorted(os.listdir(root)) if os.path.isdir(root) else ():
                if name.endswith(".j2"):
                    yield self._read(os.path.join(root, name), f"{shown}/{name}"), f"common/{name}"

    def workbooks(self) -> list[Source]:
        """The pack's descriptions of workbooks."""
        read = [self._read(path, f"{self.place.shown}/{name}") for path, name in self._own(".xlsx.yaml")]
        return [source for source in read if source]


def _namespaces(
    stated: Sequence[Any], levels: Sequence[Level], source: Source, problems: list[Diagnostic]
) -> tuple[tuple[tuple[str, str], ...], ...]:
    """What `namespaces` says: lists of `level`, whose name is its `name`, or `level.field`."""
    known = {f"{level.name}.{field}" for level in levels for field in level.variables}
    parents = {level.name: level.parent for level in levels}
    found = []
    for entry in stated:
        names = entry if isinstance(entry, list) else [entry]
        fields = [name if "." in str(name) else f"{name}.name" for name in names]
        for name, whole in zip(names, fields, strict=True):
            if whole not in known:
                guess = nearest(whole, known)
                act = f"write `{guess}`" if guess else "write `level` or `level.field`"
                where = yaml_value_span(source, "namespaces")
                problems.append(_wrong(source, where, f"no projection of this pack has `{name}`", act))
        pairs = [(level, field) for level, _, field in (str(whole).partition(".") for whole in fields)]
        if len({parents.get(level) for level, _ in pairs}) > 1:
            where = yaml_value_span(source, "namespaces")
            problems.append(_wrong(source, where, "the levels of a namespace hang under the same level"))
        found.append(tuple(pairs))
    return tuple(found)


def _unbound(variables: Sequence[Variable], levels: Sequence[Level], source: Source) -> list[Diagnostic]:
    """Variables that name elements and restrict nothing, as no projection has the variable they bind."""
    used = {name for level in levels for name in re.findall(r"[?$](\w+)", level.source.text)}
    problems = []
    for variable in variables:
        bound = variable.binds or variable.name
        if variable.kind is None or bound in used or not levels:
            continue
        guess = nearest(bound, used)
        message = f"no projection of this pack has `?{bound}`, which `{variable.name}` would restrict"
        act = f"write `binds: {guess}`" if guess else "say with `binds` which query variable it restricts"
        problems.append(_wrong(source, yaml_key_span(source, variable.name), message, act))
    return problems


def _unknown_each(templates: Sequence[TemplateFile], levels: Sequence[Level]) -> list[Diagnostic]:
    names = {level.name for level in levels}
    problems = []
    for template in templates:
        if template.each and template.each not in names:
            guess = nearest(template.each, names)
            problems.append(
                Diagnostic(
                    "pack/each",
                    f"there is no level `{template.each}`",
                    (Label(template.key_span("each")),),
                    notes=("the levels of this pack are " + (", ".join(f"`{n}`" for n in sorted(names)) or "none"),),
                    help=f"write `{guess}`" if guess else "add its projection to the pack",
                )
            )
    return problems
