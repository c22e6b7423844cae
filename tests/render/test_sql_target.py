"""The target `sql`: names, values and patterns as PostgreSQL writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ggen_rdf.diagnostics import Source
from ggen_rdf.library import library_path
from ggen_rdf.project import Text
from ggen_rdf.render import read_target
from ggen_rdf.render.target import SpellingError

XSD = "http://www.w3.org/2001/XMLSchema#"
FILE = Path(library_path("ontologies", "targets", "sql.ttl"))


@pytest.fixture(scope="module")
def filters() -> Any:
    """The filters of the target."""
    target, problems = read_target(Source("sql.ttl", FILE.read_text()), "sql")
    assert target is not None, problems
    return target.filters


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("Order line", "order_line"),
        ("order", '"order"'),
        ("User", '"user"'),
        (["identity", "User"], "identity_user"),
    ],
)
def test_names(filters: Any, name: Any, identifier: str) -> None:
    assert filters["name"](name) == identifier
    assert len(identifier) <= 63


def test_a_long_name_is_cut_and_stays_distinct(filters: Any) -> None:
    names = [filters["name"](["a", "x" * 70, ending]) for ending in ("one", "two")]
    assert names[0] != names[1]
    assert [len(name) for name in names] == [63, 63]


def test_what_a_schema_or_packs_use_is_not_a_columns_name(filters: Any) -> None:
    assert [filters["column_name"](n) for n in ("tenantId", "ctid", "position")] == ["tenant_id_", "ctid_", "position_"]
    assert filters["table_name"]("Tenant") == "tenant_"


@pytest.mark.parametrize("name", ["x; DROP TABLE y", 'a"b', "", "1a", "ä", "x" * 64])
def test_an_exact_name_must_be_one(filters: Any, name: str) -> None:
    assert filters["exact_name"]("acme_2") == "acme_2"
    with pytest.raises(SpellingError, match="is not a plain identifier"):
        filters["exact_name"](name)


@pytest.mark.parametrize(
    ("value", "datatype", "literal"),
    [
        ("it's", "string", "'it''s'"),
        ("a\u0007b\u202e", "string", "'a' || chr(7) || 'b' || chr(8238) || ''"),
        (True, "boolean", "true"),
        ("-1.50", "decimal", "-1.50"),
        ("1e3", "double", "double precision '1e3'"),
        ("2026-01-01", "date", "date '2026-01-01'"),
        ("cafe", "hexBinary", "decode('cafe', 'hex')"),
    ],
)
def test_values(filters: Any, value: Any, datatype: str, literal: str) -> None:
    value = Text(value) if isinstance(value, str) else value
    assert filters["literal"](value, XSD + datatype) == literal


@pytest.mark.parametrize(
    ("pattern", "flags", "written"),
    [
        (r"^[^@\s]+$", "", r"^[^@ \t\n\r]+$"),
        (r"a.\.\s\\s", "", r"a[^\n]\.[ \t\n\r]\\s"),
        (r"[.\-]\b", "i", r"(?i)[.\-]\y"),
        ("(?:a|b){1,255}", "", "(?:a|b){1,255}"),
        ("a{256}", "", None),
        (r"\p{Lu}", "", None),
        ("[a-z-[aeiou]]", "", None),
        ("(?=a)", "", None),
        ("a", "s", None),
    ],
)
def test_patterns(filters: Any, pattern: str, flags: str, written: str | None) -> None:
    assert filters["regex"](pattern, flags) == written
