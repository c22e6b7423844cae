"""Takes secrets out of diagnostics. In: diagnostics, and the values to hide. Out: the same, with `<secret>` in place.

Sources that quote a secret are given a text without it, and places in them move along; so no format, now or later,
can show it, and not even its length is told.

Where a secret was written by hand it is hidden whatever it is. Elsewhere it is known by its value; but not a short one,
and not one that ggen itself says in a message: to cut an ordinary word out of a sentence would tell what the secret is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Source, Span
from ggen_rdf.library import library_path
from ggen_rdf.source.secrets import SHORTEST, SHOWN, Secret

_SAYS = (".py", ".md", ".ttl", ".rq", ".j2", ".yaml")
"""The files in which ggen's own words stand."""


def masked(diagnostics: Iterable[Diagnostic], secrets: Iterable[Secret]) -> list[Diagnostic]:
    """The diagnostics without the secrets."""
    known = list(secrets)
    if not known:
        return list(diagnostics)
    return [*map(_Mask(known).diagnostic, diagnostics)]


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


def merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places in order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _own_words() -> Iterator[bytes]:
    """Whatever ggen may say of itself: its code, explanations, packs and vocabulary."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for top in (package, *(library_path(name) for name in ("ontologies", "shapes", "templates"))):
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(set(folders) - {"data", "__pycache__"})
            for name in sorted(names):
                if name.endswith(_SAYS):
                    with open(os.path.join(folder, name), "rb") as file:
                        yield file.read()


class _Mask:
    def __init__(self, secrets: Sequence[Secret]) -> None:
        values = {s.reveal() for s in secrets if len(s.reveal()) >= SHORTEST}
        self.pattern = re.compile("|".join(re.escape(v) for v in sorted(values, key=lambda v: (-len(v), v))) or "(?!)")
        self.places = [s.place for s in secrets if s.place is not None]
        self.public: dict[str, bool] = {}
        self.sources: dict[Source, tuple[Source, Callable[[int], int]]] = {}

    def diagnostic(self, found: Diagnostic) -> Diagnostic:
        return replace(
            found,
            message=self._text(found.message),
            labels=tuple(Label(self._span(label.span), self._text(label.text)) for label in found.labels),
            notes=tuple(map(self._text, found.notes)),
            help=None if found.help is None else self._text(found.help),
            fix=None if found.fix is None or self._covers(found.fix.span) else self._fix(found.fix),
            about=None if found.about is None else self._text(found.about),
        )

    def _text(self, text: str) -> str:
        return self.pattern.sub(lambda found: found[0] if self._is_public(found[0]) else SHOWN, text)

    def _is_public(self, value: str) -> bool:
        if value not in self.public:
            sought = value.encode("utf-8", "surrogateescape")
            self.public[value] = any(sought in words for words in _own_words())
        return self.public[value]

    def _covers(self, span: Span) -> bool:
        """Whether a place is part of a value that is hidden."""
        return any(p.source == span.source and p.start < span.end and span.start < p.end for p in self.places)

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
            places = [found.span() for found in self.pattern.finditer(source.text) if not self._is_public(found[0])]
            places += [(place.start, place.end) for place in self.places if place.source == source]
            self.sources[source] = hidden(source, merged(places)) if places else (source, lambda offset: offset)
        return self.sources[source]
