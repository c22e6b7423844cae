"""A target language, read from Turtle: what its filters are called and what they do.

In: `ontologies/targets/<name>.ttl`. Out: a `Target` whose `filters` turn model text into code. A new target needs no
Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from ggen_rdf.project import Iri, Record, Text
from ggen_rdf.render.code import Code
from ggen_rdf.render.words import CASINGS, one_line, shortened, words

Filter: TypeAlias = Callable[..., Code]

EXACT = "exact"
"""The casing of a name that must be an identifier already."""


class SpellingError(Exception):
    """A value that the target has no spelling for. The message says which and why."""


@dataclass(frozen=True, eq=False)
class Spelling:
    """How a datatype is written, and how one of its values is."""

    type: str
    literal: str | None


@dataclass(frozen=True, eq=False)
class Target:
    """A target language: its name, its comment line, its filters, and the hash of its description."""

    name: str
    line_comment: str | None
    filters: Mapping[str, Callable[..., Any]]
    spellings: Mapping[str, Spelling]
    digest: str
    identifiers: frozenset[str] = frozenset()
    """The filters that make identifiers."""


def _memoised(make: Callable[[str], str]) -> Filter:
    """A filter that makes each name once. Given a record, it takes the record's name."""
    known: dict[str, Code] = {}

    def apply(value: Any) -> Code:
        try:
            return known[value]
        except (KeyError, TypeError):
            pass
        if isinstance(value, Record):
            return apply(value.get("name"))
        if isinstance(value, list):
            return apply(" ".join(str.__str__(v.get("name") if isinstance(v, Record) else v) for v in value))
        if not isinstance(value, str):
            raise SpellingError(f"`{value}` is not text" if value is not None else "there is no value here")
        code = known[value] = Code(make(value))
        return code

    return apply


@dataclass(frozen=True, eq=False)
class Reserved:
    """The words no identifier may be, and how to write an identifier that is one."""

    all: frozenset[str] = frozenset()
    unescapable: frozenset[str] = frozenset()
    pattern: str = "{}_"
    ignores_case: bool = False

    def escaped(self, name: str) -> str:
        """The name in a spelling that is not reserved."""
        key = name.lower() if self.ignores_case else name
        if key not in self.all:
            return name
        return f"{name}_" if key in self.unescapable else self.pattern.replace("{}", name)


def identifier_filter(casing: str, reserved: Reserved, longest: int | None, pattern: str) -> Filter:
    """A filter that makes an identifier of a name, or of several names together.

    With the casing `exact`, the name must be a plain identifier already and stays as it is.
    """

    def make(name: str) -> str:
        if casing == EXACT:
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or len(name) > (longest or len(name)):
                raise SpellingError(f"`{name}` is not a plain identifier of this target")
            return pattern.replace("{}", reserved.escaped(name))
        spelled = CASINGS[casing](words(name))
        if spelled[0].isdigit():
            spelled = f"_{spelled}"
        return pattern.replace("{}", reserved.escaped(shortened(spelled, longest)))

    return _memoised(make)


def text_filter(pattern: str, escapes: Mapping[str, str]) -> Filter:
    """A filter that makes one safe line of a text."""
    replace = _replacer(escapes)
    return _memoised(lambda text: pattern.replace("{}", replace(one_line(text))).rstrip())


def string_filter(pattern: str, escapes: Mapping[str, str], code_point: str | None) -> Filter:
    """A filter that makes a string literal of a text."""
    replace = _replacer(escapes)

    def control(found: re.Match[str]) -> str:
        if code_point is None:
            raise SpellingError(f"the character U+{ord(found[0]):04X} cannot stand in a string of this target")
        return code_point.format(ord(found[0]))

    # Also the marks that change the direction of writing: compilers refuse them, and readers should.
    risky = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
    return _memoised(lambda text: pattern.replace("{}", risky.sub(control, replace(text))))


def _replacer(escapes: Mapping[str, str]) -> Callable[[str], str]:
    if not escapes:
        return str
    found = re.compile("|".join(map(re.escape, sorted(escapes, key=lambda e: (-len(e), e)))))
    return lambda text: found.sub(lambda m: escapes[m[0]], text)


def type_filter(spellings: Mapping[str, Spelling], name: str) -> Filter:
    """The filter `type`: how the target spells a datatype."""
    known = {iri: Code(s.type) for iri, s in spellings.items()}

    def apply(datatype: Any) -> Code:
        try:
            return known[datatype]
        except (KeyError, TypeError):
            raise SpellingError(f"the target `{name}` has no spelling for the datatype `{_short(datatype)}`") from None

    return apply


def literal_filter(spellings: Mapping[str, Spelling], string: Filter | None, name: str) -> Filter:
    """The filter `literal(datatype)`: how the target writes a value of a datatype."""

    def apply(value: Any, datatype: Any) -> Code:
        spelling = spellings.get(datatype)
        if spelling is None or spelling.literal is None:
            raise SpellingError(f"the target `{name}` cannot write a value of the datatype `{_short(datatype)}`")
        written = spelling.literal
        if "{string}" in written:
            if string is None:
                raise SpellingError(f"the target `{name}` has no string literals")
            return Code(written.replace("{string}", string(Text(_lexical(value)))))
        return Code(written.replace("{}", _plain_value(value, datatype)))

    return apply


def number(value: Any) -> Code:
    """The filter `number`: digits, a sign, a point; nothing else passes."""
    return Code(_plain_value(value, "a number"))


def _lexical(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _plain_value(value: Any, what: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        exact = Decimal(_lexical(value))
    except InvalidOperation:
        raise SpellingError(f"`{value}` is not a value of {_short(what)}") from None
    if not exact.is_finite():
        raise SpellingError(f"`{value}` is not a finite number")
    return format(exact, "f")


def _short(datatype: Any) -> str:
    return (
        re.sub(r"^http://www\.w3\.org/2001/XMLSchema#", "xsd:", str(datatype))
        if isinstance(datatype, str | Iri)
        else str(datatype)
    )
