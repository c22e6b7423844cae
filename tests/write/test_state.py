"""Whether anything changed: what is seen, what is trusted, and what it costs to ask."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ggen_rdf import __version__
from ggen_rdf.write import manifest, memory, state
from ggen_rdf.write.plan import plan
from tests.write.trees import artefact, built, owned, tree

FILES = {"out/a": "1", "out/b/c": "2", "d": "3"}
SLOW = ("click", "jinja2", "rdflib", "pyoxigraph", "yaml", "rich", "dataclasses", "re", "json", "tomllib", "sqlite3")


def _build(root: Path, files: dict[str, str] | None = None, replay: tuple[str, str] = ("", "")) -> None:
    """A build as the compiler does it: ask what is there, do the work, remember."""
    observed = state.observe(str(root))
    scaffold = artefact("main.rs", "fn main() {}", "once")
    memory.remember(str(root), observed, built(root, [*owned(files or FILES), scaffold]), replay=replay)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace that is up to date, and old enough for its times to be trusted."""
    (tmp_path / "ggen.toml").write_text('name = "x"\n')
    (tmp_path / "model").mkdir()
    (tmp_path / "model/a.ttl").write_text("# a\n")
    _build(tmp_path)
    time.sleep(0.03)
    last = state.read(str(tmp_path), "build")
    assert last is not None
    state.write(str(tmp_path), "build", last)
    return tmp_path


def _is_up_to_date(root: Path) -> bool:
    return state.up_to_date(str(root), "build") is not None


def _same_time(path: Path, text: str) -> None:
    """An edit that keeps size and time, as a hasty restore would."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "an input": lambda root: (root / "model/a.ttl").write_text("# b\n"),
    "an input, at the same time": lambda root: _same_time(root / "model/a.ttl", "# b\n"),
    "a new input": lambda root: (root / "model/b.ttl").write_text(""),
    "an input gone": lambda root: (root / "model/a.ttl").unlink(),
    "the settings": lambda root: (root / "ggen.toml").write_text('name = "y"\n'),
    "an output": lambda root: (root / "out/a").write_text("mine"),
    "an output, at the same time": lambda root: _same_time(root / "out/a", "0"),
    "an output gone": lambda root: (root / "out/b/c").unlink(),
    "an output's folder gone": lambda root: (root / "out/b").rename(root / "elsewhere"),
    "an output, now a link": lambda root: ((root / "d").rename(root / "e"), (root / "d").symlink_to("e")),
    "a scaffold gone": lambda root: (root / "main.rs").unlink(),
    "the manifest": lambda root: (root / "ggen.lock").write_text("ggen-lock 1\n"),
    "the manifest gone": lambda root: (root / "ggen.lock").unlink(),
    "the state gone": lambda root: (root / ".ggen/state").unlink(),
    "the state damaged": lambda root: (root / ".ggen/state").write_bytes(b"\x00garbage"),
    "the state of another key": lambda root: (root / ".ggen/state").write_bytes(b"{0"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(root: Path, change: str) -> None:
    """Whatever its kind, and whatever the clock says."""
    assert _is_up_to_date(root)
    CHANGES[change](root)
    assert not _is_up_to_date(root)


@pytest.mark.parametrize(
    "touch",
    [
        lambda root: os.utime(root / "model/a.ttl"),
        lambda root: os.utime(root / "out/a"),
        lambda root: (root / "out/a").write_text("1"),
        lambda root: (root / "main.rs").write_text("mine now"),
        lambda root: (root / "out/own").write_text("mine"),
        lambda root: (root / "README.md").write_text("mine"),
    ],
)
def test_what_is_no_change(root: Path, touch: Callable[[Path], object]) -> None:
    """Times, the user's own files, and what the user makes of a scaffold."""
    touch(root)
    assert _is_up_to_date(root)


def test_a_touched_output_is_read_once(root: Path) -> None:
    """Then its new time is trusted."""
    os.utime(root / "out/a")
    before = (root / ".ggen/state").read_bytes()
    assert _is_up_to_date(root)
    after = (root / ".ggen/state").read_bytes()
    assert before != after
    assert _is_up_to_date(root)
    assert (root / ".ggen/state").read_bytes() == after


def test_an_edit_within_the_same_tick_is_seen(root: Path) -> None:
    """A file as young as the state may have changed again without a newer time: it is read."""
    last = state.read(str(root), "build")
    assert last is not None
    stamp, _ = last["outputs"]["out"]["a"]
    last["outputs"]["out"]["a"] = (stamp, "0" * 64)
    path = state.state_path(str(root), "build")
    state.write(str(root), "build", last)
    os.utime(path, ns=(stamp[1], stamp[1] + 1_000_000))
    assert not _is_up_to_date(root)
    os.utime(path, ns=(stamp[1], stamp[2] + 10_000_000_001))
    assert _is_up_to_date(root)


def test_another_ggen_is_seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own code and library are inputs too."""
    monkeypatch.setattr(state, "__version__", "9.9.9")
    assert not _is_up_to_date(root)


def test_places_elsewhere(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Packs of installed packages lie outside of the workspace."""
    pack = tmp_path_factory.mktemp("pack")
    (pack / "x.j2").write_text("1")
    memory.remember(str(root), state.observe(str(root), [str(pack)]), built(root, owned(FILES)))
    assert _is_up_to_date(root)
    (pack / "y.j2").write_text("1")
    assert not _is_up_to_date(root)


def test_an_input_changed_during_the_build_is_seen(root: Path) -> None:
    """It may have been read before or after the change."""
    observed = state.observe(str(root))
    (root / "model/a.ttl").write_text("# changed while it was read\n")
    memory.remember(str(root), observed, built(root, owned(FILES)))
    assert not _is_up_to_date(root)


def test_what_is_remembered_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan trusts the stamps, and sees an edit all the same."""
    read, found = manifest.read(str(root))
    assert found == []
    last = memory.recall(str(root), read, state.observe(str(root)))
    opened = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *more, **named: (opened.append(path), real(path, *more, **named))[1])
    (root / "out/a").write_text("edited")
    made, found = plan(str(root), owned(FILES), read, remembered=last.remembered)
    assert [d.code for d in found] == ["write/edited"]
    assert [os.path.basename(path) for path in opened if str(root) in str(path)] == ["a"]
    assert {c.path for c in made.changes} == set(FILES)


def test_an_unchanged_context_is_known(root: Path) -> None:
    """As long as template, context, ggen, manifest and the bytes are the same."""
    read, _ = manifest.read(str(root))
    entry = read.by_key["out/a", ""]
    observed = state.observe(str(root))

    def known(path: str = "out/a", template: str = "7e57", context: str = entry.context_hash) -> object:
        return memory.recall(str(root), read, observed).known(path, template, context)

    assert known() == entry
    assert known("out/other") is known(template="x") is known(context="x") is None
    observed[""] = "another ggen"
    assert known() is None
    observed = state.observe(str(root))
    (root / ".ggen/bases.db").unlink()
    assert known() is None


def test_a_kept_file_is_not_known(root: Path) -> None:
    """If the user takes the decision back, it has to be rendered."""
    (root / "out/a").write_text("mine")
    built(root, owned(FILES), keep=["out/a"])
    _build(root)
    read, _ = manifest.read(str(root))
    entry = read.by_key["out/a", ""]
    last = memory.recall(str(root), read, state.observe(str(root)))
    assert (entry.mode, last.is_same_ggen) == ("kept", True)
    assert last.known("out/a", entry.template_hash, entry.context_hash) is None


def test_what_is_known_need_not_be_there(root: Path) -> None:
    """A file that the user removed comes back without being rendered."""
    read, _ = manifest.read(str(root))
    last = memory.recall(str(root), read, state.observe(str(root)))
    (root / "out/a").unlink()
    known = [last.known(e.path, e.template_hash, e.context_hash) for e in read.entries if e.mode == "owned"]
    built(root, [artefact("main.rs", "", "once")], unchanged=[e for e in known if e], remembered=last.remembered)
    assert tree(root)["out/a"] == b"1"


def _ggen(*words: str, cwd: Path, code: str = "") -> subprocess.CompletedProcess[str]:
    start = f"import sys; from ggen_rdf.__main__ import main\ncode = main()\n{code}\nsys.exit(code)"
    return subprocess.run([sys.executable, "-c", start, *words], cwd=cwd, capture_output=True, text=True)


@pytest.mark.parametrize(
    "words",
    [["build"], ["build", "--check"], ["plan"], ["-C", "model", "build"], ["build", "--directory=out"], ["--version"]],
)
def test_what_needs_no_compiler_imports_none(root: Path, words: list[str]) -> None:
    """Nor anything else that is slow."""
    found = f"print([name for name in {SLOW!r} if name in sys.modules])"
    done = _ggen(*words, cwd=root, code=found)
    version = f"ggen {__version__}\n" if words == ["--version"] else ""
    said = "    Finished 4 unchanged\n" if "build" in words else ""
    assert (done.stdout, done.stderr, done.returncode) == (f"{version}[]\n", said, 0)


def test_what_was_said_is_said_again(root: Path) -> None:
    """Warnings do not vanish with the second build."""
    _build(root, replay=("warning: as before\n", "\033[1mwarning\033[0m: as before\n"))
    env = {**os.environ, "FORCE_COLOR": "1"}
    env.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "ggen_rdf", "build"]
    coloured = subprocess.run(command, cwd=root, capture_output=True, text=True, env=env)
    env["NO_COLOR"] = "1"
    plain = subprocess.run(command, cwd=root, capture_output=True, text=True, env=env)
    assert plain.stderr == "warning: as before\n    Finished 4 unchanged\n"
    in_colours = "\033[1mwarning\033[0m: as before\n\033[1;32m    Finished\033[0m 4 unchanged\n"
    assert coloured.stderr == in_colours


@pytest.mark.parametrize("words", [["build", "--diff"], ["plan", "out"], ["-q", "build"], ["-C", "nowhere", "build"]])
def test_other_words_go_to_the_command_line(root: Path, words: list[str]) -> None:
    """Only the plainest forms are answered early."""
    code = "import ggen_rdf.__main__ as m; print(m._is_answered(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}", *words], cwd=root, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("False\n", "")
