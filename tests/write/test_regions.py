"""Named blocks in a user's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ggen_rdf.artefact import Artefact
from ggen_rdf.write.plan import plan
from tests.write.trees import actions, artefact, build, built, codes, owned, tree

FILE = "lib.rs"


def _mods(text: str, name: str = "mods", pack: str = "rust") -> Artefact:
    return artefact(FILE, f"// ggen:begin {name}\n{text}// ggen:end {name}\n", "region", pack)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace in which the user has put something around a block."""
    built(tmp_path, [_mods("mod a;\n")])
    text = (tmp_path / FILE).read_text().replace("// ggen", "    // ggen")
    (tmp_path / FILE).write_text(f"//! Mine, föö.\n{text}fn main() {{}}\n")
    return tmp_path


def test_a_missing_file_is_made_whole(tmp_path: Path) -> None:
    """With what the artefact has around its blocks."""
    whole = artefact(FILE, "//! Crate.\n// ggen:begin mods\nmod a;\n// ggen:end mods\n", "region")
    built(tmp_path, [whole])
    assert tree(tmp_path) == {FILE: whole.data}
    assert plan(str(tmp_path), [whole])[0].is_empty


def test_only_the_block_is_replaced(root: Path) -> None:
    """All around it is the user's, the marks too."""
    built(root, [_mods("mod a;\nmod b;\n")])
    expected = "//! Mine, föö.\n    // ggen:begin mods\nmod a;\nmod b;\n    // ggen:end mods\nfn main() {}\n"
    assert (root / FILE).read_text() == expected
    assert plan(str(root), [_mods("mod a;\nmod b;\n")])[0].is_empty


def test_an_edited_block_is_a_conflict(root: Path) -> None:
    """With the place in the whole file; the user may overwrite or keep it."""
    (root / FILE).write_text((root / FILE).read_text().replace("mod a;", "mod mine;"))
    found = build(root, [_mods("mod b;\n")])[1]
    assert codes(found) == ["write/edited"]
    assert found[0].message == "region `mods` of `lib.rs` was edited after ggen wrote it"
    span = found[0].labels[0].span
    assert (span.source.position(span.start), span.text) == ((3, 1), "mod mine;")
    assert found[0].labels[0].text == "ggen wrote `mod a;`"
    built(root, [_mods("mod b;\n")], keep=[FILE])
    built(root, [_mods("mod c;\n")])
    assert b"mod mine;" in tree(root)[FILE]
    built(root, [_mods("mod c;\n")], overwrite=[FILE])
    assert b"mod c;" in tree(root)[FILE]


def test_a_new_block_may_be_empty_but_not_full(root: Path) -> None:
    """The user makes room for it with two lines."""
    both = [_mods("mod a;\n"), _mods("use b;\n", "uses")]
    found = build(root, both)[1]
    assert codes(found) == ["write/missing-region"]
    assert found[0].help == "add two lines where it should go: `// ggen:begin uses` and `// ggen:end uses`"
    text = (root / FILE).read_text()
    (root / FILE).write_text(text + "// ggen:begin uses\nuse mine;\n// ggen:end uses\n")
    assert codes(build(root, both)[1]) == ["write/exists"]
    (root / FILE).write_text(text + "// ggen:begin uses\n// ggen:end uses\n")
    built(root, both)
    assert tree(root)[FILE].decode().endswith("// ggen:begin uses\nuse b;\n// ggen:end uses\n")


def test_two_packs_fill_one_file(tmp_path: Path) -> None:
    """Each its own blocks; the same block twice is a mistake."""
    both = [_mods("mod a;\n"), _mods("use b;\n", "uses", "go")]
    built(tmp_path, both)
    assert actions(build(tmp_path, [_mods("mod a;\n"), _mods("use c;\n", "uses", "go")])[0]) == {FILE: "update"}
    found = build(tmp_path, [_mods("mod a;\n"), _mods("mod b;\n", pack="go")])[1]
    assert (codes(found), found[0].message) == (["write/same-path"], "region `mods` of `lib.rs` is written twice")


def test_a_block_that_nothing_fills_any_more_is_emptied(root: Path) -> None:
    """The file and the marks are the user's."""
    built(root, owned({"other": ""}))
    assert tree(root)[FILE].decode() == "//! Mine, föö.\n    // ggen:begin mods\n    // ggen:end mods\nfn main() {}\n"
    assert plan(str(root), owned({"other": ""}))[0].is_empty


def test_an_edited_block_that_nothing_fills_any_more(root: Path) -> None:
    """It is not emptied unasked."""
    (root / FILE).write_text((root / FILE).read_text().replace("mod a;", "mod mine;"))
    before = tree(root)
    assert codes(build(root, [])[1]) == ["write/edited-orphan"]
    built(root, [], keep=[FILE])
    assert tree(root) == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("// ggen:begin mods\n", "`mods` begins here and never ends"),
        ("// ggen:end mods\n", "`mods` ends here and never began"),
        ("// ggen:begin mods\n// ggen:begin uses\n// ggen:end uses\n", "does not end before `uses` begins"),
        ("// ggen:begin mods\n// ggen:end other\n", "`other` ends here, where `mods` should"),
        ("// ggen:begin mods ggen:end mods\n", "`mods` ends on the line on which it begins"),
        ("// ggen:begin m\n// ggen:end m\n" * 2, "a second `m` begins here"),
    ],
)
def test_marks_that_do_not_fit(root: Path, text: str, says: str) -> None:
    """In the user's file, and in an artefact, each is pointed at."""
    (root / FILE).write_text("ö\n" + text)
    found = build(root, [_mods("mod a;\n")])[1]
    assert codes(found) == ["write/unbalanced-region"]
    assert says in found[0].labels[0].text
    assert found[0].labels[0].span.text.startswith("ggen:")
    in_pack = build(root, [artefact("new.rs", text, "region", template="rust/new.j2")])[1]
    assert (codes(in_pack)[-1], in_pack[-1].labels[0].span.source.path) == ("write/unbalanced-region", "rust/new.j2")
