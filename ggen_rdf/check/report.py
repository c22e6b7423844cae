"""Turns violations into diagnostics: what is wrong, where it stands, which shape wants it, and what mends it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox

from ggen_rdf.check.shape_files import ShapeFiles
from ggen_rdf.check.violation import Failure, Violation
from ggen_rdf.check.wording import claim, label
from ggen_rdf.constraints import SH, Path, Shape
from ggen_rdf.constraints.names import XSD
from ggen_rdf.constraints.paths import objects
from ggen_rdf.diagnostics import Diagnostic, Label, Severity, Span
from ggen_rdf.graph import Graph, Term
from ggen_rdf.source.locate import Locator

_SEVERITIES = {f"{SH}Warning": Severity.WARNING, f"{SH}Info": Severity.NOTE}
_PLACEHOLDER = re.compile(r"\{[$?](\w+)\}")
_PROPERTY, _PATH = ox.NamedNode(SH + "property"), ox.NamedNode(SH + "path")


class Reporter:
    """Writes diagnostics about one graph."""

    def __init__(self, graph: Graph, files: ShapeFiles, locator: Locator) -> None:
        self.graph = graph
        self.files = files
        self.locator = locator

    def diagnostic(self, violation: Violation) -> Diagnostic:
        """What a violation is to a person."""
        shape = self._speaker(violation)
        kind = violation.constraint.kind if violation.constraint else "sparql"
        primary = self._span(violation)
        owner = self._owner(violation.focus)
        return Diagnostic(
            code=shape.code or f"shacl/{kind.replace('_', '-')}",
            message=self._message(violation, shape),
            labels=self._labels(violation, shape, primary),
            notes=tuple(self._notes(violation.shape)),
            help=self._filled(shape.help, violation) if shape.help else None,
            severity=_SEVERITIES.get(violation.severity, Severity.ERROR),
            about=owner.value if owner else None,
        )

    def failure(self, failure: Failure) -> Diagnostic:
        """What it is to a person that a shape could not be checked."""
        span = self.files.span(failure.shape.node) or self.locator.triple(failure.shape.node)
        return Diagnostic(
            code="shacl/unchecked",
            message=f"{self.name(failure.shape.node)} cannot be checked: {failure.reason}",
            labels=(Label(span, "this shape"),) if span else (),
            help="say it with SHACL Core or with a SPARQL constraint that SHACL allows",
        )

    # --- Names -------------------------------------------------------------------------------------

    def name(self, term: Term) -> str:
        """A term as a message says it. A node without a name is told by what leads to it."""
        if isinstance(term, ox.Literal) and term.datatype.value == f"{XSD}string":
            return f"`{term.value}`"
        if not isinstance(term, ox.BlankNode):
            return f"`{self.locator.curie(term)}`"
        for quad in self.graph.quads(term, _PATH):
            owner = self._owner(term)
            if isinstance(quad.object, ox.NamedNode) and owner is not None:
                return f"`{self.locator.curie(quad.object)}` of `{self.locator.curie(owner)}`"
        above = sorted(self.graph.quads(None, None, term), key=str)
        owner = self._owner(term)
        if not above or owner is None:
            return "something without a name"
        return f"the `{self.locator.curie(above[0].predicate)}` of `{self.locator.curie(owner)}`"

    def _owner(self, node: Term) -> ox.NamedNode | None:
        """The nearest node with a name that leads to a node, or the node itself."""
        seen = {node}
        queue = [node]
        for current in queue:
            if isinstance(current, ox.NamedNode):
                return current
            if isinstance(current, ox.BlankNode):
                quads = self.graph.quads(None, None, current)
                above = {quad.subject for quad in quads if not isinstance(quad.subject, ox.Triple)} - seen
                seen |= above
                queue += sorted(above, key=str)
        return None

    # --- Parts of a diagnostic ---------------------------------------------------------------------

    def _speaker(self, violation: Violation) -> Shape:
        """The shape that has the words: the violated one, or the shape with a code that it is a property of."""
        shape = violation.shape
        if shape.code is None and isinstance(shape.node, ox.BlankNode):
            for parent in self.files.parents(shape.node):
                if parent.code:
                    return parent
        return shape

    def _message(self, violation: Violation, shape: Shape) -> str:
        select = violation.constraint.select if violation.constraint else None
        for messages in (select.messages if select else (), violation.shape.messages, shape.messages):
            if messages:
                chosen = min(messages, key=lambda value: (value.lang or "") not in {"", "en"})
                return self._filled(chosen.lexical or "", violation)
        if violation.message:
            return self._filled(violation.message, violation)
        return claim(violation, self)

    def _filled(self, text: str, violation: Violation) -> str:
        known: dict[str, Term | None] = {"this": violation.focus, "value": violation.value, **violation.bindings}
        if violation.path and violation.path.iri:
            known.setdefault("path", ox.NamedNode(violation.path.iri))

        def fill(match: re.Match[str]) -> str:
            term = known.get(match[1])
            return self.name(term) if term is not None else match[0]

        return _PLACEHOLDER.sub(fill, text)

    def _labels(self, violation: Violation, shape: Shape, primary: Span | None) -> tuple[Label, ...]:
        labels = [Label(primary, label(violation, self))] if primary else []
        if also := violation.bindings.get("also"):
            span = self.locator.triple(also)
            because = violation.bindings.get("because")
            labels += [Label(span, because.value if because else "")] if span and span != primary else []
        constraint = violation.constraint
        if constraint and not self.files.knows(violation.shape.node):
            wanted = self.locator.triple(violation.shape.node, ox.NamedNode(constraint.parameter), constraint.source)
            if wanted and wanted != primary:
                labels.append(Label(wanted, "the shape wants it here"))
        return tuple(labels)

    def _notes(self, shape: Shape) -> Iterable[str]:
        span = self.files.span(shape.node)
        if span:
            yield f"the shape is {span.source.path}:{span.source.position(span.start)[0]}"

    def _span(self, violation: Violation) -> Span | None:
        """The span of the value, else of what should lead to it, else of the focus node."""
        focus, value, path = violation.focus, violation.value, violation.path
        if at := violation.bindings.get("at"):
            return None if isinstance(at, ox.Literal) else self.locator.triple(at)
        if path is None:
            return self.locator.triple(focus)
        if path.kind == "sequence" and value is not None and all(step.iri for step in path.paths):
            return self._at_the_end(focus, [ox.NamedNode(step.iri or "") for step in path.paths], value)
        step = _first(path)
        if step is None:
            return self.locator.triple(focus)
        predicate, forward = step
        if not forward:
            return self.locator.triple(value, predicate, focus) if value else self.locator.triple(focus)
        return self.locator.triple(focus, predicate, value)

    def _at_the_end(self, focus: Term, steps: list[ox.NamedNode], value: Term) -> Span | None:
        """The span of a value at the end of several steps: that of its last triple."""
        nodes = {focus}
        for step in steps[:-1]:
            nodes = {o for node in nodes for o in objects(self.graph, node, step)}
        ends = (self.locator.triple(node, steps[-1], value) for node in nodes if (node, steps[-1], value) in self.graph)
        spans = sorted((span for span in ends if span), key=lambda span: (span.source.path, span.start))
        return spans[-1] if spans else self.locator.triple(focus)


def _first(path: Path | None) -> tuple[ox.NamedNode, bool] | None:
    """The predicate that a path starts with, and whether it is followed from subject to object."""
    forward = True
    while path is not None:
        if path.iri is not None:
            return ox.NamedNode(path.iri), forward
        forward = forward != (path.kind == "inverse")
        path = path.paths[0] if path.paths else None
    return None
