"""Checks a closed graph: against shapes, against the vocabularies, and against what was recorded as an exception."""

from ggen_rdf.check.shacl import check_shapes, violations
from ggen_rdf.check.shape_files import ShapeFiles, checking_shapes
from ggen_rdf.check.suppress import apply_suppressions

__all__ = ["ShapeFiles", "apply_suppressions", "check_shapes", "checking_shapes", "violations"]
