"""The catalogue of diagnostics and the code agree: every code has an entry, every entry a use, every example works."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from ggen_rdf.constraints.names import KINDS
from ggen_rdf.diagnostics.catalogue import codes, explain, title
from tests.cli.running import run
from tests.support.workspaces import ROOT, copy_example

CODE = re.compile(r"[a-z][a-z0-9]*/[a-z][a-z0-9-]*")
FOLDERS = (
    "application",
    "common",
    "docs",
    "examples",
    "ggen",
    "ontologies",
    "shapes",
    "src",
    "templates",
    "text",
)
"""What may stand before a slash in the source without being the room of a diagnostic."""

NOT_RUN = {
    "cli/internal": "nobody knows how to cause it",
    "cli/new": "depends on the machine",
    "cli/output": "depends on where stdout goes",
    "source/encoding": "bytes that are no text cannot stand in a text",
    "source/unreadable": "who may do everything can read everything",
    "pack/unreadable": "the same",
    "write/unreadable": "the same",
    "project/ambiguous": "takes a model and three levels; tests/project has it",
    "render/spelling": "takes a target of its own; tests/render has it",
    "render/names-collide": "takes a whole pack; tests/golden has it",
    "render/inexpressible": "takes a pack that declares what it can express",
    "reason/endless-rule": "takes as long as a rule is given to end",
    "reason/no-java": "needs a machine without Java",
    "reason/not-judged": "nobody knows a model that causes it",
    "secret/unwritable": "takes a character that no text holds; tests/end_to_end has it",
    "write/busy": "takes two builds at once; tests/write has it",
    "write/changed": "the same",
    "write/failed": "needs a failing disk; tests/write has it",
    "write/no-space": "the same",
    "write/read-only": "the same",
    "write/edited-orphan": "takes two states of a model; tests/write has it",
    "write/missing-region": "takes marked lines; tests/write has it",
    "write/unbalanced-region": "the same",
}
"""Entries whose example cannot be run here, and why."""

BLOCK = re.compile(r"(?ms)^```(\w+)(?: (\S+))?\n(.*?)^```$")
PREFIXES = (ROOT / "examples/starter/model/tasks.ttl").read_text().split("\n\n")[0] + "\n"


def used() -> set[str]:
    """Every code that something can give: in Python, in shapes, in clashes."""
    found = set()
    for path in (ROOT / "ggen_rdf").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.add(node.value)
    for path in (ROOT / "shapes").rglob("*.ttl"):
        found |= set(re.findall(r'ggen:code\s+"([^"]+)"', path.read_text()))
    for path in (ROOT / "ontologies").rglob("*.rq"):
        found |= set(re.findall(r"(?m)^#: code: (\S+)", path.read_text()))
    found |= {f"shacl/{kind.replace('_', '-')}" for kind in KINDS - {"property"}}
    return {code for code in found if code.split("/")[0] not in FOLDERS}


def test_every_code_has_an_entry_and_every_entry_a_use() -> None:
    listed, given = set(codes()), used()
    assert sorted(given - listed) == [], "these need an entry in ggen_rdf/diagnostics/explanations"
    assert sorted(listed - given) == [], "nothing gives these"


@pytest.mark.parametrize("code", codes())
def test_an_entry_reads_as_the_others_do(code: str) -> None:
    entry = explain(code) or ""
    assert re.fullmatch(r"[a-z`].*[^.]", title(code) or "")
    assert re.findall(r"(?m)^## .*", entry) == ["## Example", "## How to mend it"]
    assert re.search(r"(?s)## Example\n\n.*```.*## How to mend it\n\n\S", entry)
    assert max(map(len, entry.splitlines())) <= 120
    assert entry.endswith("\n")
    assert not entry.endswith("\n\n")


@pytest.mark.parametrize("code", [code for code in codes() if code not in NOT_RUN])
def test_the_example_causes_it(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = copy_example("starter", tmp_path / "starter")
    monkeypatch.chdir(root)
    commands = ["ggen check"]
    for language, path, text in BLOCK.findall((explain(code) or "").split("## How to mend it")[0]):
        if language == "console":
            commands = [line.removeprefix("$ ") for line in text.splitlines()]
        elif path:
            needs_prefixes = language == "turtle" and "@prefix" not in text and path.startswith("model/")
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(PREFIXES + text if needs_prefixes else text)
    for command in commands[:-1]:
        program, *words = shlex.split(command)
        if program == "ggen":
            assert run(words)[0] == 0
        else:
            subprocess.run(["bash", "-c", command], cwd=root, check=True)
    code_of_exit, out, err = run([*shlex.split(commands[-1])[1:], "--output-format", "json"])
    found = [d["code"] for d in json.loads(out or err)["diagnostics"]]
    assert code in found, (code_of_exit, out or err)


def test_what_is_not_run_is_there() -> None:
    assert set(NOT_RUN) <= set(codes())


def test_explain_prints_the_entry() -> None:
    assert run(["explain", "source/syntax"]) == (0, explain("source/syntax"), "")
    listing = run(["explain"])[1].splitlines()
    assert [line.split()[0] for line in listing] == codes()
