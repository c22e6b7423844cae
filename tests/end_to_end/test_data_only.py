"""A new language and a new pack are data: Turtle, SPARQL and Jinja in a workspace, and no Python."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.support.running import Run

DATA = Path(__file__).parent / "data_only"


def test_go_from_a_workspace_of_its_own(
    workspace: Path, run_ggen: Callable[..., Run], tool: Callable[[str], str]
) -> None:
    go = tool("go")
    shutil.copytree(DATA, workspace, dirs_exist_ok=True)
    assert not [p for p in DATA.rglob("*") if p.suffix == ".py"]
    done = run_ggen(["gen", "go-types", "--vars", "module=shop.example/events"], cwd=workspace)
    assert done.exit == 0, done.stderr
    module = workspace / "generated" / "go"
    assert (module / "go.mod").read_text().splitlines()[1] == "module shop.example/events"
    for check in (["vet", "./..."], ["build", "./..."]):
        ran = subprocess.run([go, *check], cwd=module, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
    events = module / "identity" / "events.go"
    assert 'Email string `json:"email"`' in events.read_text()
    events.write_text(events.read_text().replace("Email string", "Email strin"))
    assert subprocess.run([go, "vet", "./..."], cwd=module, capture_output=True).returncode != 0
