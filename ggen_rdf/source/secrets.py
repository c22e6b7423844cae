"""Secrets: values that must reach no artefact, lock, cache, log or diagnostic.

In: what somebody gave as a secret. Out: a `Secret`, which shows itself to nobody; and `Traces`, which find its bytes in
whatever is about to be written, also encoded in the ways that hide a value from the eye.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NoReturn

from ggen_rdf.diagnostics import Span

SHOWN = "<secret>"
"""What a secret looks like wherever it is printed."""

SHORTEST = 8
"""A secret of fewer characters could not be told from ordinary text."""

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_BROKEN = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*|(?s:.*)\$\{[A-Za-z_][A-Za-z0-9_]*\}(?s:.*)")
_ZIP = b"PK\x03\x04"
_DEEPEST = 3


class Secret:
    """A value that prints as `<secret>`, compares with nothing and cannot be pickled; `reveal` is the one way in.

    `place` is where it stands in a file that should not have it.
    """

    __slots__ = ("__value", "place")

    def __init__(self, value: str, place: Span | None = None) -> None:
        self.__value = value
        self.place = place

    def reveal(self) -> str:
        """The value itself: for the secrets file, and for looking whether it leaks."""
        return self.__value

    def __str__(self) -> str:
        return SHOWN

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        return SHOWN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be stored")

    def __bool__(self) -> bool:
        return True


class Hidden:
    """What a template sees of a secret variable: that it is one. There is no value in it to be printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return SHOWN


HIDDEN = Hidden()


def reference(text: str) -> str | None:
    """The environment variable that a value is to be taken from, if the whole value is `${NAME}`."""
    found = _REFERENCE.fullmatch(text)
    return found[1] if found else None


def broken_reference(text: str) -> bool:
    """Whether a value looks as if it were to be looked up, but is not `${NAME}`: `$NAME`, or more around `${NAME}`."""
    return reference(text) is None and _BROKEN.fullmatch(text) is not None


class Traces:
    """The byte sequences by which some secrets would be recognised."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        texts = [secret.reveal() for secret in secrets]
        self._exact = sorted({trace for text in texts for trace in _exact(text)})
        self._folded = sorted({text.encode("utf-8", "surrogateescape").hex().encode() for text in texts})

    def __bool__(self) -> bool:
        return bool(self._exact)

    def __repr__(self) -> str:
        return SHOWN

    def are_in(self, data: bytes, depth: int = 0) -> bool:
        """Whether some bytes hold a secret; a workbook or other archive is opened first."""
        if any(trace in data for trace in self._exact):
            return True
        lower = data.lower()
        if any(trace in lower for trace in self._folded):
            return True
        return data.startswith(_ZIP) and depth < _DEEPEST and any(self.are_in(m, depth + 1) for m in _members(data))


def _members(data: bytes) -> Iterator[bytes]:
    """What an archive holds: the names, the comments, and the files unpacked."""
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                yield info.filename.encode("utf-8", "replace") + b"\n" + info.comment
                yield archive.read(info)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError):
        return


def _exact(text: str) -> Iterator[bytes]:
    """A text as it stands, as URLs, JSON and XML write it, and in base64 wherever in a longer text it begins."""
    import base64
    import json
    from html import escape
    from urllib.parse import quote, quote_plus

    data = text.encode("utf-8", "surrogateescape")
    yield data
    for quoted in (quote(data, safe=""), quote(data), quote_plus(data)):
        yield quoted.encode()
        yield re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), quoted).encode()
    for plain_ascii in (True, False):
        yield json.dumps(text, ensure_ascii=plain_ascii)[1:-1].encode("utf-8", "surrogateescape")
    for marks in (True, False):
        yield escape(text, quote=marks).encode("utf-8", "surrogateescape")
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).rstrip(b"=")
        inner = encoded[(offset * 8 + 5) // 6 : (offset + len(data)) * 8 // 6]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))
