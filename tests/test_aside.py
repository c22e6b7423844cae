"""What is done aside comes back as if it had been done here; so does what goes wrong."""

from __future__ import annotations

import os

import pytest

from ggen_rdf.aside import aside


def test_the_result_comes_back() -> None:
    here = os.getpid()
    where, result = aside(lambda: (os.getpid(), ["a", 1]))()
    assert result == ["a", 1]
    assert where != here or (os.cpu_count() or 1) < 2


def test_a_failure_happens_here() -> None:
    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        aside(fail)()


def test_a_large_model_is_judged_as_a_small_one(monkeypatch: pytest.MonkeyPatch, workspace: object) -> None:
    from pathlib import Path

    from ggen_rdf import compiler
    from ggen_rdf.diagnostics.render import report

    root = Path(str(workspace))
    model = root / "model" / "identity.ttl"
    model.write_text(model.read_text().replace("ggen:of shop:User", "ggen:of shop:Usr"))
    said = []
    for large in (10**9, 0):
        monkeypatch.setattr(compiler, "_LARGE", large)
        plan, problems = compiler.plan(compiler.Request(root=str(root)))
        assert plan is None
        said.append(report(problems))
    assert said[0] == said[1]
    assert "shop:Usr" in said[0]
