"""Tables as text: Markdown, CSV, JSON, and aligned columns for a terminal."""

from __future__ import annotations

import re

from ggen_rdf.diagnostics.screen import columns as width_of
from ggen_rdf.diagnostics.screen import visible
from ggen_rdf.report.table import Cell, Table, text_of

_FORMULA = re.compile(r"[=+\-@\t\r]")
_MARKUP = re.compile(r"([\\`*_\[\]|#~])")
_LINE_END = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")


def to_csv(table: Table) -> str:
    """RFC 4180: a header line, quoted where needed, lines that end in CRLF.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    rows = [[c.heading for c in table.columns], *table.rows]
    return "".join(",".join(_csv_field(cell) for cell in row) + "\r\n" for row in rows)


def _csv_field(cell: Cell) -> str:
    text = text_of(cell)
    if isinstance(cell, str) and _FORMULA.match(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]|^\s|\s$', text) else text


def to_json(table: Table) -> str:
    """A list with one object per row, whose keys are the names of the columns."""
    import json

    names = [c.name for c in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def to_markdown(table: Table) -> str:
    """A table of GitHub Flavored Markdown; nothing in a cell is taken for markup."""
    header = [_markdown_cell(c.heading) for c in table.columns]
    numeric = [_numeric(table, i) for i in range(len(table.columns))]
    lines = [header, ["---:" if n else "---" for n in numeric]]
    lines += [[_markdown_cell(cell) for cell in row] for row in table.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _markdown_cell(cell: Cell) -> str:
    text = text_of(cell).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return visible(_LINE_END.sub("<br>", _MARKUP.sub(r"\\\1", text)))


def to_text(table: Table) -> str:
    """Columns of equal width under their titles, one line per row, safe to print."""
    rows = [[visible(text_of(cell)) for cell in row] for row in table.rows]
    header = [visible(c.heading) for c in table.columns]
    widths = [max(map(width_of, column)) for column in zip(header, *rows, strict=True)]
    numeric = [_numeric(table, i) for i in range(len(header))]
    lines = [header, ["─" * w for w in widths], *rows]
    return "".join("  ".join(map(_aligned, line, widths, numeric)).rstrip() + "\n" for line in lines)


def _aligned(text: str, width: int, right: bool) -> str:
    space = " " * (width - width_of(text))
    return space + text if right else text + space


def _numeric(table: Table, column: int) -> bool:
    """Whether every cell that a column has is a number."""
    cells = [row[column] for row in table.rows if row[column] is not None]
    return bool(cells) and all(isinstance(c, int) and not isinstance(c, bool) for c in cells)


RENDERERS = {"text": to_text, "markdown": to_markdown, "csv": to_csv, "json": to_json}
"""Each text format by its name."""
