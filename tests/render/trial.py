"""Renders a pack over the small model of this folder, without the rooms around rendering."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox

from ggen_rdf.artefact import Artefact
from ggen_rdf.constraints import shapes_in
from ggen_rdf.diagnostics import Diagnostic, ordered
from ggen_rdf.diagnostics.render import full
from ggen_rdf.graph import Graph
from ggen_rdf.render import Given
from ggen_rdf.render.generate import Model, Order, Packs, prepare, produce

MODEL = Path(__file__).parent / "model.ttl"

PACK = "template: trial\nversion: 1.0.0\ndescription: A trial.\ntarget: rust\n"
CONTEXT = """#: level: context
PREFIX ggen: <https://w3id.org/ggen#>
SELECT ?context ?name WHERE { ?context a ggen:BoundedContext ; ggen:name ?name } ORDER BY ?context
"""
AGGREGATE = """#: level: aggregate within context
PREFIX ggen: <https://w3id.org/ggen#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?context ?aggregate ?name ?comment
WHERE { ?aggregate a ggen:AggregateRoot ; ggen:context ?context ; ggen:name ?name ; rdfs:comment ?comment }
ORDER BY ?aggregate
"""
ATTRIBUTE = """#: level: attribute within aggregate
PREFIX ggen: <https://w3id.org/ggen#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?aggregate ?attribute ?name ?datatype ?shape
WHERE {
  ?aggregate a ggen:AggregateRoot ; sh:property ?shape .
  ?shape sh:path ?attribute ; ggen:name ?name ; sh:datatype ?datatype
}
ORDER BY ?aggregate ?attribute
"""
FILES = {"pack.yaml": PACK, "context.rq": CONTEXT, "aggregate.rq": AGGREGATE, "attribute.rq": ATTRIBUTE}


def graph_of(text: str) -> Graph:
    """A graph with one document."""
    graph = Graph()
    graph.load(text.encode(), ox.RdfFormat.TURTLE, "file:///model.ttl")
    return graph


def run(
    folder: Path,
    files: dict[str, str],
    given: dict[str, str] | None = None,
    model: str | None = None,
    whole: bool = True,
) -> tuple[list[Artefact], list[Diagnostic]]:
    """Generate the pack made of `files` (besides the usual ones) over the model."""
    for name, text in {**FILES, **files}.items():
        path = folder / "templates" / "trial" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    graph = graph_of(model or MODEL.read_text())
    shapes = shapes_in(graph)
    order = Order("trial", {k: Given(v, None) for k, v in (given or {}).items()}, "", whole)
    model_ = Model(graph, "trial", shapes.get, lambda _term: None)
    packs = Packs(str(folder))
    job, problems = prepare(order, packs, model_.graph)
    if job is None:
        return [], problems
    artefacts, more = produce(job, packs, model_, lambda *_: False)
    return artefacts, problems + more


def shown(artefacts: list[Artefact], problems: list[Diagnostic]) -> str:
    """What came out, as text."""
    # The hash in the header also covers the target, which these cases are not about.
    parts = [f"== {a.path}\n{re.sub('sha256:[0-9a-f]{12}', 'sha256:…', a.data.decode())}" for a in artefacts]
    return "".join(parts) + "".join(f"{full(p)}\n\n" for p in ordered(problems))
