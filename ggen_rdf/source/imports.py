"""Resolves `owl:imports` from what is at hand: the workspace and ggen's own library, never the network.

In: the loaded graph. Out: the graph with the library's ontologies that are imported, and a diagnostic at each import
that nothing answers to.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, nearest
from ggen_rdf.graph import LIBRARY, Graph
from ggen_rdf.library import library_path
from ggen_rdf.source.documents import format_of, library_graph
from ggen_rdf.source.inputs import files_below
from ggen_rdf.source.locate import Locator

IMPORTS = ox.NamedNode("http://www.w3.org/2002/07/owl#imports")
_ONTOLOGIES = "SELECT DISTINCT ?o WHERE { ?o a <http://www.w3.org/2002/07/owl#Ontology> }"
_CLOSE = 0.85
"""How much alike two IRIs must be: they share their first half with most others."""
_DECLARED = re.compile(r"(?m)^<([^>]+)>\s+a\s+owl:Ontology")


def resolve_imports(graph: Graph, locator: Locator) -> list[Diagnostic]:
    """Load what is imported from the library; say which imports nothing answers to."""
    library: dict[str, str] | None = None
    answered: set[str] = set()
    while waiting := [iri for iri in _imported(graph) if _plain(iri) not in answered | _loaded(graph)]:
        library = library if library is not None else _library()
        found = {iri: library[_plain(iri)] for iri in waiting if _plain(iri) in library}
        if not found:
            known = sorted(set(library) | _loaded(graph))
            return [d for iri in waiting for d in _unresolved(iri, known, graph, locator)]
        for path in sorted(set(found.values())):
            with open(library_path(*path.split("/")), "rb") as file:
                graph.load(file.read(), ox.RdfFormat.TURTLE, library_graph(path))
        answered.update(_plain(iri) for iri in found)
    return []


def _plain(iri: str) -> str:
    return iri.rstrip("#/")


def _imported(graph: Graph) -> list[str]:
    return sorted({q.object.value for q in graph.quads(None, IMPORTS) if isinstance(q.object, ox.NamedNode)})


def _loaded(graph: Graph) -> set[str]:
    """The ontologies and files that are in the graph."""
    named = {_plain(row["o"].value) for row in graph.select(_ONTOLOGIES)}
    return named | {name.value for name in graph.store.named_graphs() if isinstance(name, ox.NamedNode)}


def _library() -> dict[str, str]:
    """The ontologies of the library by their names."""
    found: dict[str, str] = {}
    for path in files_below(library_path(), "ontologies"):
        if format_of(path) is not None:
            with open(library_path(*path.split("/")), encoding="utf-8") as file:
                found.update((_plain(iri), path) for iri in _DECLARED.findall(file.read()))
    return found


def _unresolved(iri: str, known: list[str], graph: Graph, locator: Locator) -> list[Diagnostic]:
    guess = nearest(_plain(iri), [one for one in known if not one.startswith(LIBRARY)])
    if guess and SequenceMatcher(None, _plain(iri), guess).ratio() < _CLOSE:
        guess = None
    found = []
    for quad in sorted(graph.quads(None, IMPORTS, ox.NamedNode(iri)), key=str):
        span = locator.triple(quad.subject, IMPORTS, quad.object)  # type: ignore[arg-type]
        labels = (Label(span, "nothing at hand has this name"),) if span else ()
        fix = Fix("an ontology with a similar name is", span, f"<{guess}>") if guess and span else None
        found.append(
            Diagnostic(
                "source/unresolved-import",
                f"no ontology `<{iri}>` is at hand",
                labels,
                notes=("imports are looked up in the workspace and in ggen's library, never on the network",),
                help=None if fix else "put the ontology into `ontologies/`",
                fix=fix,
            )
        )
    return found
