"""Run every level's query once for the whole model and hang the rows under their parents.

In: the graph, the levels, and bindings that restrict them. Out: a `Context`, or diagnostics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeAlias

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, nearest
from ggen_rdf.graph import Graph, Term, values_clause
from ggen_rdf.project.query import Level
from ggen_rdf.project.record import Iri, Record, Text, record_type

Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]
"""The rows of each level, by its name."""

ShapeOf: TypeAlias = Callable[[Term], Any]
"""Gives the intermediate form of a shape; a column called `?shape`, or ending in `_shape`, is replaced by it."""

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = frozenset(
    _XSD + name
    for name in (
        *("integer", "long", "int", "short", "byte"),
        *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)
_BOOLEAN = _XSD + "boolean"


@dataclass(frozen=True, eq=False)
class Context:
    """The records of a model, by level, in their order."""

    levels: Mapping[str, Level]
    records: Mapping[str, tuple[Record, ...]]
    digests: dict[Record, bytes] = field(default_factory=dict)

    @property
    def top(self) -> dict[str, list[Record]]:
        """The lists of the levels that hang under no other, by their plural."""
        return {v.plural: list(self.records[v.name]) for v in self.levels.values() if v.parent is None}

    def ancestors(self, level: str) -> Iterator[str]:
        """The names of the levels above one, nearest first."""
        parent = self.levels[level].parent
        while parent is not None:
            yield parent
            parent = self.levels[parent].parent

    def descendants(self, level: str) -> set[str]:
        """The names of the levels below one."""
        return {name for name in self.levels if level in self.ancestors(name)}

    def digest(self, record: Record) -> bytes:
        """A hash of all that a template can see from a record downwards."""
        known = self.digests.get(record)
        if known is None:
            known = self.digests[record] = self._digest(record)
        return known

    def _digest(self, record: Record) -> bytes:
        seen: list[str] = []
        pending = [record]
        while pending:
            current = pending.pop()
            parent = self.levels[current.level].parent
            for name, value in zip(current.fields, current.values(), strict=True):
                if isinstance(value, list):
                    pending.extend(reversed(value))
                    seen.append(f"[{len(value)}]")
                elif name != parent:
                    seen.append(written(value))
        return sha256("".join(seen).encode("utf-8", "surrogatepass")).digest()


def written(value: Any) -> str:
    """A value as text that no other value has and that is the same in every run.

    A blank node is only there or not, as its name changes from run to run; a shape is what it says.
    """
    if isinstance(value, str):
        return f"s{len(value)}:{str.__str__(value)}"
    if isinstance(value, ox.BlankNode):
        return "_;"
    if hasattr(value, "constraints"):
        said = _shape_text(value)
        return f"c{len(said)}:{said}"
    return f"{type(value).__name__}{value!r};"


def _shape_text(shape: Any) -> str:
    said: list[str] = []
    pending, seen = [shape], set()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        said.append(current.path.sparql if current.path else "node")
        for c in current.constraints:
            values = [v for v in (c.value, *c.values) if v is not None and not v.blank]
            said += [c.kind, c.flags, *(v.ntriples for v in values), str(len(c.shapes))]
            pending.extend(c.shapes)
    return "\x1e".join(said)


def project(
    graph: Graph, levels: Sequence[Level], bindings: Mapping[str, Iterable[Term]], shape_of: ShapeOf
) -> tuple[Context | None, list[Diagnostic]]:
    """Run the levels against the graph, restricted to the bindings (variable → terms)."""
    rows, problems = rows_of(graph, levels, bindings, shape_of)
    return (None, problems) if rows is None else assemble(levels, rows, bindings)


def rows_of(
    graph: Graph, levels: Sequence[Level], bindings: Mapping[str, Iterable[Term]], shape_of: ShapeOf
) -> tuple[Rows | None, list[Diagnostic]]:
    """The rows of each level, not hung up yet."""
    problems: list[Diagnostic] = []
    rows = {}
    for level in levels:
        try:
            rows[level.name] = _rows(graph, level, bindings, shape_of)
        except SyntaxError:
            problems.append(_computed(level, bindings))
    return (None if problems else rows), problems


def assemble(
    levels: Sequence[Level], rows: Rows, bindings: Mapping[str, Iterable[Term]]
) -> tuple[Context | None, list[Diagnostic]]:
    """Hang rows under their parents."""
    by_name = {level.name: level for level in levels}
    problems = _parents(by_name)
    if problems:
        return None, problems
    kept = dict(rows)
    _prune(kept, by_name, bindings)
    records: dict[str, tuple[Record, ...]] = {}
    for level in _parents_first(by_name):
        records[level.name] = tuple(_attach(level, by_name, kept[level.name], records, problems))
    return (None if problems else Context(by_name, records)), problems


def _parents(levels: Mapping[str, Level]) -> list[Diagnostic]:
    problems = []
    for level in levels.values():
        if level.parent and level.parent not in levels:
            guess = nearest(level.parent, levels)
            problems.append(
                Diagnostic(
                    "project/parent",
                    f"there is no level `{level.parent}` for `{level.name}` to hang under",
                    (Label(level.span),),
                    notes=("the levels of this pack are " + ", ".join(f"`{name}`" for name in sorted(levels)),),
                    help=f"write `within {guess}`" if guess else "add its projection to `projections` in pack.yaml",
                )
            )
    for level in levels.values():
        above: str | None = level.parent
        seen = {level.name}
        while above is not None and above in levels and above not in seen:
            seen.add(above)
            above = levels[above].parent
        if above == level.name:
            problems.append(
                Diagnostic("project/parent", f"the level `{level.name}` hangs under itself", (Label(level.span),))
            )
    return problems


def _parents_first(levels: Mapping[str, Level]) -> list[Level]:
    ordered: dict[str, Level] = {}
    pending = sorted(levels)
    while pending:
        ready = [name for name in pending if levels[name].parent is None or levels[name].parent in ordered]
        ordered.update((name, levels[name]) for name in ready)
        pending = [name for name in pending if name not in ordered]
    return list(ordered.values())


def _computed(level: Level, bindings: Mapping[str, Iterable[Term]]) -> Diagnostic:
    """A query that can be read by itself, but not when a value is given for one of its variables."""
    names = " or ".join(f"`?{name}`" for name in sorted(bindings) if level.has(name))
    return Diagnostic(
        "project/computed",
        f"this projection computes {names}, so it cannot be restricted by a value for it",
        (Label(level.span),),
        help="match it with a triple pattern instead of BIND or AS",
    )


def _rows(
    graph: Graph, level: Level, bindings: Mapping[str, Iterable[Term]], shape_of: ShapeOf
) -> list[tuple[Any, ...]]:
    here = {name: terms for name, terms in bindings.items() if level.has(name)}
    solutions = graph.select(level.bound(values_clause(here)))
    shapes = [v == "shape" or v.endswith("_shape") for v in level.variables]
    if not any(shapes):
        return [tuple(map(_value, row)) for row in solutions]
    return [
        tuple(
            shape_of(term) if is_shape and term is not None else _value(term)
            for term, is_shape in zip(row, shapes, strict=True)
        )
        for row in solutions
    ]


def _value(term: Term | None) -> Any:
    if isinstance(term, ox.NamedNode):
        return Iri(term.value)
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        if datatype in _INTEGERS:
            try:
                return int(term.value)
            except ValueError:
                return Text(term.value)
        if datatype == _BOOLEAN:
            return term.value in ("true", "1")
        return Text(term.value)
    return term


def _prune(rows: Rows, levels: Mapping[str, Level], bindings: Mapping[str, Iterable[Term]]) -> None:
    """Keep, above a bound level, only what leads to one of its rows."""
    for name in (n for n in levels if n in bindings):
        level = levels[name]
        while level.parent is not None:
            parent = levels[level.parent]
            shared = [v for v in _chain(parent.name, levels) if v in level.variables and v in parent.variables]
            wanted = {_pick(row, level, shared) for row in rows[level.name]}
            rows[parent.name] = [row for row in rows[parent.name] if _pick(row, parent, shared) in wanted]
            level = parent


def _chain(name: str, levels: Mapping[str, Level]) -> list[str]:
    """A level and those above it, topmost first."""
    chain: list[str] = []
    current: str | None = name
    while current is not None:
        chain.insert(0, current)
        current = levels[current].parent
    return chain


def _pick(row: tuple[Any, ...], level: Level, variables: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[level.variables.index(v)] for v in variables)


def _attach(
    level: Level,
    levels: Mapping[str, Level],
    rows: list[tuple[Any, ...]],
    records: Mapping[str, tuple[Record, ...]],
    problems: list[Diagnostic],
) -> Iterator[Record]:
    children = sorted(v.plural for v in levels.values() if v.parent == level.name)
    ancestors = _chain(level.name, levels)[:-1]
    plain = [v for v in level.variables if v not in ancestors]
    fields = (*plain, *([level.parent] if level.parent else []), *children)
    kind = record_type(level.name, fields)
    columns = [level.variables.index(v) for v in plain]
    key = level.variables.index(level.name)
    parents = _parents_by_key(level, levels, records, problems) if level.parent else {}
    shared = [level.variables.index(v) for v in ancestors if v in level.variables]
    seen: dict[Any, tuple[Any, ...]] = {}
    for row in rows:
        parent_key = tuple(row[i] for i in shared)
        if level.parent and parent_key not in parents:
            continue
        identity = (parent_key, row[key])
        if identity in seen:
            if not any(d.labels and d.labels[0].span == level.span for d in problems):
                problems.append(_twice(level, row, seen[identity]))
            continue
        seen[identity] = row
        values = [row[i] for i in columns]
        if level.parent:
            owner = parents[parent_key]
            values.append(owner)
        record = kind((*values, *([] for _ in children)))
        if level.parent:
            owner.get(level.plural).append(record)
        yield record


def _parents_by_key(
    level: Level, levels: Mapping[str, Level], records: Mapping[str, tuple[Record, ...]], problems: list[Diagnostic]
) -> dict[tuple[Any, ...], Record]:
    assert level.parent is not None
    chain = _chain(level.parent, levels)
    shared = [v for v in chain if v in level.variables]
    found: dict[tuple[Any, ...], Record] = {}
    for record in records[level.parent]:
        key = tuple(_reach(record, v) for v in shared)
        if key in found:
            above = chain[-2] if len(chain) > 1 else level.parent
            problems.append(
                Diagnostic(
                    "project/ambiguous",
                    f"a row of `{level.name}` could hang under two of `{level.parent}`",
                    (Label(level.span),),
                    notes=(f"`{record.get(level.parent)}` is a `{level.parent}` in two places",),
                    help=f"select `?{above}` as well",
                )
            )
            break
        found[key] = record
    return found


def _reach(record: Record, variable: str) -> Any:
    """The key of a record, or of the one above it that a variable names."""
    while record.level != variable:
        parent = next(v for v in record.values() if isinstance(v, Record))
        record = parent
    return record.get(variable)


def _twice(level: Level, one: tuple[Any, ...], other: tuple[Any, ...]) -> Diagnostic:
    column = next((v for v, a, b in zip(level.variables, one, other, strict=True) if a != b), level.name)
    index = level.variables.index(column)
    values = " and ".join(sorted(f"`{row[index]}`" for row in (one, other)))
    what = f"`?{column}` is {values}" if one[index] != other[index] else "the same row comes twice"
    return Diagnostic(
        "project/twice",
        f"two rows are the same `{level.name}`",
        (Label(level.span),),
        notes=(f"for `{one[level.variables.index(level.name)]}`, {what}",),
        help=f"give `?{column}` one value per `{level.name}`, with MIN, SAMPLE or a level of its own below it",
    )
