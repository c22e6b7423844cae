"""Small models for tests: files in, a closed workspace and its diagnostics out."""

from __future__ import annotations

from pathlib import Path

from ggen_rdf.check import check_shapes, checking_shapes
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.reason import close
from ggen_rdf.source.read import read_workspace
from ggen_rdf.source.workspace import Workspace

SETTINGS = '[workspace]\nname = "case"\n\n[build]\npacks = []\n'


def closed(root: Path, files: dict[str, str]) -> Workspace:
    """The closed workspace of some model files, written into an empty folder."""
    (root / "model").mkdir(parents=True)
    (root / "ggen.toml").write_text(SETTINGS, encoding="utf-8")
    for name, text in files.items():
        (root / "model" / name).write_text(text, encoding="utf-8")
    return read(root)


def read(root: Path) -> Workspace:
    """The closed workspace of a folder."""
    workspace, problems = read_workspace(str(root))
    assert not problems, problems
    close(workspace.graph, workspace.root)
    return workspace


def checked(workspace: Workspace) -> list[Diagnostic]:
    """What the shapes have to say about a closed workspace."""
    files, problems = checking_shapes(workspace.root)
    assert not problems
    return check_shapes(workspace.graph, files, workspace.locate)


def lines(diagnostics: list[Diagnostic]) -> str:
    """Diagnostics as lines that a test can compare and a person can read."""
    return "".join(map(_lines, diagnostics))


def _lines(diagnostic: Diagnostic) -> str:
    found = [f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"]
    for label in diagnostic.labels:
        span = label.span
        line, column = span.source.position(span.start)
        first = span.text.splitlines()[0] if span.text else ""
        found.append(f"  {span.source.path}:{line}:{column} `{first}` {label.text}".rstrip())
    found += [f"  help: {diagnostic.help}"] if diagnostic.help else []
    return "\n".join(found) + "\n"
