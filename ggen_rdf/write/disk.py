"""The few things that change a disk, each small enough to fail alone. In: absolute paths and bytes. Raises OSError."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
MODE = 0o644


def create(path: str, data: bytes, mode: int = MODE) -> os.stat_result:
    """Makes a file that must not exist yet; leaves none where that fails."""
    fd = os.open(path, _NEW, mode)
    try:
        try:
            while data:
                data = data[os.write(fd, data) :]
            return os.fstat(fd)
        finally:
            os.close(fd)
    except BaseException:
        with suppress(OSError):
            os.unlink(path)
        raise


def stage(path: str, data: bytes, mode: int) -> os.stat_result:
    """Makes a temporary file with exactly these permissions; one that a crash left there is replaced."""
    with suppress(FileNotFoundError):
        os.unlink(path)
    stat = create(path, data, mode)
    if stat.st_mode & 0o777 != mode:
        os.chmod(path, mode)
    return stat


def put(path: str, temporary: str, data: bytes) -> None:
    """Gives a file new bytes in one step."""
    stage(temporary, data, MODE)
    try:
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def make_folders(path: str, made: list[str]) -> None:
    """Makes a folder and those above it that are missing; each is noted in `made` as soon as it is."""
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for folder in reversed(missing):
        os.mkdir(folder)
        made.append(folder)


@contextmanager
def alone(path: str) -> Iterator[bool]:
    """Holds the lock of a workspace; False where another process holds it. Systems without such locks grant it."""
    try:
        import fcntl
    except ImportError:
        yield True
        return
    with open(path, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
