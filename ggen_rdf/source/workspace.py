"""The workspace as the later rooms see it."""

from __future__ import annotations

from dataclasses import dataclass

from ggen_rdf.diagnostics import Source
from ggen_rdf.graph import Graph
from ggen_rdf.source.locate import Locator
from ggen_rdf.source.settings import Settings


@dataclass(frozen=True, eq=False)
class Workspace:
    """The folder with `ggen.toml`, and all it loads."""

    root: str
    settings: Settings
    sources: tuple[Source, ...]
    graph: Graph
    locate: Locator
