"""What a plan decides, and what it refuses."""

from __future__ import annotations

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.diagnostics import InternalError, Severity
from ggen_rdf.diagnostics.render import full, plain
from ggen_rdf.write import manifest
from ggen_rdf.write.apply import apply
from ggen_rdf.write.plan import plan
from tests.write.trees import actions, artefact, build, built, codes, folders, owned, tree

MODEL = "pub struct User {\n    pub id: UserId,\n    pub email: String,\n}\n"
EDITED = MODEL.replace("String", "Email")
PATH = "src/domain/user/model.rs"

_names = st.sampled_from(["a", "b", "c.rs", "Ünï", "x y", "%41", "-", "#"])
_paths = st.lists(_names, min_size=1, max_size=3).map("/".join)
_trees = st.dictionaries(_paths, st.sampled_from(["", "x", "y\n", "#!/bin/sh\n"]), max_size=6).map(
    lambda files: {p: t for p, t in files.items() if not any(other.startswith(p + "/") for other in files)}
)


@given(st.lists(_trees, min_size=1, max_size=3))
def test_what_is_applied_is_not_planned_again(
    tmp_path_factory: pytest.TempPathFactory, trees: list[dict[str, str]]
) -> None:
    """Whatever the trees: the files are there, no others, and there is nothing left to do."""
    root = tmp_path_factory.mktemp("tree")
    for files in trees:
        built(root, owned(files))
        assert tree(root) == {path: text.encode() for path, text in sorted(files.items())}
        again, found = plan(str(root), owned(files))
        assert (again.is_empty, found) == (True, [])
        assert all(any(path.startswith(f"{folder}/") for path in files) for folder in folders(root))


def test_an_edited_file_is_shown_as_the_style_guide_does(tmp_path: Path) -> None:
    """Message 6 of the style guide, but for the hashes."""
    built(tmp_path, [artefact(PATH, MODEL)])
    (tmp_path / PATH).write_text(EDITED)
    made, found = plan(str(tmp_path), [artefact(PATH, MODEL + "// v2\n")])
    assert made.blocked
    assert actions(made) == {PATH: "conflict"}
    shown = full(found[0], plain)
    said, found_now = (sha256(text.encode()).hexdigest()[:7] for text in (MODEL, EDITED))
    for line in (
        f"error[write/edited]: `{PATH}` was edited after ggen wrote it",
        f"{PATH}:3:5",
        "^^^^^^^^^^^^^^^^^ ggen wrote `pub email: String,`",
        f"the manifest says sha256:{said}…, the file is sha256:{found_now}…",
        "1 line differs; no file was written",
        f"`ggen build --overwrite {PATH}`  discard the edit",
    ):
        assert line in shown


def test_an_edit_is_explained_without_the_base(tmp_path: Path) -> None:
    """A fresh clone has no bases; what ggen wrote is then known only if it would write the same again."""
    built(tmp_path, [artefact(PATH, MODEL)])
    (tmp_path / PATH).write_text(EDITED)
    (tmp_path / ".ggen/bases.db").unlink()
    same = plan(str(tmp_path), [artefact(PATH, MODEL)])[1][0]
    other = plan(str(tmp_path), [artefact(PATH, "new")])[1][0]
    assert same.labels[0].text == "ggen wrote `pub email: String,`"
    assert (other.code, other.labels[0].text) == ("write/edited", "")


def test_an_edited_file_can_be_overwritten_or_kept(tmp_path: Path) -> None:
    """Both are decisions of the user; the second is remembered until it is revoked."""
    two = [artefact(PATH, MODEL), artefact("other", "1")]
    built(tmp_path, two)
    (tmp_path / PATH).write_text(EDITED)
    assert codes(build(tmp_path, two)[1]) == ["write/edited"]
    built(tmp_path, two, keep=["src/"])
    changed = [artefact(PATH, "v2"), artefact("other", "1")]
    assert actions(build(tmp_path, changed)[0]) == {PATH: "keep", "other": "keep"}
    assert (tmp_path / PATH).read_text() == EDITED
    assert manifest.read(str(tmp_path))[0].by_key[PATH, ""].mode == "kept"
    built(tmp_path, changed, overwrite=[PATH])
    assert (tmp_path / PATH).read_text() == "v2"
    assert manifest.read(str(tmp_path))[0].by_key[PATH, ""].mode == "owned"


def test_a_kept_file_that_is_no_longer_generated_stays(tmp_path: Path) -> None:
    """It is the user's for good."""
    built(tmp_path, [artefact("a", "1")])
    (tmp_path / "a").write_text("mine")
    built(tmp_path, [artefact("a", "1")], keep=["a"])
    built(tmp_path, [])
    assert tree(tmp_path) == {"a": b"mine"}


def test_overwrite_all(tmp_path: Path) -> None:
    """`.` is everything."""
    built(tmp_path, owned({"a": "1", "b/c": "2"}))
    (tmp_path / "a").write_text("mine")
    (tmp_path / "b/c").write_text("mine")
    built(tmp_path, owned({"a": "1"}), overwrite=["."])
    assert tree(tmp_path) == {"a": b"1"}


def test_an_option_that_names_nothing(tmp_path: Path) -> None:
    """A misspelt path is not passed over in silence."""
    found = build(tmp_path, [artefact(PATH, MODEL)], overwrite=["src/domain/user/modle.rs"])[1]
    assert codes(found) == ["write/unknown-path"]
    assert PATH in (found[0].help or "")


def test_a_file_that_ggen_never_wrote_is_not_replaced(tmp_path: Path) -> None:
    """Unless it already is what ggen would write, or the user says so."""
    (tmp_path / "a").write_text("mine\n")
    (tmp_path / "b").write_text("2")
    made, found = build(tmp_path, owned({"a": "1\n", "b": "2"}))
    assert (codes(found), actions(made)) == (["write/exists"], {"a": "conflict", "b": "keep"})
    assert found[0].labels[0].text == "ggen would write `1`"
    assert tree(tmp_path) == {"a": b"mine\n", "b": b"2"}
    assert not (tmp_path / "ggen.lock").exists()
    built(tmp_path, owned({"a": "1\n", "b": "2"}), overwrite=["a"])
    assert tree(tmp_path) == {"a": b"1\n", "b": b"2"}


def test_nothing_is_written_while_a_conflict_stands(tmp_path: Path) -> None:
    """Not even what has no conflict; and who applies such a plan all the same has made a mistake."""
    built(tmp_path, owned({"a": "1", "gone": "1"}))
    (tmp_path / "a").write_text("mine")
    made, _ = build(tmp_path, owned({"a": "2", "new": "1"}))
    assert tree(tmp_path) == {"a": b"mine", "gone": b"1"}
    with pytest.raises(InternalError):
        apply(made)


def test_an_orphan_goes_unless_it_was_edited(tmp_path: Path) -> None:
    """And with it the folders that it leaves empty."""
    built(tmp_path, owned({"a/b/c": "1", "a/b/d": "1", "e/f": "1"}))
    built(tmp_path, owned({"e/f": "1"}))
    assert folders(tmp_path) == {"e"}
    (tmp_path / "e/f").write_text("mine")
    (tmp_path / "e/own").write_text("mine")
    assert codes(build(tmp_path, [])[1]) == ["write/edited-orphan"]
    built(tmp_path, [], keep=["e/f"])
    assert tree(tmp_path) == {"e/f": b"mine", "e/own": b"mine"}
    assert manifest.read(str(tmp_path))[0].entries == ()


def test_an_orphan_that_the_user_removed_is_forgotten(tmp_path: Path) -> None:
    """There is nothing to do but to say so in the manifest."""
    built(tmp_path, owned({"a": "1"}))
    (tmp_path / "a").unlink()
    made, found = plan(str(tmp_path), [])
    assert (actions(made), found, made.is_empty) == ({}, [], False)


def test_a_file_that_the_user_removed_comes_back(tmp_path: Path) -> None:
    """The tree is what the model says."""
    built(tmp_path, owned({"a": "1"}))
    (tmp_path / "a").unlink()
    built(tmp_path, owned({"a": "1"}))
    assert tree(tmp_path) == {"a": b"1"}


def test_once_is_made_once(tmp_path: Path) -> None:
    """Then it is the user's: it is neither brought up to date nor removed."""
    built(tmp_path, [artefact("main.rs", "fn main() {}", "once")])
    (tmp_path / "main.rs").write_text("mine")
    assert built(tmp_path, [artefact("main.rs", "v2", "once")]).outputs == {"main.rs": None}
    built(tmp_path, [])
    assert tree(tmp_path) == {"main.rs": b"mine"}


def test_unchanged_files_are_not_touched(tmp_path: Path) -> None:
    """Build tools go by the time of a file."""
    built(tmp_path, owned({"a": "1", "b": "1"}))
    before = os.stat(tmp_path / "a")
    built(tmp_path, owned({"a": "1", "b": "2"}))
    after = os.stat(tmp_path / "a")
    assert (before.st_mtime_ns, before.st_ctime_ns, before.st_ino) == (
        after.st_mtime_ns,
        after.st_ctime_ns,
        after.st_ino,
    )


def test_permissions(tmp_path: Path) -> None:
    """As `umask` has them for a new file; a script can be run; what the user gave a file it keeps."""
    mask = os.umask(0o022)
    try:
        built(tmp_path, owned({"a": "1", "b": "1", "s": "#!/bin/sh\n"}))
        (tmp_path / "b").chmod(0o600)
        built(tmp_path, owned({"a": "2", "b": "2", "s": "#!/bin/sh\n#2"}))
    finally:
        os.umask(mask)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir() if path.name in "abs"}
    assert modes == {"a": 0o644, "b": 0o600, "s": 0o755}


def test_git_leaves_what_ggen_keeps_for_itself_alone(tmp_path: Path) -> None:
    """Only the manifest is to be committed."""
    built(tmp_path, owned({"a": "1"}))
    assert (tmp_path / ".ggen/.gitignore").read_text() == "*\n"


def test_a_run_leaves_what_other_runs_made(tmp_path: Path) -> None:
    """`ggen gen` removes only what it made itself, and so does `ggen build`."""
    built(tmp_path, owned({"build": "1", "also": "1"}))
    built(tmp_path, owned({"gen": "1"}), run="gen rust")
    built(tmp_path, owned({"build": "2"}))
    assert tree(tmp_path) == {"build": b"2", "gen": b"1"}
    built(tmp_path, [], run="gen rust")
    assert tree(tmp_path) == {"build": b"2"}


def test_a_scope_says_what_may_be_removed(tmp_path: Path) -> None:
    """Here: what one pack made."""
    built(tmp_path, [artefact("a", "1", pack="go"), artefact("b", "1"), artefact("c", "1")])
    built(tmp_path, [artefact("b", "1")], scope=lambda entry: entry.pack == "rust")
    assert tree(tmp_path) == {"a": b"1", "b": b"1"}
    assert [entry.path for entry in manifest.read(str(tmp_path))[0].entries] == ["a", "b"]


def test_a_run_may_make_what_the_build_made_if_it_makes_the_same(tmp_path: Path) -> None:
    """Then it goes on belonging to the build. A run that sees a part only would tear the file back and forth."""
    built(tmp_path, owned({"a": "1"}))
    lock = manifest.read(str(tmp_path))[0]
    built(tmp_path, [replace(artefact("a", "1"), context_hash="f" * 64)], run="gen rust")
    assert manifest.read(str(tmp_path))[0] == lock
    assert codes(build(tmp_path, owned({"a": "2"}), run="gen rust")[1]) == ["write/part-of-build"]
    assert tree(tmp_path) == {"a": b"1"}
    assert codes(build(tmp_path, [artefact("a", "3", pack="go")], run="gen go")[1]) == ["write/same-path"]
    built(tmp_path, [artefact("a", "3", pack="go")])
    assert tree(tmp_path) == {"a": b"3"}


def test_what_was_not_rendered_again_comes_from_the_bases(tmp_path: Path) -> None:
    """It is compared by its hash, and its bytes are there when the file is not."""
    built(tmp_path, owned({"a": "1", "b": "2"}))
    entries = manifest.read(str(tmp_path))[0].entries
    assert plan(str(tmp_path), [], unchanged=entries)[0].is_empty
    (tmp_path / "a").unlink()
    built(tmp_path, [], unchanged=entries)
    assert tree(tmp_path) == {"a": b"1", "b": b"2"}


def test_a_folder_where_a_file_should_go(tmp_path: Path) -> None:
    """A user's folder is in the way; one in which nothing is but what ggen removes is not."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/mine").write_text("")
    found = build(tmp_path, owned({"a": "1"}))[1]
    assert (codes(found), found[0].message) == (["write/exists"], "`a` is a folder, and ggen did not make it")
    (tmp_path / "a/mine").unlink()
    built(tmp_path, owned({"a": "1"}))
    assert tree(tmp_path) == {"a": b"1"}


def test_a_file_where_a_folder_should_go(tmp_path: Path) -> None:
    """The other way round."""
    (tmp_path / "a").write_text("mine")
    found = build(tmp_path, owned({"a/b": "1"}))[1]
    assert (codes(found), found[0].message) == (
        ["write/exists"],
        "`a` is a file, not a folder, and ggen did not make it",
    )


def test_a_file_changed_between_plan_and_apply(tmp_path: Path) -> None:
    """The plan was made for another file: nothing is lost, and nothing written."""
    built(tmp_path, owned({"a": "1", "b": "1"}))
    made, _ = plan(str(tmp_path), owned({"a": "2", "c": "2"}))
    (tmp_path / "a").write_text("saved just now")
    assert codes(apply(made)[1]) == ["write/changed"]
    assert tree(tmp_path) == {"a": b"saved just now", "b": b"1"}
    made, _ = plan(str(tmp_path), owned({"a": "2", "b": "1", "c": "2"}), overwrite=["a"])
    (tmp_path / "c").write_text("made just now")
    assert codes(apply(made)[1]) == ["write/changed"]
    assert tree(tmp_path) == {"a": b"saved just now", "b": b"1", "c": b"made just now"}


def test_only_one_ggen_writes_at_a_time(tmp_path: Path) -> None:
    """The second is told to wait."""
    fcntl = pytest.importorskip("fcntl")
    built(tmp_path, owned({"a": "1"}))
    with open(tmp_path / ".ggen/lock", "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert codes(build(tmp_path, owned({"a": "2"}))[1]) == ["write/busy"]
    assert tree(tmp_path) == {"a": b"1"}


def test_a_name_that_windows_refuses_is_a_warning(tmp_path: Path) -> None:
    """It is fine here, and not for a colleague."""
    made, found = plan(str(tmp_path), owned({"src/aux.rs": ""}))
    assert [(d.code, d.severity) for d in found] == [("write/unportable", Severity.WARNING)]
    assert not made.blocked
