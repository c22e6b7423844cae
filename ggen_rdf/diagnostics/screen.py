"""Text as a terminal shows it: in, any text; out, text that is safe to print, and how many columns it takes."""

from __future__ import annotations

from unicodedata import category, east_asian_width

TAB = "    "
_JOINER = "\N{ZERO WIDTH JOINER}"
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def visible(text: str) -> str:
    """The text on one line with nothing in it that could move the cursor, change colours or reorder characters."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _stand_in(c) for c in text)


def encodable(text: str) -> str:
    """The text without what UTF-8 cannot write, such as the halves of characters in a broken file name."""
    return text.encode("utf-8", "replace").decode()


def columns(text: str) -> int:
    """How many terminal columns a visible text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    total, joined = 0, False
    for char in text:
        wide = east_asian_width(char) in "WF"
        if not (category(char) in ("Mn", "Me", "Cf") or (wide and (joined or (ord(char) in _SKIN_TONES and total)))):
            total += 1 + wide
        joined = char == _JOINER
    return total


def _stand_in(char: str) -> str:
    if char == "\t":
        return TAB
    if char < " ":
        return chr(0x2400 + ord(char))
    if char in _REORDERING or category(char) in ("Cc", "Cs", "Zl", "Zp"):
        return "\N{REPLACEMENT CHARACTER}"
    return char
