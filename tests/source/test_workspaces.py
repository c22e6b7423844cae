"""Each folder of `workspaces/` is a workspace with mistakes, and what is said about it when it is read."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import IO

import pytest

from ggen_rdf.diagnostics import ordered
from ggen_rdf.diagnostics.render import full
from ggen_rdf.source.read import read_workspace
from tests.support.golden import compare

CASES = Path(__file__).parent / "workspaces"


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_words(case: Path, accept: bool) -> None:
    """The messages are the expected ones, to the byte."""
    found = ordered(read_workspace(str(case))[1])
    assert found
    for diagnostic in found:
        for label in diagnostic.labels:
            assert 0 <= label.span.start <= label.span.end <= len(label.span.source.text)
    compare(case / "expected.txt", "\n".join(full(d) for d in found) + "\n", accept)


def test_encoding(tmp_path: Path) -> None:
    """A byte that is not UTF-8 is pointed at, behind characters of several bytes."""
    (tmp_path / "ggen.toml").write_text("")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "a.ttl").write_bytes("# é\n# ü: ".encode() + b"\xff\n")
    (diagnostic,) = read_workspace(str(tmp_path))[1]
    span = diagnostic.labels[0].span
    assert (diagnostic.code, span.source.position(span.start)) == ("source/encoding", (2, 6))
    assert diagnostic.labels[0].text == "the byte 0xFF is not UTF-8"


def test_utf16(tmp_path: Path) -> None:
    """UTF-16 is recognised."""
    (tmp_path / "ggen.toml").write_bytes("[workspace]".encode("utf-16"))
    (diagnostic,) = read_workspace(str(tmp_path))[1]
    assert diagnostic.code == "source/encoding"
    assert diagnostic.labels[0].text == "this looks like UTF-16"


def test_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without read permission is named."""
    (tmp_path / "ggen.toml").write_text("")
    (tmp_path / "global.toml").write_text("")

    ordinary = open

    def refuse(path: str, *rest: str, **more: str) -> IO[str]:
        if str(path).endswith("global.toml"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return ordinary(path, *rest, **more)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr("builtins.open", refuse)
    (diagnostic,) = read_workspace(str(tmp_path))[1]
    assert diagnostic.code == "source/unreadable"
    assert diagnostic.message == "`global.toml` cannot be read: its permissions do not allow it"


def test_missing_and_dangling(tmp_path: Path) -> None:
    """No `ggen.toml`, and a link that leads nowhere."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "a.ttl").symlink_to(tmp_path / "gone.ttl")
    found = ordered(read_workspace(str(tmp_path))[1])
    assert [d.message for d in found] == [
        "`ggen.toml` cannot be read: there is no such file",
        "`model/a.ttl` cannot be read: there is no such file",
    ]


def test_settings_file_is_a_folder(tmp_path: Path) -> None:
    """A folder where a file belongs."""
    (tmp_path / "ggen.toml").write_text("")
    (tmp_path / "global.toml").mkdir()
    (diagnostic,) = read_workspace(str(tmp_path))[1]
    assert (diagnostic.code, diagnostic.message) == (
        "source/unreadable",
        "`global.toml` cannot be read: it is a folder",
    )
