"""Whatever the model says, a filter's code is one token of its target, and says the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.diagnostics import Source
from ggen_rdf.project import Text
from ggen_rdf.render import read_target
from ggen_rdf.render.target import SpellingError, Target
from ggen_rdf.render.words import words

TARGETS = Path(__file__).parents[2] / "ontologies" / "targets"
NAMES = sorted(p.stem for p in TARGETS.glob("*.ttl"))
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def target(name: str) -> Target:
    path = TARGETS / f"{name}.ttl"
    found, problems = read_target(Source(str(path), path.read_text()), name)
    assert not problems
    assert found is not None
    return found


ALL = {name: target(name) for name in NAMES}


@given(ANY_TEXT)
def test_a_toml_string_reads_back_as_the_text(text: str) -> None:
    code = ALL["toml"].filters["string"](Text(text))
    assert tomllib.loads(f"x = {code}")["x"] == text


@given(ANY_TEXT)
def test_a_line_of_prose_stays_one_line(text: str) -> None:
    for each in ALL.values():
        for name in ("doc", "comment", "text", "module_doc"):
            if name in each.filters:
                assert len(str(each.filters[name](Text(text))).splitlines()) <= 1


@given(ANY_TEXT)
def test_a_rust_identifier_is_one_and_is_not_reserved(text: str) -> None:
    rust = ALL["rust"]
    for name in ("type_name", "field_name", "module_name", "constant_name"):
        code = str.__str__(rust.filters[name](Text(text)))
        assert re.fullmatch(r"(r#)?[A-Za-z_][A-Za-z0-9_]*", code)
        assert code not in {"type", "match", "self", "Self", "super", "crate", "fn", "async", "gen"}
        assert code not in {"r#self", "r#Self", "r#super", "r#crate"}


@given(ANY_TEXT)
def test_a_rust_string_ends_where_it_should(text: str) -> None:
    code = str.__str__(ALL["rust"].filters["string"](Text(text)))
    body = re.fullmatch(r'"((?:[^"\\]|\\.|\\u\{[0-9a-f]+\})*)"', code, re.S)
    assert body is not None
    read = re.sub(r"\\u\{([0-9a-f]+)\}|\\(.)", _unescaped, body[1])
    assert read == text


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return {"n": "\n", "r": "\r", "t": "\t"}.get(found[2], found[2])


@given(ANY_TEXT)
def test_only_numbers_pass_as_numbers(text: str) -> None:
    try:
        code = ALL["rust"].filters["number"](Text(text))
    except SpellingError:
        return
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", code)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("User created", ("user", "created")),
        ("userId", ("user", "id")),
        ("HTTPServer", ("http", "server")),
        ("e-mail_Address", ("e", "mail", "address")),
        ("Größe", ("grosse",)),
        ("line2", ("line2",)),
        ("42", ("42",)),
        ("2nd line", ("2", "nd", "line")),
        ("customer's", ("customers",)),
        ("🎉", ("u1f389",)),
        ("注文", ("u6ce8", "u6587")),
    ],
)
def test_words(name: str, expected: tuple[str, ...]) -> None:
    assert words(name) == expected
