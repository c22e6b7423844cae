"""`--vars a=1 b=2`: however the words are spread over options, the same pairs come out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.cli.console import Console
from ggen_rdf.cli.gen import command

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="=\0"), min_size=1).filter(
    lambda name: not name.startswith("-")
)
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def parse(words: list[str]) -> dict[str, object]:
    return command.make_context("gen", words, obj=Console()).params


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=6), st.data())
def test_all_spellings_of_vars_mean_the_same(pairs: dict[str, str], data: st.DataObject) -> None:
    words = []
    for index, (name, value) in enumerate(pairs.items()):
        start = "" if index and not data.draw(st.booleans()) else data.draw(st.sampled_from(["--vars", "--vars="]))
        words += [f"{start}{name}={value}"] if start.endswith("=") else [*filter(None, [start]), f"{name}={value}"]
    before, after = data.draw(
        st.sampled_from([(["p"], ["-o", "a=b/"]), (["-o", "a=b/", "p"], []), (["p", "-oa=b/"], [])])
    )
    params = parse([*before, *words, *after])
    assert params["pairs"] == tuple(pairs.items())
    assert (params["pack"], params["output"]) == ("p", "a=b/")


def test_the_commands_of_the_mission() -> None:
    params = parse(["ddd-domain", "--vars", "domain=user", "bounded_context=identity", "--output", "src/domain/user/"])
    assert params["pairs"] == (("domain", "user"), ("bounded_context", "identity"))
    assert params["output"] == "src/domain/user/"


def test_two_dashes_end_the_values() -> None:
    params = parse(["--vars", "a=1", "--", "p"])
    assert (params["pairs"], params["pack"]) == ((("a", "1"),), "p")
