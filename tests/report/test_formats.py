"""A table in each text form, hostile cells included."""

from __future__ import annotations

import csv
import io
import json

import pytest

from ggen_rdf.report import RENDERERS, Column, Table, to_csv, to_json, to_markdown, to_text

HOSTILE = (
    '=HYPERLINK("http://evil.example","click")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", 'say "hi", twice',
    "two\nlines", "two\r\nlines", " kept ", "pipe | `code` *bold* <b>&amp;</b>", "\x1b[31mred\x1b[0m", "🙂", "日本語",
    "e\N{COMBINING ACUTE ACCENT}", "\u202eright to left", "_x0041_", "",
)  # fmt: skip


@pytest.fixture
def people() -> Table:
    """A small table of every kind of cell."""
    columns = (Column("name", "Name"), Column("age"), Column("member", "Member?"))
    return Table("people", columns, (("Ann", 7, True), ("Bo", None, False), ("日本", 41, True)))


@pytest.fixture
def hostile() -> Table:
    """A table of one column, each cell meant to break something."""
    return Table("hostile", (Column("cell", "=Cell"),), tuple((cell,) for cell in HOSTILE))


def test_text_lines_columns_up(people: Table) -> None:
    """Numbers stand to the right, wide characters take two columns."""
    assert to_text(people).splitlines() == [
        "Name  age  Member?",
        "────  ───  ───────",
        "Ann     7  yes",
        "Bo         no",
        "日本   41  yes",
    ]


def test_text_is_safe_to_print(hostile: Table) -> None:
    """No cell breaks its line, moves the cursor or reorders characters."""
    lines = to_text(hostile).splitlines()
    assert len(lines) == 2 + len(HOSTILE)
    assert not any(char in line for line in lines for char in "\x1b\r\t\u202e")


def test_markdown(people: Table) -> None:
    """A table that GitHub shows."""
    assert to_markdown(people).splitlines() == [
        "| Name | age | Member? |",
        "| --- | ---: | --- |",
        "| Ann | 7 | yes |",
        "| Bo |  | no |",
        "| 日本 | 41 | yes |",
    ]


def test_markdown_takes_no_markup_from_cells(hostile: Table) -> None:
    """Every row stays one line with one cell."""
    lines = to_markdown(hostile).splitlines()
    assert len(lines) == 2 + len(HOSTILE)
    assert "| two<br>lines |" in lines
    assert r"| pipe \| \`code\` \*bold\* &lt;b&gt;&amp;amp;&lt;/b&gt; |" in lines


def test_csv_reads_back(people: Table) -> None:
    """What a CSV reader gets is the table."""
    text = to_csv(people)
    assert text.endswith("\r\n")
    assert text.count("\r\n") == 4
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["Name", "age", "Member?"], ["Ann", "7", "yes"], ["Bo", "", "no"], ["日本", "41", "yes"],
    ]  # fmt: skip


def test_csv_is_no_formula(hostile: Table) -> None:
    """A cell that a spreadsheet would compute is kept from it; the rest reads back as it was."""
    rows = [row[0] if row else "" for row in csv.reader(io.StringIO(to_csv(hostile), newline=""))]
    assert rows[0] == "'=Cell"
    for cell, read in zip(HOSTILE, rows[1:], strict=True):
        assert read == (f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell)
        assert read[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_a_negative_number_is_no_formula() -> None:
    """The guard is for text; numbers stay numbers."""
    assert to_csv(Table("t", (Column("n"),), ((-5,),))) == "n\r\n-5\r\n"


def test_json_keeps_kinds(people: Table) -> None:
    """Numbers, truth values and absence survive; text is not escaped to ASCII."""
    text = to_json(people)
    assert json.loads(text) == [
        {"name": "Ann", "age": 7, "member": True},
        {"name": "Bo", "age": None, "member": False},
        {"name": "日本", "age": 41, "member": True},
    ]
    assert "日本" in text


@pytest.mark.parametrize("form", sorted(RENDERERS))
def test_a_table_without_rows_or_columns(form: str) -> None:
    """Nothing to show is not a failure."""
    for table in (Table("none", (Column("a"), Column("b"))), Table("nothing", ())):
        assert isinstance(RENDERERS[form](table), str)


def test_a_row_has_a_cell_for_every_column() -> None:
    """A table that does not fit together cannot be made."""
    with pytest.raises(ValueError, match="a row of t has 1 cells for 2 columns"):
        Table("t", (Column("a"), Column("b")), (("x",),))
