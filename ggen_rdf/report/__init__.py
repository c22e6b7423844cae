"""Reports: tables as data, and the forms in which a person or a program can read them."""

from ggen_rdf.report.formats import RENDERERS, to_csv, to_json, to_markdown, to_text
from ggen_rdf.report.table import Cell, Column, Table, text_of
from ggen_rdf.report.workbook import Properties, sheet_names, workbook

__all__ = [
    "RENDERERS", "Cell", "Column", "Properties", "Table", "sheet_names", "text_of", "to_csv", "to_json", "to_markdown",
    "to_text", "workbook",
]  # fmt: skip
