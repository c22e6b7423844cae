"""The variables of a pack: what they are declared to be, and what a run gives them.

In: the `vars` of `pack.yaml`, and values from the command line, TOML files, the model. Out: bindings for the
projections and values for the templates, or diagnostics at the value that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyoxigraph as ox

from ggen_rdf.constraints import Constraint
from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span, nearest
from ggen_rdf.graph import Graph, Term
from ggen_rdf.project.query import plural_of
from ggen_rdf.render.front_matter import yaml_key_span
from ggen_rdf.render.words import words
from ggen_rdf.source.literals import written_out
from ggen_rdf.source.secrets import HIDDEN, Secret, reference

_XSD = "http://www.w3.org/2001/XMLSchema#"
_GGEN = "https://w3id.org/ggen#"
_KEYS = (
    "description",
    "class",
    "also",
    "binds",
    "datatype",
    "default",
    "enum",
    "pattern",
    "many",
    "required",
    "property",
    "secret",
    "each",
    "named",
    "of",
)
_LEXICAL = {
    "string": r"(?s).*",
    "boolean": r"true|false",
    "integer": r"[+-]?[0-9]+",
    "decimal": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "anyURI": r"[^\s<>\"{}|^`\\]*",
}


@dataclass(frozen=True)
class Variable:
    """One declared variable: an element of the model (`kind`), or a plain value (`datatype`).

    One with `each` stands for many: every element of that class is a variable (see `each.expanded`), whose name is its
    property `named` and whose value belongs to the element that the variable `of` names. `node` is that element.
    """

    name: str
    description: str
    kind: str | None = None
    also: tuple[str, ...] = ()
    """Words that name no element, and stand for themselves."""
    binds: str | None = None
    datatype: str = "string"
    default: str | None = None
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    many: bool = False
    required: bool = False
    property: str | None = None
    secret: bool = False
    each: str | None = None
    named: str | None = None
    of: str | None = None
    node: ox.NamedNode | None = None
    checks: tuple[Constraint, ...] = ()
    """What the shape of `node` asks of the value."""


@dataclass(frozen=True)
class Given:
    """A value that somebody gave a variable, and where. What may be secret is not there to be read."""

    text: str | Secret
    span: Span | None
    key_span: Span | None = None
    typed: bool = False
    """Whether it stands on the command line, not in a file."""

    @property
    def raw(self) -> str:
        """The value itself, secret or not."""
        return self.text.reveal() if isinstance(self.text, Secret) else self.text

    @property
    def reference(self) -> str | None:
        """The environment variable that it is to be taken from."""
        return reference(self.raw)


def read_variables(declared: Any, source: Source) -> tuple[tuple[Variable, ...], list[Diagnostic]]:
    """Read the `vars` table of a pack."""
    variables, problems = [], []
    for name, keys in declared.items():
        where = (Label(yaml_key_span(source, str(name))),)
        if not isinstance(keys, dict):
            problems.append(
                Diagnostic(
                    "pack/manifest",
                    f"the variable `{name}` is a table",
                    where,
                    help=f"write e.g. `{name}: {{class: ggen:AggregateRoot}}`",
                )
            )
            continue
        for key in keys:
            if key not in _KEYS:
                guess = nearest(str(key), _KEYS)
                problems.append(
                    Diagnostic(
                        "pack/manifest",
                        f"a variable has no key `{key}`",
                        (Label(yaml_key_span(source, str(key))),),
                        help=f"write `{guess}`" if guess else None,
                    )
                )
        datatype = str(keys.get("datatype", "string")).removeprefix("xsd:")
        if datatype not in _LEXICAL:
            problems.append(
                Diagnostic(
                    "pack/manifest",
                    f"a variable cannot be of the datatype `{datatype}`",
                    where,
                    help="use " + ", ".join(f"`xsd:{d}`" for d in _LEXICAL),
                )
            )
        default = keys.get("default")
        variables.append(
            Variable(
                str(name),
                str(keys.get("description", "")),
                _full(keys.get("class")),
                tuple(map(str, keys.get("also", ()))),
                keys.get("binds"),
                datatype,
                None if default is None else _lexical(default),
                tuple(map(str, keys.get("enum", ()))),
                keys.get("pattern"),
                bool(keys.get("many")),
                bool(keys.get("required")),
                _full(keys.get("property")),
                bool(keys.get("secret")),
                _full(keys.get("each")),
                _full(keys.get("named")),
                keys.get("of"),
            )
        )
        problems += _contradictory(str(name), keys, declared, where)
    return tuple(variables), problems


def _contradictory(name: str, keys: Any, declared: Any, where: tuple[Label, ...]) -> Iterator[Diagnostic]:
    owner = declared.get(keys.get("of"))
    if keys.get("each") and not (isinstance(owner, dict) and "class" in owner):
        act = "name with `of` a variable of this pack that has a `class`"
        yield Diagnostic("pack/manifest", f"`{name}` is for no element", where, help=act)
    if keys.get("secret") and "default" in keys:
        act = "take `default` away: a pack is read by everybody"
        yield Diagnostic("pack/manifest", f"the secret `{name}` has a default", where, help=act)


def _lexical(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _full(name: str | None) -> str | None:
    return None if name is None else _GGEN + name.removeprefix("ggen:") if name.startswith("ggen:") else name


def resolve(
    variables: Sequence[Variable], given: Mapping[str, Given], graph: Graph, pack: str, complete: bool
) -> tuple[dict[str, list[Term]], dict[str, Any], list[Diagnostic]]:
    """Give every variable its value: (bindings by query variable, plain values by name, diagnostics).

    `complete` asks for every required variable; a build of the whole model leaves those that name elements open.
    """
    places = not_to_be_shown(variables, given)
    problems = list(_unknown(variables, given, pack))
    bindings: dict[str, list[Term]] = {}
    values: dict[str, Any] = {}
    for variable in variables:
        value = given.get(variable.name)
        if variable.secret:
            problems += _literal(variable, value, places)
            if variable.node is None:
                values[variable.name] = HIDDEN
            continue
        if value is not None and isinstance(value.text, Secret):
            value = replace(value, text=value.text.reveal())
        if variable.node is not None:
            continue
        if variable.kind is not None:
            values[variable.name] = None
            if value is not None and value.text in variable.also:
                values[variable.name] = str(value.text)
            elif value is not None:
                terms, more = _elements(variable, variable.kind, value, graph)
                problems += more
                bindings[variable.binds or variable.name] = terms
                values[variable.name] = str(value.text)
            elif variable.required and complete:
                problems.append(_missing(variable, pack))
            continue
        text = str(value.text) if value is not None else _from_model(variable, graph)
        text = variable.default if text is None else text
        if text is None:
            problems.append(_missing(variable, pack))
        else:
            problems += _wrong(variable, text, value)
            values[variable.name] = text.split(",") if variable.many else text
    return bindings, values, problems


def not_to_be_shown(variables: Sequence[Variable], given: Mapping[str, Given]) -> list[Span]:
    """The values in files that are secrets, or may be: those of variables that do not exist."""
    secret = {v.name: v.secret for v in variables}
    return [
        value.span
        for name, value in given.items()
        if secret.get(name, value.key_span is not None) and value.span and not value.typed and not value.reference
    ]


def _unknown(variables: Sequence[Variable], given: Mapping[str, Given], pack: str) -> Iterator[Diagnostic]:
    names = {v.name for v in variables}
    for name, value in given.items():
        if name not in names and value.key_span is not None:
            guess = nearest(name, names)
            yield Diagnostic(
                "pack/unknown-variable",
                f"the pack `{pack}` has no variable `{name}`",
                (Label(value.key_span),),
                notes=("it has " + (", ".join(f"`{n}`" for n in sorted(names)) or "none"),),
                help=f"write `{guess}`" if guess else None,
            )


def _literal(variable: Variable, value: Given | None, places: Sequence[Span]) -> Iterator[Diagnostic]:
    """A secret in a file, where only the name of an environment variable may stand."""
    if value is None or value.typed:
        return
    if not value.reference:
        places = [*places, *([value.span] if value.span else [])]
        yield written_out(variable.name, Secret(value.raw), value.span, places)


def _missing(variable: Variable, pack: str) -> Diagnostic:
    what = f"one {_kind_words(variable.kind)}" if variable.kind else f"a value of xsd:{variable.datatype}"
    notes = (f"`{variable.name}`: {variable.description}",) if variable.description else ()
    return Diagnostic(
        "pack/missing-variable",
        f"the pack `{pack}` needs a value for `{variable.name}`",
        notes=notes,
        help=f"add `--vars {variable.name}=…` with {what}, or set it under [pack.{pack}] vars in ggen.toml",
    )


def _kind_words(kind: str | None) -> str:
    return " ".join(words((kind or "element").rsplit("#")[-1]))


def _from_model(variable: Variable, graph: Graph) -> str | None:
    if variable.property is None:
        return None
    found = sorted(
        str(q.object.value)
        for q in graph.quads(None, ox.NamedNode(variable.property), None)
        if isinstance(q.object, ox.Literal)
    )
    return found[0] if found else None


def _wrong(variable: Variable, text: str, value: Given | None) -> Iterator[Diagnostic]:
    labels = (Label(value.span),) if value is not None and value.span is not None else ()
    for part in text.split(",") if variable.many else (text,):
        if variable.enum and part not in variable.enum:
            guess = nearest(part, variable.enum)
            yield Diagnostic(
                "pack/variable-value",
                f"`{variable.name}` cannot be `{part}`",
                labels,
                notes=("it is one of " + ", ".join(f"`{e}`" for e in variable.enum),),
                help=f"write `{guess}`" if guess else None,
            )
        elif not re.fullmatch(_LEXICAL[variable.datatype], part):
            yield Diagnostic(
                "pack/variable-value", f"`{variable.name}` is an xsd:{variable.datatype}, `{part}` is not", labels
            )
        elif variable.pattern and not re.fullmatch(variable.pattern, part):
            yield Diagnostic(
                "pack/variable-value",
                f"`{variable.name}` does not match its pattern: `{part}`",
                labels,
                notes=(f"the pattern is `{variable.pattern}`",),
            )


def _elements(variable: Variable, kind: str, value: Given, graph: Graph) -> tuple[list[Term], list[Diagnostic]]:
    """The elements of the model that a value names: by IRI, name, label or local name, whatever the case."""
    known = _named(kind, graph)
    plurals = _plurals(known)
    terms: list[Term] = []
    problems = []
    text = str(value.text)
    for part in text.split(",") if variable.many else (text,):
        found = known.get(part) or known.get(_key(part)) or plurals.get(_key(part))
        if found and len(found) == 1:
            terms.append(found[0])
            continue
        labels = (Label(value.span),) if value.span else ()
        if found:
            problems.append(
                Diagnostic(
                    "pack/variable-value",
                    f"`{part}` could be any of {len(found)} elements",
                    labels,
                    notes=tuple(f"`{t.value}`" for t in found),
                    help="write the whole IRI",
                )
            )
            continue
        names = sorted({n for n, t in known.items() if ":" not in n} | set(variable.also))
        guess = nearest(_key(part), names)
        listed = ", ".join(f"`{n}`" for n in names[:12]) + (", …" if len(names) > 12 else "")
        problems.append(
            Diagnostic(
                "pack/variable-value",
                f"the model has no {_kind_words(kind)} `{part}`",
                labels,
                notes=(f"it has {listed}",) if names else (f"it has no {_kind_words(kind)} at all",),
                help=f"write `{variable.name}={_instead(text, part, guess)}`" if guess else None,
            )
        )
    return terms, problems


def _named(kind: str, graph: Graph) -> dict[str, list[Term]]:
    query = f"""
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?x ?name ?label
        WHERE {{ ?x a <{kind}> . OPTIONAL {{ ?x <{_GGEN}name> ?name }} OPTIONAL {{ ?x rdfs:label ?label }} }}
        ORDER BY ?x ?name ?label"""
    known: dict[str, list[Term]] = {}
    for x, name, label in graph.select(query):
        local = re.split(r"[/#]", x.value)[-1]
        for spelling in {x.value, *(_key(t) for t in (local, *(t.value for t in (name, label) if t is not None)))}:
            if x not in known.setdefault(spelling, []):
                known[spelling].append(x)
    return known


def _key(name: str) -> str:
    return "_".join(words(name))


def _instead(text: str, part: str, guess: str) -> str:
    """A list with another name in the place of one."""
    return ",".join(guess if one == part else one for one in text.split(",")) if part != text else guess


def _plurals(known: Mapping[str, list[Term]]) -> dict[str, list[Term]]:
    """The elements by the plurals of their names, in the forms that people write."""
    found: dict[str, list[Term]] = {}
    for key, terms in known.items():
        for plural in {plural_of(key), f"{key}s", f"{key}es"}:
            found[plural] = [*found.get(plural, ()), *(term for term in terms if term not in found.get(plural, ()))]
    return found
