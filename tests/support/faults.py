"""Disks that fail: from inside the block on, writing below a folder meets an error of the operating system.

Permissions and quotas cannot be used for it, as tests may run as root.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

ERRORS = {"full": errno.ENOSPC, "read-only": errno.EROFS, "no-access": errno.EACCES}

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@contextmanager
def inject(kind: str | None, folder: Path) -> Iterator[None]:
    """Let every attempt to write below the folder fail; `full` lets files be made, but nothing be put into them."""
    if kind is None:
        yield
        return
    with ExitStack() as stack:
        for owner, name, replacement in _replacements(ERRORS[kind], folder, kind == "full"):
            stack.enter_context(mock.patch.object(owner, name, replacement))
        yield


def _replacements(number: int, folder: Path, full: bool) -> Iterator[tuple[Any, str, Any]]:
    def fail(path: Any) -> None:
        name = os.fspath(path) if not isinstance(path, int) else ""
        if isinstance(name, str) and os.path.abspath(name).startswith(str(folder)):
            raise OSError(number, os.strerror(number), name)

    real_open, real_builtin_open, real_write = os.open, builtins.open, os.write

    def os_open(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & WRITING and not full:
            fail(path)
        return real_open(path, flags, *more, **named)

    def builtin_open(path: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        if set(mode) & set("wax+"):
            fail(path)
        return real_builtin_open(path, mode, *more, **named)

    def write(descriptor: int, data: Any) -> int:
        if full and descriptor > 2:
            raise OSError(number, os.strerror(number))
        return real_write(descriptor, data)

    yield os, "open", os_open
    yield builtins, "open", builtin_open
    yield io, "open", builtin_open
    yield os, "write", write
    if not full:
        for name in ("replace", "rename", "mkdir", "unlink", "symlink", "link"):
            real = getattr(os, name)
            yield os, name, lambda path, *more, _real=real, **named: (fail(path), _real(path, *more, **named))[1]
