"""The shapes that ggen brings and those of the project: files in, shapes and their places out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from ggen_rdf.constraints import SH, Shape, Shapes, shapes_in
from ggen_rdf.constraints.paths import subjects
from ggen_rdf.diagnostics import Diagnostic, Source, Span
from ggen_rdf.graph import Graph, Term
from ggen_rdf.library import library_path
from ggen_rdf.source.documents import graph_of
from ggen_rdf.source.inputs import files_below
from ggen_rdf.source.locate import Locator
from ggen_rdf.source.prefixes import check_prefixes
from ggen_rdf.source.syntax import explain

NOT_FOR_MODELS = {"pack.ttl"}
"""Built-in shapes of something else than a workspace."""


@dataclass(frozen=True, eq=False)
class ShapeFiles:
    """The shapes of some files, and the files."""

    shapes: Shapes
    sources: tuple[Source, ...]

    @cached_property
    def locator(self) -> Locator:
        """Finds what the files say."""
        return Locator(self.sources, self.shapes.graph)

    def knows(self, node: Term) -> bool:
        """Whether a node is said something of in these files."""
        return not isinstance(node, ox.Literal) and next(self.shapes.graph.quads(node), None) is not None

    def span(self, node: Term) -> Span | None:
        """Where a node of these files stands."""
        return self.locator.triple(node) if self.knows(node) else None

    def parents(self, node: Term) -> list[Shape]:
        """The shapes that have a node as their property shape."""
        parents = subjects(self.shapes.graph, ox.NamedNode(SH + "property"), node)
        return [self.shapes[parent] for parent in sorted(parents, key=str)]


def checking_shapes(root: str | None = None) -> tuple[ShapeFiles, list[Diagnostic]]:
    """The shapes every workspace is checked against, and those of the project itself; with what could not be read."""
    return _loaded(_files(root))


def built_in_shapes(name: str) -> ShapeFiles:
    """The shapes of one file of ggen's own."""
    return _loaded([_built_in(name)])[0]


def _loaded(files: Iterable[tuple[str, str]]) -> tuple[ShapeFiles, list[Diagnostic]]:
    graph = Graph()
    sources: list[Source] = []
    diagnostics: list[Diagnostic] = []
    for name, path in files:
        with open(path, encoding="utf-8", errors="replace", newline="") as file:
            source = Source(name, file.read())
        sources.append(source)
        try:
            graph.load(source.text.encode(), ox.RdfFormat.TURTLE, graph_of(source.path))
        except SyntaxError as error:
            diagnostics += explain(source, ox.RdfFormat.TURTLE, error)
        diagnostics += check_prefixes(source)
    return ShapeFiles(shapes_in(graph), tuple(sources)), diagnostics


def _files(root: str | None) -> list[tuple[str, str]]:
    """The name and path of each file. A project's file stands in for a built-in one of the same name."""
    own = dict(_below(os.path.join(root, "shapes")) if root else ())
    names = sorted(name for name in os.listdir(library_path("shapes")) if name.endswith(".ttl"))
    built_in = [_built_in(name) for name in names if name not in NOT_FOR_MODELS and name not in own]
    return [*built_in, *((f"shapes/{name}", path) for name, path in sorted(own.items()))]


def _built_in(name: str) -> tuple[str, str]:
    """A file of ggen's own is not to be looked for in the workspace, and its name says so."""
    return f"ggen/shapes/{name}", library_path("shapes", name)


def _below(folder: str) -> Iterator[tuple[str, str]]:
    for name in files_below(folder, ""):
        if name.endswith(".ttl"):
            yield name, os.path.join(folder, name)
