"""Checks a graph against shapes: a graph and shapes in, violations out.

Each shape is compiled to queries of the store. One that cannot be is left to pySHACL: whatever is not understood is
handed on, never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable

from ggen_rdf.check.evaluate import Evaluation
from ggen_rdf.check.ill_formed import check_lists, check_paths
from ggen_rdf.check.report import Reporter
from ggen_rdf.check.shape_files import ShapeFiles
from ggen_rdf.check.violation import Failure, InexpressibleError, Violation
from ggen_rdf.constraints import Shape, Shapes, shapes_in
from ggen_rdf.constraints.names import sh
from ggen_rdf.diagnostics import Diagnostic, ordered
from ggen_rdf.graph import Graph
from ggen_rdf.source.locate import Locator

_RULE = sh("rule")


def check_shapes(graph: Graph, files: ShapeFiles, locator: Locator) -> list[Diagnostic]:
    """What is wrong with a closed graph by the shapes of some files, and by those that the graph itself holds."""
    own = shapes_in(graph)
    found, failures = validate(graph, [files.shapes, own], closed=True)
    reporter = Reporter(graph, files, locator)
    senseless = [
        *check_lists(own, lambda: locator),  # an attribute without a path is told by a shape of its own
        *check_lists(files.shapes, lambda: files.locator),
        *check_paths(files.shapes, lambda: files.locator),
    ]
    return ordered([*map(reporter.diagnostic, found), *map(reporter.failure, failures), *senseless])


def violations(graph: Graph, shapes: Shapes | Iterable[Shapes]) -> list[Violation]:
    """What in a graph violates the shapes, in no particular order."""
    return validate(graph, shapes)[0]


def validate(
    graph: Graph, shapes: Shapes | Iterable[Shapes], closed: bool = False
) -> tuple[list[Violation], list[Failure]]:
    """What violates the shapes, and which shapes could not be checked. `closed`: every node has all its types."""
    found: list[Violation] = []
    failures: list[Failure] = []
    evaluation = Evaluation(graph, closed)
    for collection in [shapes] if isinstance(shapes, Shapes) else shapes:
        some, rest = _asked(evaluation, collection)
        found += some
        if rest:
            from ggen_rdf.check import pyshacl_fallback

            some, failed = pyshacl_fallback.validate(graph, collection, rest)
            found += some
            failures += failed
    return found, failures


def left(graph: Graph, shapes: Shapes) -> list[Shape]:
    """The shapes with a target that the store's queries leave to pySHACL."""
    return _asked(Evaluation(graph), shapes)[1]


def _asked(evaluation: Evaluation, shapes: Shapes) -> tuple[list[Violation], list[Shape]]:
    """What the store's queries find, and the shapes that they cannot check."""
    found: list[Violation] = []
    rest: list[Shape] = []
    ruled = next(shapes.graph.quads(predicate=_RULE), None) is not None
    for shape in shapes.aimed(evaluation.membership.instantiated):
        try:
            if ruled or obstacle(shape):
                raise InexpressibleError
            found += evaluation.targeted(shape)
        except InexpressibleError:
            rest.append(shape)
    return found, rest


def obstacle(shape: Shape) -> str | None:
    """Why the queries of the store cannot check a shape: something in it, or in a shape it names; None if they can."""
    path: list[Shape] = []
    done: set[Shape] = set()
    pending = [(shape, True)]
    while pending:
        current, entering = pending.pop()
        if not entering:
            done.add(path.pop())
            continue
        if current in done:
            continue
        if current in path:
            return "it refers to itself"
        if current.unsupported:
            return f"it uses {current.unsupported[0]}"
        path.append(current)
        pending.append((current, False))
        for constraint in current.constraints:
            pending += ((inner, True) for inner in (*constraint.shapes, *constraint.siblings))
    return None
