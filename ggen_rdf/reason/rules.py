"""Draws every conclusion from a graph: rules are run until none has anything to add.

In: a graph, and the root of a workspace whose `ontologies/rules/` is searched before ggen's. Out: the conclusions, in
the graph INFERRED and in a Closure that knows which rule drew each, and diagnostics for rules that cannot be run.

A rule runs when every `when` of its headers occurs, and again when something new concerns it. Each run adds what is
neither asserted nor concluded yet, as one step; the premises of a conclusion are always asserted or of an earlier step.
A rule that asks for what is absent (NOT EXISTS, MINUS, OPTIONAL, GROUP BY) waits until the others have nothing to add.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.graph import INFERRED, Graph, Term, Triple
from ggen_rdf.reason.closure import Closure, Step
from ggen_rdf.reason.headed import RDF_TYPE, occurs, read_queries, syntax_error
from ggen_rdf.reason.rule import Rule


def close(graph: Graph, root: str | None = None) -> tuple[Closure, list[Diagnostic]]:
    """Add to the graph everything that follows from it by the rules."""
    rules = [Rule(query) for query in read_queries("rules", root)]
    run = _Run(graph, [rule for rule in rules if rule.fault is None])
    run.due.update(dict.fromkeys(run.rules))
    closure = run.finished(())
    return closure, [*(rule.fault for rule in rules if rule.fault), *run.diagnostics]


def close_further(closure: Closure, graph: Graph, added: Iterable[Triple]) -> tuple[Closure, list[Diagnostic]]:
    """Add what follows further from triples that were added to a closed graph, or to a copy of it."""
    run = _Run(graph, list(closure.rules))
    run.stir((predicate, value if predicate == RDF_TYPE else None) for _, predicate, value in added)
    return run.finished(closure.steps), run.diagnostics


_MOST_RUNS = 1_000

_IN_INFERRED = f" {INFERRED} .\n".encode()


class _Run:
    """One closing under way: which rules still have to run, and what they concluded so far."""

    def __init__(self, graph: Graph, rules: list[Rule]) -> None:
        self.graph = graph
        self.rules = sorted(rules, key=lambda rule: rule.waits)
        self.due: dict[Rule, set[str] | None] = {}
        self.known: dict[str, bool] = {}
        self.runs: dict[Rule, int] = {}
        self.steps: list[Step] = []
        self.diagnostics: list[Diagnostic] = []

    def finished(self, before: tuple[Step, ...]) -> Closure:
        """Run rules until none is due."""
        rules = tuple(self.rules)
        while (rule := self.next_rule()) is not None:
            self.step(rule)
        return Closure(self.graph, (*before, *self.steps), rules)

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
        quads = self.conclusions(rule, self.due.pop(rule))
        if not quads or self.endless(rule):
            return
        self.graph.store.extend(quads)
        self.steps.append(Step(rule, list(quads)))
        self.stir(set(quads.values()))

    def stir(self, new: Iterable[_Key]) -> None:
        """Make due whatever rule is concerned by new triples."""
        keys = set(new)
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

    def endless(self, rule: Rule) -> bool:
        """Whether a rule goes on and on, making up new values; it is then given up."""
        self.runs[rule] = self.runs.get(rule, 0) + 1
        if self.runs[rule] <= _MOST_RUNS:
            return False
        message = f"this rule still concludes something new after {_MOST_RUNS:,} runs"
        help_text = "let it conclude only terms that occur in the model"
        self.diagnostics.append(Diagnostic("reason/endless-rule", message, (rule.label(),), help=help_text))
        self.rules.remove(rule)
        return True

    def conclusions(self, rule: Rule, classes: set[str] | None) -> dict[ox.Quad, _Key]:
        """What a rule concludes that is new, as quads of the graph INFERRED, each with its key."""
        try:
            found = self.graph.query(rule.text_for(classes))
        except SyntaxError as error:
            self.diagnostics.append(syntax_error(rule.query, error, "reason/rule-syntax", "rule"))
            return {}
        # By way of text, because a quad that is made of Python terms takes twice as long.
        text: bytes = found.serialize(format=ox.RdfFormat.N_TRIPLES)  # type: ignore
        quads = ox.parse(text.replace(b" .\n", _IN_INFERRED), format=ox.RdfFormat.N_QUADS)
        keys = {quad: _key(quad) for quad in quads}
        known = {key: self.subjects(key) for key in set(keys.values())}
        # Not sorted: a store is a set, and which came first is never shown.
        return {quad: key for quad, key in keys.items() if quad.subject not in known[key] or not self.holds(quad)}

    def subjects(self, key: _Key) -> set[object]:
        """What the key is already said of."""
        return {quad.subject for quad in self.graph.quads(None, *key)}

    def holds(self, quad: ox.Quad) -> bool:
        """Whether a conclusion is known already, or asserted."""
        return quad in self.graph.store or (quad.subject, quad.predicate, quad.object) in self.graph  # type: ignore


_Key = tuple[ox.NamedNode, Term | None]


def _key(quad: ox.Quad) -> _Key:
    """What other rules look for: the predicate; of a membership, also the class."""
    predicate = quad.predicate
    return (predicate, quad.object) if predicate == RDF_TYPE else (predicate, None)  # type: ignore[return-value]
