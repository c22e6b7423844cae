"""What a pack says of itself, as triples that are checked by SHACL like everything else.

In: a pack. Out: diagnostics at the lines of its `pack.yaml`. A claim in it stays a claim: nobody has shown it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from ggen_rdf.check import check_shapes
from ggen_rdf.check.shape_files import built_in_shapes
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.graph import Graph, Triple
from ggen_rdf.render.front_matter import yaml_key_span, yaml_value_span
from ggen_rdf.render.pack import Pack
from ggen_rdf.source.locate import LiftedPlace, Locator

_GGEN = "https://w3id.org/ggen#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_DATE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")
_TOP = {"template": _GGEN + "template", "version": _GGEN + "version",
        "description": "http://www.w3.org/2000/01/rdf-schema#comment"}  # fmt: skip
_GOVERNANCE = {"approved_by": "approvedBy", "review_date": "reviewDate", "risk_level": "riskLevel"}


def check_governance(pack: Pack) -> list[Diagnostic]:
    """Hold what a pack says of itself against `shapes/pack.ttl`."""
    said = dict(_lifted(pack))
    graph = Graph()
    node = _node(pack)
    graph.add([(node, _TYPE, ox.NamedNode(_GGEN + "Pack")), *said], ox.NamedNode(node.value))
    places = {triple: _place(pack, key) for triple, key in said.items()}
    return check_shapes(graph, built_in_shapes("pack.ttl"), Locator((), graph, places))


def _node(pack: Pack) -> ox.NamedNode:
    return ox.NamedNode(f"https://w3id.org/ggen/pack/{pack.name}")


def _lifted(pack: Pack) -> Iterator[tuple[Triple, str]]:
    """The triples of a manifest, each with the key that says it."""
    node = _node(pack)
    for key, predicate in _TOP.items():
        yield (node, ox.NamedNode(predicate), ox.Literal(str(pack.manifest[key]))), key
    for standard, version in (pack.manifest.get("compliance") or {}).items():
        yield (node, ox.NamedNode(_GGEN + "claims"), ox.Literal(f"{standard} {version}")), standard
    for key, value in (pack.manifest.get("governance") or {}).items():
        literal = ox.Literal(str(value), datatype=_DATE) if key == "review_date" else ox.Literal(str(value))
        yield (node, ox.NamedNode(_GGEN + _GOVERNANCE[key]), literal), key


def _place(pack: Pack, key: str) -> LiftedPlace:
    name = yaml_key_span(pack.source, key)
    value = yaml_value_span(pack.source, key) if key in _TOP else name
    return LiftedPlace(yaml_value_span(pack.source, "template"), name, value)
