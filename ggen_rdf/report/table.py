"""A table as data: what a report says, before anyone decides how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Cell: TypeAlias = str | int | bool | None
"""What one cell holds; None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the name a program uses, the title a reader sees, and what helps the reader."""

    name: str
    title: str = ""
    width: int | None = None
    """In characters; None lets the content decide."""
    note: str = ""
    """What the column means, shown beside its title where there is room for it."""
    alarm: bool = False
    """Whether a value in this column asks for somebody's attention."""

    @property
    def heading(self) -> str:
        """What stands above the column."""
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class Table:
    """A named list of rows, each with one cell for every column."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    intro: str = ""
    """A sentence or two about the table as a whole."""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {self.name} has {len(row)} cells for {len(self.columns)} columns")


def text_of(cell: Cell) -> str:
    """A cell as a person reads it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "" if cell is None else str(cell)
