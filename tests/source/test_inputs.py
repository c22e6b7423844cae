"""What a build reads is listed cheaply and in one order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ggen_rdf.source.inputs import find_workspace, input_files, input_folders


def made(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")
    return root


def test_files(tmp_path: Path) -> None:
    """Everything a build may read, in bytewise order; nothing hidden, nothing of what it wrote."""
    made(
        tmp_path,
        *("ggen.toml", "global.toml", "tenants/a.toml", "model/b.ttl", "model/B.ttl", "model/sub/é.nt", "model/.x.ttl"),
        *("templates/p/pack.yaml", "templates/.git/config", "shapes/s.ttl", "ontologies/o.ttl", "out/x.rs", ".ggen/y"),
    )
    assert input_files(str(tmp_path)) == [
        *("ggen.toml", "global.toml", "model/B.ttl", "model/b.ttl", "model/sub/é.nt", "ontologies/o.ttl"),
        *("shapes/s.ttl", "templates/p/pack.yaml", "tenants/a.toml"),
    ]
    assert input_folders(str(tmp_path)) == [
        *(".", "model", "model/sub", "ontologies", "shapes", "templates", "templates/p", "tenants"),
    ]


def test_model_setting(tmp_path: Path) -> None:
    """`[workspace] model` names other places; places outside the workspace are never read."""
    made(tmp_path, "core.ttl", "parts/a.ttl", "model/b.ttl")
    (tmp_path / "ggen.toml").write_text('[workspace]\nmodel = ["core.ttl", "parts", "../x", "/etc"]\n')
    assert input_files(str(tmp_path)) == ["core.ttl", "ggen.toml", "parts/a.ttl"]


def test_find_workspace(tmp_path: Path) -> None:
    """The nearest folder upwards."""
    made(tmp_path, "ggen.toml", "a/b/c.ttl", "a/inner/ggen.toml")
    assert find_workspace(str(tmp_path / "a" / "b")) == str(tmp_path)
    assert find_workspace(str(tmp_path / "a" / "inner")) == str(tmp_path / "a" / "inner")
    assert find_workspace("/") is None


def test_imports_nothing_heavy() -> None:
    """The list is there before anything else is imported."""
    code = (
        "import sys; before = set(sys.modules); import ggen_rdf.source.inputs; "
        "print(sorted(m for m in set(sys.modules) - before if not m.startswith('ggen_rdf')))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['__future__']"
