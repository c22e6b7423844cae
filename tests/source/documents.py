"""Turtle documents made at random: the same triples in every way that Turtle can write them."""

from __future__ import annotations

from hypothesis import strategies as st

PREFIXES = """\
@prefix : <https://example.org/> .
@prefix ex: <https://example.org/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SPACE = st.sampled_from([" ", "\n", "\t", "  ", "\n    ", " # a comment; with [ marks ] .\n", "\r\n"])
NAMES = st.sampled_from(
    [
        ":a",
        ":b",
        ":c-d",
        "ex:e",
        "ex:f.g",
        ":",
        "ex:",
        ":h%20i",
        r":j\,k",
        ":é",
        "ex:1",
        "<https://example.org/x>",
        "<#frag>",
        "<../up>",
    ]
)
BLANKS = st.sampled_from(["_:b1", "_:b2", "_:b.3"])
QUOTED = st.sampled_from(
    [
        '""',
        '"a"',
        "'b'",
        '"a\\"b"',
        '"tab\\tq"',
        '"\\u00e9"',
        '"""long\n"quoted" text"""',
        "'''it's\nlong'''",
        '"a # no comment"',
        '"😀 [ ] . ;"',
    ]
)
ENDS = st.sampled_from(["", "@en", "@de-CH", "^^xsd:date", "^^<https://example.org/type>", "^^ex:t"])
PLAIN = st.sampled_from(["1", "-2", "+3", "4.5", ".5", "1e3", "-1.5E-3", "true", "false", "007", "1.50"])
LITERALS = st.builds(lambda quoted, end: quoted + end, QUOTED, ENDS) | PLAIN
VERBS = st.sampled_from(["a", ":p", "ex:q", "<https://example.org/r>"])


def _objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    brackets = st.builds(lambda space, said: f"[{space}{said}{space}]", SPACE, _said(inner))
    lists = st.lists(inner, max_size=3).map(lambda items: "( " + " ".join(items) + " )")
    return brackets | lists | st.just("[]")


def _said(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.builds(
        lambda verb, space, found: f"{verb}{space}{f' ,{space}'.join(found)}",
        VERBS,
        SPACE,
        st.lists(values, min_size=1, max_size=3),
    )
    return st.lists(pair, min_size=1, max_size=3).map(" ;\n  ".join)


VALUES = st.recursive(NAMES | BLANKS | LITERALS, _objects, max_leaves=6)
SUBJECTS = NAMES | BLANKS | st.just("[]") | st.just("( 1 2 )")
STATEMENTS = st.builds(lambda subject, space, said: f"{subject}{space}{said} .\n", SUBJECTS, SPACE, _said(VALUES))
DOCUMENTS = st.lists(STATEMENTS, max_size=6).map(lambda statements: PREFIXES + "".join(statements))
"""Whole documents, all of them valid."""
