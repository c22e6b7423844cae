"""Names that become the same identifier: of siblings, and of levels that a pack says share a namespace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ggen_rdf.diagnostics import Diagnostic, Label
from ggen_rdf.project import Context, Record
from ggen_rdf.render.words import words

Namespaces = Sequence[Sequence[tuple[str, str]]]
"""Each a list of levels, with the field of each that holds its name."""


def name_collisions(
    context: Context, namespaces: Namespaces, locate: Callable[[Record], Label | None], target: str
) -> list[Diagnostic]:
    """Siblings whose names become the same identifier, of one level or of several that share a namespace."""
    problems = []
    for level in context.levels.values():
        if "name" in level.variables:
            seen: dict[tuple[int, tuple[str, ...]], Record] = {}
            for key, _, record in _named(context, level.name, "name"):
                other = seen.setdefault(key, record)
                if other is not record:
                    problems.append(_collision(other, record, target, locate))
    for namespace in namespaces:
        problems += _shared(context, namespace, locate, target)
    return problems


def _named(context: Context, level: str, field: str) -> Iterator[tuple[tuple[int, tuple[str, ...]], str, Record]]:
    """The named records of a level: the parent and the words of the name, the name, the record."""
    parent = context.levels[level].parent
    for record in context.records[level]:
        name = record.get(field)
        if isinstance(name, str):
            yield (id(record.get(parent)) if parent else 0, words(name)), name, record


def _shared(
    context: Context, namespace: Sequence[tuple[str, str]], locate: Callable[[Record], Label | None], target: str
) -> Iterator[Diagnostic]:
    seen: dict[tuple[int, tuple[str, ...]], tuple[str, Record]] = {}
    for level, field in namespace:
        for key, name, record in _named(context, level, field):
            taken, other = seen.setdefault(key, (name, record))
            if other.level != level:
                parent = context.levels[level].parent
                yield _clash((taken, other), (name, record), record.get(parent) if parent else None, target, locate)


def _clash(
    one: tuple[str, Record],
    other: tuple[str, Record],
    parent: Record | None,
    target: str,
    locate: Callable[[Record], Label | None],
) -> Diagnostic:
    """Two records of different levels. The later level of a namespace is the one to rename."""
    (taken, first), (name, second) = one, other
    named = parent is not None and "name" in parent.fields
    whole = f" of the {parent.level} `{parent.get('name')}`" if parent is not None and named else ""
    what = f"the {first.level} `{taken}` and the {second.level} `{name}`{whole}"
    return Diagnostic(
        "render/names-collide",
        f"{what} are one and the same in the target `{target}`",
        tuple(label for record in (second, first) if (label := locate(record)) is not None),
        help="rename what the first of them comes from, or give it a `sh:codeIdentifier`",
        about=str(second.get(second.level)),
    )


def _collision(one: Record, other: Record, target: str, locate: Callable[[Record], Label | None]) -> Diagnostic:
    level = one.level
    what = " and ".join(f"`{n}`" for n in dict.fromkeys(str(r.get("name")) for r in (one, other)))
    return Diagnostic(
        "render/names-collide",
        f"two {level} names are one and the same in the target `{target}`: {what}",
        tuple(label for record in (other, one) if (label := locate(record)) is not None),
        help="rename one of them, or give it a `sh:codeIdentifier`",
        about=str(other.get(level)),
    )
