"""What may be silenced, and what is said about exceptions that silence nothing."""

from __future__ import annotations

from pathlib import Path

from ggen_rdf.check import apply_suppressions
from ggen_rdf.diagnostics import Diagnostic, Severity
from tests.check import models

PREFIXES = """@prefix : <https://case.example/model#> .
@prefix ggen: <https://w3id.org/ggen#> .
"""
ERROR = Diagnostic("model/count", "an error", about="https://case.example/model#a")
WARNING = Diagnostic("model/raises", "a warning", severity=Severity.WARNING, about="https://case.example/model#a")
VALUE = Diagnostic("shacl/in", "a value", about="https://case.example/model#a")
OWN = Diagnostic("policy/owner", "a shape of the project", about="https://case.example/model#a")
GIVEN = [ERROR, WARNING, VALUE, OWN]


def applied(root: Path, suppresses: str) -> tuple[list[str], str]:
    """The codes of what is left of `GIVEN`, and what is said about the suppression."""
    text = f'{PREFIXES}:s a ggen:Suppression ; ggen:reason "r" ; ggen:about :a ; ggen:suppresses {suppresses} .\n'
    workspace = models.closed(root, {"a.ttl": text})
    left = apply_suppressions(workspace.graph, workspace.locate, GIVEN)
    return [d.code for d in left if d in GIVEN], models.lines([d for d in left if d not in GIVEN])


def test_silences_what_it_names(tmp_path: Path) -> None:
    """A warning, an error about a value, one of the project's own shapes: each alone and all together."""
    assert applied(tmp_path, '"model/raises" , "shacl/in" , "policy"') == (["model/count"], "")


def test_errors_of_the_model_are_heard(tmp_path: Path) -> None:
    """What packs rely on cannot be silenced; of the room, the warnings can."""
    left, said = applied(tmp_path / "one", '"model/count"')
    assert left == [d.code for d in GIVEN]
    assert said.startswith("warning[check/unused-suppression]: the suppression of `model/count` silences nothing\n")
    assert applied(tmp_path / "room", '"model"') == (["model/count", "shacl/in", "policy/owner"], "")


def test_each_code_is_judged_by_itself(tmp_path: Path) -> None:
    """One that works does not hide one that does not."""
    left, said = applied(tmp_path, '"shacl/in" , "shacl/pattern"')
    assert left == ["model/count", "model/raises", "policy/owner"]
    assert said.splitlines() == [
        "warning[check/unused-suppression]: the suppression of `shacl/pattern` silences nothing",
        '  model/a.ttl:3:88 `"shacl/pattern"` no such diagnostic was given',
        "  help: take the suppression away",
    ]


def test_codes_that_do_not_exist(tmp_path: Path) -> None:
    """The nearest one is named; of a room that only the project's shapes can have, nothing is known."""
    left, said = applied(tmp_path, '"modle/raises" , "model/zzz" , "nonsense" , "policy/reader"')
    assert left == [d.code for d in GIVEN]
    heads = [line for line in said.splitlines() if not line.startswith("  ")]
    assert heads == [
        "error[check/unknown-code]: there is no diagnostic `model/zzz` to suppress",
        "error[check/unknown-code]: there is no diagnostic `modle/raises` to suppress",
        "error[check/unknown-code]: there is no diagnostic `nonsense` to suppress",
        "warning[check/unused-suppression]: the suppression of `policy/reader` silences nothing",
    ]


def test_the_fix_is_the_literal(tmp_path: Path) -> None:
    """What a fix writes is the code, quoted as it was."""
    text = f"{PREFIXES}:s a ggen:Suppression ; ggen:reason 'r' ; ggen:suppresses 'shacl/patern' .\n"
    workspace = models.closed(tmp_path, {"a.ttl": text})
    (said,) = apply_suppressions(workspace.graph, workspace.locate, [])
    assert said.fix is not None
    assert (said.fix.span.text, said.fix.replacement) == ("'shacl/patern'", "'shacl/pattern'")
