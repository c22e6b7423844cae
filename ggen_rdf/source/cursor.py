"""A place in the tokens of a Turtle text, and what was found wrong up to there.

In: a text. Out: its tokens one by one, and the problems that are reported on the way.
"""

from __future__ import annotations

from typing import NamedTuple

from ggen_rdf.source.tokens import Token, tokens


class Problem(NamedTuple):
    """A place where the text breaks the grammar. `kind` says how; `wording` puts it into words."""

    kind: str
    token: Token
    before: Token
    opened: Token | None = None


class Cursor:
    """Walks over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.index = 0
        self.problems: list[Problem] = []
        self._tokens = tokens(text)

    @property
    def token(self) -> Token:
        """The token at this place."""
        return self._tokens[self.index]

    @property
    def following(self) -> Token:
        """The token behind it."""
        return self._tokens[min(self.index + 1, len(self._tokens) - 1)]

    def before(self, steps: int = 1) -> Token:
        """The token in front of it."""
        return self._tokens[max(self.index - steps, 0)]

    def advance(self) -> None:
        """Go on to the next token; there is none behind the end."""
        self.index = min(self.index + 1, len(self._tokens) - 1)

    def report(self, kind: str, token: Token, opened: Token | None = None, steps: int = 1) -> None:
        """Record a problem."""
        self.problems.append(Problem(kind, token, self.before(steps), opened))

    def skip_to(self, close: str) -> Token:
        """Pass over everything up to a token and this token itself."""
        while self.token.kind != "end" and self.token.text != close:
            self.advance()
        last = self.token
        self.advance()
        return last

    def skip_statement(self) -> None:
        """Pass over the rest of a statement that cannot be understood."""
        if self.token.text != ".":
            self.advance()
        while self.token.kind != "end" and not self.starts_statement():
            if self.token.text == ".":
                self.advance()
                return
            self.advance()

    def starts_statement(self) -> bool:
        """Whether a statement seems to begin here: at the very start of a line, with something it may begin with."""
        token = self.token
        begins = token.kind in ("iri", "name", "at", "blank") or token.text == "["
        return begins and (token.start == 0 or self.text[token.start - 1] in "\r\n")
