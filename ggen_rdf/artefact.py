"""One file to be written, as it passes from rendering to planning: a path and bytes, and what they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["owned", "once", "region"]
"""Whose the file is: the compiler's; the user's once it exists; the user's, but for named blocks."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file to be written.

    `path` is relative to the workspace root, with `/`. The text of a `region` artefact holds blocks between
    `ggen:begin NAME` and `ggen:end NAME`; what stands around them is used only where the file does not exist yet.
    """

    path: str
    data: bytes
    mode: Mode = "owned"
    pack: str = ""
    pack_version: str = ""
    template: str = ""
    template_hash: str = ""
    context_hash: str = ""
    terms: tuple[str, ...] = ()
