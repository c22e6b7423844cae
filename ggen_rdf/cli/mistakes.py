"""Mistakes on the command line, and mistakes of ggen's own, as diagnostics.

The command line is a source like any other: a diagnostic points at the word that is wrong. What stands after `=` is not
shown, there or in a message, for it may be a secret: also where `--vars` was forgotten.
"""

from __future__ import annotations

import os
import platform
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

import click

from ggen_rdf import __version__
from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Source, Span, nearest
from ggen_rdf.source.secrets import reference

_VALUE = re.compile(r"(?s)^((?:--vars=)?[^\s=]*=).+")


class CannotRunError(Exception):
    """Ends a command that cannot do its work, with what there is to say about it."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def command_line(words: Sequence[str]) -> tuple[Source, list[Span]]:
    """The command as the user typed it, and the place of each word in it."""
    text, places = "ggen", []
    for word, loose in zip(words, _loose(words), strict=True):
        shown = "…" if loose else _VALUE.sub(r"\1…", word) if _VALUE.match(word) else shlex.quote(word)
        places.append((len(text) + 1, len(text) + 1 + len(shown)))
        text += f" {shown}"
    source = Source("command line", text)
    return source, [Span(source, *place) for place in places]


def _loose(words: Sequence[str]) -> Iterator[bool]:
    """Whether each word may be part of a value that was taken apart, as in `--vars key = value` or `key=two words`.

    Only a first word that reads as a name is surely none. Where `--vars` was forgotten, values begin at the first `=`.
    """
    within, first = False, False
    for word in words:
        if word.startswith("-") and word != "-":
            within = first = word == "--vars"
            yield False
            continue
        yield within and "=" not in word and not (first and word.isidentifier())
        within, first = within or re.match(r"[^\s=]*=", word) is not None, False


def unvalued(word: str) -> str:
    """A word without what stands after its `=`."""
    return _VALUE.sub(r"\1…", word)


def without_values(text: str, words: Sequence[str]) -> str:
    """A text of ggen's own, such as a traceback, in which the values given to variables are not repeated."""
    given = [word.removeprefix("--vars=") for word in words]
    values = {word.partition("=")[2] for word in given if _VALUE.match(word) and not word.startswith("-")}
    values |= {word for word, loose in zip(words, _loose(words), strict=True) if loose}
    values |= {os.environ.get(name, "") for name in map(reference, values) if name}
    for value in sorted((v for v in values if len(v) > 3), key=lambda v: (-len(v), v)):
        for written in (value, repr(value)[1:-1]):
            text = text.replace(written, "…")
    return text


def at_word(words: Sequence[str], index: int, text: str) -> tuple[Label, ...]:
    """A label at a word of the command line; an index past the last one points behind it."""
    source, spans = command_line(words)
    end = len(source.text)
    return (Label(spans[index] if index < len(spans) else Span(source, end, end), text),)


def in_usage(error: click.UsageError, words: Sequence[str]) -> Diagnostic:
    """What click found wrong with the words of a command; no value that stands there is repeated."""
    found = _in_usage(error, words)
    message, act = found.message, found.help
    for word in sorted({w for w in words if unvalued(w) != w}, key=lambda w: (-len(w), w)):
        for written in (word, repr(word)[1:-1]):
            message = message.replace(written, unvalued(word))
            act = act and act.replace(written, unvalued(word))
    return replace(found, message=message, help=act)


def _in_usage(error: click.UsageError, words: Sequence[str]) -> Diagnostic:
    if isinstance(error, BadWordError):
        return error.diagnostic(words)
    asked = f"`{error.ctx.command_path} --help` lists what it takes" if error.ctx else None
    if isinstance(error, click.NoSuchOption):
        return _unknown("option", error.option_name, _options(error.ctx), words, asked)
    if isinstance(error, click.exceptions.NoSuchCommand):
        group = error.ctx.command if error.ctx else None
        known = group.list_commands(error.ctx) if isinstance(group, click.Group) and error.ctx else []
        return _unknown("command", error.command_name, known, words, asked)
    if isinstance(error, click.MissingParameter) and error.param and error.ctx:
        name = error.param.make_metavar(error.ctx) if isinstance(error.param, click.Argument) else error.param.opts[-1]
        labels = at_word(words, len(words), "it is missing here")
        return Diagnostic("cli/usage", f"`{error.ctx.command_path}` needs {name}", labels, help=asked)
    if error.ctx and error.ctx.info_name == "gen" and (loose := [word for word in words if _VALUE.match(word)]):
        asked = f"write `--vars` before `{unvalued(loose[0])}`" if "--vars" not in words else asked
    index = _blamed(error, words)
    labels = () if index is None else at_word(words, index, "")
    return Diagnostic("cli/usage", _sentence(error), labels, help=asked)


def internal(error: Exception, words: Sequence[str]) -> Diagnostic:
    """What to tell the user when the mistake is ggen's own."""
    frame, place = error.__traceback__, ""
    while frame:
        place = f"{frame.tb_frame.f_globals.get('__name__', '?')}, line {frame.tb_lineno}"
        frame = frame.tb_next
    command = command_line(words)[0].text
    return Diagnostic(
        "cli/internal",
        "ggen made a mistake of its own; your files are not to blame",
        notes=(
            without_values(f"{type(error).__name__}: {error}\nin {place}", words),
            f"ggen {__version__}, Python {platform.python_version()}",
        ),
        help=f"report this together with what `{command.replace('ggen', 'ggen --verbose', 1)}` says",
    )


class BadWordError(click.UsageError):
    """A word of the command line that one of our own rules refuses."""

    def __init__(self, context: click.Context, word: str | None, message: str, label: str, advice: str) -> None:
        super().__init__(message, context)
        self.word, self.label, self.advice = word, label, advice

    def diagnostic(self, words: Sequence[str]) -> Diagnostic:
        """The refusal, pointing at the last place where the word stands."""
        found = [i for i, word in enumerate(words) if word == self.word]
        labels = at_word(words, found[-1] if found else len(words), self.label)
        return Diagnostic("cli/usage", self.message, labels, help=self.advice)


def _unknown(kind: str, name: str, known: Sequence[str], words: Sequence[str], asked: str | None) -> Diagnostic:
    index = next((i for i, word in enumerate(words) if name in (word, word.split("=")[0])), None)
    name = unvalued(name)
    message = f"there is no {kind} `{name}`"
    meant = nearest(name, known)
    if index is None:
        return Diagnostic("cli/usage", message, help=f"did you mean `{meant}`?" if meant else asked)
    (label,) = at_word(words, index, f"unknown {kind}")
    if not meant:
        return Diagnostic("cli/usage", message, (label,), help=asked)
    span = Span(label.span.source, label.span.start, label.span.start + len(name))
    article = "an" if kind[0] in "aeiou" else "a"
    return Diagnostic(
        "cli/usage", message, (label,), fix=Fix(f"{article} {kind} with a similar name exists", span, meant)
    )


def _options(context: click.Context | None) -> list[str]:
    return [o for p in context.command.get_params(context) for o in p.opts if o.startswith("--")] if context else []


def _blamed(error: click.UsageError, words: Sequence[str]) -> int | None:
    names = getattr(getattr(error, "param", None), "opts", [])
    names = [*names, getattr(error, "option_name", "")]
    quoted = [i for i, word in enumerate(words) if f"'{word}'" in error.message or f"({word})" in error.message]
    named = [i for i, word in enumerate(words) if word.split("=")[0] in names]
    return next(iter([*reversed(quoted), *named]), None)


def _sentence(error: click.UsageError) -> str:
    extra = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message)
    if extra and error.ctx:
        shown = re.sub(r"(?s)=.+", "=…", extra[1])
        return f"`{error.ctx.command_path}` does not take `{shown}`"
    text = error.message.rstrip(".").replace("'", "`")
    return text[:1].lower() + text[1:]
