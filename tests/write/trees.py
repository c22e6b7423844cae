"""Small trees to plan and write, and processes that die in the middle of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from ggen_rdf.artefact import Artefact, Mode
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.write import apply as applying
from ggen_rdf.write import bases, disk, undo
from ggen_rdf.write.apply import Applied, apply
from ggen_rdf.write.plan import Plan, plan

OWN = {"ggen.lock", ".ggen"}
STEPS = ("open", "write", "close", "unlink", "replace", "mkdir", "rmdir", "chmod")


def artefact(path: str, text: str | bytes, mode: Mode = "owned", pack: str = "rust", template: str = "") -> Artefact:
    """An artefact with made-up origins; the hash of its context follows its text."""
    data = text.encode() if isinstance(text, str) else text
    origin = (pack, "1.0.0", template or f"{pack}/file.j2", "7e57", sha256(data).hexdigest()[:8], ("shop:User",))
    return Artefact(path, data, mode, *origin)


def owned(files: Mapping[str, str]) -> list[Artefact]:
    """An owned artefact for each path."""
    return [artefact(path, text) for path, text in files.items()]


def build(root: Path, artefacts: list[Artefact], **options: Any) -> tuple[Plan, list[Diagnostic]]:
    """Plans, and applies what is not blocked."""
    made, found = plan(str(root), artefacts, **options)
    return made, found if made.blocked else found + apply(made)[1]


def built(root: Path, artefacts: list[Artefact], **options: Any) -> Applied:
    """A build in which nothing may go wrong."""
    made, found = plan(str(root), artefacts, **options)
    assert found == []
    applied, found = apply(made)
    assert found == []
    return applied


def tree(root: Path) -> dict[str, bytes]:
    """All files but ggen's own."""
    files = (path for path in root.rglob("*") if path.is_file() or path.is_symlink())
    names = {path.relative_to(root).as_posix(): path for path in files}
    return {name: path.read_bytes() for name, path in sorted(names.items()) if name.split("/")[0] not in OWN}


def folders(root: Path) -> set[str]:
    """All folders but ggen's own."""
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_dir() and p.name not in OWN}


def actions(made: Plan) -> dict[str, str]:
    """What a plan does to each path."""
    return {change.path: str(change.action) for change in made.changes}


def codes(found: list[Diagnostic]) -> list[str]:
    """The codes of diagnostics."""
    return [diagnostic.code for diagnostic in found]


class DeathError(BaseException):
    """The process was killed: nothing after this can touch the disk."""


class _Mortal:
    """`os`, as a process sees it that meets its fate at the n-th step that changes the disk."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._fate.step(name, real) if name in STEPS else real


class Fate:
    """What happens at which step. `happens` is called with the name of the step instead of the step itself."""

    def __init__(self, at: int, happens: Callable[..., Any]) -> None:
        self.at, self.happens = at, happens
        self.steps: list[str] = []

    def step(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """The real thing, until its time has come."""

        def mortal(*arguments: Any, **named: Any) -> Any:
            self.steps.append(name)
            if self.at and len(self.steps) == self.at:
                return self.happens(name, real, *arguments)
            return real(*arguments, **named)

        return mortal

    @contextmanager
    def befalls(self) -> Iterator[None]:
        """Everything that writes is subject to it."""
        modules: tuple[ModuleType, ...] = (disk, applying, undo)
        with ExitStack() as stack:
            for module in modules:
                stack.enter_context(mock.patch.object(module, "os", _Mortal(self)))
            for name in ("keep", "forget"):
                stack.enter_context(mock.patch.object(bases, name, self.step(name, getattr(bases, name))))
            yield


class Death(Fate):
    """The process dies at a step; a write gets half-way."""

    def __init__(self, at: int) -> None:
        super().__init__(at, self._die)

    def step(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """The real thing, until its time has come; never again from then on."""
        inner = super().step(name, real)

        def mortal(*arguments: Any, **named: Any) -> Any:
            if self.at and len(self.steps) >= self.at:
                raise DeathError
            return inner(*arguments, **named)

        return mortal

    def _die(self, name: str, real: Callable[..., Any], *arguments: Any) -> Any:
        if name == "write":
            real(arguments[0], arguments[1][: len(arguments[1]) // 2])
        raise DeathError


class Refusal(Fate):
    """The system refuses one step."""

    def __init__(self, at: int, number: int) -> None:
        super().__init__(at, self._refuse)
        self.number = number

    def _refuse(self, _name: str, _real: Callable[..., Any], *arguments: Any) -> Any:
        path = arguments[0] if arguments and isinstance(arguments[0], str) else None
        raise OSError(self.number, os.strerror(self.number), path)
