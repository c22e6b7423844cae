"""Lifts what TOML says about tenants to triples.

In: the `[tenant.<name>]` tables of `ggen.toml`, the files `tenants/<name>.toml` and `global.toml`, and the graph, whose
ontologies say which key means which property (`ggen:settingKey`). Out: triples for each tenant's graph and the shared
one, and the place of every triple. A key is data: an ontology of the user's own may add more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Fix, Label, Span, nearest
from ggen_rdf.graph import Graph, Triple
from ggen_rdf.source.documents import GGEN, GLOBAL_TENANT, LIFTED, PLATFORM, tenant_graph
from ggen_rdf.source.literals import plain
from ggen_rdf.source.locate import LiftedPlace
from ggen_rdf.source.terms import TYPE, XSD, stored
from ggen_rdf.source.toml import TomlFile, kind_of, unknown_setting, wrong_type
from ggen_rdf.source.toml_places import Path

LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
_TENANT = GGEN + "Tenant"
_PLATFORM = GGEN + "Platform"

_KEYS = """
PREFIX ggen: <https://w3id.org/ggen#> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?property ?key ?range ?domain (EXISTS { ?property a owl:ObjectProperty } AS ?object) WHERE {
  ?property ggen:settingKey ?key OPTIONAL { ?property rdfs:range ?range } OPTIONAL { ?property rdfs:domain ?domain }
} ORDER BY ?key ?property ?range ?domain
"""
_INDIVIDUALS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?label WHERE { ?kind rdfs:subClassOf* <%s> . ?thing a ?kind OPTIONAL { ?thing rdfs:label ?label } }
ORDER BY ?thing ?label
"""


class Setting(NamedTuple):
    """What a TOML key means: a property, whose values are things of a class or literals of a datatype."""

    property: ox.NamedNode
    range: str
    is_object: bool
    domain: str


class Section(NamedTuple):
    """A table of a TOML file that speaks of one tenant, or of the platform."""

    name: str
    file: TomlFile
    path: Path
    table: Mapping[str, object]


@dataclass
class Lifted:
    """The triples that TOML stands for, by graph, and their places."""

    triples: dict[str, list[Triple]] = field(default_factory=dict)
    places: dict[Triple, LiftedPlace] = field(default_factory=dict)


def lift(sections: list[Section], graph: Graph) -> tuple[Lifted, list[Diagnostic]]:
    """Turn what TOML says about tenants and platform into triples and add them to the graph."""
    lifter = _Lifter(graph)
    for section in sections:
        lifter.section(section)
    for name, triples in lifter.lifted.triples.items():
        graph.add(triples, ox.NamedNode(name))
    return lifter.lifted, lifter.diagnostics


def sections_of(file: TomlFile) -> tuple[list[Section], list[Diagnostic]]:
    """The `[tenant.<name>]` tables of `ggen.toml`, in the order in which they stand."""
    tenants = file.tables.get("tenant", {})
    if not isinstance(tenants, dict):
        return [], [wrong_type(file, ("tenant",), "a table")]
    sections, diagnostics = [], []
    for name, table in tenants.items():
        if isinstance(table, dict):
            sections.append(Section(name, file, ("tenant", name), table))
        else:
            diagnostics.append(wrong_type(file, ("tenant", name), "a table"))
    return sections, diagnostics


def tenant_iri(name: str) -> ox.NamedNode:
    """The name of a tenant, or of the platform, as a thing."""
    return PLATFORM if name == GLOBAL_TENANT else ox.NamedNode(f"{LIFTED}tenant/{quote(name, safe='')}")


class _Lifter:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.lifted = Lifted()
        self.diagnostics: list[Diagnostic] = []
        self.settings = _settings(graph)
        self.individuals: dict[str, dict[str, ox.NamedNode]] = {}
        self.first: dict[tuple[str, str], tuple[object, Span]] = {}

    def section(self, section: Section) -> None:
        kind = _PLATFORM if section.name == GLOBAL_TENANT else _TENANT
        known = {key: s for key, s in self.settings.items() if s.domain in ("", kind)}
        header = section.file.key(section.path)
        subject = tenant_iri(section.name)
        self._say(section, (subject, TYPE, ox.NamedNode(kind)), LiftedPlace(header, header, header))
        self._say(section, (subject, LABEL, ox.Literal(section.name)), LiftedPlace(header, header, header))
        for key, value in section.table.items():
            path = (*section.path, key)
            if key not in known:
                where = "the platform" if kind == _PLATFORM else "a tenant"
                self.diagnostics.append(unknown_setting(section.file, path, known, where))
            elif not self._repeats(section, key, value):
                self._setting(section, path, known[key], value)

    def _repeats(self, section: Section, key: str, value: object) -> bool:
        """Whether another file has already said this. Saying something else is a mistake."""
        span = section.file.value((*section.path, key))
        before = self.first.setdefault((section.name, key), (value, span))
        if before[1] == span:
            return False
        if before[0] != value:
            who = "the platform" if section.name == GLOBAL_TENANT else f"tenant `{section.name}`"
            labels = (Label(span, "and this here"), Label(before[1], "this is said here"))
            message = f"`{key}` of {who} is set to two different values"
            self.diagnostics.append(Diagnostic("source/conflicting-setting", message, labels, help="keep one of them"))
        return True

    def _setting(self, section: Section, path: Path, setting: Setting, value: object) -> None:
        subject, header, key = tenant_iri(section.name), section.file.key(section.path), section.file.key(path)
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            span = section.file.item(path, index) if isinstance(value, list) else section.file.value(path)
            term = self._term(section, path, setting, item, span)
            if term is not None:
                self._say(section, (subject, setting.property, term), LiftedPlace(header, key, span))

    def _term(
        self, section: Section, path: Path, setting: Setting, item: object, span: Span
    ) -> ox.NamedNode | ox.Literal | None:
        if setting.is_object:
            if isinstance(item, str):
                return self._thing(section, setting.range, item, span)
            self.diagnostics.append(_wrong_item(path, "a name in quotes", item, span))
            return None
        literal = _literal(item, setting.range)
        if literal is None:
            self.diagnostics.append(_wrong_item(path, _WANTED.get(setting.range, "text in quotes"), item, span))
        return literal

    def _thing(self, section: Section, kind: str, name: str, span: Span) -> ox.NamedNode | None:
        """What a name means: an individual of the model or of ggen's own, or else a new thing."""
        known = self._individuals(kind)
        found = known.get(plain(name))
        if found is not None:
            return found
        if kind in _CLOSED:
            self.diagnostics.append(_unknown_value(kind, name, span, known))
            return None
        local = _kebab(kind.rpartition("#")[2].rpartition("/")[2])
        thing = ox.NamedNode(f"{LIFTED}{local}/{quote(name, safe='')}")
        place = LiftedPlace(span, span, span)
        self._say(section, (thing, TYPE, ox.NamedNode(kind)), place)
        self._say(section, (thing, LABEL, ox.Literal(name)), place)
        return thing

    def _individuals(self, kind: str) -> dict[str, ox.NamedNode]:
        if kind not in self.individuals:
            self.individuals[kind] = dict(_names(self.graph, kind))
        return self.individuals[kind]

    def _say(self, section: Section, triple: Triple, place: LiftedPlace) -> None:
        self.lifted.triples.setdefault(tenant_graph(section.name), []).append(triple)
        self.lifted.places.setdefault(triple, place)


_CLOSED = (GGEN + "Isolation", GGEN + "BoundedContext")
"""The classes whose things a name must find; of others, an unknown name makes a new thing."""

_WANTED = {
    XSD + "string": "text in quotes",
    XSD + "boolean": "true or false",
    XSD + "integer": "a whole number",
    XSD + "decimal": "a number",
}


def _settings(graph: Graph) -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for row in graph.select(_KEYS):
        kind, domain = row["range"], row["domain"]
        is_object = row["object"].value == "true"
        setting = Setting(row["property"], kind.value if kind else "", is_object, domain.value if domain else "")
        found.setdefault(row["key"].value, setting)
    return found


def _names(graph: Graph, kind: str) -> Iterator[tuple[str, ox.NamedNode]]:
    """The names under which the things of a class may be spoken of. A thing of the model stands last and so wins."""
    rows = [(row["thing"], row["label"]) for row in graph.select(_INDIVIDUALS % kind)]
    named = [(thing, label) for thing, label in rows if isinstance(thing, ox.NamedNode)]
    for thing, label in sorted(named, key=lambda row: not row[0].value.startswith(GGEN)):
        yield plain(thing.value.rpartition("#")[2].rpartition("/")[2]), thing
        if label is not None:
            yield plain(label.value), thing


def _kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def _literal(item: object, datatype: str) -> ox.Literal | None:
    fits = {
        XSD + "string": isinstance(item, str),
        XSD + "boolean": isinstance(item, bool),
        XSD + "integer": isinstance(item, int) and not isinstance(item, bool),
        XSD + "decimal": isinstance(item, int | float) and not isinstance(item, bool),
    }
    if not fits.get(datatype, isinstance(item, str | int | float)):
        return None
    text = str(item).lower() if isinstance(item, bool) else str(item)
    return stored(text, ox.NamedNode(datatype)) if datatype else ox.Literal(text)


def _wrong_item(path: Path, wanted: str, item: object, span: Span) -> Diagnostic:
    label = Label(span, f"this is {kind_of(item)}")
    return Diagnostic("source/setting-type", f"`{path[-1]}` must be {wanted}", (label,))


def _unknown_value(kind: str, name: str, span: Span, known: Mapping[str, ox.NamedNode]) -> Diagnostic:
    names = sorted({_kebab(iri.value.rpartition("#")[2]) for iri in known.values()})
    guess = nearest(name, names)
    return Diagnostic(
        "source/unknown-value",
        f"there is no {_kebab(kind.rpartition('#')[2])} `{name}`",
        (Label(span, "unknown value"),),
        notes=(f"known here: {', '.join(f'`{one}`' for one in names)}",),
        fix=Fix("a value with a similar name exists", span, f'"{guess}"') if guess else None,
    )
