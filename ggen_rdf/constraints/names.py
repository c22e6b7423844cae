"""The names of SHACL's vocabulary, and what each means for a shape."""

from __future__ import annotations

import pyoxigraph as ox

from ggen_rdf.constraints.records import SH

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
GGEN = "https://w3id.org/ggen#"
XSD = "http://www.w3.org/2001/XMLSchema#"


def _kinds(*names: str) -> dict[str, str]:
    """Each name with SHACL's camelCase turned into the snake_case of `Constraint.kind`."""
    return {name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name) for name in names}


PLAIN = _kinds(
    "class", "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive", "maxExclusive",
    "maxInclusive", "minLength", "maxLength", "pattern", "equals", "disjoint", "lessThan", "lessThanOrEquals",
    "hasValue",
)  # fmt: skip
"""Constraints whose one parameter is a term."""

SWITCHES = _kinds("uniqueLang", "closed")
"""Constraints that are on or off."""

NESTED = _kinds("not", "node", "property")
"""Constraints whose parameter is a shape."""

SHAPE_LISTS = _kinds("and", "or", "xone")
"""Constraints whose parameter is a list of shapes."""

TERM_LISTS = _kinds("in", "languageIn")
"""Constraints whose parameter is a list of terms."""

QUALIFIED = _kinds("qualifiedMinCount", "qualifiedMaxCount")
"""Constraints that count the values which have the shape sh:qualifiedValueShape."""

BESIDE = {"flags", "ignoredProperties", "qualifiedValueShape", "qualifiedValueShapesDisjoint"}
"""Parameters that only say more about another one."""

TARGETS = {
    "targetClass": "class",
    "targetNode": "node",
    "targetSubjectsOf": "subjects_of",
    "targetObjectsOf": "objects_of",
}
"""Where a shape applies."""

SILENT = {
    "name", "description", "order", "group", "defaultValue", "codeIdentifier", "declare", "prefix", "namespace",
    "prefixes", "shapesGraph", "suggestedShapesGraph", "path", "severity", "message", "deactivated", "select",
}  # fmt: skip
"""What a shape may say that constrains nothing."""

CONSTRAINING = {**PLAIN, **SWITCHES, **NESTED, **SHAPE_LISTS, **TERM_LISTS, **QUALIFIED, "sparql": "sparql"}
"""Every parameter that makes a constraint, with the kind it makes."""

KINDS = frozenset(CONSTRAINING.values())
"""Every kind of constraint there is."""

UNDERSTOOD = frozenset({*CONSTRAINING, *BESIDE, *TARGETS, *SILENT})
"""Every name that may stand on a shape which the checker runs itself."""

TYPE = ox.NamedNode(RDF + "type")
IMPORTS = ox.NamedNode("http://www.w3.org/2002/07/owl#imports")
SUBCLASS = ox.NamedNode(RDFS + "subClassOf")
CLASSES: frozenset[ox.NamedNode] = frozenset(
    {ox.NamedNode(RDFS + "Class"), ox.NamedNode("http://www.w3.org/2002/07/owl#Class")}
)
SHAPE_TYPES = frozenset({ox.NamedNode(SH + "NodeShape"), ox.NamedNode(SH + "PropertyShape")})


def sh(name: str) -> ox.NamedNode:
    """The term of SHACL's vocabulary with this name."""
    return ox.NamedNode(SH + name)
