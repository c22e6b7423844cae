"""Workspaces for tests: copies of the examples, and what a folder holds."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


FEW_PACKS = ("ddd-domain", "tenant-schema", "gdpr-mapping", "app-config")
"""Enough for what is not about the packs themselves: code, tables, a workbook, configuration."""


def copy_example(name: str, target: Path, packs: tuple[str, ...] | None = FEW_PACKS) -> Path:
    """A copy of an example, to be changed and built at will. Of the packs of the shop it builds few, unless told."""
    shutil.copytree(EXAMPLES / name, target, symlinks=True)
    if packs is not None and name == "shop":
        settings = target / "ggen.toml"
        listed = ", ".join(f'"{pack}"' for pack in packs)
        text, found = re.subn(r"^packs = \[[^]]*\]", f"packs = [{listed}]", settings.read_text(), flags=re.M)
        assert found == 1
        settings.write_text(text)
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
