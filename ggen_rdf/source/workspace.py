"""The workspace as the later rooms see it."""

from __future__ import annotations

from dataclasses import dataclass

from ggen_rdf.diagnostics import Source
from ggen_rdf.graph import Graph
from ggen_rdf.source.locate import Locator
from ggen_rdf.source.overlays import Overlay
from ggen_rdf.source.secrets import Secret
from ggen_rdf.source.settings import Settings


@dataclass(frozen=True, eq=False)
class Workspace:
    """The folder with `ggen.toml`, and all it loads."""

    root: str
    settings: Settings
    sources: tuple[Source, ...]
    graph: Graph
    """What all share: nothing in it is of one tenant."""
    overlays: tuple[Overlay, ...]
    locate: Locator
    secrets: tuple[Secret, ...] = ()
    """What stood in the files although it is secret; no diagnostic may quote it."""
