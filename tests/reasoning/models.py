"""Loads a model as the workspace would: the user's text, ggen's vocabulary, and a locator."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Source
from ggen_rdf.graph import INFERRED, LIBRARY, WORKSPACE, Graph
from ggen_rdf.library import library_path
from ggen_rdf.reason.headed import RDF_TYPE
from ggen_rdf.source.locate import Locator

VOCABULARY = sorted(Path(library_path("ontologies", "ggen")).glob("*.ttl"))


def load(*texts: tuple[str, str]) -> tuple[Graph, Locator]:
    """A graph of (path, Turtle) pairs and ggen's vocabulary."""
    graph = Graph()
    for path in VOCABULARY:
        graph.load(path.read_bytes(), ox.RdfFormat.TURTLE, f"{LIBRARY}ontologies/ggen/{path.name}")
    for name, text in texts:
        graph.load(text.encode(), ox.RdfFormat.TURTLE, WORKSPACE + name)
    return graph, Locator([Source(name, text) for name, text in texts], graph)


def load_file(path: Path) -> tuple[Graph, Locator]:
    """A graph of one file, as model/<name>, and ggen's vocabulary."""
    return load((f"model/{path.name}", path.read_text(encoding="utf-8")))


def inferred(graph: Graph, predicates: set[str] | None = None) -> str:
    """What was concluded about the user's own terms, as sorted N-Triples with canonical blank nodes."""
    quads = [quad for quad in graph.quads() if not str(quad.graph_name.value).startswith(LIBRARY)]
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = (
        f"{quad.subject} {quad.predicate} {quad.object} ."
        for quad in dataset
        if quad.graph_name == INFERRED and not str(quad.subject).startswith("<https://w3id.org/ggen#")
        if not predicates or quad.predicate.value in predicates
    )
    return "".join(f"{line}\n" for line in sorted(lines))


def shown(model: Path) -> set[str]:
    """The predicates that the first line of a model, `# shows: …`, limits its expected conclusions to."""
    first = model.read_text(encoding="utf-8").split("\n", 1)[0]
    words = first.removeprefix("# shows:").split() if first.startswith("# shows:") else []
    return {RDF_TYPE.value if word == "a" else word.replace("ggen:", "https://w3id.org/ggen#") for word in words}


def told(diagnostics: list[Diagnostic]) -> str:
    """Diagnostics as text: what is said, where, and about which words."""
    return "\n".join(_one(diagnostic) for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic) -> str:
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"]
    for label in diagnostic.labels:
        line, column = label.span.source.position(label.span.start)
        lines.append(f"  {label.span.source.path}:{line}:{column} `{label.span.text}`: {label.text}")
    lines += [f"  note: {note}" for note in diagnostic.notes]
    if diagnostic.help:
        lines.append(f"  help: {diagnostic.help}")
    return "".join(f"{line}\n" for line in lines)
