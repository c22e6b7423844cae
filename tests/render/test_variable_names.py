"""Elements are found however people write their names: plural, case, label, and several at once."""

from __future__ import annotations

import pytest

from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.render.variables import Given, Variable, resolve
from tests.reasoning.models import load

KIND = "https://w3id.org/ggen#AggregateRoot"
NAMES = ("User", "Order line", "Category", "Box", "Bus", "Address", "News", "Dish", "Status")
MODEL = (
    "@prefix : <https://example.org/model#> . @prefix ggen: <https://w3id.org/ggen#> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
)


def found(text: str, *names: str) -> tuple[list[str], list[Diagnostic]]:
    """The labels of the elements that a text names, in a model with these labels."""
    labels = names or NAMES
    lines = (
        f':X{at} a ggen:AggregateRoot ; rdfs:label "{name}" ; ggen:name "{name}" .' for at, name in enumerate(labels)
    )
    graph, _ = load(("model/model.ttl", MODEL + "\n".join(lines)))
    variable = Variable("entities", "", kind=KIND, binds="x", many=True)
    bindings, _, problems = resolve([variable], {"entities": Given(text, None)}, graph, "pack", complete=True)
    return [labels[int(str(term.value).rsplit("X")[-1])] for term in bindings.get("x", [])], problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("users", ["User"]),
        ("USERS", ["User"]),
        ("user", ["User"]),
        ("orderLines", ["Order line"]),
        ("order-lines", ["Order line"]),
        ("categories", ["Category"]),
        ("boxes", ["Box"]),
        ("buses", ["Bus"]),
        ("bus", ["Bus"]),
        ("addresses", ["Address"]),
        ("dishes", ["Dish"]),
        ("statuses", ["Status"]),
        ("news", ["News"]),
        ("users,categories, boxes", ["User", "Category", "Box"]),
    ],
)
def test_an_element_is_found(text: str, expected: list[str]) -> None:
    assert found(text) == (expected, [])


def test_a_name_itself_comes_before_a_plural() -> None:
    assert found("users", "User", "Users") == (["Users"], [])


def test_a_plural_of_two_is_ambiguous() -> None:
    _, problems = found("users", "User", "USER")
    assert [problem.message for problem in problems] == ["`users` could be any of 2 elements"]


def test_a_word_that_is_nearly_right_is_mended_in_its_place() -> None:
    _, problems = found("users,categry,boxes")
    assert [problem.help for problem in problems] == ["write `entities=users,category,boxes`"]
