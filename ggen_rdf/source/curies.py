"""Writes terms as the user would.

In: the texts of the workspace, for the prefixes they declare. Out: a term as a curie, a literal as Turtle has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from ggen_rdf.diagnostics import Source
from ggen_rdf.graph import Term
from ggen_rdf.source.documents import LIFTED
from ggen_rdf.source.terms import RDF, XSD

KNOWN = {
    "ggen": "https://w3id.org/ggen#",
    "sh": "http://www.w3.org/ns/shacl#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": XSD,
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
}
"""Prefixes for the namespaces that ggen speaks of, for files that declare none of their own."""

_DECLARED = (
    re.compile(r"(?im)^[ \t]*@?prefix\s+([^\s:]*):\s*<([^>\s]+)>"),
    re.compile(r"""xmlns:([\w.-]+)\s*=\s*["']([^"']+)["']"""),
    re.compile(r'"([\w-]*)"\s*:\s*"([a-z][^"\s]*[#/])"'),
)
_LOCAL = re.compile(r"(?:[\w](?:[\w.-]*[\w-])?)?$")
_BARE = {XSD + name for name in ("integer", "decimal", "double", "boolean")}


class Curies:
    """The prefixes of the user's files; the first file that names a namespace decides how it is written."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._prefixes: dict[str, str] = {}
        for source in sources:
            for prefix, namespace in declared_prefixes(source):
                self._prefixes.setdefault(namespace, prefix)
        for prefix, namespace in KNOWN.items():
            self._prefixes.setdefault(namespace, prefix)

    def write(self, term: Term | ox.Triple) -> str:
        """A term with the prefixes of the user's files. A blank node has no name worth showing."""
        if isinstance(term, ox.NamedNode):
            return self._iri(term.value)
        if isinstance(term, ox.BlankNode):
            return "[ … ]"
        if isinstance(term, ox.Literal):
            return self._literal(term)
        return "<<( … )>>"

    def _iri(self, iri: str) -> str:
        if iri.startswith(LIFTED):
            kind, _, name = iri[len(LIFTED) :].partition("/")
            return f"tenant.{name}" if kind == "tenant" else name or "tenant.global"
        cut = max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1
        prefix = self._prefixes.get(iri[:cut])
        if prefix is not None and _LOCAL.match(iri[cut:]):
            return f"{prefix}:{iri[cut:]}"
        return f"<{iri}>"

    def _literal(self, literal: ox.Literal) -> str:
        if literal.datatype.value in _BARE:
            return literal.value
        text = str(ox.Literal(literal.value))
        if literal.language:
            return f"{text}@{literal.language}"
        return text if literal.datatype.value == XSD + "string" else f"{text}^^{self._iri(literal.datatype.value)}"


def declared_prefixes(source: Source) -> list[tuple[str, str]]:
    """The prefixes that a file declares, with their namespaces, in the order in which they stand."""
    return [(match[1], match[2]) for match in declarations(source)]


def declarations(source: Source) -> Iterator[re.Match[str]]:
    """Where a file declares its prefixes: the first group is the prefix, the second its namespace."""
    kind = 2 if source.path.endswith(".jsonld") else 1 if source.path.endswith((".rdf", ".owl")) else 0
    return _DECLARED[kind].finditer(source.text)


def prefixes(sources: Iterable[Source]) -> dict[str, str]:
    """Every prefix that a query may use undeclared: those of the user's files, the first to declare one winning."""
    found: dict[str, str] = {}
    for source in sources:
        for prefix, namespace in declared_prefixes(source):
            found.setdefault(prefix, namespace)
    return {**KNOWN, **found}
