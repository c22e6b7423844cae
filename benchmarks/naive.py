"""The same work done the obvious way: rdflib, pySHACL, one query per entity, plain Jinja2.

In: a workspace of `benchmarks.model` and the folder to write to. Out: the files of `benchmarks/pack`, and on stdout the
seconds each stage took. The shapes are ggen's own; names are labels, as no rules run.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query

ROOT = Path(__file__).resolve().parent.parent
PACK = ROOT / "benchmarks" / "pack"


def main(workspace: Path, output: Path, checked: bool) -> None:
    """Run every stage and say how long it took."""
    start = time.perf_counter()
    graph = parse(workspace)
    parsed = time.perf_counter()
    if checked:
        check(graph)
    ended = time.perf_counter()
    files = generate(graph, output)
    written = time.perf_counter()
    print(f"{len(graph)} triples, {files} files")
    print(f"parse {parsed - start:.2f} check {ended - parsed:.2f} generate {written - ended:.2f}")


def parse(workspace: Path) -> rdflib.Graph:
    """The model and ggen's vocabulary as one graph."""
    graph = rdflib.Graph()
    for path in sorted([*(workspace / "model").glob("*.ttl"), *(ROOT / "ontologies" / "ggen").glob("*.ttl")]):
        graph.parse(path, format="turtle")
    return graph


def check(graph: rdflib.Graph) -> None:
    """Validate the model with pySHACL. What it finds is not looked at: the shapes expect ggen's conclusions too."""
    import pyshacl

    shapes = rdflib.Graph().parse(ROOT / "shapes" / "model.ttl", format="turtle")
    pyshacl.validate(graph, shacl_graph=shapes, inference="rdfs", advanced=True)


def generate(graph: rdflib.Graph, output: Path) -> int:
    """Query, render and write one aggregate after the other; gives the number of files."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (PACK / name).read_text()),
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters.update(FILTERS)
    templates = list(read_templates(environment))
    queries = {path.stem: prepared(path.read_text()) for path in PACK.glob("*.rq")}
    count = 0
    for row in graph.query(queries["aggregate"]):
        aggregate = row.asdict()
        collect(graph, queries, aggregate)
        for to, template in templates:
            path = output / to.render(aggregate=aggregate)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(template.render(aggregate=aggregate))
            count += 1
    return count


def read_templates(environment: jinja2.Environment) -> Iterator[tuple[jinja2.Template, jinja2.Template]]:
    """The path and the body of each template of the pack."""
    for path in sorted(PACK.glob("*.rs.j2")):
        head, body = path.read_text().removeprefix("---\n").split("---\n", 1)
        to = re.search(r'^to: "(.*)"$', head, re.M)
        assert to
        yield environment.from_string(to[1]), environment.from_string(body)


def collect(graph: rdflib.Graph, queries: dict[str, Query], aggregate: dict[str, Any]) -> None:
    """Hang everything below an aggregate under it."""
    for level, below, plural in (
        ("attribute", "choice", "attributes"),
        ("event", "field", "events"),
        ("command", "parameter", "commands"),
    ):
        aggregate[plural] = rows(graph, queries[level], aggregate=aggregate["aggregate"])
        for record in aggregate[plural]:
            record[below + "s"] = rows(
                graph, queries[below], aggregate=aggregate["aggregate"], **{level: record[level]}
            )


def rows(graph: rdflib.Graph, query: Query, **bindings: rdflib.term.Node) -> list[dict[str, Any]]:
    """The rows of a query for one entity, as a dict each; a missing value is None."""
    result = graph.query(query, initBindings=bindings)
    return [{str(v): value(row[v]) for v in result.vars or ()} for row in result]


def value(term: Any) -> Any:
    """A term as Python would hold it."""
    return term.toPython() if isinstance(term, rdflib.Literal) else term


def prepared(query: str) -> Query:
    """A query, parsed once, that takes labels for names."""
    prefix = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
    return prepareQuery(prefix + query.replace("ggen:name", "rdfs:label"))


def words(text: str) -> list[str]:
    """The words of a name."""
    return re.findall(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+", str(text))


def pascal(text: str) -> str:
    """The name as a type."""
    return "".join(word[:1].upper() + word[1:] for word in words(text))


def snake(text: str) -> str:
    """The name as a variable."""
    return "_".join(words(text)).lower()


FILTERS: dict[str, Callable[[str], str]] = {
    "type_name": pascal,
    "variant_name": pascal,
    "field_name": snake,
    "function_name": snake,
    "module_name": snake,
    "constant_name": lambda text: snake(text).upper(),
    "doc": lambda text: f"/// {text}",
    "module_doc": lambda text: f"//! {text}",
    "string": lambda text: '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"',
}

if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), "--unchecked" not in sys.argv)
