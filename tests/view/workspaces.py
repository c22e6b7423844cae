"""Workspaces with tenants that refine the model."""

from __future__ import annotations

from pathlib import Path

from ggen_rdf.source.read import read_workspace
from ggen_rdf.view import Views, open_views

PREFIXES = """\
@prefix acme: <https://acme.example/model#> .
@prefix ggen: <https://w3id.org/ggen#> .
@prefix owl:  <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh:   <http://www.w3.org/ns/shacl#> .
@prefix shop: <https://shop.example/model#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd:  <http://www.w3.org/2001/XMLSchema#> .

"""
TIGHTER = "shop:User sh:property [ sh:path shop:email ; sh:maxLength 100 ] .\n"
FURTHER = """\
shop:User sh:property [ sh:path acme:card ; sh:datatype xsd:string ; sh:maxCount 1 ; sh:maxLength 20 ] .
acme:card a owl:DatatypeProperty ; rdfs:label "loyalty card"@en .
"""


def refine(workspace: Path, tenant: str, text: str) -> None:
    """Give a tenant Turtle of its own."""
    (workspace / "tenants" / f"{tenant}.ttl").write_text(PREFIXES + text)


def views_of(workspace: Path) -> Views:
    """The views of a workspace in which nothing is wrong."""
    read, problems = read_workspace(str(workspace))
    views, more = open_views(read)
    assert [*problems, *more, *views.problems()] == []
    return views
