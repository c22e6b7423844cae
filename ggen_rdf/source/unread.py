"""Hides the values of secrets in files that cannot be parsed, by how they look.

In: what was said about such files, and the graph of all others. Out: the places that may hold a secret, and the same
diagnostics; one that lies in such a place only says that something is wrong there. What is taken for a value: the rest
of the line after a name that is called like a secret setting, and after a default in a file that has secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.graph import Graph
from ggen_rdf.source.literals import plain, secret_names
from ggen_rdf.source.secrets import Secret

_BROKEN = ("source/syntax", "source/toml")
_NAME = re.compile(r"[\w-]+")
_ASSIGNED = re.compile(r"[\"']?[ \t]*[=:][ \t]*(?=\S)")
_STATED = re.compile(r">?\s+(?!a\b|[;.,)\]#])(?=\S)")
_VALUES = re.compile(r"(?<=:)(?:defaultValue|hasValue|in)\b")
_DECLARED = re.compile(r"([\w-]+)>?\s+a\s+ggen:Setting\b(?:[^.]|\.(?=\S))*?\bggen:secret\s+true")
_LONG = re.compile(r"\"{3}|'{3}")


def concealed(said: Sequence[Diagnostic], graph: Graph) -> tuple[list[Secret], list[Diagnostic]]:
    """The diagnostics, and the places in files that could not be parsed at which a secret may stand."""
    broken = [d.labels[0].span.source for d in said if d.code in _BROKEN and d.labels]
    if not broken:
        return [], list(said)
    names = {plain(name) for name in secret_names(graph)}
    names |= {plain(found[1]) for source in broken for found in _DECLARED.finditer(source.text)}
    places = [place for source in dict.fromkeys(broken) for place in _values(source, names)]
    return [Secret("", place) for place in places], [_vague(d) if _is_within(d, places) else d for d in said]


def _values(source: Source, names: set[str]) -> Iterator[Span]:
    text, follows = source.text, _ASSIGNED if source.path.endswith((".toml", ".jsonld")) else _STATED
    starts = [found.end() for found in _NAME.finditer(text) if plain(found[0]) in names]
    starts += [found.end() for found in _VALUES.finditer(text)] if "ggen:secret" in text else []
    for start in sorted(starts):
        found = follows.match(text, start)
        if found:
            yield Span(source, found.end(), _end(text, found.end()))


def _end(text: str, start: int) -> int:
    long = _LONG.match(text, start)
    end = text.find(long[0], long.end()) if long else text.find("\n", start)
    return len(text) if end < 0 else end


def _is_within(found: Diagnostic, places: Iterable[Span]) -> bool:
    return any(
        place.source == label.span.source and place.start <= label.span.start <= place.end
        for label in found.labels
        for place in places
    )


def _vague(found: Diagnostic) -> Diagnostic:
    span = found.labels[0].span
    label = Label(span, "something is wrong in the value of a secret, which is not shown")
    return Diagnostic(found.code, f"`{span.source.path}` cannot be read here", (label,))
