"""What ggen wrote, kept by content in `.ggen/bases.db`. In: bytes. Out: the same bytes for their sha256.

The base of a file that was edited since is what a diff and a three-way merge need. The store can be lost or deleted at
any time: only the explanation of an edit suffers.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

FOLDER = ".ggen"
NAME = "bases.db"
_CHUNK = 500


def read(root: str, digests: Iterable[str]) -> dict[str, bytes]:
    """The bytes of those digests that are kept; a missing or damaged store keeps nothing."""
    wanted = sorted(set(digests))
    found: dict[str, bytes] = {}
    if not wanted or not os.path.exists(_path(root)):
        return found
    import sqlite3

    with suppress(sqlite3.Error), _opened(root) as db:
        for start in range(0, len(wanted), _CHUNK):
            keys = [bytes.fromhex(d) for d in wanted[start : start + _CHUNK]]
            marks = ",".join("?" * len(keys))
            rows = db.execute(f"SELECT sha256, data FROM base WHERE sha256 IN ({marks})", keys)
            found.update((key.hex(), bytes(data)) for key, data in rows)
    return found


def digests(root: str) -> frozenset[str]:
    """The digests of everything kept."""
    if not os.path.exists(_path(root)):
        return frozenset()
    import sqlite3

    with suppress(sqlite3.Error), _opened(root) as db:
        return frozenset(key.hex() for (key,) in db.execute("SELECT sha256 FROM base"))
    return frozenset()


def keep(root: str, data: Mapping[str, bytes]) -> None:
    """Keeps bytes by their digests, all or none. Raises OSError; a damaged store is begun anew."""
    if data:
        rows = [(bytes.fromhex(digest), content) for digest, content in data.items()]
        _write(root, lambda db: db.executemany("INSERT OR IGNORE INTO base VALUES (?, ?)", rows))


def forget(root: str, digests: Iterable[str]) -> None:
    """Forgets what is no longer needed. Raises OSError."""
    rows = [(bytes.fromhex(digest),) for digest in sorted(digests)]
    if rows:
        _write(root, lambda db: db.executemany("DELETE FROM base WHERE sha256 = ?", rows))


def _path(root: str) -> str:
    return os.path.join(root, FOLDER, NAME)


@contextmanager
def _opened(root: str) -> Iterator[sqlite3.Connection]:
    import sqlite3

    # Durable against a crash of ggen, not against a power cut: a lost store costs an explanation, fsync costs seconds.
    db = sqlite3.connect(_path(root), timeout=5, isolation_level=None)
    try:
        db.execute("PRAGMA page_size = 16384")
        db.execute("PRAGMA synchronous = OFF")
        yield db
    finally:
        db.close()


def _write(root: str, change: Callable[[sqlite3.Connection], object]) -> None:
    import sqlite3

    try:
        _transaction(root, change)
    except sqlite3.OperationalError as error:
        raise _as_os_error(error, root) from error
    except sqlite3.DatabaseError:
        for suffix in ("", "-journal"):
            with suppress(FileNotFoundError):
                os.unlink(_path(root) + suffix)
        _transaction(root, change)


def _transaction(root: str, change: Callable[[sqlite3.Connection], object]) -> None:
    with _opened(root) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("CREATE TABLE IF NOT EXISTS base (sha256 BLOB PRIMARY KEY, data BLOB NOT NULL)")
        change(db)
        db.execute("COMMIT")


def _as_os_error(error: sqlite3.OperationalError, root: str) -> OSError:
    """The plain system error behind what SQLite says, so that one place can word it."""
    code = error.sqlite_errorcode & 0xFF
    number = {8: errno.EROFS, 13: errno.ENOSPC, 14: errno.EACCES, 5: errno.EBUSY}.get(code, errno.EIO)
    return OSError(number, os.strerror(number), _path(root))
