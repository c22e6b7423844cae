"""What git makes of a path, asked of git itself. In: a workspace and a path. Out: yes or no; without git, no."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


def tracks(root: str, path: str) -> bool:
    """Whether a file is in the index."""
    done = _run(root, "ls-files", "--error-unmatch", "-z", "--", f":(top,literal){_from_top(root, path)}")
    return done == 0


def ignores(root: str, path: str) -> bool:
    """Whether git leaves a file alone. Without git, only lines that name the file count."""
    done = _run(root, "check-ignore", "-q", "--no-index", "--", path)
    if done in (0, 1):
        return done == 0
    try:
        with open(os.path.join(root, ".gitignore"), encoding="utf-8", errors="replace") as file:
            lines = {line.rstrip("\r\n") for line in file}
    except OSError:
        return False
    return bool(lines & {pattern(path), path, path.rpartition("/")[2]})


def pattern(path: str) -> str:
    """The line of .gitignore that means one file."""
    escaped = re.sub(r"([\\*?\[\]])", r"\\\1", path)
    return "/" + re.sub(r" +$", lambda m: "\\ " * len(m[0]), escaped)


def _from_top(root: str, path: str) -> str:
    """A path as seen from the top of the repository, which may be above the workspace."""
    folder = os.path.realpath(root)
    below = path
    while not os.path.exists(os.path.join(folder, ".git")):
        above, name = os.path.split(folder)
        if above == folder:
            return path
        folder, below = above, f"{name}/{below}"
    return below


def _run(root: str, *words: str) -> int | None:
    """The exit code of git, or None where there is none."""
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run(
        [program, "-C", root, *_QUIET, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode
