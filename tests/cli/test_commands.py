"""The commands at work, in a workspace with a small pack of its own."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.support.golden import compare
from tests.support.workspaces import copy_example, tree

HERE = Path(__file__).parent
SOUND = "    Finished the model is sound\n"
CREATED = "    Finished 1 created\n"
UNCHANGED = "    Finished 1 unchanged\n"

PACK = {
    "ggen.toml": '[workspace]\nname = "starter"\n\n[build]\npacks = ["notes"]\n',
    "templates/notes/pack.yaml": (
        "template: notes\nversion: 1.2.0\ndescription: A page about the model\ntarget: markdown\n"
        "vars:\n  title: {default: Notes, description: What the page is called}\n"
    ),
    "templates/notes/aggregate.rq": (
        "#: level: aggregate\nPREFIX ggen: <https://w3id.org/ggen#>\n"
        "SELECT ?aggregate ?name WHERE { ?aggregate a ggen:AggregateRoot ; ggen:name ?name }\n"
        "ORDER BY ?name ?aggregate\n"
    ),
    "templates/notes/page.md.j2": (
        "---\nto: page.md\n---\n# {{ vars.title | text }}\n\n"
        "{% for aggregate in aggregates %}\n* {{ aggregate.name | text }}\n{% endfor %}\n"
    ),
}


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the pack `notes`, entered."""
    root = copy_example("starter", tmp_path / "notes")
    for path, text in PACK.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    monkeypatch.chdir(root)
    return root


def test_check_has_nothing_to_say_about_a_sound_model(notes: Path) -> None:
    assert run(["check"]) == (0, "", SOUND)
    assert run(["check", "-q"]) == (0, "", "")
    assert run(["check", "-v"])[2].splitlines()[-1] == "    Finished the model is sound"


def test_a_broken_model_is_shown_in_every_format(notes: Path) -> None:
    (notes / "model" / "broken.ttl").write_text("@prefix : <a:> .\n:a :b\n")
    code, out, err = run(["check"])
    assert (code, out) == (1, "")
    assert err.startswith("error[source/syntax]: ")
    assert " --> model/broken.ttl:2:" in err
    code, out, err = run(["check", "--output-format", "concise"])
    assert (code, out) == (1, "")
    assert err.startswith("model/broken.ttl:2:")
    for form, start in (("json", "{"), ("sarif", "{"), ("github", "::error ")):
        code, out, err = run(["check", "--output-format", form])
        assert (code, err) == (1, "")
        assert out.startswith(start)


def test_plan_build_and_drift(notes: Path) -> None:
    before = tree(notes)
    assert run(["plan"]) == (0, "create   page.md\n", "")
    code, out, err = run(["build", "--check"])
    assert (code, out) == (1, "create   page.md\n")
    assert err.startswith("error[write/drift]: `page.md` is missing\n")
    assert tree(notes) == before
    assert run(["build"]) == (0, "", CREATED)
    assert "Task" in (notes / "page.md").read_text()
    assert run(["plan"]) == (0, "", "")
    assert run(["build", "--check"]) == (0, "", UNCHANGED)
    assert run(["build", "--check", "-q"]) == run(["build", "-q"]) == (0, "", "")
    assert run(["plan", "-v"])[1] == "keep     page.md\n"


def test_drift_is_told_in_every_format(notes: Path) -> None:
    run(["build"])
    model = notes / "model" / "tasks.ttl"
    model.write_text(model.read_text().replace('"Task"@en', '"Duty"@en'))
    said = "`page.md` is not what the model says"
    for form in ("github", "sarif", "json"):
        code, out, err = run(["build", "--check", "--output-format", form])
        assert (code, err) == (1, "")
        assert out.count(said) == 1
    code, out, err = run(["build", "--check", "--output-format", "concise"])
    assert (code, out, err) == (1, "update   page.md\n", f"page.md:4:1: error[write/drift] {said}\n")
    assert "^^^^^^ ggen would write `* Duty`\n" in run(["build", "--check"])[2]
    assert "file=page.md,line=4," in run(["build", "--check", "--output-format", "github"])[1]
    settings = notes / "ggen.toml"
    settings.write_text(settings.read_text().replace('["notes"]', "[]"))
    assert "`page.md` is no longer generated" in run(["build", "--check"])[2]
    assert run(["build"]) == (0, "", "     Removed page.md\n    Finished 1 removed\n")


def test_a_manifest_alone_can_drift(notes: Path) -> None:
    settings = notes / "ggen.toml"
    built = settings.read_text()
    settings.write_text(built.replace('["notes"]', "[]"))
    run(["gen", "notes"])
    settings.write_text(built)
    code, out, err = run(["build", "--check", "--output-format", "concise"])
    assert (code, out, err) == (1, "", "error[write/drift] `ggen.lock` is not what the model says\n")


def test_diffs(notes: Path) -> None:
    code, out, err = run(["build", "--diff"])
    assert (code, err) == (0, CREATED)
    assert out.startswith("--- /dev/null\n+++ b/page.md\n")
    model = notes / "model" / "tasks.ttl"
    model.write_text(model.read_text().replace('"Task"@en', '"Duty"@en'))
    code, out, err = run(["plan", "--diff"])
    assert (code, err) == (0, "")
    assert out.splitlines()[-2:] == ["-* Task", "+* Duty"]
    assert run(["plan", "--diff", "templates"])[1] == ""
    assert run(["plan", "--diff", "page.md"])[1] == out
    assert "\033[31m-* Task\033[0m" in run(["--color=always", "plan", "--diff"])[1]


def test_changes_are_in_the_json(notes: Path) -> None:
    code, out, err = run(["build", "--output-format", "json"])
    assert (code, err) == (0, CREATED)
    assert json.loads(out) == {"version": 1, "changes": [{"action": "create", "path": "page.md"}], "diagnostics": []}


def test_an_edit_is_kept_until_it_is_given_up(notes: Path) -> None:
    run(["build"])
    page = notes / "page.md"
    edited = page.read_text() + "mine\n"
    page.write_text(edited)
    code, _, err = run(["build"])
    assert code == 1
    assert "error[write/edited]" in err
    assert page.read_text() == edited
    os.chdir(notes / "model")
    assert run(["build", "--overwrite", "../page.md"])[0] == 0
    assert "mine" not in page.read_text()


def test_gen_writes_where_it_is_told_from_any_folder(notes: Path) -> None:
    os.chdir(notes / "model")
    assert run(["gen", "notes", "--vars", "title=All = one", "--output", "../docs/"]) == (0, "", CREATED)
    assert "# All = one" in (notes / "docs" / "page.md").read_text()
    assert sorted(path.name for path in (notes / "model").iterdir()) == ["tasks.ttl"]


def test_an_output_that_reads_as_a_file_needs_a_main_one(notes: Path) -> None:
    code, out, err = run(["gen", "notes", "--vars", "title=a", "--output", "out.md"])
    assert (code, out) == (1, "")
    assert err.startswith("error[pack/no-main]: the pack `notes` has no main file that could be `out.md`\n")
    line = "1 | ggen gen notes --vars title=a --output out.md"
    assert f"{line}\n  | {' ' * 39}^^^^^^ the pack writes several files; give a folder: `out.md/`\n" in err
    assert not (notes / "out.md").exists()
    for output, page in (("out.md/", "out.md/page.md"), ("out.md", "out.md/page.md"), ("out", "out/page.md")):
        assert run(["gen", "notes", "--output", output])[0] == 0
        assert (notes / page).is_file()
    (notes / "ggen.toml").write_text((notes / "ggen.toml").read_text() + '\n[pack.notes]\noutput = "new.md"\n')
    assert "error[pack/no-main]" in run(["build"])[2]
    assert " --> ggen.toml:8:10\n" in run(["build"])[2]
    pack = notes / "templates" / "notes" / "pack.yaml"
    pack.write_text(pack.read_text() + "main: page.md\n")
    assert run(["build"])[0] == 0
    assert (notes / "new.md").is_file()


def test_a_path_from_a_message_works_in_any_folder(notes: Path) -> None:
    (notes / "ggen.toml").write_text((notes / "ggen.toml").read_text() + '\n[pack.notes]\noutput = "docs/notes/"\n')
    run(["build"])
    page = notes / "docs" / "notes" / "page.md"
    model = notes / "model" / "tasks.ttl"
    whole = page.read_bytes()
    for folder, path in (
        ("docs", "docs/notes/page.md"),
        ("docs", "notes/page.md"),
        ("model", "../docs"),
        (".", "docs"),
    ):
        os.chdir(notes / folder)
        page.write_text("mine\n")
        assert run(["build", "--overwrite", path])[0] == 0
        assert page.read_bytes() == whole
        model.write_text(model.read_text().replace('"Task"@en', '"Duty"@en'))
        assert run(["plan", path])[1] == "update   docs/notes/page.md\n"
        model.write_text(model.read_text().replace('"Duty"@en', '"Task"@en'))
    os.chdir(notes / "docs")
    assert run(["explain", "docs/notes/page.md"])[1] == run(["explain", "notes/page.md"])[1]
    assert run(["explain", "docs/notes/page.md"])[1].startswith("file      docs/notes/page.md\n")
    (notes / "docs" / "docs" / "notes").mkdir(parents=True)
    (notes / "docs" / "docs" / "notes" / "page.md").write_text("another\n")
    page.write_text("mine\n")
    assert run(["build", "--keep", "docs/notes/page.md"])[0] == 0
    assert page.read_text() == "mine\n"
    assert "`--keep docs/nots` names no" in run(["build", "--keep", "nots"])[2]


@pytest.mark.parametrize("words", [[], ["--vars", "title=Mine"], ["--output", "docs/"]], ids=" ".join)
def test_a_build_does_not_remove_what_was_made_by_hand(words: list[str], notes: Path) -> None:
    (notes / "ggen.toml").write_text('[workspace]\nname = "starter"\n')
    assert run(["gen", "notes", *words])[0] == 0
    before = tree(notes)
    assert run(["build"])[0] == 0
    assert {**before, **tree(notes)} == tree(notes)
    assert len(list(notes.rglob("page.md"))) == 1


def test_a_build_removes_what_a_build_made(notes: Path) -> None:
    assert run(["build"])[0] == run(["gen", "notes"])[0] == 0
    settings = notes / "ggen.toml"
    settings.write_text(settings.read_text().replace('["notes"]', "[]"))
    assert run(["plan"])[1] == "remove   page.md\n"
    assert run(["gen", "notes"])[0] == 0
    assert run(["plan"])[1] == ""
    settings.write_text(settings.read_text().replace("[]", '["notes"]'))
    assert run(["build"])[0] == 0
    assert "gen notes" not in (notes / "ggen.lock").read_text()
    settings.write_text(settings.read_text().replace('["notes"]', "[]"))
    assert run(["build"])[0] == 0
    assert not (notes / "page.md").exists()


def test_status_is_for_those_who_look(notes: Path) -> None:
    said = run(["build", "-v"])[2].splitlines()
    assert all(line[:12].strip().isalpha() and line[12] == " " for line in said)
    assert said[-2:] == ["     Created page.md", "    Finished 1 created"]
    assert run(["build", "-v"])[2].splitlines()[-1] == "    Finished 1 unchanged"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["ASK { ?x a ggen:AggregateRoot }"], "true\n"),
        (["ASK { ?x a ggen:Nothing }"], "false\n"),
        (["SELECT ?x ?n { ?x a ggen:AggregateRoot ; ggen:name ?n }"], "x      n\n─────  ────\n:Task  Task\n"),
        (["--format=csv", "SELECT ?x { ?x a ggen:AggregateRoot }"], "x\r\n:Task\r\n"),
        (["--format=json", "SELECT ?x { ?x a ggen:AggregateRoot }"], '[\n  {\n    "x": ":Task"\n  }\n]\n'),
        (["--format=md", "SELECT ?x { ?x a ggen:AggregateRoot }"], "| x |\n| --- |\n| :Task |\n"),
    ],
)
def test_query(notes: Path, words: list[str], wanted: str) -> None:
    assert run(["query", *words]) == (0, wanted, "")


def test_a_construct_gives_turtle(notes: Path) -> None:
    code, out, err = run(["query", "CONSTRUCT { ?x a ggen:Thing } { ?x a ggen:AggregateRoot }"])
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == ":Task a ggen:Thing ."


def test_a_query_asks_nobody_else(notes: Path) -> None:
    """It would send what it knows of the model to another server."""
    code, out, err = run(["query", "SELECT * {\n  SERVICE <https://elsewhere.example/> { ?s ?p ?o } }"])
    assert (code, out) == (1, "")
    assert "SERVICE would ask another server" in err
    assert "1 |" in err or "2 |" in err


def test_a_query_may_speak_of_services(notes: Path) -> None:
    """In names, strings and comments the word means something else."""
    assert run(["query", "ASK { ?x a ggen:Service, <urn:SERVICE> ; rdfs:label 'SERVICE' # SERVICE\n}"])[0] == 0


def test_a_query_is_read_from_stdin(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.read", lambda: "ASK { ?x a ggen:AggregateRoot }", raising=False)
    assert run(["query", "-"]) == (0, "true\n", "")


def test_what_a_query_has_to_say_stays_off_stdout(notes: Path) -> None:
    code, out, err = run(["query", "SELECT", "--output-format", "json"])
    assert (code, out) == (1, "")
    assert json.loads(err)["diagnostics"][0]["code"] == "query/syntax"


@pytest.mark.parametrize("name", ["contexts", "cuts", "personal-data", "services", "tenants"])
def test_reports_about_the_shop(name: str, workspace: Path, accept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)
    code, out, err = run(["report", name])
    assert (code, err) == (0, "")
    compare(HERE / "reports" / f"{name}.txt", out, accept)


def test_a_report_of_ones_own_in_a_file(notes: Path) -> None:
    (notes / "reports").mkdir()
    (notes / "reports" / "names.rq").write_text("# All names.\nSELECT ?n { ?x ggen:name ?n ; a ggen:AggregateRoot }\n")
    assert "names          All names.\n" in run(["report"])[1]
    assert run(["report", "names", "--output", "names.md"]) == (0, "", "")
    assert (notes / "names.md").read_bytes() == b"| n |\n| --- |\n| Task |\n"
    assert run(["report", "names", "--output", "names.md", "--format=csv"]) == (0, "", "")
    assert (notes / "names.md").read_bytes() == b"n\r\nTask\r\n"
    code, _, err = run(["report", "nmaes"])
    assert code == 2
    assert "did you mean `names`?" in err


def test_packs_are_listed_and_described(notes: Path) -> None:
    listed = [line.split()[:2] for line in run(["pack", "list"])[1].splitlines()]
    assert ["notes", "1.2.0"] in listed
    assert listed == sorted(listed)
    code, out, err = run(["pack", "show", "notes"])
    assert (code, err) == (0, "")
    assert "  title  (xsd:string, default Notes)  What the page is called\n" in out
    code, _, err = run(["pack", "show", "nots"])
    assert code == 2
    assert "did you mean `notes`?" in err


def test_the_example_of_a_pack(notes: Path) -> None:
    example = notes / "templates" / "notes" / "example"
    assert run(["pack", "test", "notes"])[0] == 0
    shutil.copytree(notes / "model", example / "model")
    (example / "ggen.toml").write_text('[workspace]\nname = "example"\n')
    code, _, err = run(["pack", "test", "notes"])
    assert code == 1
    assert "the example of `notes` also gives `page.md`, unexpectedly" in err
    assert run(["pack", "test", "notes", "--accept"]) == (0, "", "")
    assert run(["pack", "test", "notes"]) == (0, "", "")
    expected = example / "expected" / "page.md"
    expected.write_text(expected.read_text().replace("Task", "Duty"))
    code, _, err = run(["pack", "test", "notes"])
    assert code == 1
    assert " --> templates/notes/example/expected/page.md:" in err
    assert "now it is `* Task`" in err
    assert sorted(tree(example)) == ["expected/page.md", "ggen.toml", "model/tasks.ttl"]


def test_new_copies_an_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there" / ".git").mkdir(parents=True)
    for folder, words in (('my "shop"', ["--example", "shop"]), ("there", []), ("a/b/c", [])):
        code, out, err = run(["new", folder, *words])
        assert (code, out) == (0, "")
        assert f"cd {folder}\n" in err
        assert (tmp_path / folder / ".gitignore").read_text() == ".ggen/\ntarget/\n.env*\n!.env.example\n"
        assert (tmp_path / folder / ".gitattributes").read_text() == "ggen.lock merge=union\n"
        assert run(["-C", folder, "check"]) == (0, "", SOUND)
    assert 'name = "my \\"shop\\""' in (tmp_path / 'my "shop"' / "ggen.toml").read_text()
    assert run(["-q", "new", "quiet"]) == (0, "", "")


def test_new_leaves_nothing_behind_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, _target: str, **_more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shutil, "copyfile", full)
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "fresh"):
        code, out, err = run(["new", folder])
        assert (code, out) == (2, "")
        assert err.startswith(f"error[cli/new]: `{folder}` cannot be written: no space left on device\n")
    assert sorted(tmp_path.rglob("*")) == [tmp_path / "empty"]
