"""Options that take several words: `--vars a=1 b=2` becomes `--vars a=1 --vars b=2`, which click understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from ggen_rdf.cli.mistakes import BadWordError


def spread(context: click.Context, words: Sequence[str], options: Sequence[str], what: str) -> Iterator[str]:
    """The words with each value of such an option behind an option of its own.

    The values of an option end at the next word that begins with `-`. An option without any value is refused; `what`
    says what it takes.
    """
    current, pending = "", ""
    for index, word in enumerate(words):
        if word.startswith("-") and word != "-":
            _refuse_empty(context, pending, what)
            current = pending = word if word in options else ""
            if word == "--":
                yield from words[index:]
                return
            if word.split("=", 1)[0] in options and not current:
                current = word.split("=", 1)[0]
            if not pending:
                yield word
        elif current:
            pending = ""
            yield from (current, word)
        else:
            yield word
    _refuse_empty(context, pending, what)


def variables(context: click.Context, given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The names and values of `key=value` words; a value may hold anything, `=` and spaces too."""
    found: dict[str, str] = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals and (found or not word.isidentifier()):
            message, advice = (
                "a word after `--vars` is not KEY=VALUE",
                "quote a value with spaces; the pack goes in front",
            )
            raise BadWordError(context, word, message, "it has no `=`", advice)
        if not equals:
            advice = f"write `{name}=…`; the pack comes before `--vars`"
            raise BadWordError(context, word, f"`{word}` is not KEY=VALUE", "it has no `=`", advice)
        if not name:
            raise BadWordError(context, word, "a variable has no name", "nothing before the `=`", "write KEY=VALUE")
        if name in found:
            message = f"the variable `{name}` is given twice"
            raise BadWordError(context, word, message, "the second time", "leave one of them out")
        found[name] = value
    return tuple(found.items())


def _refuse_empty(context: click.Context, option: str, what: str) -> None:
    if option and not context.resilient_parsing:
        raise BadWordError(context, option, f"`{option}` has no value", "nothing follows it", f"write {what} after it")
