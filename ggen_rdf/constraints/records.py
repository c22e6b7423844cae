"""What a shape says, as frozen records: the one form that the checker runs and templates read.

A shape may refer to itself, so the records compare by identity and nested shapes are left out of their `repr`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox

from ggen_rdf.graph import Term

SH = "http://www.w3.org/ns/shacl#"


@dataclass(frozen=True, slots=True)
class Value:
    """One term: an IRI (`iri`), a literal (`lexical`, `datatype`, `lang`) or a blank node (`blank`)."""

    iri: str | None = None
    lexical: str | None = None
    datatype: str | None = None
    lang: str | None = None
    blank: str | None = None

    @property
    def ntriples(self) -> str:
        """The term as N-Triples and SPARQL write it."""
        if self.iri is not None:
            return f"<{self.iri}>"
        if self.lexical is None:
            return f"_:{self.blank}"
        if self.lang:
            return str(ox.Literal(self.lexical, language=self.lang))
        return str(ox.Literal(self.lexical, datatype=ox.NamedNode(self.datatype or "")))


def value_of(term: Term) -> Value:
    """The record of a term of the store."""
    if isinstance(term, ox.NamedNode):
        return Value(iri=term.value)
    if isinstance(term, ox.Literal):
        return Value(lexical=term.value, datatype=term.datatype.value, lang=term.language)
    return Value(blank=term.value)


@dataclass(frozen=True, slots=True)
class Path:
    """A property path. `kind`: predicate, inverse, sequence, alternative, zero_or_more, one_or_more or zero_or_one."""

    kind: str
    iri: str | None = None
    paths: tuple[Path, ...] = ()

    @property
    def sparql(self) -> str:
        """The path as SPARQL writes it."""
        if self.iri is not None:
            return f"<{self.iri}>"
        inner = [path.sparql for path in self.paths]
        if self.kind in _JOINED:
            return f"({_JOINED[self.kind].join(inner)})"
        return f"(^{inner[0]})" if self.kind == "inverse" else f"({inner[0]}){_REPEATED[self.kind]}"

    @property
    def stays(self) -> bool:
        """Whether the path may lead from a node to itself without a step."""
        if self.kind in {"zero_or_more", "zero_or_one"}:
            return True
        inner = [path.stays for path in self.paths]
        return any(inner) if self.kind == "alternative" else bool(inner) and all(inner)


_JOINED = {"sequence": "/", "alternative": "|"}
_REPEATED = {"zero_or_more": "*", "one_or_more": "+", "zero_or_one": "?"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a shape applies. `kind`: class, implicit_class, node, subjects_of or objects_of."""

    kind: str
    value: Value


@dataclass(frozen=True, slots=True)
class Select:
    """The query of an sh:sparql constraint, with the prefixes declared for it."""

    text: str
    prefixes: tuple[tuple[str, str], ...] = ()
    messages: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Constraint:
    """One condition. `kind` is SHACL's name of it in snake_case, such as `min_length`, `in` or `qualified_min_count`.

    The triple that states it is (shape.node, `parameter`, `source`). `value` is its parameter when it has one,
    `values` the members of its list in their order (of `closed`: the ignored properties), `shapes` the shapes it names.
    """

    kind: str
    parameter: str
    source: Term
    value: Value | None = None
    values: tuple[Value, ...] = ()
    flags: str = ""
    shapes: tuple[Shape, ...] = field(default=(), repr=False)
    siblings: tuple[Shape, ...] = field(default=(), repr=False)
    """Of a qualified constraint with sh:qualifiedValueShapesDisjoint: the shapes that its values must not have too."""
    select: Select | None = None

    @property
    def component(self) -> str:
        """The IRI of the SHACL constraint component."""
        name = self.parameter.removeprefix(SH)
        return f"{SH}{'SPARQL' if name == 'sparql' else name[0].upper() + name[1:]}ConstraintComponent"

    @property
    def number(self) -> int:
        """The value of a count or a length. Raises ValueError for any other constraint."""
        lexical = self.value.lexical if self.value else None
        if lexical is None or not lexical.lstrip("+-").isdecimal():
            raise ValueError(f"the constraint `{self.kind}` has no number")
        return int(lexical)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A node shape, or a property shape when it has a `path`, with its constraints ordered by kind and value."""

    node: Term
    path: Path | None = None
    constraints: tuple[Constraint, ...] = ()
    targets: tuple[Target, ...] = ()
    severity: str = SH + "Violation"
    deactivated: bool = False
    messages: tuple[Value, ...] = ()
    code: str | None = None
    help: str | None = None
    unsupported: tuple[str, ...] = ()
    """The parameters on it that are not SHACL Core or SHACL-SPARQL constraints as we compile them."""

    def constraint(self, kind: str) -> Constraint | None:
        """The first constraint of a kind, or None: `shape.constraint("max_length").number`."""
        return next((c for c in self.constraints if c.kind == kind), None)
