"""Names of the model as words, and words as identifiers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_RUN = re.compile(r"\x00(?P<code>u[0-9a-f]+)|(?P<plain>[A-Za-z0-9]+)")
_SPELLED = {
    "ß": "ss",
    "æ": "ae",
    "Æ": "Ae",
    "œ": "oe",
    "Œ": "Oe",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "Th",
    "ı": "i",
    "'": "",
    "’": "",
}


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case and ASCII.

    Accents are dropped; a letter that has no ASCII form becomes `u` and its code point; a number joins the word before
    it. A name without any letter or digit is spelled by its code points, so that no name is empty.
    """
    folded = "".join(_ascii(c) for c in unicodedata.normalize("NFKD", name))
    found: list[str] = []
    for run in _RUN.finditer(folded):
        if run["code"]:
            found.append(run["code"])
            continue
        for index, word in enumerate(_WORD.findall(run["plain"])):
            if word.isdigit() and index and found:
                found[-1] += word
            else:
                found.append(word.lower())
    return tuple(found) or tuple(f"u{ord(c):x}" for c in name) or ("empty",)


def _ascii(character: str) -> str:
    if character in _SPELLED:
        return _SPELLED[character]
    if character.isascii():
        return character if character.isalnum() else " "
    if unicodedata.combining(character):
        return ""
    return f"\x00u{ord(character):x} " if character.isalnum() else " "


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


CASINGS: dict[str, Callable[[tuple[str, ...]], str]] = {
    "snake": "_".join,
    "screaming-snake": lambda w: "_".join(w).upper(),
    "kebab": "-".join,
    "dotted": ".".join,
    "flat": "".join,
    "pascal": lambda w: "".join(map(_capital, w)),
    "camel": lambda w: w[0] + "".join(map(_capital, w[1:])),
}
"""How a casing joins words."""


def shortened(name: str, longest: int | None) -> str:
    """The name, or its beginning and a hash of the whole when it is longer than the target allows."""
    if longest is None or len(name) <= longest:
        return name
    return f"{name[: longest - 9]}_{sha256(name.encode()).hexdigest()[:8]}"


def one_line(text: str) -> str:
    """The text on one line, without control characters and marks that change the direction of writing."""
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).split())
