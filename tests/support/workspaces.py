"""Workspaces for tests: copies of the examples, and what a folder holds."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


def copy_example(name: str, target: Path) -> Path:
    """A fresh copy of an example, to be changed and built at will."""
    shutil.copytree(EXAMPLES / name, target, symlinks=True)
    return target


def tree(folder: Path) -> dict[str, bytes]:
    """What a folder holds: the content of each file and the target of each link, by relative path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = b"-> " + bytes(path.readlink())
        elif path.is_file():
            found[name] = path.read_bytes()
    return found
