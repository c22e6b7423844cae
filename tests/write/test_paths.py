"""Where artefacts may go, and who may go there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ggen_rdf.write.plan import plan
from tests.write.trees import artefact, build, built, codes, owned, tree


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("../x", "it goes up with `..`"),
        ("a/../../x", "it goes up with `..`"),
        ("a/../x", "it goes up with `..`"),
        ("/etc/passwd", "it is absolute"),
        ("C:/x", "it is absolute"),
        ("c:x", "it is absolute"),
        ("\\\\host\\x", "it is absolute"),
        ("a\\..\\x", "it holds a `\\`, which parts folders on Windows only"),
        ("", "a part of it is empty"),
        ("a//b", "a part of it is empty"),
        ("a/", "a part of it is empty"),
        ("./a", "a part of it is `.`"),
        ("a\0b", "it holds a control character"),
        ("a\nb", "it holds a control character"),
        ("a\ud800", "it holds a control character"),
        ("x" * 256, "a part of it is longer than 255 bytes"),
        ("é" * 128, "a part of it is longer than 255 bytes"),
    ],
)
def test_a_path_outside(tmp_path: Path, path: str, says: str) -> None:
    """What the model makes of a path can be anything."""
    made, found = plan(str(tmp_path), [artefact("fine", "1"), artefact(path, "1")])
    assert codes(found) == ["write/outside"]
    assert found[0].notes[0] == says
    assert "`rust/file.j2` of pack `rust`" in found[0].notes[1]
    assert made.blocked


@pytest.mark.parametrize("path", ["ggen.lock", ".ggen/state", "ggen.toml", ".git/hooks/pre-commit", "a/.GIT/config"])
def test_a_path_that_is_taken(tmp_path: Path, path: str) -> None:
    """A pack may not write what ggen or git runs on."""
    assert codes(build(tmp_path, [artefact(path, "1")])[1]) == ["write/reserved"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("Global.toml", "is for ggen to read, not to write"),
        ("tenants/a.toml", "is in `tenants/`, which ggen reads"),
        ("shapes/a/b.ttl", "is in `shapes/`, which ggen reads"),
        ("ontologies/a.md", "is in `ontologies/`, which ggen reads"),
        ("Templates/a/pack.yaml", "is in `Templates/`, which ggen reads"),
        ("domain/model/a.ttl", "is in `domain/model/`, which ggen reads"),
        ("src/model.ttl", "is for ggen to read, not to write"),
    ],
)
def test_a_path_that_ggen_reads(tmp_path: Path, path: str, says: str) -> None:
    """What is generated cannot be what it is generated from."""
    (tmp_path / "ggen.toml").write_text('[workspace]\nmodel = ["domain/model", "src/model.ttl"]\n')
    found = build(tmp_path, [artefact("src/a.md", "1"), artefact(path, "1")])[1]
    assert [(d.code, d.message) for d in found] == [("write/reserved", f"`{path}` {says}")]


def test_where_the_model_is_by_default(tmp_path: Path) -> None:
    """Only the whole name of a folder counts, and only at the top."""
    assert codes(build(tmp_path, [artefact("model/a.ttl", "1")])[1]) == ["write/reserved"]
    built(tmp_path, owned({"models/a": "1", "docs/model/a": "1", "docs/templates/a": "1"}))


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\ufeff", "\xad", "\u2066", "\x85", "\U000e0041"])
def test_what_cannot_be_seen_is_no_part_of_a_path(tmp_path: Path, char: str) -> None:
    """Two paths that look the same are the same."""
    found = build(tmp_path, [artefact(f"a/us{char}er.rs", "1")])[1]
    assert codes(found) == ["write/unportable"]
    assert found[0].message == f"`a/us\\u{{{ord(char):x}}}er.rs` holds a character that cannot be seen"
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ("a/b", "a/b", "`a/b` is written twice"),
        ("a/User.rs", "a/user.rs", "`a/User.rs` and `a/user.rs` are one file where case does not count"),
        ("É", "e\u0301", "`e\u0301` and `É` are one file where case does not count"),
        ("a", "a/b", "`a` would be both a file and a folder"),
        ("A", "a/b/c", "`A` would be both a file and a folder"),
    ],
)
def test_two_artefacts_in_one_place(tmp_path: Path, one: str, other: str, message: str) -> None:
    """Both packs and both templates are named."""
    pair = [artefact(one, "1", template="rust/x.j2"), artefact(other, "2", pack="go", template="go/y.j2")]
    found = build(tmp_path, pair)[1]
    assert (codes(found), found[0].message) == (["write/same-path"], message)
    assert {"`rust/x.j2` of pack `rust`", "`go/y.j2` of pack `go`"} == {n.split(" writes ")[0] for n in found[0].notes}
    assert tree(tmp_path) == {}


def test_a_folder_that_is_a_link_out_of_the_workspace(tmp_path: Path) -> None:
    """Nothing is written through it, nothing is removed through it."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    built_before = {"out/a": "1"}
    root.mkdir()
    built(root, owned(built_before))
    (root / "out/a").rename(outside / "a")
    (root / "out").rmdir()
    (root / "out").symlink_to(outside)
    for files in ({"out/a": "2"}, {"out/new": "2"}, {"out/deep/er": "2"}):
        found = build(root, owned(files))[1]
        assert codes(found) == ["write/outside"]
        assert found[0].notes[0] == "`out` is a symbolic link to a place outside it"
    built(root, [])
    assert [p.name for p in outside.iterdir()] == ["a"]
    assert (outside / "a").read_text() == "1"


def test_a_folder_that_is_a_link_inside_the_workspace(tmp_path: Path) -> None:
    """That is how a user lays out the workspace."""
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to("real")
    built(tmp_path, owned({"out/a": "1"}))
    assert (tmp_path / "real/a").read_text() == "1"
    assert plan(str(tmp_path), owned({"out/a": "1"}))[0].is_empty


@pytest.mark.parametrize("target", ["../outside", "inside", "nowhere"])
def test_a_file_that_is_a_link(tmp_path: Path, target: str) -> None:
    """It is neither followed nor replaced."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside").write_text("secret")
    (root / "inside").write_text("mine")
    (root / "a").symlink_to(target)
    found = build(root, owned({"a": "1"}))[1]
    assert codes(found) == ["write/outside" if target == "../outside" else "write/exists"]
    assert (root / "a").is_symlink()
    assert (tmp_path / "outside").read_text() == "secret"


def test_a_folder_that_is_a_link_to_nowhere(tmp_path: Path) -> None:
    """It is in the way."""
    (tmp_path / "out").symlink_to("nowhere")
    assert codes(build(tmp_path, owned({"out/a": "1"}))[1]) == ["write/exists"]


def test_a_very_deep_path(tmp_path: Path) -> None:
    """Far deeper than Python's stack; the system has the last word."""
    found = build(tmp_path, owned({"d/" * 3000 + "f": "1"}))[1]
    assert codes(found) == ["write/failed"]
    assert found[0].message.endswith("the path is too long")
    assert tree(tmp_path) == {}
    built(tmp_path, owned({"d/" * 600 + "f": "1"}))
    built(tmp_path, [])
    assert not (tmp_path / "d").exists()
