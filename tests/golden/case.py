"""A golden case: a folder that says what to start from, what to change, which command to run and what must come out.

command.txt    the command lines, verbatim; the outputs of the last are compared, those before it must succeed
case.toml      base: the example to start from ("none" for an empty folder)
               [[edit]] file, old, new: a change before the first command; old must stand there exactly once,
                        and without old the file is made
               [[then]] the same, before the last command
               [links]  name = target: symbolic links, in the workspace
               [modes]  name = permissions, in the workspace
               fault    what writing meets from then on: "full", "read-only", or "no-access"
input/         files laid over the base
expected/      exit.txt, stdout.txt and stderr.txt (where not empty), files/ (what the named files hold)
"""

from __future__ import annotations

import shlex
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import faults, workspaces
from tests.support.running import Run, run_inside

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Edit:
    """A change to one file."""

    file: str
    new: str
    old: str | None = None


@dataclass(frozen=True)
class Case:
    """One folder, read."""

    folder: Path
    commands: list[list[str]]
    base: str = "starter"
    overlay: str | None = None
    edits: list[Edit] = field(default_factory=list)
    later: list[Edit] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    modes: dict[str, int] = field(default_factory=dict)
    fault: str | None = None

    @property
    def expected(self) -> Path:
        """The folder of expected outputs."""
        return self.folder / "expected"


def read_case(folder: Path) -> Case:
    """Read the folder of a case."""
    described = folder / "case.toml"
    keys = tomllib.loads(described.read_text()) if described.exists() else {}
    edits, later = ([Edit(**e) for e in keys.pop(name, [])] for name in ("edit", "then"))
    lines = (folder / "command.txt").read_text().splitlines()
    commands = [shlex.split(line) for line in lines if line.strip()]
    assert all(command[0] == "ggen" for command in commands), "a command line starts with ggen"
    return Case(folder, [c[1:] for c in commands], edits=edits, later=later, **keys)


def prepare(case: Case, workspace: Path) -> None:
    """Lay out the workspace and run all commands but the last."""
    if case.base == "none":
        workspace.mkdir()
    else:
        workspaces.copy_example(case.base, workspace)
    for layer in (HERE / "overlays" / (case.overlay or "none"), case.folder / "input"):
        if layer.is_dir():
            shutil.copytree(layer, workspace, dirs_exist_ok=True, symlinks=True)
    for edit in case.edits:
        apply(edit, workspace)
    for name, target in sorted(case.links.items()):
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).symlink_to(target)
    for name, mode in case.modes.items():
        (workspace / name).chmod(mode)
    for command in case.commands[:-1]:
        run = run_inside(command, workspace)
        assert run.exit == 0, f"ggen {shlex.join(command)} must succeed:\n{run.stderr}"
    for edit in case.later:
        apply(edit, workspace)


def apply(edit: Edit, workspace: Path) -> None:
    """Make a change."""
    path = workspace / edit.file
    if edit.old is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edit.new)
        return
    text = path.read_text()
    assert text.count(edit.old) == 1, f"{edit.file} has {edit.old!r} {text.count(edit.old)} times"
    path.write_text(text.replace(edit.old, edit.new))


def execute(case: Case, workspace: Path) -> Run:
    """Run the last command."""
    with faults.inject(case.fault, workspace):
        return run_inside(case.commands[-1], workspace)
