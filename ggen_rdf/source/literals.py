"""Takes the literals of secrets out of what was read, before anything else sees them.

In: the loaded graph, what finds the place of a triple, and the TOML texts. Out: the values found, so that no diagnostic
quotes them, and an error at each. The triples are gone from the graph: no query, report or template can show them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.graph import Graph
from ggen_rdf.source.documents import GGEN
from ggen_rdf.source.locate import Locator
from ggen_rdf.source.masking import hidden, merged
from ggen_rdf.source.secrets import Secret, broken_reference, reference
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
      FILTER(!isBlank(?o))
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
    said = []
    for setting, s, p, o in list(graph.select(_LITERALS)):
        span = locate.triple(s, p, o)
        for quad in list(graph.quads(s, p, o)):
            graph.store.remove(quad)
        found += [Secret(o.value, span), *([Secret(_inside(span.text))] if span else [])]
        said.append((f"`{locate.curie(setting)}` is a secret, and a value of it stands in the model", span))
    places = [secret.place for secret in found if secret.place]
    problems = [in_the_open(message, span, places) for message, span in said]
    names = {plain(name) for name in secret_names(graph)}
    keys = {plain(name) for name in _keys(graph)}
    for text in texts:
        if text.path.endswith(".toml"):
            values = [*_in_toml(text, names)]
            found += [secret for _, secret in values]
            problems += _for_packs(values, keys)
    return found, problems


def _for_packs(values: Sequence[tuple[Path, Secret]], keys: set[str]) -> Iterator[Diagnostic]:
    """An error for each value of a secret that a pack would be given; `keys` are how secrets are called there."""
    places = [secret.place for _, secret in values if secret.place]
    for path, secret in values:
        if secret.place and len(path) == 4 and path[0] == "pack" and path[2] == "vars" and plain(path[3]) in keys:
            yield written_out(path[3], secret, secret.place, places)


def written_out(name: str, secret: Secret, span: Span | None, places: Sequence[Span] = ()) -> Diagnostic:
    """The diagnostic for a variable that is secret, and whose value stands in a file."""
    if not broken_reference(secret.reveal()):
        return in_the_open(f"`{name}` is a secret, and its value stands in a file", span, places)
    labels = () if span is None else (unseen(span, "this is not `${VARIABLE}`", [span, *places]),)
    return half_referred(name, labels, typed=False)


def half_referred(name: str, labels: tuple[Label, ...], typed: bool) -> Diagnostic:
    """The diagnostic for a secret that would be taken as it is written, `$` and all."""
    written = f"`'{name}=${{VARIABLE}}'`, in single quotes" if typed else f'`{name} = "${{VARIABLE}}"`'
    return Diagnostic(
        "secret/reference",
        f"the secret `{name}` names an environment variable in a way that ggen does not look up",
        labels,
        notes=("what is looked up is `${VARIABLE}`, with braces, and as the whole value",),
        help=f"write {written}; what is to stand around it, or a value with such a `$` in it, goes into the variable",
    )


def in_the_open(message: str, span: Span | None, places: Sequence[Span] = ()) -> Diagnostic:
    """The diagnostic for a secret in a file that anybody may read; its value is not shown, nor what is in `places`."""
    labels = () if span is None else (unseen(span, "this file is read by everybody", [span, *places]),)
    return Diagnostic(
        "secret/literal",
        message,
        labels,
        notes=("whoever can read the file, or its history, knows the secret: change it",),
        help="take it out; give it to `ggen gen` with `--vars NAME='${VARIABLE}' --secrets-file FILE`",
    )


def unseen(span: Span, text: str, places: Sequence[Span]) -> Label:
    """A label in a text that does not show what stands in some places."""
    same = merged((place.start, place.end) for place in places if place.source == span.source)
    source, moved = hidden(span.source, same)
    return Label(Span(source, moved(span.start), moved(span.end)), text)


def _inside(token: str) -> str:
    """What stands between the quotes."""
    token = re.sub(r"(?:@[\w-]+|\^\^\S+)$", "", token.strip())
    for quote in ('"""', "'''", '"', "'"):
        if token.startswith(quote) and token.endswith(quote) and len(token) >= 2 * len(quote):
            return token[len(quote) : -len(quote)]
    return token


def secret_names(graph: Graph) -> Iterator[str]:
    """What the secret settings of the model are called."""
    for row in graph.select(_NAMES):
        yield re.split(r"[/#:]", row["setting"].value)[-1]
        if row["name"] is not None:
            yield row["name"].value


def _keys(graph: Graph) -> Iterator[str]:
    """What variables are called that stand for secret settings: a local name only where there is no other."""
    for row in graph.select(_NAMES):
        yield row["name"].value if row["name"] is not None else re.split(r"[/#:]", row["setting"].value)[-1]


def plain(name: str) -> str:
    """A name without what spellings differ in."""
    return "".join(c for c in unicodedata.normalize("NFKD", name).lower() if c.isalnum())


def _in_toml(source: Source, names: set[str]) -> Iterator[tuple[Path, Secret]]:
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
        elif path and plain(path[-1]) in names and not (isinstance(value, str) and reference(value)):
            place = places.values.get(path)
            yield path, Secret(str(value), Span(source, *place) if place else None)
            if place:
                yield path, Secret(_inside(source.text[slice(*place)]))
