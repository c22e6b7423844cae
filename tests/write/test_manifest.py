"""`ggen.lock`: what it says comes back, and what is wrong with it is pointed at."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.write import manifest
from ggen_rdf.write.manifest import Entry, Manifest, parse
from tests.write.trees import built, codes, owned, tree

_SHA = "0123456789abcdef" * 4
_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["-", "#", "%2D", "a b", "\n", "@", "=======", "<<<<<<< a"]
)
_sha = st.text("0123456789abcdef", min_size=64, max_size=64)
_entries = st.builds(
    Entry,
    path=_text.filter(bool),
    mode=st.sampled_from(["owned", "once", "kept"]),
    sha256=_sha,
    **dict.fromkeys(("pack", "pack_version", "template", "template_hash", "context_hash", "run"), _text),
    terms=st.lists(_text, max_size=3).map(tuple),
)
_regions = st.builds(lambda entry, region: entry._replace(region=region, mode="region"), _entries, _text.filter(bool))


@given(st.lists(_entries | _regions, max_size=5))
def test_what_is_written_is_read(entries: list[Entry]) -> None:
    """Whatever the names: spaces, line ends, percent signs, nothing at all."""
    whole = manifest.manifest(entries)
    assert parse(whole.text.encode()) == (whole, [])


def test_a_line_is_easy_to_read(tmp_path: Path) -> None:
    """One artefact a line, in the order of the paths."""
    built(tmp_path, owned({"b c": "", "a/b": ""}))
    lines = (tmp_path / "ggen.lock").read_text().splitlines()
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert lines[0] == "ggen-lock 1"
    assert lines[2:] == [
        f"a/b owned {digest} rust@1.0.0 rust/file.j2 7e57 e3b0c442 build shop:User",
        f"b%20c owned {digest} rust@1.0.0 rust/file.j2 7e57 e3b0c442 build shop:User",
    ]


def _wrong(text: str) -> Diagnostic:
    read, found = parse(text.encode())
    assert read == Manifest()
    assert codes(found) == ["write/lock"]
    return found[0]


def _place(diagnostic: Diagnostic) -> tuple[int, int]:
    span = diagnostic.labels[0].span
    return span.source.position(span.start)


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        (f"a owned {_SHA} p@1 t", 0, "the line ends after 5 of at least 8 fields"),
        (f"a owned {_SHA[:-1]} p@1 t h c build", 9, "a sha256 has 64 hexadecimal digits"),
        (f"a mine {_SHA} p@1 t h c build", 3, "the mode is one of owned, once, region, kept"),
        (f"a owned  {_SHA} p@1 t h c build", 9, "a field is missing here"),
        (f"a%FF owned {_SHA} p@1 t h c build", 1, "an escape with `%` is broken here"),
    ],
)
def test_a_damaged_line(line: str, column: int, says: str) -> None:
    """The line and the column, and what should be there."""
    found = _wrong(f"ggen-lock 1\n\n{line}\n")
    assert (found.message, found.labels[0].text) == ("`ggen.lock` is damaged", says)
    assert _place(found) == (3, column or len(line) + 1)


def test_a_damaged_head() -> None:
    """An empty file, or one of somebody else."""
    assert _place(_wrong("")) == (1, 1)
    assert _wrong('{"lock": 1}').labels[0].text == "the first line should be `ggen-lock 1`"
    assert parse(b"ggen-lock 1\nab\xff")[1][0].labels[0].text == "this is no UTF-8"


def test_a_newer_manifest() -> None:
    """What a later ggen wrote is not guessed at."""
    found = _wrong("ggen-lock 2\nwhatever\n")
    assert found.message == "`ggen.lock` was written by a newer ggen"
    assert "format 2" in found.labels[0].text


def test_a_damaged_manifest_stops_the_build(tmp_path: Path) -> None:
    """Without it, nobody knows what is ggen's."""
    built(tmp_path, owned({"a": "1"}))
    (tmp_path / "ggen.lock").write_text("<<<<<<< HEAD\n")
    read, found = manifest.read(str(tmp_path))
    assert (read.entries, codes(found)) == ((), ["write/lock"])
    (tmp_path / "ggen.lock").unlink()
    built(tmp_path, owned({"a": "1"}))


def test_an_unfinished_merge() -> None:
    """It is recognised by git's marks, and the way out is told."""
    found = _wrong(f"ggen-lock 1\n<<<<<<< HEAD\na owned {_SHA} p@1 t h c build\n=======\n>>>>>>> other\n")
    assert found.message == "`ggen.lock` holds the marks of an unfinished merge"
    assert _place(found) == (2, 1)
    assert "merge=union" in (found.help or "")


def test_two_branches_merge(tmp_path: Path, tool: Callable[[str], str]) -> None:
    """Each branch changed and added files; after the merge, the next build writes without a conflict."""
    git = tool("git")

    def run(*words: str) -> None:
        settings = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        subprocess.run([git, *settings, *words], cwd=tmp_path, check=True, capture_output=True)

    def commit(files: dict[str, str]) -> None:
        built(tmp_path, owned(files))
        run("add", ".")
        run("commit", "-m", "state")

    run("init", "-b", "main")
    (tmp_path / ".gitignore").write_text(".ggen/\n")
    (tmp_path / ".gitattributes").write_text("ggen.lock merge=union\n")
    first = {"a": "1", "b": "1", "c": "1", "d": "1"}
    commit(first)
    run("checkout", "-b", "other")
    commit({**first, "b": "other", "e": "other"})
    run("checkout", "main")
    commit({**first, "c": "main", "f": "main"})
    run("merge", "other")
    both = {**first, "b": "other", "c": "main", "e": "other", "f": "main"}
    built(tmp_path, owned({**both, "a": "2"}))
    merged = {path: data for path, data in tree(tmp_path).items() if not path.startswith(".git")}
    assert merged == {path: text.encode() for path, text in {**both, "a": "2"}.items()}
    assert len(manifest.read(str(tmp_path))[0].entries) == 6
