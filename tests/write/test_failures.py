"""Disks that are full, read-only or forbidden: what is said, and that nothing is left behind."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ggen_rdf.write import bases, manifest
from ggen_rdf.write.apply import apply
from ggen_rdf.write.plan import plan
from tests.support.faults import inject
from tests.write.trees import Refusal, build, built, codes, owned, tree


@contextmanager
def _mounted(where: Path, *options: str) -> Iterator[Path]:
    """A small file system of its own, where the tests may make one."""
    where.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", where], capture_output=True)
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield where
    finally:
        subprocess.run(["umount", where], check=True)


def test_a_full_disk(tmp_path: Path) -> None:
    """A real one, of 256 kB: everything is taken back, and the next build, with room, goes through."""
    with _mounted(tmp_path / "small", "size=256k") as root:
        built(root, owned({"a": "1", "b": "x" * 20_000}))
        before, lock = tree(root), (root / "ggen.lock").read_bytes()
        big = {f"new/{i}": f"{i}" * 3000 for i in range(100)}
        found = build(root, owned({"a": "2", **big}))[1]
        assert codes(found) == ["write/no-space"]
        assert found[0].notes[0].startswith("101 files with ")
        assert found[0].notes[1] == "nothing was changed"
        assert (tree(root), (root / "ggen.lock").read_bytes()) == (before, lock)
        assert not (root / "new").exists()
        assert plan(str(root), owned({"a": "1", "b": "x" * 20_000}))[0].is_empty
        subprocess.run(["mount", "-o", "remount,size=8m", root], check=True)
        built(root, owned({"a": "2", **big}))


def test_a_disk_that_fills_up_between_the_files(tmp_path: Path) -> None:
    """There is room for the bases, not for the files."""
    with _mounted(tmp_path / "small", "size=1m") as root:
        files = {f"{i}": f"{i:03}" * 1000 for i in range(150)}
        found = build(root, owned(files))[1]
        assert codes(found) == ["write/no-space"]
        assert found[0].message.removeprefix("there is no space left to write `").rstrip("`") in files
        assert tree(root) == {}


def test_a_read_only_disk(tmp_path: Path) -> None:
    """A real one; if there is nothing to write, nothing is wrong."""
    with _mounted(tmp_path / "small", "size=1m") as root:
        built(root, owned({"a": "1"}))
        subprocess.run(["mount", "-o", "remount,ro", root], check=True)
        found = build(root, owned({"a": "2"}))[1]
        assert codes(found) == ["write/read-only"]
        assert "the file system is read-only" in found[0].message
        assert build(root, owned({"a": "1"}))[1] == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "no-space"), (errno.EDQUOT, "no-space"), (errno.EROFS, "read-only"), (errno.EACCES, "read-only"),
     (errno.EPERM, "read-only"), (errno.EIO, "failed")],
)  # fmt: skip
def test_what_the_system_refuses_is_named(tmp_path: Path, number: int, code: str) -> None:
    """Each step is refused in turn; the path is that of an artefact or of what ggen keeps, never a temporary one."""
    built(tmp_path, owned({"a": "1", "b": "1"}))
    paths = set()
    for at in range(1, 30):
        made, _ = plan(str(tmp_path), owned({"a": "2", "c/d": "1"}))
        with Refusal(at, number).befalls():
            found = apply(made)[1]
        if found:
            assert codes(found) == [f"write/{code}"]
            paths.add(found[0].message.split("`")[1])
            assert str(tmp_path) not in found[0].message
        else:
            built(tmp_path, owned({"a": "1", "b": "1"}))
    assert {"a", "b", "c/d"} <= paths <= {"a", "b", "c/d", bases.FOLDER, manifest.JOURNAL, manifest.NAME}


@pytest.mark.parametrize(
    ("kind", "code"), [("full", "no-space"), ("read-only", "read-only"), ("no-access", "read-only")]
)
def test_faulty_disks_of_the_harness(tmp_path: Path, kind: str, code: str) -> None:
    """The same disks that the golden tests use."""
    with inject(kind, tmp_path):
        found = build(tmp_path, owned({"a": "1"}))[1]
    assert codes(found) == [f"write/{code}"]
    assert tree(tmp_path) == {}


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not taken for an edited one."""
    built(tmp_path, owned({"a": "1"}))
    real = os.open

    def refuse(path: str, *arguments: int, **named: int) -> int:
        if str(path).endswith("/a"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", refuse)
    found = build(tmp_path, owned({"a": "2"}))[1]
    assert (codes(found), found[0].message) == (["write/unreadable"], "`a` cannot be read: permission denied")


def test_what_cannot_be_brought_back_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails for good in the middle; the journal stays, and the next build goes on."""
    built(tmp_path, owned({"a": "1", "b": "1"}))
    made, _ = plan(str(tmp_path), owned({"b": "2", "c": "1"}))
    real, dead = os.open, []

    def refuse(path: str, flags: int, *arguments: int, **named: int) -> int:
        if flags & os.O_CREAT and (dead or path.endswith("/c")):
            dead.append(path)
            raise OSError(errno.EIO, "Input/output error", path)
        return real(path, flags, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        found = apply(made)[1]
    assert found[0].notes == ("all was brought back as it was, but for `a`: the next build goes on from there",)
    assert (tmp_path / manifest.JOURNAL).exists()
    built(tmp_path, owned({"a": "1", "b": "2", "c": "1"}))
    assert tree(tmp_path) == {"a": b"1", "b": b"2", "c": b"1"}


def test_ctrl_c_leaves_the_tree_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interruption goes on to the command line."""
    built(tmp_path, owned({"a": "1", "b": "1"}))
    before = tree(tmp_path)
    made, _ = plan(str(tmp_path), owned({"b": "2", "c": "1", "d": "1"}))
    real = os.open

    def interrupt(path: str, *arguments: int, **named: int) -> int:
        if str(path).endswith("/d"):
            raise KeyboardInterrupt
        return real(path, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", interrupt)
        with pytest.raises(KeyboardInterrupt):
            apply(made)
    assert tree(tmp_path) == before
    assert not (tmp_path / manifest.JOURNAL).exists()


def test_damaged_bases_are_begun_anew(tmp_path: Path) -> None:
    """They explain edits, and nothing else depends on them."""
    built(tmp_path, owned({"a": "1"}))
    (tmp_path / ".ggen/bases.db").write_bytes(b"no database at all, and long enough to be looked at" * 100)
    built(tmp_path, owned({"a": "2"}))
    digest = manifest.read(str(tmp_path))[0].entries[0].sha256
    assert bases.read(str(tmp_path), [digest]) == {digest: b"2"}


def test_bases_that_are_no_longer_needed_are_forgotten(tmp_path: Path) -> None:
    """One base for each entry of the manifest, whatever was built before."""
    for text in ("1", "2", "3"):
        built(tmp_path, owned({"a": text, "b": "same", "c": "same"}))
    assert bases.digests(str(tmp_path)) == {e.sha256 for e in manifest.read(str(tmp_path))[0].entries}
    assert len(bases.digests(str(tmp_path))) == 2


def test_bases_are_made_again_where_they_are_lost(tmp_path: Path) -> None:
    """As in a fresh clone: the first build, which has nothing to write, keeps them."""
    built(tmp_path, owned({"a": "1"}))
    (tmp_path / ".ggen/bases.db").unlink()
    built(tmp_path, owned({"a": "1"}))
    assert len(bases.digests(str(tmp_path))) == 1
