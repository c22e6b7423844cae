"""Checks shapes set-at-a-time: one query for all focus nodes of a shape, of which only the violating ones come back.

The focus nodes of a shape are a pattern, not a list: its target, or, for a shape named by another, the path that leads
to it. Nested shapes are then sets too: the values that do not have a shape are the focus nodes of its violations.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import pyoxigraph as ox

from ggen_rdf.check.breach import breach, knows_regex
from ggen_rdf.check.membership import Membership
from ggen_rdf.check.question import question
from ggen_rdf.check.violation import InexpressibleError, Violation
from ggen_rdf.constraints import Constraint, Path, Shape, Target
from ggen_rdf.graph import Graph, Term

Scope = Callable[[str], str]
"""Makes, for a variable, the pattern that binds it to the focus nodes."""

_Pair = tuple[Term, Term]


class Evaluation:
    """One check of one graph, which must not change meanwhile. `closed`: every node has all its types."""

    def __init__(self, graph: Graph, closed: bool = False) -> None:
        self.graph = graph
        self.membership = Membership(graph, closed)
        self._lacking: dict[tuple[Term, str], set[Term]] = {}
        self._pairs: dict[tuple[Path | None, str], list[_Pair]] = {}

    def targeted(self, shape: Shape) -> list[Violation]:
        """The violations of a shape by the nodes that it targets. Raises InexpressibleError."""
        scope = self._target(shape.targets)
        return self.violations(shape, scope) if scope else []

    def violations(self, shape: Shape, scope: Scope) -> list[Violation]:
        """The violations of a shape by the nodes of a scope."""
        if shape.deactivated:
            return []
        found = list(self._about_single_values(shape, scope))
        for constraint in shape.constraints:
            if check := _CHECKS.get(constraint.kind):
                found += check(self, shape, constraint, scope)
        return found

    # --- Where the nodes are ----------------------------------------------------------------------

    def _target(self, targets: tuple[Target, ...]) -> Scope | None:
        """The scope of all targets together, or None when they find nothing."""
        nodes = [target.value for target in targets if target.kind == "node"]
        rest = [target for target in targets if target.kind != "node"]
        if any(target.value.blank for target in targets):
            raise InexpressibleError("it targets a node without a name")

        def scope(variable: str) -> str:
            parts = [part for target in rest if (part := self._pattern(target, variable))]
            if nodes:
                parts.append(f"VALUES ?{variable} {{ {' '.join(node.ntriples for node in nodes)} }}")
            return parts[0] if len(parts) == 1 else " UNION ".join(f"{{ {part} }}" for part in parts)

        return scope if scope("this") else None

    def _pattern(self, target: Target, variable: str) -> str | None:
        if target.kind in {"class", "implicit_class"}:
            return self.membership.instances(target.value.iri or "", variable)
        predicate = ox.NamedNode(target.value.iri or "")
        if next(self.graph.quads(predicate=predicate), None) is None:
            return None
        if target.kind == "subjects_of":
            return f"?{variable} {predicate} ?{variable}_object ."
        return f"?{variable}_subject {predicate} ?{variable} ."

    def _rows(self, body: str, variables: str = "?this ?value") -> Iterator[ox.QuerySolution]:
        return iter(self.graph.select(f"SELECT DISTINCT {variables} {{ {body} }}"))

    def pairs(self, shape: Shape, scope: Scope) -> list[_Pair]:
        """Each focus node with each of its values; for a node shape, with itself."""
        key = shape.path, scope("this")
        if key not in self._pairs:
            self._pairs[key] = [
                (row["this"], row[_value(shape)]) for row in self._rows(_values(shape, scope), _both(shape))
            ]
        return self._pairs[key]

    def lacking(self, inner: Shape, outer: Shape, scope: Scope) -> set[Term]:
        """Those values of the outer shape's path which do not have the inner shape."""
        values = _beyond(scope, outer.path)
        key = inner.node, values("this")
        if key not in self._lacking:
            self._lacking[key] = {violation.focus for violation in self.violations(inner, values)}
        return self._lacking[key]

    # --- Constraints on one value -----------------------------------------------------------------

    def _about_single_values(self, shape: Shape, scope: Scope) -> Iterator[Violation]:
        """All of them are asked for at once; only when something is wrong, each by itself."""
        conditions: list[tuple[Constraint, str]] = []
        for constraint in shape.constraints:
            if constraint.kind == "pattern" and constraint.value and not self._reads(constraint):
                yield from self._pattern_in_python(shape, constraint, scope)
            elif condition := breach(constraint, _value(shape), self.membership):
                conditions.append((constraint, condition))
        values = _values(shape, scope)
        together = " || ".join(f"({condition})" for _, condition in conditions)
        if not conditions or not self.graph.ask(f"ASK {{ {values} FILTER({together}) }}"):
            return
        for constraint, condition in conditions:
            for row in self._rows(f"{values} FILTER({condition})", _both(shape)):
                yield _violation(shape, constraint, row["this"], row[_value(shape)])

    def _reads(self, constraint: Constraint) -> bool:
        return constraint.value is not None and knows_regex(self.graph, constraint.value, constraint.flags)

    def _pattern_in_python(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        """For the regular expressions that the store cannot read."""
        flags = sum(
            {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}.get(f, 0) for f in constraint.flags
        )
        try:
            pattern = re.compile((constraint.value and constraint.value.lexical) or "", flags)
        except re.error as error:
            raise InexpressibleError(f"its pattern is not a regular expression: {error}") from error
        for focus, value in self.pairs(shape, scope):
            if isinstance(value, ox.BlankNode) or not pattern.search(value.value):
                yield _violation(shape, constraint, focus, value)

    # --- Constraints on all values of a node ------------------------------------------------------

    def _min_count(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        if shape.path is None or constraint.number < 1 + shape.path.stays:
            return
        reach = f"?this {shape.path.sparql} ?value ."
        body = f"{scope('this')} FILTER NOT EXISTS {{ {reach} }}"
        if constraint.number > 1:
            group = f"GROUP BY ?this HAVING (COUNT(DISTINCT ?value) < {constraint.number})"
            values = _values(shape, scope) if shape.path.stays else f"{scope('this')} OPTIONAL {{ {reach} }}"
            body = f"{{ SELECT ?this {{ {values} }} {group} }}"
        yield from (_violation(shape, constraint, row["this"]) for row in self._rows(body, "?this"))

    def _max_count(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        if shape.path is None:
            return
        group = f"GROUP BY ?this HAVING (COUNT(DISTINCT ?value) > {constraint.number})"
        body = f"{{ SELECT ?this {{ {_values(shape, scope)} }} {group} }}"
        if constraint.number == 1 and shape.path.iri:
            body = f"{_values(shape, scope)} ?this {shape.path.sparql} ?other . FILTER(!sameTerm(?value, ?other))"
        yield from (_violation(shape, constraint, row["this"]) for row in self._rows(body, "?this"))

    def _has_value(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        wanted = _named(constraint)
        for row in self._rows(f"{scope('this')} FILTER(!({_leads(shape.path, wanted)}))", "?this"):
            yield _violation(shape, constraint, row["this"])

    def _unique_lang(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        if shape.path is None:
            return
        other = f"?this {shape.path.sparql} ?other . FILTER(!sameTerm(?value, ?other))"
        alike = "FILTER(LANG(?value) != '' && LCASE(LANG(?value)) = LCASE(LANG(?other)))"
        body = f"{_values(shape, scope)} {other} {alike} BIND(LCASE(LANG(?value)) AS ?language)"
        for row in self._rows(body, "?this ?language"):
            yield _violation(shape, constraint, row["this"])

    def _equals(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        other, v = f"?this {_named(constraint)}", _value(shape)
        for row in self._rows(f"{_values(shape, scope)} FILTER NOT EXISTS {{ {other} ?{v} }}", _both(shape)):
            yield _violation(shape, constraint, row["this"], row[v])
        for row in self._rows(f"{scope('this')} {other} ?value . FILTER(!({_leads(shape.path, '?value')}))"):
            yield _violation(shape, constraint, row["this"], row["value"])

    def _disjoint(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        v = _value(shape)
        for row in self._rows(f"{_values(shape, scope)} ?this {_named(constraint)} ?{v} .", _both(shape)):
            yield _violation(shape, constraint, row["this"], row[v])

    def _less_than(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        operator = "<" if constraint.kind == "less_than" else "<="
        other = f"?this {_named(constraint)} ?other . FILTER(!COALESCE(?{_value(shape)} {operator} ?other, false))"
        for row in self._rows(f"{_values(shape, scope)} {other}", f"{_both(shape)} ?other"):
            yield _violation(shape, constraint, row["this"], row[_value(shape)])

    def _closed(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        paths = (inner.path for c in shape.constraints if c.kind == "property" for inner in c.shapes)
        allowed = {path.sparql for path in paths if path and path.iri} | {value.ntriples for value in constraint.values}
        v = _value(shape)
        # The store holds that nothing is NOT IN an empty list.
        other = f"FILTER(?predicate NOT IN ({', '.join(sorted(allowed))}))" if allowed else ""
        body = f"{_values(shape, scope)} ?{v} ?predicate ?said . {other}"
        for row in self._rows(body, "?this ?predicate ?said"):
            yield _violation(shape, constraint, row["this"], row["said"], Path("predicate", row["predicate"].value))

    # --- Constraints that name shapes -------------------------------------------------------------

    def _property(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        for inner in constraint.shapes:
            yield from self.violations(inner, _beyond(scope, shape.path))

    def _logical(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        lacking = [self.lacking(inner, shape, scope) for inner in constraint.shapes]
        if constraint.kind in {"node", "and"} and not any(lacking):
            return
        counts = Counter(value for values in lacking for value in values)
        wrong = _WRONG[constraint.kind]
        for focus, value in self.pairs(shape, scope):
            if wrong(counts[value], len(lacking)):
                yield _violation(shape, constraint, focus, value)

    def _qualified(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        if shape.path is None:
            return
        lacking = set().union(*(self.lacking(inner, shape, scope) for inner in constraint.shapes))
        beside = [self.lacking(inner, shape, scope) for inner in constraint.siblings]
        having: dict[Term, int] = defaultdict(int)
        for focus, value in self.pairs(shape, scope):
            having[focus] += value not in lacking and all(value in other for other in beside)
        for row in self._rows(scope("this"), "?this"):
            count = having[row["this"]]
            if count < constraint.number if constraint.kind == "qualified_min_count" else count > constraint.number:
                yield _violation(shape, constraint, row["this"])

    # --- Queries ----------------------------------------------------------------------------------

    def _sparql(self, shape: Shape, constraint: Constraint, scope: Scope) -> Iterator[Violation]:
        if constraint.select is None:
            raise InexpressibleError("its sh:sparql constraint has no sh:select")
        asked = question(constraint.select, shape.path)
        scopes = self._one_by_one(scope) if asked.each else [scope("this")]
        seen = set()
        for pattern in scopes:
            try:
                rows = self.graph.select(asked.over(pattern))
            except (SyntaxError, RuntimeError) as error:
                raise InexpressibleError(f"its query cannot be run: {error}") from error
            names = [variable.value for variable in rows.variables]
            for row in rows:
                if (key := tuple(row)) not in seen:
                    seen.add(key)
                    yield _answer(shape, constraint, {n: t for n, t in zip(names, key, strict=True) if t is not None})

    def _one_by_one(self, scope: Scope) -> Iterator[str]:
        for row in list(self._rows(scope("this"), "?this")):
            if isinstance(row["this"], ox.BlankNode):
                raise InexpressibleError("its query must be asked for each focus node, and one has no name")
            yield f"VALUES ?this {{ {row['this']} }}"


def _value(shape: Shape) -> str:
    return "value" if shape.path else "this"


def _both(shape: Shape) -> str:
    return "?this ?value" if shape.path else "?this"


def _values(shape: Shape, scope: Scope) -> str:
    """The pattern of the focus nodes with their values."""
    return _reached(scope, shape.path, "this", "value") if shape.path else scope("this")


def _beyond(scope: Scope, path: Path | None) -> Scope:
    """The scope of the values of a path; of the focus nodes themselves, without one."""
    return (lambda variable: _reached(scope, path, f"{variable}_of", variable)) if path else scope


def _reached(scope: Scope, path: Path, start: str, end: str) -> str:
    """The pattern from the nodes of a scope to their values. A node outside the graph still reaches itself."""
    origin, reach = scope(start), f"?{start} {path.sparql} ?{end} ."
    if path.stays:
        return f"{{ {origin} BIND(?{start} AS ?{end}) }} UNION {{ {origin} {reach} }}"
    return reach if origin == reach.replace(f"?{end}", f"?{start}_object") else f"{origin} {reach}"


def _leads(path: Path | None, value: str) -> str:
    """The condition under which a path leads from ?this to a value."""
    itself = f"sameTerm(?this, {value})"
    if path is None:
        return itself
    there = f"EXISTS {{ ?this {path.sparql} {value} }}"
    return f"{itself} || {there}" if path.stays else there


def _named(constraint: Constraint) -> str:
    if constraint.value is None or constraint.value.blank:
        raise InexpressibleError("it compares with a node without a name")
    return constraint.value.ntriples


def _violation(
    shape: Shape, constraint: Constraint, focus: Term, value: Term | None = None, path: Path | None = None
) -> Violation:
    return Violation(focus, path or shape.path, value, constraint.component, shape, shape.severity, constraint)


def _answer(shape: Shape, constraint: Constraint, row: dict[str, Term]) -> Violation:
    """The violation that one row of an sh:sparql constraint's query tells of."""
    told = row.get("path")
    path = Path("predicate", told.value) if isinstance(told, ox.NamedNode) else shape.path
    value = row.get("value", None if shape.path else row["this"])
    message = row["message"].value if "message" in row else None
    return Violation(
        row["this"], path, value, constraint.component, shape, shape.severity, constraint, message, bindings=row
    )


_WRONG: dict[str, Callable[[int, int], bool]] = {
    "node": lambda lacking, shapes: lacking > 0,
    "and": lambda lacking, shapes: lacking > 0,
    "or": lambda lacking, shapes: lacking == shapes,
    "xone": lambda lacking, shapes: shapes - lacking != 1,
    "not": lambda lacking, shapes: lacking == 0,
}
"""Whether a value is wrong that lacks so many of so many shapes."""

_CHECKS: dict[str, Callable[[Evaluation, Shape, Constraint, Scope], Iterator[Violation]]] = {
    "min_count": Evaluation._min_count,
    "max_count": Evaluation._max_count,
    "has_value": Evaluation._has_value,
    "unique_lang": Evaluation._unique_lang,
    "equals": Evaluation._equals,
    "disjoint": Evaluation._disjoint,
    "less_than": Evaluation._less_than,
    "less_than_or_equals": Evaluation._less_than,
    "closed": Evaluation._closed,
    "property": Evaluation._property,
    "node": Evaluation._logical,
    "and": Evaluation._logical,
    "or": Evaluation._logical,
    "xone": Evaluation._logical,
    "not": Evaluation._logical,
    "qualified_min_count": Evaluation._qualified,
    "qualified_max_count": Evaluation._qualified,
    "sparql": Evaluation._sparql,
}
