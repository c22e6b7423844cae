"""Patterns of the model on a real PostgreSQL: they mean there what they mean in the model."""

from __future__ import annotations

from pathlib import Path

import psycopg

PATTERNS = (
    r"^[^@\s]+@[^@\s]+$",
    r"^a.c$",
    r"\bfoo\b",
    r"^[a-z-]+$",
    r"(ab|c){2,3}",
    r"\d\D",
    r"^\S*$",
    r"[\s\d]",
    r"^x?$",
)
TEXTS = (
    "",
    "a@b",
    "a b@c",
    "a\nc",
    "abc",
    "a\rc",
    "foo",
    "a foo.",
    "food",
    "a-z",
    "ab",
    "ababc",
    "1x",
    "x1 ",
    "é",
    "x",
)


def test_patterns_mean_in_postgresql_what_they_mean_in_the_model(postgres: str) -> None:
    """Every pattern against every text, in PostgreSQL and in SPARQL."""
    import pyoxigraph as ox

    from ggen_rdf.diagnostics import Source
    from ggen_rdf.library import library_path
    from ggen_rdf.render import read_target

    target, problems = read_target(
        Source("sql.ttl", Path(library_path("ontologies", "targets", "sql.ttl")).read_text()), "sql"
    )
    assert target is not None, problems
    regex = target.filters["regex"]
    with psycopg.connect(postgres) as connection:
        for pattern in PATTERNS:
            for text in TEXTS:
                ours = connection.execute("SELECT %s ~ %s", (text, str(regex(pattern)))).fetchone()
                query = f"ASK {{ FILTER(REGEX({ox.Literal(text)}, {ox.Literal(pattern)})) }}"
                assert ours == (bool(ox.Store().query(query)),), (pattern, text)
    assert [regex(p) for p in (r"^\p{Lu}", r"[a-z-[aeiou]]", "x{300}", r"\i\c*", "(?=x)")] == [None] * 5
