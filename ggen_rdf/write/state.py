"""Whether anything changed since the last build, told without parsing anything.

In: a workspace. Out: a digest of everything that a build reads, and whether what it wrote still stands. Inputs are
compared by content, never by time; outputs by size, times and inode, and by content where these differ. This module is
what a build in which nothing changed consists of, so it imports next to nothing.
"""

from __future__ import annotations

import gc
import marshal
import os
import sys
from hashlib import sha256

from ggen_rdf import __version__
from ggen_rdf.library import library_path
from ggen_rdf.source.inputs import input_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

FOLDER = ".ggen"
FORMAT = 1
_LIBRARY = ("ontologies", "shapes", "templates")
_TICK, _COARSE_TICK = 20_000_000, 2_000_000_000


def up_to_date_line(count: int) -> str:
    """What there is to say of a build in which nothing changed."""
    return f"{count} unchanged" if count else "nothing to generate"


def observe(root: str, places: Iterable[str] = ()) -> dict[str, str]:
    """Everything a build of the workspace reads, by digest; to be asked before it is read.

    `places` are files and folders that lie elsewhere, such as packs of installed packages. What changes between this
    and the reading of it shows at the next build, as the digest is the older one.
    """
    found = {"": _own(), **dict.fromkeys(places, "")}
    for path in input_files(root):
        found[path] = _digest(os.path.join(root, path))
    for place in places:
        for path in _below(place):
            found[path] = _digest(path)
    return found


def read(root: str, key: str) -> dict[str, Any] | None:
    """What the last build asked for in this way left behind; None where there was none, or ggen is another since.

    `doubtful` is the time from which on a file may have changed again without a newer time of its own.
    """
    try:
        with open(state_path(root, key), "rb") as file:
            time = os.fstat(file.fileno()).st_mtime_ns
            state = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    if not isinstance(state, dict) or state.get("format") != (FORMAT, key):
        return None
    state["doubtful"] = time - (_TICK if time % 1_000_000_000 else _COARSE_TICK)
    return state


def write(root: str, key: str, state: dict[str, Any]) -> None:
    """Leaves a state for the next build, in one step. Raises OSError."""
    path = state_path(root, key)
    with open(path + ".tmp", "wb") as file:
        file.write(marshal.dumps({**state, "format": (FORMAT, key)}))
    os.replace(path + ".tmp", path)


def up_to_date(root: str, key: str) -> dict[str, Any] | None:
    """The state of the last build, if everything it read and all it wrote are still the same."""
    gc.disable()
    try:
        return _compare(root, key)
    finally:
        gc.enable()


def _compare(root: str, key: str) -> dict[str, Any] | None:
    state = read(root, key)
    if state is None or state["lock"] != lock_digest(root):
        return None
    places = [path for path, digest in state["inputs"].items() if path and not digest]
    if state["inputs"] != observe(root, places):
        return None
    try:
        looked_into = _check_outputs(root, state["outputs"], state["doubtful"])
    except (OSError, _DifferentError):
        return None
    if looked_into:
        try:
            write(root, key, state)
        except OSError:
            return state
    return state


def state_path(root: str, key: str) -> str:
    """Where the state of what was asked for in one way is kept."""
    name = "state" if key == "build" else f"state-{sha256(key.encode()).hexdigest()[:16]}"
    return os.path.join(root, FOLDER, name)


def lock_digest(root: str) -> str:
    """The digest of the manifest as it stands."""
    return _digest(os.path.join(root, "ggen.lock"))


class _DifferentError(Exception):
    """An output is not as it was left."""


def _check_outputs(root: str, folders: dict[str, dict[str, Any]], doubtful: int) -> bool:
    """Raises where an output is not as it was left. True where some had to be read, and are noted with a new stamp."""
    looked_into = False
    for folder, files in folders.items():
        left = len(files)
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                name = entry.name
                if name not in files:
                    continue
                left -= 1
                was = files[name]
                if was is None:
                    continue
                stat = entry.stat(follow_symlinks=False)
                size, changed, recorded = stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
                known = (size, changed, recorded, stat.st_ino) == was[0]
                if known and changed < doubtful and recorded < doubtful:
                    continue
                if entry.is_symlink() or _digest(entry.path) != was[1]:
                    raise _DifferentError
                if not known:
                    files[name] = ((size, changed, recorded, stat.st_ino), was[1])
                    looked_into = True
        if left:
            raise _DifferentError
    return looked_into


def _own() -> str:
    """The digest of ggen itself: its code, the library that ships with it, Python, and what else is installed."""
    total = sha256(f"{__version__} {sys.version}\n".encode())
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for top in (package, *map(library_path, _LIBRARY)):
        for path in _below(top):
            if not path.endswith(".pyc"):
                total.update(f"{os.path.relpath(path, top)} {_digest(path)}\n".encode())
    for place in sys.path:
        if place.endswith("-packages") and os.path.isdir(place):
            names = sorted(name for name in os.listdir(place) if name.endswith(".dist-info"))
            total.update("\n".join(names).encode())
    return total.hexdigest()


def _below(top: str) -> Iterator[str]:
    """The files in a folder and below it, or the file itself, sorted."""
    if not os.path.isdir(top):
        yield top
        return
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        names = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        waiting.append(entry.path)
                else:
                    names.append(entry.path)
        waiting.sort()
        yield from sorted(names)


def _digest(path: str) -> str:
    """The digest of a file; of one that cannot be read, none."""
    try:
        with open(path, "rb", buffering=0) as file:
            return sha256(file.read()).hexdigest()
    except OSError:
        return "-"
