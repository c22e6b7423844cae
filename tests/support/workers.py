"""Runs a program that takes events from a database to a broker and back, and listens to what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class Worker:
    """A program that runs; what it says goes to files, so that it is never held up."""

    def __init__(self, program: Path, folder: Path, env: Mapping[str, str]) -> None:
        """Start the program with nothing but this environment."""
        self._said, self._logged = folder / "said", folder / "logged"
        with self._said.open("ab") as said, self._logged.open("ab") as logged:
            self.process = subprocess.Popen(
                [program], env=dict(env), stdin=subprocess.DEVNULL, stdout=said, stderr=logged
            )

    @property
    def said(self) -> str:
        """What it and those before it in the folder have said."""
        return self._said.read_text()

    @property
    def logged(self) -> str:
        """What they have logged."""
        return self._logged.read_text()

    def says(self, text: str, times: int = 1) -> None:
        """Wait until it has said something so many times."""
        eventually(lambda: self.said.count(text) >= times, lambda: f"it never says {text!r}:\n{self.said}{self.logged}")

    def ends(self) -> int:
        """Tell it to end, as an operator does, and wait for its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@contextmanager
def worker(program: Path, folder: Path, env: Mapping[str, str]) -> Iterator[Worker]:
    """Run the program; it is gone at the end, whatever happens."""
    folder.mkdir(exist_ok=True)
    running = Worker(program, folder, {**env, "PATH": os.environ["PATH"]})
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def eventually(holds: Callable[[], bool], trouble: Callable[[], str], seconds: float = 90) -> None:
    """Look ten times a second until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, trouble()
        time.sleep(0.1)
