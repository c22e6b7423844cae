"""The demo that the README opens with does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_demo() -> None:
    """It stops with an error at the first step that does not do what it should."""
    command = [sys.executable, "-m", "tools.demo"]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no attack of one tenant on another succeeded" in done.stdout
    assert "a mistake found at its line" in done.stdout
