"""Runs the example that a pack carries: `example/` is a small workspace, `example/expected/` what the pack makes of it.

In: a pack. Out: diagnostics, one for each file that differs.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from itertools import zip_longest

from ggen_rdf import compiler
from ggen_rdf.diagnostics import Diagnostic, Label, Severity, Source, Span, has_errors
from ggen_rdf.library import library_path
from ggen_rdf.render.pack import Pack

_HASH = re.compile(rb"sha256:[0-9a-f]{12}")
_WHOLE_HASH = re.compile(rb"sha256:[0-9a-f]{64}")


def run_example(pack: Pack, accept: bool) -> list[Diagnostic]:
    """Build the example of a pack in a folder of its own, and compare; `accept` writes what came out instead."""
    folder = os.path.dirname(pack.files[0])
    example = os.path.join(folder, "example")
    if not os.path.isfile(os.path.join(example, "ggen.toml")):
        message = f"the pack `{pack.name}` carries no example"
        advice = "put a small workspace into its folder `example/`"
        return [Diagnostic("pack/no-example", message, help=advice, severity=Severity.WARNING)]
    with tempfile.TemporaryDirectory() as place:
        root = os.path.join(place, "example")
        shutil.copytree(example, root, ignore=shutil.ignore_patterns("expected", ".ggen"))
        templates = os.path.dirname(folder)
        if os.path.realpath(templates) != os.path.realpath(library_path("templates")):
            shutil.copytree(templates, os.path.join(root, "templates"), dirs_exist_ok=True)
        plan, diagnostics = compiler.build(compiler.Request(root=root, pack=pack.name))
        if plan is None or has_errors(diagnostics):
            return diagnostics
        own = {
            entry.path for entry in plan.after.entries if entry.pack == pack.name
        }  # not those of packs that it needs
        made = {path: _read(os.path.join(root, path)) for path in sorted(own)}
    expected = os.path.join(example, "expected")
    if accept:
        _replace(expected, made)
        return diagnostics
    shown = f"{os.path.dirname(pack.source.path)}/example/expected"
    return [*diagnostics, *_differences(pack.name, made, _tree(expected), shown)]


def _differences(pack: str, made: dict[str, bytes], wanted: dict[str, bytes], shown: str) -> Iterator[Diagnostic]:
    advice = f"`ggen pack test --accept {pack}` takes what comes out now"
    for path in sorted({*made, *wanted}):
        new, old = made.get(path), wanted.get(path)
        if old is None:
            yield Diagnostic("pack/example", f"the example of `{pack}` also gives `{path}`, unexpectedly", help=advice)
        elif new is None:
            yield Diagnostic("pack/example", f"the example of `{pack}` no longer gives `{path}`", help=advice)
        elif _said(new) != _said(old):
            labels = _first_difference(f"{shown}/{path}", old, new)
            yield Diagnostic("pack/example", f"the example of `{pack}` gives another `{path}`", labels, help=advice)


def _said(data: bytes) -> bytes:
    """The content without the hashes, in its header and of the pack, which any change to a template moves."""
    first, newline, rest = data.partition(b"\n")
    return _HASH.sub(b"", first) + newline + _WHOLE_HASH.sub(b"", rest)


def _first_difference(path: str, old: bytes, new: bytes) -> tuple[Label, ...]:
    try:
        source, lines = (
            Source(path, old.decode()),
            zip_longest(_said(old).decode().split("\n"), _said(new).decode().split("\n")),
        )
    except UnicodeDecodeError:
        return ()
    number, (was, now) = next((n, pair) for n, pair in enumerate(lines, 1) if pair[0] != pair[1])
    start = source.offset(number, 1)
    text = "what came out ends here" if now is None else f"now it is `{now}`"
    return (Label(Span(source, start, start + len(was or "")), text),)


def _tree(folder: str) -> dict[str, bytes]:
    found = {}
    for inner, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(inner, name)
            found[os.path.relpath(path, folder).replace(os.sep, "/")] = _read(path)
    return found


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _replace(folder: str, made: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in sorted(made.items()):
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        with open(os.path.join(folder, path), "wb") as file:
            file.write(data)
