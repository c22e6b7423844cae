"""Shapes without a meaning are told of, wherever they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check import models

PREFIXES = "@prefix : <https://case.example/model#> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
SHAPE = ":Shape a sh:NodeShape ; sh:targetClass :Task ; {} .\n"


@pytest.mark.parametrize("where", ["model", "shapes"])
@pytest.mark.parametrize("said", ["sh:and [ sh:nodeKind sh:IRI ]", "sh:or :Other", "sh:xone true", 'sh:in "a"'])
def test_what_is_no_list(where: str, said: str, tmp_path: Path) -> None:
    """In the model and in a file of shapes."""
    name = said.split()[0]
    found = _checked(tmp_path, where, SHAPE.format(said))
    assert found.startswith(f"error[shacl/ill-formed]: the value of `{name}` is not a list of ")
    assert f"\n  {where}/own.ttl:3:" in found


def test_property_shape_without_a_path(tmp_path: Path) -> None:
    """A shape of the model's own words says it there."""
    text = SHAPE.format("sh:property [ sh:minCount 1 ]")
    assert _checked(tmp_path / "shapes", "shapes", text).splitlines()[:2] == [
        "error[shacl/ill-formed]: a property shape has no path",
        "  shapes/own.ttl:3:60 `[ sh:minCount 1 ]` needs a `sh:path`, has none",
    ]
    assert _checked(tmp_path / "model", "model", text).startswith("error[model/attribute-path]")


def test_what_is_well_formed(tmp_path: Path) -> None:
    """Lists, empty ones too, are as they should be."""
    text = SHAPE.format('sh:and ( [ sh:nodeKind sh:IRI ] ) ; sh:ignoredProperties () ; sh:in ( "a" )')
    assert _checked(tmp_path, "shapes", text) == ""


def _checked(root: Path, where: str, text: str) -> str:
    base = (Path(__file__).parent / "model" / "base.ttl").read_text(encoding="utf-8")
    models.closed(root, {"base.ttl": base})
    (root / where).mkdir(exist_ok=True)
    (root / where / "own.ttl").write_text(PREFIXES + text, encoding="utf-8")
    return models.lines(models.checked(models.read(root)))
