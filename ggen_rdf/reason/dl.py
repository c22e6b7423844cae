"""The complete check: HermiT looks for what the clashes may have missed.

In: a closed graph that no clash was found in, and where statements stand. Out: a diagnostic if the model contradicts
itself, and one for each class that can have no members; HermiT only says that it is so, hence the axioms are narrowed
down to those that matter, and labelled. What HermiT gets to see of the model is decided in `axioms`.
"""

from __future__ import annotations

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.graph import Graph
from ggen_rdf.reason import hermit
from ggen_rdf.reason.axioms import Axiom, Model
from ggen_rdf.reason.closure import Closure
from ggen_rdf.reason.headed import RDF_TYPE
from ggen_rdf.reason.shrink import shrink
from ggen_rdf.reason.statements import labels, statements, verdict
from ggen_rdf.reason.wording import OWL, RDFS, Locator, Words

_EXPLAINED = 5
"""So many classes without members are explained in a run; the others are named."""

_WITNESS = "https://w3id.org/ggen/reason/witness"

NO_JAVA = "reason/no-java"
"""The code of the diagnostic that says that the check could not run."""


def check_complete(graph: Graph, closure: Closure, locator: Locator) -> list[Diagnostic]:
    """What HermiT finds wrong with the model."""
    program = hermit.java()
    if program is None:
        return [_no_java()]
    try:
        return _judged(Model(graph), closure, Words(graph, locator), program)
    except hermit.HermitError as error:
        message = "HermiT cannot judge this model"
        return [Diagnostic("reason/not-judged", message, notes=(str(error),), help="run without `--complete`")]


def _no_java() -> Diagnostic:
    return Diagnostic(
        NO_JAVA,
        "the complete check needs Java, which is not installed",
        notes=("HermiT, the OWL 2 DL reasoner behind `--complete`, is a Java program",),
        help="install a Java runtime of version 8 or later, e.g. `apt-get install default-jre-headless`,\n"
        "or run `ggen check` without `--complete`",
    )


def _judged(model: Model, closure: Closure, words: Words, program: str) -> list[Diagnostic]:
    answer = hermit.classify(program, model.ontology(model.axioms))
    if not answer.consistent:
        core, exact = _core(model, program, [])
        message = f"{len(core)} statements of the model contradict each other" if exact else _ABOUT
        return [_diagnostic("reason/inconsistent", message, core, exact, closure, words, None)]
    roots = _roots(model, answer.empty)
    found = []
    for name in roots[:_EXPLAINED]:
        core, exact = _core(model, program, [f"<{_WITNESS}> {RDF_TYPE} <{name}> ."])
        message = f"nothing can be {words.a(ox.NamedNode(name))}"
        found.append(_diagnostic("reason/unsatisfiable", message, core, exact, closure, words, name))
    return found


_ABOUT = "the model contradicts itself"


def _roots(model: Model, empty: tuple[str, ...]) -> list[str]:
    """The classes without members that do not merely inherit it."""
    below = {
        axiom.triple[0].value
        for axiom in model.axioms
        if axiom.triple[1].value == RDFS + "subClassOf"
        and isinstance(axiom.triple[0], ox.NamedNode)
        and isinstance(axiom.triple[2], ox.NamedNode)
        and axiom.triple[2].value in empty
    }
    return [name for name in empty if name not in below] or list(empty)


def _core(model: Model, program: str, witness: list[str]) -> tuple[list[Axiom], bool]:
    """A smallest set of axioms that contradict each other, given that a class has a member."""

    def first_bad(parts: list[list[Axiom]]) -> int | None:
        return hermit.first_inconsistent(program, [[*witness, *model.ontology(part)] for part in parts])

    return shrink(model.axioms, first_bad)


def _diagnostic(
    code: str, message: str, core: list[Axiom], exact: bool, closure: Closure, words: Words, about: str | None
) -> Diagnostic:
    triples = [triple for axiom in core for triple in _spoken(closure.graph, axiom)]
    found = statements(closure, words, [(triple, "") for triple in triples])
    marks, notes = labels(found)
    if about is None:
        last = verdict(found) if exact else "some of these statements contradict each other"
    else:
        last = "together they leave the class without members" if exact else "some of these leave it without members"
    help_text = "take one of the statements away, or weaken it"
    return Diagnostic(code, message, marks, (*notes, last, "found by HermiT"), help_text, about=about)


def _spoken(graph: Graph, axiom: Axiom) -> list[tuple[ox.NamedNode | ox.BlankNode, ox.NamedNode, ox.NamedNode]]:
    """The triple to show for an axiom: of a list of disjoint classes, the list."""
    subject, predicate, _ = axiom.triple
    if predicate == RDF_TYPE and isinstance(subject, ox.BlankNode):
        for name in ("members", "distinctMembers", "sourceIndividual"):
            for quad in graph.quads(subject, ox.NamedNode(OWL + name)):
                return [(subject, quad.predicate, quad.object)]  # type: ignore[list-item]
    return [axiom.triple]  # type: ignore[list-item]
