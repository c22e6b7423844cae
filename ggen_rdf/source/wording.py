"""Puts what is wrong with a Turtle text into words.

In: the problems that the scanner found. Out: diagnostics. Each kind of problem has one function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Source, Span, nearest
from ggen_rdf.source.curies import KNOWN
from ggen_rdf.source.cursor import Problem
from ggen_rdf.source.tokens import Token

_CLOSERS = {"[": "]", "(": ")", "{": "}"}
_QUOTED = re.compile(r"[“”„«]([^“”„»\n]*)[”“»]")
_NOT_IN_IRI = re.compile(r"""[\x00-\x20"{}|^`\\]""")
_PREFIX_LINE = re.compile(r"(?im)^[ \t]*@?prefix\b[^\n]*\n")
_CODE = "source/syntax"


class Words:
    """The words for the problems of one text."""

    def __init__(self, source: Source, prefixes: Mapping[str, str]) -> None:
        self._source = source
        self._prefixes = prefixes

    def distinct(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """The problems without those that repeat an unknown prefix."""
        seen: set[str] = set()
        for problem in problems:
            prefix = problem.token.text.partition(":")[0]
            if problem.kind != "unknown-prefix" or prefix not in seen:
                yield problem
            if problem.kind == "unknown-prefix":
                seen.add(prefix)

    def diagnostic(self, problem: Problem) -> Diagnostic:
        """One problem in words."""
        kind = problem.kind
        if kind.startswith("odd-") and kind != "odd-directive":
            return self._odd(problem)
        say: Mapping[str, Callable[[Problem], Diagnostic]] = {
            "unfinished": self._unfinished,
            "unclosed": self._unclosed,
            "missing-semicolon": self._missing,
            "missing-comma": self._missing,
            "no-object": self._no_object,
            "no-verb": self._no_verb,
            "literal-verb": self._literal_verb,
            "literal-subject": self._literal_subject,
            "open-string": self._open_string,
            "bad-escape": self._bad_escape,
            "bad-iri": self._bad_iri,
            "unknown-prefix": self._unknown_prefix,
            "no-datatype": self._no_datatype,
            "odd-directive": self._odd_directive,
            "no-prefix-name": self._no_prefix_name,
            "no-prefix-iri": self._no_prefix_iri,
            "unfinished-directive": self._unfinished_directive,
        }
        return say[kind](problem)

    # --- Ends and brackets ------------------------------------------------------------------------

    def _unfinished(self, problem: Problem) -> Diagnostic:
        token = problem.token
        if token.kind != "end" and not self._on_later_line(problem):
            if token.kind == "word" or token.text not in "])}":
                return self._odd(problem)
            return self._closes_nothing(token)
        labels = [Label(self._behind(problem.before), "expected `.`, `;` or `,` here")]
        if token.kind != "end":
            labels.append(Label(self._at(token), "the next statement starts here"))
        return self._say(
            "this Turtle statement does not end", labels, "end it with a full stop", self._insert(problem.before, " .")
        )

    def _unfinished_directive(self, problem: Problem) -> Diagnostic:
        return self._say(
            "this line does not end",
            [Label(self._behind(problem.before), "expected `.` here")],
            "end it with a full stop",
            self._insert(problem.before, " ."),
        )

    def _unclosed(self, problem: Problem) -> Diagnostic:
        opened, token = problem.opened, problem.token
        assert opened is not None
        close = _CLOSERS[opened.text]
        second = Label(self._at(opened), "opened here")
        message = f"this `{opened.text}` is not closed"
        if token.kind == "mark" and token.text in "])}":
            labels = [Label(self._at(token), f"expected `{close}` here"), second]
            return self._say(message, labels, f"close it with `{close}`", self._replace(token, close))
        labels = [Label(self._behind(problem.before), f"expected `{close}` here"), second]
        return self._say(message, labels, f"close it with `{close}`", self._insert(problem.before, f" {close}"))

    def _missing(self, problem: Problem) -> Diagnostic:
        mark, what = (";", "property") if problem.kind == "missing-semicolon" else (",", "value")
        many = "properties" if what == "property" else "values"
        labels = [
            Label(self._behind(problem.before), f"expected `{mark}` here"),
            Label(self._at(problem.token), f"the next {what} starts here"),
        ]
        act = f"put `{mark}` between two {many}"
        text = " ;" if mark == ";" else " ,"
        return self._say(f"`{mark}` is missing between two {many}", labels, act, self._insert(problem.before, text))

    def _closes_nothing(self, token: Token) -> Diagnostic:
        label = Label(self._at(token), "nothing is open here")
        return self._say(f"this `{token.text}` closes nothing", [label], "take it out", self._replace(token, ""))

    # --- Missing parts ----------------------------------------------------------------------------

    def _no_object(self, problem: Problem) -> Diagnostic:
        before, token = problem.before, problem.token
        place = self._behind(before) if token.kind == "end" or self._on_later_line(problem) else self._at(token)
        if before.text == ",":
            label = Label(place, "expected a value here")
            return self._say("a value is missing after `,`", [label], "take the comma out", self._replace(before, ""))
        labels = [Label(place, "expected a value here"), Label(self._at(before), "for this property")]
        return self._say(f"`{before.text}` has no value", labels)

    def _no_verb(self, problem: Problem) -> Diagnostic:
        place = self._behind(problem.before) if problem.token.kind == "end" else self._at(problem.token)
        label = Label(place, "expected a property and a value here")
        if problem.before.kind in ("name", "iri", "blank"):
            message = f"nothing is said about `{problem.before.text}`"
            return self._say(message, [label, Label(self._at(problem.before), "the statement is about this")])
        return self._say("a property is missing", [label])

    def _literal_verb(self, problem: Problem) -> Diagnostic:
        what = "a blank node" if problem.token.kind == "blank" else "a value"
        return self._say(
            f"{what} stands where a property belongs", [Label(self._at(problem.token), "expected a property")]
        )

    def _literal_subject(self, problem: Problem) -> Diagnostic:
        label = Label(self._at(problem.token), "expected a name or an IRI")
        return self._say("a statement cannot be about a literal", [label])

    def _no_datatype(self, problem: Problem) -> Diagnostic:
        label = Label(self._at(problem.token), "expected a datatype, such as `xsd:date`")
        return self._say("a datatype is missing after `^^`", [label])

    # --- Strings and IRIs -------------------------------------------------------------------------

    def _open_string(self, problem: Problem) -> Diagnostic:
        token = problem.token
        long = token.text[:3] in ('"""', "'''")
        quotes = token.text[: 3 if long else 1]
        start = Span(self._source, token.start, token.start + len(quotes))
        where = "in the rest of the file" if long else "on this line"
        act = f"close it with `{quotes}`"
        if not long:
            act += f", or use `{quotes * 3}` for text of several lines"
        return self._say("this string does not end", [Label(start, f"no closing `{quotes}` {where}")], act)

    def _bad_escape(self, problem: Problem) -> Diagnostic:
        token = problem.token
        label = Label(self._at(token), "not an escape of Turtle")
        act = f"write `\\{token.text}` for a backslash followed by `{token.text[1:]}`"
        return self._say(
            f"`{token.text}` means nothing in a string", [label], act, self._replace(token, "\\" + token.text)
        )

    def _bad_iri(self, problem: Problem) -> Diagnostic:
        token = problem.token
        odd = _NOT_IN_IRI.search(token.text) if token.kind != "name" else None
        if odd is None:
            label = Label(self._at(token), "this does not follow the rules for IRIs")
            return self._say(f"`{token.text}` is not an IRI", [label])
        span = Span(self._source, token.start + odd.start(), token.start + odd.end())
        name = "a space" if odd[0] == " " else f"`{odd[0]}`" if odd[0].isprintable() else f"U+{ord(odd[0]):04X}"
        code = f"%{ord(odd[0]):02X}"
        fix = Fix(f"write `{code}`", span, code)
        return self._say(
            f"an IRI cannot contain {name}", [Label(span, "not allowed in an IRI")], f"write it as `{code}`", fix
        )

    # --- Prefixes ---------------------------------------------------------------------------------

    def _unknown_prefix(self, problem: Problem) -> Diagnostic:
        token = problem.token
        prefix = token.text.partition(":")[0]
        later = prefix in self._prefixes
        text = "its `@prefix` line stands further down" if later else "no `@prefix` line declares it"
        declared = ", ".join(f"`{name}:`" for name in self._prefixes)
        notes = (f"prefixes declared in this file: {declared}",) if declared else ()
        act, fix = self._prefix_help(token, prefix)
        labels = (Label(self._at(token), text),)
        return Diagnostic("source/unknown-prefix", f"prefix `{prefix}:` is not declared", labels, notes, act, fix)

    def _prefix_help(self, token: Token, prefix: str) -> tuple[str | None, Fix | None]:
        if prefix in self._prefixes:
            return "move the `@prefix` line up", None
        if prefix in KNOWN:
            line = f"@prefix {prefix}: <{KNOWN[prefix]}> ."
            behind = [match.end() for match in _PREFIX_LINE.finditer(self._source.text, 0, token.start)]
            at = behind[-1] if behind else 0
            return None, Fix("declare it", Span(self._source, at, at), line + "\n")
        guess = nearest(prefix, (name for name in self._prefixes if name)) if prefix else None
        if guess is None:
            return f"declare it: `@prefix {prefix}: <…> .`", None
        span = Span(self._source, token.start, token.start + len(prefix))
        return None, Fix("a prefix with a similar name is declared", span, guess)

    def _odd_directive(self, problem: Problem) -> Diagnostic:
        guess = nearest(problem.token.text, ("@prefix", "@base"))
        label = Label(self._at(problem.token), "unknown directive")
        fix = self._replace(problem.token, guess) if guess else None
        act = f"write `{guess}`" if guess else "Turtle knows `@prefix` and `@base`"
        return self._say(f"Turtle has no `{problem.token.text}`", [label], act, fix)

    def _no_prefix_name(self, problem: Problem) -> Diagnostic:
        token = problem.token
        label = Label(self._at(token), "expected a name that ends in `:`")
        fix = self._replace(token, token.text + ":") if token.kind == "word" else None
        return self._say("a prefix ends in a colon", [label], f"write `{token.text}:`" if fix else None, fix)

    def _no_prefix_iri(self, problem: Problem) -> Diagnostic:
        label = Label(self._at(problem.token), "expected an IRI in `< >`")
        return self._say(f"`{problem.before.text}` is not given an IRI", [label])

    # --- Stray text -------------------------------------------------------------------------------

    def _odd(self, problem: Problem) -> Diagnostic:
        token = problem.token
        if token.kind == "open_iri":
            label = Label(self._at(token), "no closing `>`")
            return self._say("this IRI does not end", [label], "close it with `>`", self._insert(token, ">"))
        if token.kind == "open_string":
            return self._open_string(problem)
        if token.kind == "word":
            return self._odd_word(problem)
        if token.kind == "mark":
            return self._odd_mark(problem)
        return self._odd_character(problem)

    def _odd_word(self, problem: Problem) -> Diagnostic:
        token = problem.token
        wanted = "a property" if problem.kind == "odd-verb" else "a name or a value"
        if token.text.lower() in ("true", "false", "a"):
            right = token.text.lower()
            label = Label(self._at(token), f"expected {wanted}")
            message = f"Turtle writes `{right}`, not `{token.text}`"
            return self._say(message, [label], f"write `{right}`", self._replace(token, right))
        text = "a name needs a prefix" if problem.kind == "odd-verb" else "a name needs a prefix, text needs quotes"
        act = f'write `"{token.text}"` if it is text' if problem.kind != "odd-verb" else None
        if "" in self._prefixes:
            act = f"write `:{token.text}`" + (f' if it is a name, `"{token.text}"` if it is text' if act else "")
        return self._say(f"`{token.text}` is neither a name nor a value", [Label(self._at(token), text)], act)

    def _odd_mark(self, problem: Problem) -> Diagnostic:
        token, before = problem.token, problem.before
        if token.text in "])}":
            return self._closes_nothing(token)
        if before.text == "." and token.text in ";,":
            labels = [
                Label(self._at(token), "nothing to go on with here"),
                Label(self._at(before), "this full stop ends the statement"),
            ]
            return self._say(
                f"a statement cannot start with `{token.text}`",
                labels,
                "take the full stop out",
                self._replace(before, ""),
            )
        label = Label(self._at(token), "expected the start of a statement")
        return self._say(
            f"this `{token.text}` does not belong to a statement", [label], "take it out", self._replace(token, "")
        )

    def _odd_character(self, problem: Problem) -> Diagnostic:
        token = problem.token
        quoted = _QUOTED.match(self._source.text, token.start)
        if quoted:
            span = Span(self._source, token.start, quoted.end())
            fix = Fix("use straight quotes", span, f'"{quoted[1]}"')
            return self._say(
                "these quotation marks do not make a string",
                [Label(span, "typographic quotes")],
                "use straight quotes",
                fix,
            )
        if token.kind == "at":
            return self._say(
                f"`{token.text}` follows no string", [Label(self._at(token), "a language belongs to a string")]
            )
        return self._say(f"`{token.text}` has no meaning here", [Label(self._at(token), "unexpected")])

    # --- Places and edits -------------------------------------------------------------------------

    def _say(self, message: str, labels: list[Label], act: str | None = None, fix: Fix | None = None) -> Diagnostic:
        if fix is not None and act is not None:
            return Diagnostic(_CODE, message, tuple(labels), fix=replace(fix, title=act))
        return Diagnostic(_CODE, message, tuple(labels), help=act, fix=fix)

    def _at(self, token: Token) -> Span:
        return Span(self._source, token.start, token.end)

    def _behind(self, token: Token) -> Span:
        return Span(self._source, token.end, token.end)

    def _insert(self, before: Token, text: str) -> Fix:
        return Fix(f"insert `{text.strip()}`", Span(self._source, before.end, before.end), text)

    def _replace(self, token: Token, text: str) -> Fix:
        return Fix(f"write `{text}`" if text else f"remove `{token.text}`", self._at(token), text)

    def _on_later_line(self, problem: Problem) -> bool:
        return "\n" in self._source.text[problem.before.end : problem.token.start]
