"""Starting: what is loaded, colours, internal mistakes, interrupts, closed pipes, completion."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ggen_rdf import cli
from ggen_rdf.cli import explain
from ggen_rdf.cli.app import COMMANDS, app
from ggen_rdf.cli.terminal import wants_colour
from tests.cli.running import run

PROGRAM = "import sys; from ggen_rdf.cli import main; sys.exit(main(sys.argv[1:]))"
HEAVY = {"jinja2", "rdflib", "pyshacl", "owlready2", "pyoxigraph", "yaml", "rich", "ggen_rdf.compiler"}


@pytest.mark.parametrize("words", [["--help"], *([name, "--help"] for name in COMMANDS), ["--version"]], ids=" ".join)
def test_help_loads_no_compiler(words: list[str]) -> None:
    program = (
        "import sys\nfrom ggen_rdf.cli import main\n"
        "code = main(sys.argv[1:])\nsys.stderr.write(' '.join(sys.modules))\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    assert done.stdout
    assert HEAVY.intersection(done.stderr.split()) == set()


def test_every_command_says_the_same_in_its_own_help() -> None:
    for name, text in COMMANDS.items():
        command = app.get_command(app.make_context("ggen", ["explain"], resilient_parsing=True), name)
        assert command is not None
        assert (command.help or "").split("\n")[0].startswith(text.removesuffix("."))


def test_common_options_stand_before_or_after_the_command(tmp_path: Path) -> None:
    here = os.getcwd()
    before = run(["-C", str(tmp_path), "--output-format", "concise", "check"])
    after = run(["check", "--output-format=concise", f"-C{tmp_path}"])
    assert before == after == (2, "", "error[cli/no-workspace] there is no `ggen.toml` in this folder or above it\n")
    assert os.getcwd() == here


@pytest.mark.parametrize(
    ("choice", "tty", "env", "wanted"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", True, {"FORCE_COLOR": "0"}, False),
        ("auto", False, {"FORCE_COLOR": ""}, False),
        ("auto", True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours(choice: str, tty: bool, env: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: tty, raising=False)
    assert wants_colour(choice, sys.stderr, env) is wanted


def test_colours_are_for_who_asks() -> None:
    assert "\033[" in run(["--color", "always", "explain", "no/code"])[2]
    assert "\033[" not in run(["explain", "no/code"])[2]


def test_a_mistake_of_ours_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_code: str) -> str:
        raise KeyError("what")

    monkeypatch.setattr(explain, "explain", broken)
    code, out, err = run(["explain", "source/syntax"])
    assert (code, out) == (70, "")
    assert err.startswith("error[cli/internal]: ggen made a mistake of its own; your files are not to blame\n")
    assert "KeyError: 'what'" in err
    assert "in tests.cli.test_start, line" in err
    assert "`ggen --verbose explain source/syntax`" in err
    assert "Traceback" not in err
    assert "Traceback" in run(["--verbose", "explain", "source/syntax"])[2]


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_code: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(explain, "explain", interrupted)
    assert run(["explain", "source/syntax"]) == (130, "", "")


def test_a_reader_may_stop_reading() -> None:
    command = f'"{sys.executable}" -c "{PROGRAM}" explain | true; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_behind_stdout_is_told() -> None:
    command = [sys.executable, "-c", PROGRAM, "explain"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "error[cli/output]: stdout cannot be written: no space left on device\n\n"


def test_bytes_do_not_depend_on_the_locale() -> None:
    command = [sys.executable, "-c", PROGRAM, "new", "überall/\N{SNOWMAN}", "--example", "nix"]
    env = {**os.environ, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shown = {
        subprocess.run(command, env={**env, "LC_ALL": name, "PYTHONIOENCODING": coding}, capture_output=True).stderr
        for name, coding in (("C.UTF-8", "utf-8"), ("C.UTF-8", "latin-1"))
    }
    assert len(shown) == 1
    assert "überall/\N{SNOWMAN}".encode() in shown.pop()


def completed(words: str, folder: Path) -> list[str]:
    """What bash offers after these words, through the script and the command itself."""
    command = folder / "ggen"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ggen_rdf "$@"\n')
    command.chmod(0o755)
    program = (
        "source <(ggen completion bash) && complete -p ggen >/dev/null\n"
        f"COMP_WORDS=({words} ''); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
        "_ggen_completion ggen\nprintf '%s\\n' \"${COMPREPLY[@]}\""
    )
    env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", program], env=env, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_bash_completes_commands_and_values(tmp_path: Path) -> None:
    assert completed("ggen", tmp_path) == list(COMMANDS)
    assert completed("ggen check --output-format", tmp_path) == ["full", "concise", "json", "sarif", "github"]
    assert "shop" in completed("ggen new x --example", tmp_path)
    assert "source/syntax" in completed("ggen explain", tmp_path)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_parse(shell: str, tmp_path: Path, tool: Callable[[str], str]) -> None:
    code, script, err = run(["completion", shell])
    assert (code, err) == (0, "")
    assert "_GGEN_COMPLETE" in script
    (tmp_path / "script").write_text(script)
    subprocess.run([tool(shell), "-n", str(tmp_path / "script")], check=True)


def test_main_is_what_the_package_offers() -> None:
    assert cli.main is not None
