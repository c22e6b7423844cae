"""Runs the `ggen` command: in this process, for speed, or as a process of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

PLAIN = {"NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
"""The environment of every run, so that output does not depend on who looks at it."""


@dataclass(frozen=True)
class Run:
    """What a command left: its exit code and both of its outputs."""

    exit: int
    stdout: str
    stderr: str


def run_inside(arguments: list[str], cwd: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run `ggen` in this process, from its real entry point."""
    from ggen_rdf.__main__ import main

    with _stage(["ggen", *arguments], cwd, {**PLAIN, **(env or {})}) as (stdout, stderr):
        try:
            code = main()
        except SystemExit as stop:
            code = stop.code
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    number = code if isinstance(code, int) else int(code is not None)
    return Run(number, stdout.getvalue().decode(), stderr.getvalue().decode())


def run_outside(arguments: list[str], cwd: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run `ggen` as a process of its own, as a user does."""
    command = [sys.executable, "-m", "ggen_rdf", *arguments]
    environment = {**os.environ, **PLAIN, **(env or {})}
    done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return Run(done.returncode, done.stdout, done.stderr)


@contextmanager
def _stage(argv: list[str], cwd: Path, env: Mapping[str, str]) -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Everything a process has for itself, lent to a function."""
    stdout, stderr, here = io.BytesIO(), io.BytesIO(), os.getcwd()
    os.chdir(cwd)
    try:
        with (
            mock.patch.dict(os.environ, env),
            mock.patch.object(sys, "argv", argv),
            mock.patch.object(sys, "stdin", io.StringIO()),
            mock.patch.object(sys, "stdout", io.TextIOWrapper(stdout, encoding="utf-8", write_through=True)),
            mock.patch.object(sys, "stderr", io.TextIOWrapper(stderr, encoding="utf-8", write_through=True)),
        ):
            yield stdout, stderr
            # The wrappers close what they wrap when they go; they must let go of it first.
            sys.stdout.detach()  # type: ignore[union-attr]
            sys.stderr.detach()  # type: ignore[union-attr]
    finally:
        os.chdir(here)
