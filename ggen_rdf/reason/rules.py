"""Draws every conclusion from a graph: rules are run until none has anything to add.

In: a graph, and the root of a workspace whose `ontologies/rules/` is searched before ggen's. Out: the conclusions, in
the graph INFERRED and in a Closure that knows which rule drew each, and diagnostics for rules that cannot be run.

A rule runs when every `when` of its headers occurs, and again when something new concerns it. Each run adds what is
neither asserted nor concluded yet, as one step; the premises of a conclusion are always asserted or of an earlier step.
A rule that asks for what is absent (NOT EXISTS, MINUS, OPTIONAL, GROUP BY) waits until the others have nothing to add.
"""

from __future__ import annotations

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.graph import Graph, Term, Triple
from ggen_rdf.reason.closure import Closure, Step
from ggen_rdf.reason.headed import RDF_TYPE, occurs, read_queries, syntax_error
from ggen_rdf.reason.rule import Rule


def close(graph: Graph, root: str | None = None) -> tuple[Closure, list[Diagnostic]]:
    """Add to the graph everything that follows from it by the rules."""
    run = _Run(graph, [Rule(query) for query in read_queries("rules", root)])
    while (rule := run.next_rule()) is not None:
        run.step(rule)
    return Closure(graph, tuple(run.steps)), run.diagnostics


class _Run:
    """One closing under way: which rules still have to run, and what they concluded so far."""

    def __init__(self, graph: Graph, rules: list[Rule]) -> None:
        self.graph = graph
        self.rules = sorted(rules, key=lambda rule: rule.waits)
        self.due: dict[Rule, set[str] | None] = dict.fromkeys(self.rules)
        self.known: dict[str, bool] = {}
        self.steps: list[Step] = []
        self.diagnostics: list[Diagnostic] = []

    def next_rule(self) -> Rule | None:
        """The first rule that is due and whose conditions are met."""
        return next((rule for rule in self.rules if rule in self.due and self.ready(rule)), None)

    def ready(self, rule: Rule) -> bool:
        """Whether one term of each of the rule's conditions occurs."""
        return all(any(map(self.occurs, group)) for group in rule.query.conditions)

    def occurs(self, iri: str) -> bool:
        """Whether a term is in use; asked of the graph once."""
        if iri not in self.known:
            self.known[iri] = occurs(self.graph, iri)
        return self.known[iri]

    def step(self, rule: Rule) -> None:
        """Run a rule, and find the rules that its conclusions concern."""
        triples = self.conclusions(rule, self.due.pop(rule))
        if not triples:
            return
        self.graph.add(triples)
        self.steps.append(Step(rule, triples))
        keys = set(map(_key, triples))
        classes = {o.value for p, o in keys if isinstance(o, ox.NamedNode)}
        predicates = {p.value for p, _ in keys if p != RDF_TYPE}
        self.known.update(dict.fromkeys(predicates | classes, True))
        blank = any(isinstance(o, ox.BlankNode) for _, o in keys)
        for other in self.rules:
            self.awaken(other, predicates, classes, blank)

    def awaken(self, rule: Rule, predicates: set[str], classes: set[str], blank: bool) -> None:
        """Make a rule due if it may conclude more; for new memberships only, with the classes that are new to it."""
        if rule.concerned(predicates, classes) or (rule.any_class and blank):
            self.due[rule] = None
        elif rule.any_class and classes:
            before = self.due.get(rule, set())
            self.due[rule] = None if before is None else before | classes

    def conclusions(self, rule: Rule, classes: set[str] | None) -> tuple[Triple, ...]:
        """What a rule concludes that is new."""
        try:
            found = dict.fromkeys(self.graph.construct(rule.text_for(classes)))
        except SyntaxError as error:
            self.diagnostics.append(syntax_error(rule.query, error, "reason/rule-syntax", "rule"))
            return ()
        unseen = {key for key in set(map(_key, found)) if next(self.graph.quads(None, *key), None) is None}
        # Not sorted: a store is a set, and which came first is never shown.
        return tuple(triple for triple in found if _key(triple) in unseen or triple not in self.graph)


def _key(triple: Triple) -> tuple[ox.NamedNode, Term | None]:
    """What other rules look for: the predicate; of a membership, also the class."""
    return (triple[1], triple[2]) if triple[1] == RDF_TYPE else (triple[1], None)
