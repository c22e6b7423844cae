"""What is said about secrets: enough to act on, nothing that tells what they are."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.test_secrets import add, edit, git, small
from tests.support.running import Run
from tests.support.workspaces import tree

Ggen = Callable[..., Run]
GEN = ["gen", "app-config", "--vars"]
GOOD = "k4narie-0123456789-long-enough"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The configuration of the shop."""
    return small(tmp_path / "shop")


@pytest.mark.parametrize("value", ["short", "vars", "gen", "secret", "file", "own"])
def test_a_short_secret_is_hidden_where_it_was_given_and_nowhere_else(
    run_ggen: Ggen, workspace: Path, value: str
) -> None:
    one, other = (
        run_ggen([*GEN, "env=dev", f"secret_key={text}", "--secrets-file", ".env.dev"], workspace)
        for text in (value, "zzz")
    )
    assert (one.exit, one.stderr) == (1, other.stderr), "what is said does not depend on the value"
    assert "secret/short" in one.stderr


@pytest.mark.parametrize("value", ["app-config", "character", "secret_key"])
def test_a_secret_that_is_a_word_of_ggen_cuts_no_hole_into_what_ggen_says(
    run_ggen: Ggen, workspace: Path, value: str
) -> None:
    run = run_ggen([*GEN, "env=dev", f"secret_key={value}", "--secrets-file", ".env.dev"], workspace)
    assert run.exit == 1
    assert "ggen gen app-config --vars env=dev secret_key=… --secrets-file" in run.stderr
    assert "<secret>" not in run.stderr


@pytest.mark.parametrize("value", ["abc", "vars", "12345678"])
def test_a_short_literal_in_a_file_is_hidden_there_and_nowhere_else(
    run_ggen: Ggen, workspace: Path, value: str
) -> None:
    written = value if value.isdigit() else f'"{value}"'
    add(workspace / "ggen.toml", f"\n[pack.app-config]\nvars = {{ secret_key = {written}, env = 7 }}\n")
    run = run_ggen(["check", "--output-format", "json"], workspace)
    (found,) = json.loads(run.stdout)["diagnostics"]
    assert found["code"] == "secret/literal"
    assert found["labels"][0]["source"] == "vars = { secret_key = <secret>, env = 7 }"


def test_two_short_literals_on_a_line_do_not_show_each_other(run_ggen: Ggen, workspace: Path) -> None:
    new = 'shop:httpPort 8443 ; shop:secretKey "q7x" , "w2k" ;'
    edit(workspace / "model/settings.ttl", "shop:httpPort 8443 ;", new)
    run = run_ggen(["check"], workspace)
    assert run.stderr.count("secret/literal") == 2
    assert "q7x" not in run.stderr
    assert "w2k" not in run.stderr


@pytest.mark.parametrize("command", [["check"], ["build"], ["plan"], ["gen", "app-config"]])
def test_a_literal_in_ggen_toml_is_found_by_every_command_once(
    run_ggen: Ggen, workspace: Path, command: list[str]
) -> None:
    add(workspace / "ggen.toml", '\n[pack.app-config.vars]\nsecret_key = "literal-secret-42"\n')
    run = run_ggen([*command, "--output-format", "concise"], workspace)
    assert run.exit == 1
    (line,) = [line for line in run.stderr.splitlines() if "secret/literal" in line]
    assert line.startswith("ggen.toml:")


def test_a_reference_in_ggen_toml_passes_a_check(run_ggen: Ggen, workspace: Path) -> None:
    add(workspace / "ggen.toml", '\n[pack.app-config.vars]\nsecret_key = "${NOT_SET}"\n')
    assert run_ggen(["check"], workspace).exit == 0


@pytest.mark.parametrize(
    ("written", "held"),
    [("$PROD_KEY", None), ("x${PROD_KEY}", None), ("${PROD_KEY}", "ab${PROD_KEY}cd-efgh-ijkl"), ("a$b-${-12345", "")],
)
def test_only_a_whole_reference_is_looked_up_and_others_are_refused(
    run_ggen: Ggen, workspace: Path, written: str, held: str | None
) -> None:
    before = tree(workspace)
    words = [*GEN, "env=dev", f"secret_key={written}", "--secrets-file", ".env.dev"]
    run = run_ggen(words, workspace, env={"PROD_KEY": held or ""})
    if held is None:
        assert (run.exit, "secret/reference" in run.stderr) == (1, True)
        assert "`'secret_key=${VARIABLE}'`" in run.stderr
        assert tree(workspace) == before
    else:
        assert run.exit == 0, run.stderr
        assert (held or written) in (workspace / ".env.dev").read_text()


def test_what_became_of_the_secrets_file_is_said(run_ggen: Ggen, workspace: Path) -> None:
    words = [*GEN, "env=dev", f"secret_key={GOOD}", "--secrets-file", ".env.dev"]
    more = [*GEN, "env=dev", "database_url=postgres://u:kanarie@h/db", "--secrets-file", ".env.dev"]
    said = [run_ggen(one, workspace).stderr for one in (words, words, more)]
    assert "Secrets `.env.dev` created with `SECRET_KEY`; `.gitignore` now keeps it out of git\n" in said[0]
    assert "Secrets `.env.dev` is as it was\n" in said[1]
    assert "Secrets `.env.dev` completed with `DATABASE_URL`\n" in said[2]
    assert GOOD not in "".join(said)


def test_programs_are_told_as_well(run_ggen: Ggen, workspace: Path) -> None:
    words = [*GEN, "env=dev", f"secret_key={GOOD}", "--secrets-file", ".env.dev", "--output-format", "json"]
    told = [json.loads(run_ggen(words, workspace).stdout)["secrets"] for _ in range(2)]
    assert told == [
        {"path": ".env.dev", "action": "create", "added": ["SECRET_KEY"], "gitignore": "update"},
        {"path": ".env.dev", "action": "keep", "added": [], "gitignore": "keep"},
    ]
    refused = run_ggen([*GEN, "env=dev", "secret_key=other-value-987", *words[-4:]], workspace)
    assert refused.exit == 1
    assert "secrets" not in json.loads(refused.stdout), "nothing became of it"


@pytest.mark.parametrize(("given", "warned"), [([], True), (["env=dev"], False), (["env=prod"], True)])
def test_a_run_for_all_environments_is_one_for_production(
    run_ggen: Ggen, workspace: Path, given: list[str], warned: bool
) -> None:
    run = run_ggen([*GEN, *given, "secret_key=twelve-chars", "--secrets-file", ".env"], workspace)
    assert run.exit == 0, run.stderr
    assert [code in run.stderr for code in ("secret/weak", "secret/missing")] == [warned, warned]


def test_the_advice_of_the_example_file_works(run_ggen: Ggen, workspace: Path) -> None:
    assert run_ggen(["gen", "app-config"], workspace).exit == 0
    lines = (workspace / "config/.env.example").read_text().splitlines()
    (line,) = [line.removeprefix("# ") for line in lines if line.startswith("# ggen gen")]
    values = {"SECRET_KEY": GOOD, "DATABASE_URL": f"postgres://u:{GOOD}@h/db", "PAYMENT_API_TOKEN": GOOD[::-1]}
    run = run_ggen(shlex.split(line)[1:], workspace, env=values)
    assert run.exit == 0, run.stderr
    assert "warning" not in run.stderr
    for value in values.values():
        assert value in (workspace / ".env").read_text()


def test_a_new_workspace_ignores_secrets_but_not_their_names(
    run_ggen: Ggen, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    tool("git")
    assert run_ggen(["new", "mine", "--example", "shop"], tmp_path).exit == 0
    root = tmp_path / "mine"
    git(root, "init", "-q")
    before = (root / ".gitignore").read_bytes()
    run = run_ggen([*GEN, "env=dev", f"secret_key={GOOD}", "--secrets-file", ".env.dev"], root)
    assert run.exit == 0, run.stderr
    assert (root / ".gitignore").read_bytes() == before
    (root / ".env").write_text("by hand")
    git(root, "add", "-A")
    kept = git(root, "ls-files").stdout.splitlines()
    assert "config/.env.example" in kept
    assert not {".env", ".env.dev"} & set(kept)
    assert subprocess.run(["git", "check-ignore", "-q", ".env"], cwd=root, check=False).returncode == 0
