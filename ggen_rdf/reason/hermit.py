"""Runs HermiT, the reasoner that owlready2 carries.

In: ontologies as N-Triples. Out: which of them is the first that contradicts itself, and the classes of one that can
have no members. HermiT is called with switches that make a short run fast, and with several ontologies at a time, as
most of a run is the start of Java; owlready2's own call always classifies and realises everything, at three times the
cost.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_FAST = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss64m", "-Xmx2000m")
_MAIN = "org.semanticweb.HermiT.cli.CommandLine"
_EMPTY = re.compile(r"^\t<([^>\n]+)>", re.MULTILINE)
_PATIENCE = 600


class HermitError(Exception):
    """HermiT could not judge an ontology; the text says why, as far as it told."""


@dataclass(frozen=True)
class Answer:
    """What HermiT said of one ontology."""

    consistent: bool
    empty: tuple[str, ...] = ()
    """The classes that can have no members."""


def java() -> str | None:
    """The path of Java, or None when there is none."""
    return shutil.which("java")


def classify(program: str, lines: Iterable[str]) -> Answer:
    """Whether an ontology is free of contradictions, and which of its classes can have no members."""
    text = _run(program, ["-U"], [lines])
    if _inconsistent(text):
        return Answer(False)
    if "Classes equivalent to 'owl:Nothing'" not in text:
        raise HermitError(_why(text))
    return Answer(True, tuple(sorted(_EMPTY.findall(text))))


def first_inconsistent(program: str, ontologies: list[list[str]]) -> int | None:
    """The number of the first of some ontologies that contradicts itself, or None when none does."""
    text = _run(program, ["-k"], ontologies)
    judged = text.count("is satisfiable.")
    if _inconsistent(text):
        return judged
    if judged != len(ontologies):  # what it cannot read it passes over, and ends as if all were well
        raise HermitError(_why(text))
    return None


def _inconsistent(text: str) -> bool:
    return "InconsistentOntologyException" in text


def _run(program: str, action: list[str], ontologies: Iterable[Iterable[str]]) -> str:
    spec = find_spec("owlready2")
    folder = os.path.join(os.path.dirname(spec.origin or ""), "hermit") if spec else ""
    classes = os.pathsep.join([folder, os.path.join(folder, "HermiT.jar")])
    with tempfile.TemporaryDirectory() as place:
        files = []
        for number, lines in enumerate(ontologies):
            file = Path(place, f"{number}.nt")
            file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            files.append(file.as_uri())
        command = [program, *_FAST, "-cp", classes, _MAIN, *action, "--ignoreUnsupportedDatatypes", *files]
        try:
            done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            raise HermitError(f"it found no answer within {_PATIENCE} seconds") from None
        except OSError as error:
            raise HermitError(f"Java does not start: {error.strerror}") from None
    text = done.stdout + done.stderr
    if done.returncode != 0 and not _inconsistent(text):
        raise HermitError(_why(text))
    return text


def _why(text: str) -> str:
    """The sentence in what Java printed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("Exception in", "It all went", "Error:"))]
    return re.sub(r'^Exception in thread "main" [\w.$]+: ', "", next(iter(told or lines), "it gave no reason"))
