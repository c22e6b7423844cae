"""Reads a workspace.

In: the folder that holds `ggen.toml`. Out: a `Workspace`: the texts, the settings, one graph of everything that was
said, and what finds the place of a triple; with diagnostics for what could not be read. The network is never asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Source
from ggen_rdf.graph import Graph
from ggen_rdf.library import library_path
from ggen_rdf.source.documents import TENANT_GRAPH, format_of, graph_of, library_graph
from ggen_rdf.source.imports import resolve_imports
from ggen_rdf.source.inputs import GLOBAL, ONTOLOGIES, TENANTS, files_below, find_workspace, input_files
from ggen_rdf.source.literals import withdraw
from ggen_rdf.source.locate import Locator
from ggen_rdf.source.masking import masked
from ggen_rdf.source.overlays import part
from ggen_rdf.source.prefixes import check_prefixes
from ggen_rdf.source.settings import Settings, read_settings
from ggen_rdf.source.syntax import explain
from ggen_rdf.source.tenants import Section, lift, sections_of
from ggen_rdf.source.texts import File, read_file
from ggen_rdf.source.toml import read_toml
from ggen_rdf.source.unread import concealed
from ggen_rdf.source.workspace import Workspace

__all__ = ["find_workspace", "input_files", "load_library", "read_workspace"]

DPV = "ontologies/vocabularies/dpv.ttl"
_DPV_MENTIONED = b"w3id.org/dpv"
_TARGETS = ONTOLOGIES + "/targets/"


def read_workspace(root: str) -> tuple[Workspace, list[Diagnostic]]:
    """Read everything below the folder of a `ggen.toml`."""
    settings, diagnostics = read_settings(root)
    files, unreadable = _read_all(root, _documents(root, settings))
    graph = Graph()
    _load_vocabulary(graph, files)
    diagnostics += unreadable
    for file in files:
        diagnostics += _load(graph, file) + check_prefixes(file.source)
    sections, sources, unread = _sections(root, settings)
    lifted, unknown = lift(sections, graph)
    texts = tuple(file.source for file in files)
    diagnostics += unread + unknown
    diagnostics += resolve_imports(graph, Locator(texts, graph, lifted.places))
    secrets, literals = withdraw(graph, Locator(texts, graph, lifted.places), (settings.source, *sources))
    unparsed, diagnostics = concealed(diagnostics, graph)
    secrets += unparsed
    overlays, apart = part(graph)
    graph.say_once()
    locator = Locator(texts, graph, lifted.places, apart)
    everything = (settings.source, *texts, *sources)
    workspace = Workspace(root, settings, everything, graph, overlays, locator, tuple(secrets))
    return workspace, masked(diagnostics + literals, secrets)


def load_library(graph: Graph, path: str) -> None:
    """Load a file of ggen's own library into its graph."""
    with open(library_path(*path.split("/")), "rb") as file:
        graph.load(file.read(), ox.RdfFormat.TURTLE, library_graph(path))


def _load_vocabulary(graph: Graph, files: Iterable[File]) -> None:
    for path in files_below(library_path(), "ontologies/ggen"):
        load_library(graph, path)
    if any(_DPV_MENTIONED in file.data for file in files):
        load_library(graph, DPV)


def _documents(root: str, settings: Settings) -> list[str]:
    """The RDF files that make up the model: not shapes, which are not part of it, nor targets, which `render` reads."""
    places = (*settings.model, TENANTS, ONTOLOGIES)
    paths = {path for place in places for path in files_below(root, place)}
    return [path for path in sorted(paths) if format_of(path) and not path.startswith(_TARGETS)]


def _read_all(root: str, paths: Iterable[str]) -> tuple[list[File], list[Diagnostic]]:
    files, diagnostics = [], []
    for path in paths:
        file, found = read_file(root, path)
        diagnostics += found
        if file is not None:
            files.append(file)
    return files, diagnostics


def _load(graph: Graph, file: File) -> list[Diagnostic]:
    rdf_format = format_of(file.source.path)
    assert rdf_format is not None
    name = graph_of(file.source.path)
    try:
        graph.load(file.data, rdf_format, name, whole=name.startswith(TENANT_GRAPH))
    except SyntaxError as error:
        return explain(file.source, rdf_format, error)
    return []


def _sections(root: str, settings: Settings) -> tuple[list[Section], list[Source], list[Diagnostic]]:
    """Every table about a tenant or the platform, the texts besides `ggen.toml`, and what cannot be read."""
    sections, diagnostics = sections_of(settings.file) if settings.file else ([], [])
    sources = []
    shared = [GLOBAL] if os.path.lexists(os.path.join(root, GLOBAL)) else []
    for path in [*shared, *(path for path in files_below(root, TENANTS) if path.endswith(".toml"))]:
        text, found = read_file(root, path)
        diagnostics += found
        file, found = read_toml(text) if text else (None, [])
        diagnostics += found
        if text:
            sources.append(text.source)
        if file:
            name = path.rpartition("/")[2].removesuffix(".toml")
            sections.append(Section(name, file, (), file.tables))
    return sections, sources, diagnostics
