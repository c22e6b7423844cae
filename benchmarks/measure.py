"""Times whole processes: a command goes in; wall time, processor time and peak memory come out."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one run of a command took."""

    seconds: float
    processor: float
    megabytes: float


def run(command: Sequence[str], cwd: Path, log: Path) -> Cost:
    """Run a command to its end. Raises RuntimeError with its output when it fails."""
    start = time.perf_counter()
    child = os.posix_spawn(
        "/bin/sh",
        ["/bin/sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", str(cwd), *command],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text(errors='replace')[-4000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(costs: Sequence[Cost]) -> Cost:
    """The middle of several runs, each figure for itself."""
    return Cost(
        statistics.median(c.seconds for c in costs),
        statistics.median(c.processor for c in costs),
        max(c.megabytes for c in costs),
    )
