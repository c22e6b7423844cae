"""Splits Turtle, TriG, N-Triples and N-Quads into tokens.

In: a text. Out: every token with its kind and its exact place. Nothing is ever refused: what no rule of the grammar
covers becomes a token whose kind says what is odd about it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_WORD = r"[\w\-\u00B7\u0300-\u036F\u203F-\u2040]"
_LOCAL = r"(?:[\w:\-\u00B7\u0300-\u036F\u203F-\u2040]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])"

_GRAMMAR = re.compile(
    rf"""
  (?P<space>[ \t\r\n]++|\#[^\n\r]*+)
| (?P<name>(?:[^\W\d_]{_WORD}*(?:\.+{_WORD}+)*)?:(?:{_LOCAL}(?:{_LOCAL}|\.+(?=[\w:\-%\\]))*+)?)
| (?P<blank>_:[\w](?:{_WORD}|\.+(?=[\w\-]))*+)
| (?P<quoted><<\(?|\)?>>|\{{\||\|\}}|~)
| (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+>)
| (?P<bad_iri><[^<>\n\r]*+>)
| (?P<open_iri><[^\s<>"]*+)
| (?P<string>\"\"\"(?:[^"\\]++|\\.|"(?!""))*+\"\"\"|'''(?:[^'\\]++|\\.|'(?!''))*+'''
           |(?!\"\"\"|''')(?:"(?:[^"\\\n\r]++|\\[^\n\r])*+"|'(?:[^'\\\n\r]++|\\[^\n\r])*+'))
| (?P<open_string>\"\"\"(?s:.*)|'''(?s:.*)|["'][^\n\r]*+)
| (?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?)
| (?P<datatype>\^\^)
| (?P<number>[+-]?(?:\d+\.\d*[eE][+-]?\d+|\.?\d+[eE][+-]?\d+|\d*\.\d+|\d+))
| (?P<mark>[;,.\[\](){{}}])
| (?P<word>[^\W\d]{_WORD}*)
| (?P<odd>.)
""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A run of characters with one meaning. `kind` is a group of the grammar, or `end` behind the last one."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """All tokens of a text without white space and comments, and one of kind `end` behind them."""
    found = [
        Token(match.lastgroup or "odd", match[0], match.start(), match.end())
        for match in _GRAMMAR.finditer(text)
        if match.lastgroup != "space"
    ]
    found.append(Token("end", "", len(text), len(text)))
    return found
