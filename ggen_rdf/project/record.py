"""What a template sees: records, and the model's own text inside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

item = tuple.__getitem__
"""The value at a place of a record."""


class Text(str):
    """Text of the model. It cannot stand in an artefact until a filter of the target has made code of it."""

    __slots__ = ()


class Iri(Text):
    """The IRI of a model element."""

    __slots__ = ()


class Record(tuple):  # type: ignore[type-arg]
    """One row of a level, with its parent and its children. The fields are those its query selects.

    A record is the tuple of its values; `fields` says where each is. Two records are equal only if they are the same.
    """

    __slots__ = ()
    level: ClassVar[str] = ""
    fields: ClassVar[dict[str, int]] = {}

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__

    def get(self, field: str) -> Any:
        """The value of a field. Raises KeyError for a field the record does not have."""
        return item(self, self.fields[field])

    def values(self) -> Iterator[Any]:
        """The values of the fields, in their order."""
        return tuple.__iter__(self)

    # A template reads a record by the names of its fields, which stand in it for all to see; by nothing else.

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(f"a `{self.level}` is a record, not a list; name its fields")

    def __getitem__(self, _index: object) -> Any:
        raise TypeError(f"a `{self.level}` is a record, not a list; name its fields")

    __reversed__ = __add__ = __mul__ = __rmul__ = __contains__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self.level} {self.get(self.level)}>"


def record_type(level: str, fields: tuple[str, ...]) -> type[Record]:
    """The type of the records of one level."""
    return type(level, (Record,), {"__slots__": (), "level": level, "fields": {f: i for i, f in enumerate(fields)}})


def record_of(level: str, values: dict[str, Any]) -> Record:
    """A record that comes from no query, such as the variables of a pack."""
    return record_type(level, tuple(values))(values.values())
