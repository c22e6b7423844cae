"""Names the documents of a workspace.

In: the path of a file. Out: how it is written, and the graph that its triples go to.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pyoxigraph as ox

from ggen_rdf.graph import LIBRARY, WORKSPACE
from ggen_rdf.source.inputs import TENANTS

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
"""The formats that are read, by the ending of the file."""

GGEN = "https://w3id.org/ggen#"
LIFTED = "https://w3id.org/ggen/workspace/"
"""What the names of things that only the settings mention are relative to."""
PLATFORM = ox.NamedNode(LIFTED + "platform")
SHARED = "https://w3id.org/ggen/graph/shared"
TENANT_GRAPH = "https://w3id.org/ggen/graph/tenant/"
GLOBAL_TENANT = "global"
"""The name under which `ggen.toml` speaks of the platform."""

_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\%#?]")


def format_of(path: str) -> ox.RdfFormat | None:
    """How a file is written, or None when it is not RDF."""
    dot = path.rfind(".")
    return FORMATS.get(path[dot:].lower()) if dot >= 0 else None


def graph_of(path: str) -> str:
    """The name of the graph that holds what a file of the workspace says; it is also the base of its relative IRIs."""
    place, _, inside = path.partition("/")
    if place == TENANTS and inside:
        folder, deeper, _ = inside.partition("/")
        return tenant_graph(folder if deeper else folder.rpartition(".")[0])
    return WORKSPACE + _NOT_IN_IRI.sub(lambda match: quote(match[0]), path)


def tenant_graph(name: str) -> str:
    """The graph that holds what is said about one tenant, or about the platform."""
    return SHARED if name == GLOBAL_TENANT else TENANT_GRAPH + quote(name, safe="")


def library_graph(path: str) -> str:
    """The graph that holds what a file of ggen's own library says."""
    return LIBRARY + path
