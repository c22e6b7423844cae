"""The tables of a workbook, filled from the records of a context.

In: a description, a context and plain values (`vars`, `workspace`). Out: one table per sheet, or the diagnostics that
say which path leads nowhere.

A path goes from a record to its fields, to the one above it and to those below it. A field that is called like a
level that hangs under no other leads to the record of that level which it names: `field.uses.activity.title`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from ggen_rdf.diagnostics import Diagnostic, nearest
from ggen_rdf.project import Context, Record
from ggen_rdf.report.description import Description, Sheet, Value
from ggen_rdf.report.table import Cell, Column, Table

_FACTS = (Column("What", width=28), Column("Value", width=90))
_BETWEEN = "; "

_Named: TypeAlias = Mapping[str, Mapping[Any, Record]]
"""The records of each level that hangs under no other, by their keys."""


def fill(
    description: Description, context: Context, values: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Table], list[Diagnostic]]:
    """Fill every sheet. `values` are what paths may begin with besides records, such as `vars`."""
    problems = list(_problems(description, context, values))
    if problems:
        return [], problems
    named = {name: {record.get(name): record for record in context.records[name]} for name in sorted(_tops(context))}
    return [_table(sheet, context, values, named) for sheet in description.sheets], []


def _table(sheet: Sheet, context: Context, values: Mapping[str, Mapping[str, Any]], named: _Named) -> Table:
    if sheet.each is None:
        start = {**values, **context.top}
        rows = tuple((fact, _cell(value, start, named)) for fact, value in sheet.facts)
        return Table(sheet.name, _FACTS, rows, sheet.intro)
    found = []
    for record in context.records[sheet.each]:
        start = {**values, **context.top, **_above(record, context)}
        found.append(tuple(_cell(value, start, named) for _, value in sheet.columns))
    return Table(sheet.name, tuple(column for column, _ in sheet.columns), tuple(found), sheet.intro)


def _tops(context: Context) -> set[str]:
    return {name for name, level in context.levels.items() if level.parent is None}


def _above(record: Record, context: Context) -> dict[str, Record]:
    """A record and those above it, by level."""
    found = {record.level: record}
    for level in context.ancestors(record.level):
        record = record.get(level)
        found[level] = record
    return found


def _cell(value: Value, start: Mapping[str, Any], named: _Named) -> Cell:
    if not value.path:
        return value.text
    ends = list(_follow(start[value.path[0]], value.path[1:], named))
    if value.counts:
        return len(ends)
    if len(ends) == 1 and isinstance(ends[0], int):
        return ends[0]
    texts = ("yes" if end is True else "no" if end is False else str.__str__(str(end)) for end in ends)
    return _BETWEEN.join(dict.fromkeys(texts)) or None


def _follow(value: Any, path: tuple[str, ...], named: _Named) -> Iterator[Any]:
    """What is at the end of a path; a list on the way stands for each of its records."""
    found = list(value) if isinstance(value, list) else [value]
    for name in path:
        reached: list[Any] = []
        for each in found:
            step = each.get(name)
            if name in named and isinstance(each, Record) and name != each.level and not isinstance(step, Record):
                step = named[name].get(step)
            reached += step if isinstance(step, list) else [] if step is None else [step]
        found = reached
    yield from found


def _problems(
    description: Description, context: Context, values: Mapping[str, Mapping[str, Any]]
) -> Iterator[Diagnostic]:
    for sheet in description.sheets:
        if sheet.each is not None and sheet.each not in context.levels:
            yield _unknown(description, sheet.each, "there is no level `{}`", context.levels)
            continue
        for _, value in (*sheet.columns, *sheet.facts):
            if value.path:
                yield from _stray(description, sheet, value, context, values)


def _stray(
    description: Description, sheet: Sheet, value: Value, context: Context, values: Mapping[str, Mapping[str, Any]]
) -> Iterator[Diagnostic]:
    """What is wrong with a path, found from the levels alone, so that it is found without a single record."""
    first, *rest = value.path
    path = ".".join(value.path)
    if first in values:
        if len(rest) != 1 or rest[0] not in values[first]:
            yield _unknown(description, path, f"`{first}` has no value `{'.'.join(rest)}`", values[first])
        return
    lists = {level.plural: name for name, level in context.levels.items() if level.parent is None}
    records = {sheet.each, *context.ancestors(sheet.each)} if sheet.each else set()
    level = first if first in records else lists.get(first)
    if level is None:
        known = [*records, *lists, *values]
        yield _unknown(description, path, f"`{first}` is not known in the sheet `{sheet.name}`", known)
        return
    for index, name in enumerate(rest):
        steps = _steps(context, level)
        if name not in steps:
            yield _unknown(description, path, f"`{level}` has no field `{name}`", steps)
            return
        following = steps[name]
        if following is None:
            if index + 1 < len(rest):
                yield _unknown(description, path, f"`{name}` is a value; nothing can come after it", ())
            return
        level = following
    if not value.counts:
        yield _unknown(
            description, path, f"`{path}` leads to records, not to a value of theirs", _steps(context, level)
        )


def _steps(context: Context, level: str) -> dict[str, str | None]:
    """Where one can go from a record of a level: each name with the level it leads to, None for a value."""
    above = set(context.ancestors(level))
    tops = _tops(context) - {level}
    found = {v: v if v in tops else None for v in context.levels[level].variables if v not in above}
    found |= {v.plural: name for name, v in context.levels.items() if v.parent == level}
    parent = context.levels[level].parent
    return found | ({parent: parent} if parent else {})


def _unknown(description: Description, path: str, message: str, known: Iterable[str]) -> Diagnostic:
    names = sorted(known)
    guess = nearest(path.rsplit(".", 1)[-1], names)
    notes = ("there is " + ", ".join(f"`{n}`" for n in names),) if names else ()
    return Diagnostic(
        "pack/workbook",
        message.replace("{}", path),
        (description.place(path),),
        notes=notes,
        help=f"write `{guess}`" if guess else None,
    )
