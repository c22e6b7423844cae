"""Workbooks: read back by another library, and the same bytes wherever they are made."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import time
import zipfile
from typing import Any

import openpyxl
import pytest

from ggen_rdf.report import Column, Properties, Table, sheet_names, workbook
from tests.report.test_formats import HOSTILE

FIELDS = Table(
    "Fields",
    (Column("field", "Field", note="what the model calls it"), Column("length"), Column("gap", "Gap", alarm=True)),
    (("email", 254, None), ("active", None, "no purpose"), ("big", 10**20, None), ("yes?", True, None)),
    intro="One row per field.",
)
ODD = Table("Odd/[cells]: and a very long name indeed", (Column("cell"),), tuple((cell,) for cell in HOSTILE))
SHEETS = (FIELDS, ODD)
PROPERTIES = Properties("Data map", "shop")


def read(data: bytes) -> Any:
    """The workbook as openpyxl sees it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def test_cells_read_back() -> None:
    """Text, numbers, truth values and absence come back; a number too long for Excel is kept as text."""
    sheet = read(workbook(SHEETS, PROPERTIES))["Fields"]
    assert [[c.value for c in row] for row in sheet.iter_rows()] == [
        ["One row per field.", None, None],
        [None, None, None],
        ["Field", "length", "Gap"],
        ["email", 254, None],
        ["active", None, "no purpose"],
        ["big", "100000000000000000000", None],
        ["yes?", "yes", None],
    ]
    assert sheet["A3"].comment.text == "what the model calls it"


def test_a_sheet_is_pleasant_to_use() -> None:
    """The header stays in view and can be filtered, text wraps, an alarm is red, paper gets the header too."""
    sheet = read(workbook(SHEETS, PROPERTIES))["Fields"]
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:C7"
    assert sheet["A4"].alignment.wrap_text
    assert sheet["C5"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["C4"].fill.fgColor.rgb != "FFFFC7CE"
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.page_setup.orientation == "landscape"


def test_hostile_text_stays_text() -> None:
    """No cell is a formula or a link, and each reads back as it was written."""
    sheet = read(workbook(SHEETS, PROPERTIES))[sheet_names(["x", ODD.name])[1]]
    for row, written in enumerate(HOSTILE, 2):
        cell = sheet.cell(row, 1)
        assert cell.data_type != "f"
        assert cell.hyperlink is None
        assert (cell.value or "").replace("_x001B_", "\x1b") == written.replace("\r\n", "\n").replace("\r", "\n")


def test_no_part_of_the_file_is_a_formula() -> None:
    """The XML itself holds no formula and no link."""
    with zipfile.ZipFile(io.BytesIO(workbook(SHEETS, PROPERTIES))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheets = [data for name, data in parts.items() if name.startswith("xl/worksheets/")]
    assert len([s for s in sheets if b"<row " in s]) == 2
    assert not any(b"<f>" in s or b"<hyperlink" in s for s in sheets)


def test_what_excel_cannot_hold_is_shortened_or_replaced() -> None:
    """A text of 40,000 characters is cut with a mark; half a character becomes the replacement character."""
    table = Table("t", (Column("cell"),), (("x" * 40_000,), ("\ud800\uffff",)))
    sheet = read(workbook([table], PROPERTIES))["t"]
    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith("x […]")
    assert sheet["A3"].value == "\N{REPLACEMENT CHARACTER}" * 2


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Fields", "fields", "FIELDS"], ["Fields", "fields 2", "FIELDS 3"]),
        (["a/b:c", "", "'quoted'", "History"], ["a b c", "Sheet", "quoted", "History 2"]),
        (["x" * 40, "x" * 40], ["x" * 31, "x" * 29 + " 2"]),
    ],
)
def test_sheet_names(names: list[str], expected: list[str]) -> None:
    """Any name becomes one that Excel takes, and no two are alike."""
    assert sheet_names(names) == expected


def test_a_workbook_without_rows() -> None:
    """An empty table is a sheet with a header."""
    sheet = read(workbook([Table("Gaps", (Column("gap"),))], PROPERTIES))["Gaps"]
    assert [[c.value for c in row] for row in sheet.iter_rows()] == [["gap"]]


def test_the_same_bytes_in_any_process() -> None:
    """Neither the hash seed nor the time zone nor the time itself leaves a trace."""
    program = (
        "import sys, hashlib\n"
        "from tests.report.test_workbook import SHEETS, PROPERTIES, workbook\n"
        "sys.stdout.write(hashlib.sha256(workbook(SHEETS, PROPERTIES)).hexdigest())\n"
    )
    digests = set()
    for seed, zone in (("1", "Pacific/Kiritimati"), ("2", "America/Los_Angeles")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout)
        time.sleep(2.1)  # zip files count in steps of two seconds
    digests.add(hashlib.sha256(workbook(SHEETS, PROPERTIES)).hexdigest())
    assert len(digests) == 1


def test_xlsxwriter_is_loaded_only_when_a_workbook_is_made() -> None:
    """Importing the room costs nothing that the other formats do not need."""
    program = "import sys, ggen_rdf.report\nsys.exit('xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
