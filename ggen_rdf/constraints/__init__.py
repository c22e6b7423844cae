"""The constraint compiler: SHACL shapes in, small frozen records out, for the checker and for templates alike."""

from ggen_rdf.constraints.read import Shapes, shapes_in
from ggen_rdf.constraints.records import SH, Constraint, Path, Select, Shape, Target, Value, value_of

__all__ = ["SH", "Constraint", "Path", "Select", "Shape", "Shapes", "Target", "Value", "shapes_in", "value_of"]
