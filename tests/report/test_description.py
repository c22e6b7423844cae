"""Workbooks described as data: what a path can reach, and what is said about a description that is wrong."""

from __future__ import annotations

import re
from typing import Any

import pyoxigraph as ox
import pytest

from ggen_rdf.diagnostics import Diagnostic, Source
from ggen_rdf.graph import Graph
from ggen_rdf.project import Context, project, read_level
from ggen_rdf.render.front_matter import read_yaml
from ggen_rdf.report import Table
from ggen_rdf.report.description import Description, read_description
from ggen_rdf.report.fill import fill

MODEL = b"""
@prefix : <urn:x:> .
:a :field "one" , "two" ; :use :p ; :small true .
:b :field "three" ; :use :p , :q .
:p :title "Accounts" ; :why "selling" , "billing" .
:q :title "Delivery" .
"""
LEVELS = (
    """#: level: thing
PREFIX : <urn:x:> SELECT DISTINCT ?thing ?small
WHERE { ?thing :field ?f OPTIONAL { ?thing :small ?small } } ORDER BY ?thing""",
    """#: level: field within thing
PREFIX : <urn:x:> SELECT ?thing ?field WHERE { ?thing :field ?field } ORDER BY ?thing ?field""",
    """#: level: use within thing
PREFIX : <urn:x:> SELECT ?thing ?use ?activity
WHERE { ?thing :use ?use BIND(?use AS ?activity) } ORDER BY ?thing ?use""",
    """#: level: activity
PREFIX : <urn:x:> SELECT ?activity ?title WHERE { ?activity :title ?title } ORDER BY ?activity""",
    """#: level: reason within activity
PREFIX : <urn:x:> SELECT ?activity ?reason WHERE { ?activity :why ?reason } ORDER BY ?activity ?reason""",
)
VALUES = {"vars": {"system": "shop"}, "workspace": {"name": "mine"}}


@pytest.fixture(scope="module")
def context() -> Context:
    """Things with fields, which activities use."""
    graph = Graph()
    graph.load(MODEL, ox.RdfFormat.TURTLE, "file:///m.ttl")
    levels = [read_level(Source(f"{i}.rq", text))[0] for i, text in enumerate(LEVELS)]
    found, problems = project(graph, [level for level in levels if level], {}, lambda term: term)
    assert found is not None, problems
    return found


def described(text: str) -> tuple[Description | None, list[Diagnostic]]:
    """The description that a YAML text is."""
    source = Source("a.xlsx.yaml", text)
    keys, problems = read_yaml(source, text, "pack/workbook")
    return (None, problems) if problems else read_description(source, keys)


def column(value: str, each: str = "thing") -> str:
    """A workbook of one column."""
    return (
        f"to: a.xlsx\ntitle: A\nsheets:\n  - name: S\n    each: {each}\n    columns:\n      - {{title: T, {value}}}\n"
    )


def filled(text: str, context: Context) -> list[Table]:
    """The tables of a description that is right."""
    description, problems = described(text)
    assert description is not None, problems
    tables, problems = fill(description, context, VALUES)
    assert not problems
    return tables


@pytest.mark.parametrize(
    ("value", "each", "cells"),
    [
        ("value: thing.thing", "thing", ["urn:x:a", "urn:x:b"]),
        ("value: thing.small", "thing", [True, None]),
        ("value: thing.fields.field", "thing", ["one; two", "three"]),
        ("count: thing.fields", "thing", [2, 1]),
        ("count: thing.uses.activity.reasons.reason", "thing", [2, 2]),
        ("value: thing.uses.activity.title", "thing", ["Accounts", "Accounts; Delivery"]),
        ("value: thing.uses.activity.reasons.reason", "thing", ["billing; selling", "billing; selling"]),
        ("value: thing.thing", "field", ["urn:x:a", "urn:x:a", "urn:x:b"]),
        ("value: field.thing.uses.use", "field", ["urn:x:p", "urn:x:p", "urn:x:p; urn:x:q"]),
        ("value: vars.system", "activity", ["shop", "shop"]),
        ("text: as it is", "activity", ["as it is", "as it is"]),
        ("count: things.fields", "activity", [3, 3]),
    ],
)  # fmt: skip
def test_a_path(context: Context, value: str, each: str, cells: list[Any]) -> None:
    (table,) = filled(column(value, each), context)
    assert [row[0] for row in table.rows] == cells


def test_facts(context: Context) -> None:
    text = (
        "to: a.xlsx\ntitle: A\nsheets:\n  - name: Cover\n    facts:\n"
        "      - {fact: Things, count: things}\n      - {fact: Titles, value: activities.title}\n"
    )
    (table,) = filled(text, context)
    assert table.rows == (("Things", 2), ("Titles", "Accounts; Delivery"))


@pytest.mark.parametrize(
    ("text", "message", "at", "advice"),
    [
        (column("value: thing.smal"), "`thing` has no field `smal`", "thing.smal", "write `small`"),
        (column("value: thong.small"), "`thong` is not known in the sheet `S`", "thong.small", None),
        (column("value: thing.fields"), "`thing.fields` leads to records, not to a value of theirs", None, None),
        (column("value: thing.small.x"), "`small` is a value; nothing can come after it", "thing.small.x", None),
        (column("value: thing.uses.activity.titel"), "`activity` has no field `titel`", None, "write `title`"),
        (column("value: vars.sistem"), "`vars` has no value `sistem`", "vars.sistem", "write `system`"),
        (column("value: thing.small", "thin"), "there is no level `thin`", "thin", "write `thing`"),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere(
    context: Context, text: str, message: str, at: str | None, advice: str | None
) -> None:
    """It is found without a single record, and pointed at."""
    description, problems = described(text)
    assert description is not None, problems
    tables, problems = fill(description, context, VALUES)
    assert tables == []
    assert [d.message for d in problems] == [message]
    assert problems[0].code == "pack/workbook"
    if at is not None:
        assert problems[0].labels[0].span.text == at
    if advice is not None:
        assert problems[0].help == advice


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "a workbook is a table of keys"),
        ("to: a.xlsx\ntitel: A\nsheets: []", "a workbook has no key `titel`"),
        ("to: a.xlsx\ntitle: A\nsheets: none", "`sheets` is a list"),
        ("to: a.xlsx\ntitle: A\nsheets:\n  - name: S", "the sheet `S` has either `each` and `columns`, or `facts`"),
        (column("value: thing.small, text: x"), "`T` has exactly one of `value`, `text` and `count`"),
        (column("note: x"), "`T` has exactly one of `value`, `text` and `count`"),
        (column("value: a..b"), "`a..b` is not a path"),
        (column("value: a, width: wide"), "`width` is a whole number"),
        (column("value: a, colour: red"), "a column has no key `colour`"),
    ],
)  # fmt: skip
def test_a_description_that_is_wrong(text: str, message: str) -> None:
    """Every mistake is said in words, at a place in the file."""
    description, problems = described(text)
    assert description is None
    assert message in [d.message for d in problems]
    assert all(d.labels and re.fullmatch(r"pack/workbook", d.code) for d in problems)
