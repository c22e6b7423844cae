"""Projection: a tree of SELECTs turns the graph into the nested records that templates see."""

from ggen_rdf.project.query import Level, read_level
from ggen_rdf.project.record import Iri, Record, Text
from ggen_rdf.project.tree import Context, project

__all__ = ["Context", "Iri", "Level", "Record", "Text", "project", "read_level"]
