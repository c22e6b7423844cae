"""Runs the command line in this process, without the entry point in front of it."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from ggen_rdf.cli import main


def run(words: Sequence[str]) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of a command, in the current folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FORCE_COLOR", "NO_COLOR", "GGEN_DEBUG", "_GGEN_COMPLETE"):
            patch.delenv(name, raising=False)
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2)]
        patch.setattr("sys.stdout", streams[0])
        patch.setattr("sys.stderr", streams[1])
        code = main(words)
        for stream in streams:
            stream.flush()
        out, err = (stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]
    return code, out, err
