"""Takes secrets out of diagnostics. In: diagnostics, and the values to hide. Out: the same, with `<secret>` in place.

Sources that quote a secret are given a text without it, and places in them move along; so no format, now or later,
can show it, and not even its length is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Source, Span
from ggen_rdf.source.secrets import SHOWN, Secret

_SHORTEST = 4
"""A shorter text is no secret worth hiding wherever it occurs."""


def masked(diagnostics: Iterable[Diagnostic], secrets: Iterable[Secret]) -> list[Diagnostic]:
    """The diagnostics without the secrets."""
    values = sorted({s.reveal() for s in secrets if len(s.reveal()) >= _SHORTEST}, key=lambda v: (-len(v), v))
    if not values:
        return list(diagnostics)
    return [*map(_Mask(values).diagnostic, diagnostics)]


def hidden(source: Source, places: Sequence[tuple[int, int]]) -> tuple[Source, Callable[[int], int]]:
    """A source with `<secret>` in some places, in order; and where each offset went."""
    pieces, at = [], 0
    for start, end in places:
        pieces += [source.text[at:start], SHOWN, "\n" * source.text.count("\n", start, end)]
        at = end
    pieces.append(source.text[at:])

    def moved(offset: int) -> int:
        shift = 0
        for start, end in places:
            length = len(SHOWN) + source.text.count("\n", start, end)
            if offset <= start:
                break
            if offset < end:
                return start + shift
            shift += length - (end - start)
        return offset + shift

    return Source(source.path, "".join(pieces)), moved


class _Mask:
    def __init__(self, values: Sequence[str]) -> None:
        self.pattern = re.compile("|".join(map(re.escape, values)))
        self.sources: dict[Source, tuple[Source, Callable[[int], int]]] = {}

    def diagnostic(self, found: Diagnostic) -> Diagnostic:
        return replace(
            found,
            message=self._text(found.message),
            labels=tuple(Label(self._span(label.span), self._text(label.text)) for label in found.labels),
            notes=tuple(map(self._text, found.notes)),
            help=None if found.help is None else self._text(found.help),
            fix=None if found.fix is None else self._fix(found.fix),
            about=None if found.about is None else self._text(found.about),
        )

    def _text(self, text: str) -> str:
        return self.pattern.sub(SHOWN, text)

    def _fix(self, fix: Fix) -> Fix:
        return replace(fix, span=self._span(fix.span), replacement=self._text(fix.replacement))

    def _span(self, span: Span) -> Span:
        source, moved = self._source(span.source)
        if source is span.source:
            return span
        start = moved(span.start)
        return Span(source, start, max(start, moved(span.end)))

    def _source(self, source: Source) -> tuple[Source, Callable[[int], int]]:
        if source not in self.sources:
            places = [found.span() for found in self.pattern.finditer(source.text)]
            self.sources[source] = hidden(source, places) if places else (source, lambda offset: offset)
        return self.sources[source]
