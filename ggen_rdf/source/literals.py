"""Takes the literals of secrets out of what was read, before anything else sees them.

In: the loaded graph, what finds the place of a triple, and the TOML texts. Out: the values found, so that no diagnostic
quotes them, and an error at each. The triples are gone from the graph: no query, report or template can show them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.graph import Graph
from ggen_rdf.source.documents import GGEN
from ggen_rdf.source.locate import Locator
from ggen_rdf.source.masking import hidden
from ggen_rdf.source.secrets import Secret, reference
from ggen_rdf.source.toml_places import Path, toml_places

_SECRET = ox.NamedNode(GGEN + "secret")
_LITERALS = """
    PREFIX ggen: <https://w3id.org/ggen#>
    PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
    PREFIX sh: <http://www.w3.org/ns/shacl#>
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT DISTINCT ?setting ?s ?p ?o {
      { ?setting ggen:secret true . ?s ?setting ?o BIND(?setting AS ?p) }
      UNION {
        VALUES ?p { sh:defaultValue sh:hasValue skos:example }
        ?setting ggen:secret true . ?setting ?p ?o BIND(?setting AS ?s)
      }
      UNION { ?setting ggen:secret true . ?setting sh:in/rdf:rest* ?s . ?s rdf:first ?o BIND(rdf:first AS ?p) }
      FILTER(isLiteral(?o))
    } ORDER BY ?setting ?s ?p ?o
"""
_NAMES = """
    PREFIX ggen: <https://w3id.org/ggen#>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    PREFIX sh: <http://www.w3.org/ns/shacl#>
    SELECT ?setting ?name { ?setting ggen:secret true OPTIONAL { ?setting sh:codeIdentifier|rdfs:label ?name } }
"""


def withdraw(graph: Graph, locate: Locator, texts: Iterable[Source]) -> tuple[list[Secret], list[Diagnostic]]:
    """Take out every literal that stands for a secret; those in TOML stay where they are and are only known."""
    if next(graph.quads(None, _SECRET), None) is None:
        return [], []
    found: list[Secret] = []
    problems = []
    for setting, s, p, o in list(graph.select(_LITERALS)):
        span = locate.triple(s, p, o)
        for quad in list(graph.quads(s, p, o)):
            graph.store.remove(quad)
        found += [Secret(o.value), *([Secret(_inside(span.text))] if span else [])]
        message = f"`{locate.curie(setting)}` is a secret, and a value of it stands in the model"
        problems.append(in_the_open(message, span))
    names = {_plain(name) for name in _names(graph)}
    for text in texts:
        if text.path.endswith(".toml"):
            found += _in_toml(text, names)
    return found, problems


def in_the_open(message: str, span: Span | None) -> Diagnostic:
    """The diagnostic for a secret in a file that anybody may read; its value is not shown."""
    labels: tuple[Label, ...] = ()
    if span is not None:
        source, moved = hidden(span.source, [(span.start, span.end)])
        labels = (Label(Span(source, span.start, moved(span.end)), "this file is read by everybody"),)
    return Diagnostic(
        "secret/literal",
        message,
        labels,
        notes=("whoever can read the file, or its history, knows the secret: change it",),
        help="take it out; give it to `ggen gen` with `--vars NAME='${VARIABLE}' --secrets-file FILE`",
    )


def _inside(token: str) -> str:
    """What stands between the quotes."""
    token = re.sub(r"(?:@[\w-]+|\^\^\S+)$", "", token.strip())
    for quote in ('"""', "'''", '"', "'"):
        if token.startswith(quote) and token.endswith(quote) and len(token) >= 2 * len(quote):
            return token[len(quote) : -len(quote)]
    return token


def _names(graph: Graph) -> Iterator[str]:
    for row in graph.select(_NAMES):
        yield re.split(r"[/#:]", row["setting"].value)[-1]
        if row["name"] is not None:
            yield row["name"].value


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _in_toml(source: Source, names: set[str]) -> Iterator[Secret]:
    """The values of keys that are called like a secret, as they are and as they are written."""
    try:
        tables = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError:
        return
    places = toml_places(source.text)
    pending: list[tuple[Path, object]] = [((), tables)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            pending += [((*path, key), inner) for key, inner in value.items()]
        elif path and _plain(path[-1]) in names and isinstance(value, str) and not reference(value):
            yield Secret(value)
            place = places.values.get(path)
            if place:
                yield Secret(_inside(source.text[slice(*place)]))
