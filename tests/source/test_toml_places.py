"""Keys and values of TOML are found where they stand."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.source.toml_places import toml_places

NAMES = st.sampled_from(["a", "b-c", "d_1", '"quoted key"', "'e.f'", "1"])
SCALARS = st.sampled_from(
    [
        '"x"',
        "'lit\\'",
        "1",
        "-2.5",
        "true",
        "1979-05-27",
        '"""\na\n"b" # c\n"""',
        "'''x = [1]'''",
        '"a = { b"',
        "0xFF",
        '"#"',
    ]
)
SPACE = st.sampled_from(["", " ", "\n  ", " # remark ] } = \n "])


def _arrays(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.builds(
        lambda space, items: f"[{space}{f',{space}'.join(items)}{space}]", SPACE, st.lists(inner, max_size=3)
    )
    pairs = st.lists(inner, max_size=3).map(lambda found: ", ".join(f"k{i} = {v}" for i, v in enumerate(found)))
    return lists | pairs.map(lambda text: "{ " + text + " }" if text else "{}")


VALUES = st.recursive(SCALARS, _arrays, max_leaves=5)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A TOML text: keys at the top, then tables."""
    lines = []
    for table in range(draw(st.integers(0, 3))):
        lines.append(f"# {'=' * table}\n" + (f"[ t{table} . {draw(NAMES)} ] # remark" if table else ""))
        for number, name in enumerate(draw(st.lists(NAMES, max_size=3, unique=True))):
            key = draw(st.sampled_from(["k{n}", "k{n}.{name}", "k{n} . {name}"])).format(n=number, name=name)
            lines.append(f"{key} = {draw(VALUES)}{draw(st.sampled_from(['', '  # end']))}")
    return "\n".join(lines) + "\n"


@given(documents())
def test_every_key_and_value_is_found(text: str) -> None:
    """What stands at the place of a value means that value; what stands at the place of a key means that key."""
    places = toml_places(text)
    for path, value in _leaves(tomllib.loads(text), ()):
        start, end = places.keys[path]
        assert tomllib.loads(f"{text[start:end]} = 1") == {path[-1]: 1}
        start, end = places.values[path]
        assert tomllib.loads(f"x = {text[start:end]}") == {"x": value}
        for index, item in enumerate(value if isinstance(value, list) else []):
            start, end = places.items[path][index]
            assert tomllib.loads(f"x = {text[start:end]}") == {"x": item}


def _leaves(table: dict[str, object], path: tuple[str, ...]) -> list[tuple[tuple[str, ...], object]]:
    found: list[tuple[tuple[str, ...], object]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _leaves(value, (*path, key))
        else:
            found.append(((*path, key), value))
    return found


def test_tables() -> None:
    """A table is found by its header."""
    text = '[tenant.acme]\nid = "a"\n\n[tenant."b c"]\n'
    places = toml_places(text)
    assert [text[start:end] for start, end in (places.tables["tenant", "acme"], places.tables["tenant", "b c"])] == [
        "acme",
        '"b c"',
    ]


def test_not_toml() -> None:
    """A text that is no TOML ends the search, not the program."""
    assert toml_places('= = [ { "\n]]\n a b c').keys == {}
