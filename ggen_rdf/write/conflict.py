"""What stands in the way of writing, in words. In: a path and the bytes on both sides. Out: diagnostics."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span, nearest
from ggen_rdf.write.regions import Block, Flaw
from ggen_rdf.write.tree import Kind, Place

_LONG, _WIDE = 500, 80
_NOTHING_WRITTEN = "no file was written"


def edited(path: str, disk: bytes, ours: bytes | None, said: str, found: str, block: Block | None = None) -> Diagnostic:
    """A file, or a block of one, was changed after ggen wrote it; `ours` is what ggen wrote, where still known."""
    what, part = (f"region `{block.name}` of `{path}`", "region") if block else (f"`{path}`", "file")
    labels, count = _difference(path, disk, ours, "ggen wrote", block)
    notes = (
        f"the manifest says sha256:{said[:7]}…, the {part} is sha256:{found[:7]}…",
        f"{_count(count)}{_NOTHING_WRITTEN}",
    )
    return Diagnostic("write/edited", f"{what} was edited after ggen wrote it", labels, notes, _ways(path))


def edited_orphan(path: str, disk: bytes, ours: bytes | None, block: Block | None = None) -> Diagnostic:
    """What would be removed, as nothing generates it any more, holds the user's edits."""
    what = f"region `{block.name}` of `{path}`" if block else f"`{path}`"
    labels, count = _difference(path, disk, ours, "ggen wrote", block)
    return Diagnostic(
        "write/edited-orphan",
        f"{what} is no longer generated, and was edited after ggen wrote it",
        labels,
        (f"{_count(count)}{_NOTHING_WRITTEN}",),
        _aligned(
            (f"ggen build --keep {_quoted(path)}", "keep it: it is yours from now on"),
            (f"ggen build --overwrite {_quoted(path)}", "remove it, with the edit"),
        ),
    )


def exists(path: str, disk: bytes, new: bytes, block: Block | None = None) -> Diagnostic:
    """Something that ggen never wrote stands where it would write."""
    what = f"region `{block.name}` of `{path}` is not empty" if block else f"`{path}` exists"
    labels, count = _difference(path, disk, new, "ggen would write", block)
    return Diagnostic(
        "write/exists",
        f"{what}, and ggen did not write it",
        labels,
        (f"{_count(count)}{_NOTHING_WRITTEN}",),
        _aligned(
            (f"ggen plan --diff {_quoted(path)}", "show both sides"),
            (f"ggen build --keep {_quoted(path)}", "keep what is there, do not generate this file"),
            (f"ggen build --overwrite {_quoted(path)}", "replace what is there"),
        ),
    )


def drifted(path: str, says: str, disk: bytes | None = None, new: bytes | None = None) -> Diagnostic:
    """What is committed is not what a build would write; `disk` is what stands there, if anything does."""
    labels = () if disk is None else _difference(path, disk, new, "ggen would write", None)[0]
    return Diagnostic("write/drift", f"`{path}` {says}", labels, help="run `ggen build` and commit")


def in_the_way(path: str, place: Place) -> Diagnostic:
    """Where a file should go stands something that is not a file; or a folder in its path is none."""
    if place.kind is Kind.OUTSIDE:
        return Diagnostic(
            "write/outside",
            f"`{path}` leads out of the workspace",
            notes=(f"`{place.by}` is a symbolic link to a place outside it", _NOTHING_WRITTEN),
            help=f"make `{place.by}` a folder of its own, or let the pack write elsewhere",
        )
    is_what = {
        Kind.FOLDER: f"`{path}` is a folder",
        Kind.LINK: f"`{path}` is a symbolic link",
        Kind.BEHIND_FILE: f"`{place.by}` is a file, not a folder",
    }.get(place.kind, f"`{path}` is no ordinary file")
    return Diagnostic(
        "write/exists",
        f"{is_what}, and ggen did not make it",
        notes=(f"a file `{path}` is to be written; {_NOTHING_WRITTEN}",),
        help=f"move `{place.by or path}` out of the way",
    )


def unbalanced(path: str, data: bytes, flaws: Iterable[Flaw]) -> Diagnostic:
    """The marks of the regions of a file do not fit together."""
    text = data.decode("utf-8", "replace")
    source = Source(path, text)
    labels = tuple(Label(Span(source, _chars(data, f.start), _chars(data, f.end)), f.says) for f in flaws)
    message = f"the marks of the regions of `{path}` do not fit together"
    act = "give every `ggen:begin NAME` one `ggen:end NAME` on a later line, before the next begins"
    return Diagnostic("write/unbalanced-region", message, labels, (_NOTHING_WRITTEN,), act)


def missing_region(path: str, name: str, disk: bytes, have: Iterable[str], begin: str, end: str) -> Diagnostic:
    """A user's file lacks the block that is to be filled."""
    source = Source(path, disk.decode("utf-8", "replace"))
    end_of_file = len(source.text)
    there = ", ".join(f"`{n}`" for n in have)
    return Diagnostic(
        "write/missing-region",
        f"`{path}` has no region `{name}`",
        (Label(Span(source, end_of_file, end_of_file), "no line up to here begins it"),),
        (f"the file has {f'the regions {there}' if there else 'no regions'}", _NOTHING_WRITTEN),
        f"add two lines where it should go: `{begin}` and `{end}`",
    )


def unreadable(path: str, error: OSError) -> Diagnostic:
    """A file or folder that stands in the tree cannot be read."""
    says = (error.strerror or "unknown reason").lower()
    return Diagnostic("write/unreadable", f"`{path}` cannot be read: {says}", notes=(_NOTHING_WRITTEN,))


def unknown_path(option: str, path: str, known: Iterable[str]) -> Diagnostic:
    """An option names a path that no artefact has."""
    close = nearest(path, known)
    return Diagnostic(
        "write/unknown-path",
        f"`--{option} {path}` names no generated file",
        help=f"a generated file has a similar name: `{close}`" if close else "`ggen plan` lists the generated files",
    )


def _difference(
    path: str, disk: bytes, ours: bytes | None, verb: str, block: Block | None
) -> tuple[tuple[Label, ...], int]:
    """A label at the first line that differs, and how many do; nothing for what is no text."""
    part = disk[block.start : block.end] if block else disk
    if _is_binary(disk) or (ours is not None and _is_binary(ours)):
        return (), 0
    source = Source(path, disk.decode())
    start = _chars(disk, block.start) if block else 0
    if ours is None:
        return (Label(_line_span(source, start)),), 0
    theirs, wrote = _lines(part), _lines(ours)
    pairs = enumerate(zip(theirs, wrote, strict=False))
    first = next((i for i, (a, b) in pairs if a != b), min(len(theirs), len(wrote)))
    offset = source.offset(source.position(start)[0] + first, 1)
    label = Label(_line_span(source, offset), _wrote(verb, theirs[first:], wrote[first:]))
    return (label,), _differing(theirs[first:], wrote[first:])


def _wrote(verb: str, theirs: list[str], wrote: list[str]) -> str:
    """What the first differing line was, told so that the difference shows."""
    if not wrote:
        return f"{verb} nothing from here on" if theirs else f"{verb} another end of the last line"
    line = wrote[0]
    if not theirs or theirs[0].strip() != line.strip():
        return f"{verb} `{_short(line.strip())}`" if line.strip() else f"{verb} an empty line"
    if theirs[0].rstrip("\r") == line.rstrip("\r"):
        return f"{verb} this line with {'CR LF' if line.endswith(chr(13)) else 'LF'} at its end"
    return f"{verb} this line with other white space: `{_short(line)}`"


def _short(line: str) -> str:
    return line if len(line) <= _WIDE else line[: _WIDE - 1] + "…"


def _lines(data: bytes) -> list[str]:
    lines = data.decode().split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _line_span(source: Source, offset: int) -> Span:
    """The line at an offset, without its indentation."""
    line = source.line(source.position(offset)[0])
    indent = len(line) - len(line.lstrip())
    return Span(source, offset + indent, offset + len(line))


def _differing(theirs: list[str], wrote: list[str]) -> int:
    while theirs and wrote and theirs[-1] == wrote[-1]:
        theirs.pop()
        wrote.pop()
    most = max(len(theirs), len(wrote))
    if most > _LONG:
        return most
    steps = SequenceMatcher(None, wrote, theirs, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in steps if tag != "equal")


def _ways(path: str) -> str:
    name = _quoted(path)
    ways = _aligned(
        (f"ggen plan --diff {name}", "show both sides"),
        (f"ggen build --keep {name}", "keep the edit, stop generating this file"),
        (f"ggen build --overwrite {name}", "discard the edit"),
    )
    return f"{ways}\nor put it in the model: `ggen explain {name}` names the terms it comes from"


def _aligned(*ways: tuple[str, str]) -> str:
    width = max(len(command) for command, _ in ways) + 3
    return "\n".join(f"{f'`{command}`':{width}} {does}" for command, does in ways)


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _count(lines: int) -> str:
    return f"{lines} line{' differs' if lines == 1 else 's differ'}; " if lines else ""


def _chars(data: bytes, offset: int) -> int:
    """An offset in bytes as one in characters."""
    return len(data[:offset].decode("utf-8", "replace"))


def _is_binary(data: bytes) -> bool:
    if b"\0" in data:
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False
