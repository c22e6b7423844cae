"""Work done aside: in a process of its own, on another core, while this one goes on.

In: a function without arguments whose result can be pickled. Out: a function that waits for the result. Where there is
no second core or no fork, and where the process fails, the work is done here, when it is waited for.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def aside(work: Callable[[], T]) -> Callable[[], T]:
    """Begin the work; the function that is returned waits for it and gives its result."""
    if not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        return work
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(work, writer)
    os.close(writer)

    def wait() -> T:
        with os.fdopen(reader, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(child, 0)
        return pickle.loads(data) if status == 0 else work()

    return wait


def _answer(work: Callable[[], object], writer: int) -> None:
    """The life of the other process. It ends at once, so that nothing of this one is written or closed twice."""
    code = 1
    try:
        with os.fdopen(writer, "wb") as stream:
            stream.write(pickle.dumps(work()))
        code = 0
    finally:
        os._exit(code)
