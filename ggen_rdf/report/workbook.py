"""Tables as an Excel workbook.

In: tables, one per sheet, and what the file says about itself. Out: bytes, the same for the same tables on any machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from ggen_rdf.diagnostics.screen import columns as width_of
from ggen_rdf.report.table import Cell, Column, Table, text_of

_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed date: the file must not say when it was made)
_LONGEST_TEXT = 32_767
_LARGEST_NUMBER = 10**15
_MORE = " […]"
_NARROWEST, _WIDEST = 8, 60
_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
_NO_XML = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Properties:
    """What a workbook says about itself."""

    title: str
    subject: str = ""
    comments: str = ""


def workbook(tables: Iterable[Table], properties: Properties) -> bytes:
    """An xlsx file with a sheet for each table.

    Text stays text, whatever it begins with. The header row is frozen, can be filtered and is repeated on paper.
    A value in a column that raises an alarm is red.
    """
    from xlsxwriter import Workbook

    data = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(data, options)
    book.set_properties(
        {"title": _storable(properties.title), "subject": _storable(properties.subject), "author": "ggen",
         "comments": _storable(properties.comments), "created": _CREATED}
    )  # fmt: skip
    styles = _styles(book)
    tables = list(tables)
    for table, name in zip(tables, sheet_names([t.name for t in tables]), strict=True):
        _fill(book.add_worksheet(name), table, styles)
    book.close()
    return data.getvalue()


def sheet_names(names: Sequence[str]) -> list[str]:
    """The names as Excel allows them: at most 31 characters, none of `[]:*?/\\`, no two alike but for case."""
    found: list[str] = []
    taken = {"", "history"}
    for name in names:
        plain = _IN_NAME.sub(" ", _storable(name)).strip(" '")[:31].rstrip(" '") or "Sheet"
        sheet, number = plain, 2
        while sheet.lower() in taken:
            ending = f" {number}"
            sheet, number = plain[: 31 - len(ending)] + ending, number + 1
        taken.add(sheet.lower())
        found.append(sheet)
    return found


def _styles(book: Any) -> dict[str, Any]:
    cell = {"text_wrap": True, "valign": "top"}
    return {
        "cell": book.add_format(cell),
        "header": book.add_format({**cell, "bold": True, "bg_color": "#DDE6EF", "bottom": 1}),
        "alarm": book.add_format({**cell, "bg_color": "#FFC7CE", "font_color": "#9C0006"}),
        "intro": book.add_format({"italic": True, "valign": "top"}),
    }


def _fill(sheet: Any, table: Table, styles: dict[str, Any]) -> None:
    top = 0
    if table.intro:
        _write(sheet, 0, 0, table.intro, styles["intro"])
        top = 2
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, _width(table, index, column), styles["cell"])
        _write(sheet, top, index, column.heading, styles["header"])
        if column.note:
            sheet.write_comment(top, index, _storable(column.note), {"author": "ggen", "x_scale": 2})
        alarmed = styles["alarm"] if column.alarm else styles["cell"]
        for line, row in enumerate(table.rows, top + 1):
            _write(sheet, line, index, row[index], alarmed)
    last = max(len(table.columns) - 1, 0)
    sheet.freeze_panes(top + 1, 0)
    if table.columns:
        sheet.autofilter(top, 0, top + max(len(table.rows), 1), last)
    sheet.repeat_rows(top)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write(sheet: Any, row: int, column: int, cell: Cell, style: Any) -> None:
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) < _LARGEST_NUMBER:
        sheet.write_number(row, column, cell, style)
    elif text := _storable(text_of(cell)):
        sheet.write_string(row, column, text, style)


def _storable(text: str) -> str:
    """The text as a cell can hold it: no longer than Excel allows, one kind of line end, and nothing XML forbids."""
    text = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text).replace("\r\n", "\n").replace("\r", "\n")
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - len(_MORE)] + _MORE


def _width(table: Table, index: int, column: Column) -> int:
    if column.width is not None:
        return column.width
    widest = max((width_of(line) for line in _lines(table, index, column)), default=0)
    return min(max(widest + 3, _NARROWEST), _WIDEST)


def _lines(table: Table, index: int, column: Column) -> Iterator[str]:
    yield column.heading
    for row in table.rows:
        yield from text_of(row[index]).splitlines()
