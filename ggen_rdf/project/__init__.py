"""Projection: a tree of SELECTs turns the graph into the nested records that templates see."""

from ggen_rdf.project.query import Level, read_level
from ggen_rdf.project.record import Iri, Record, Text
from ggen_rdf.project.tree import Context, Rows, assemble, project, rows_of

__all__ = ["Context", "Iri", "Level", "Record", "Rows", "Text", "assemble", "project", "read_level", "rows_of"]
