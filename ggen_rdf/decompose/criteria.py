"""Reads the criteria and asks the graph what each has to say.

In: a closed graph, and the aggregates that count, or all. Out: findings, or a diagnostic at a criterion that is wrong.
A criterion whose query selects ?one, ?other and ?points scores pairs; one of ?atom and ?level by how far two are apart;
one of ?atom and ?group by whether two are in the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal, InvalidOperation
from itertools import combinations

import pyoxigraph as ox

from ggen_rdf.decompose.records import UNIT, Atom, Coupling, Criterion, Evidence, Findings, Group, Score
from ggen_rdf.diagnostics import Diagnostic, Label, Span
from ggen_rdf.graph import Graph, Term

_GGEN = "https://w3id.org/ggen#"
_MOST = 10
_GREATEST = 1000 * UNIT
_FORMS = ({"one", "other", "points"}, {"atom", "level"}, {"atom", "group"})
Locate = Callable[[Term], Span | None]
Pairs = dict[tuple[int, int], tuple[int, list[Evidence]]]


def find(graph: Graph, only: Collection[Term] | None, locate: Locate) -> tuple[Findings, list[Diagnostic]]:
    """What all criteria say of the aggregates of a model, or of some of them."""
    atoms = atoms_of(graph, only)
    number = {atom.node: at for at, atom in enumerate(atoms)}
    scores: dict[tuple[int, int], list[Score]] = defaultdict(list)
    groups: dict[str, list[Group]] = {"Predefining": [], "Confining": []}
    problems: list[Diagnostic] = []
    for criterion in criteria_of(graph):
        asked = _Asking(criterion, number)
        problem = asked.ask(graph)
        if problem is not None:
            problems.append(_wrong(criterion, problem, locate))
        elif criterion.kind in groups:
            groups[criterion.kind] += asked.as_groups()
        else:
            for pair, score in asked.as_scores():
                scores[pair].append(score)
    couplings = tuple(Coupling(*pair, tuple(scores[pair])) for pair in sorted(scores))
    return Findings(atoms, couplings, tuple(groups["Predefining"]), tuple(groups["Confining"]), limit(graph)), problems


def atoms_of(graph: Graph, only: Collection[Term] | None) -> tuple[Atom, ...]:
    """The aggregates, by name: what is said of the parts of one is said of it."""
    rows = graph.select(
        f"SELECT ?x (MIN(?n) AS ?name) (MIN(?c) AS ?context) {{ ?x a <{_GGEN}AggregateRoot> ; <{_GGEN}name> ?n ;"
        f" <{_GGEN}context>/<{_GGEN}name> ?c }} GROUP BY ?x"
    )
    found = (Atom(x, name.value, context.value) for x, name, context in rows if only is None or x in only)
    return tuple(sorted(found, key=lambda atom: (atom.name, atom.context, str(atom.node))))


def criteria_of(graph: Graph) -> list[Criterion]:
    """The criteria that count, by their IRI."""
    rows = graph.select(f"""
        PREFIX ggen: <{_GGEN}>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?x (MIN(STR(?kind)) AS ?of) (MIN(?query) AS ?asks) (MIN(?said) AS ?own) (MIN(?default) AS ?usual)
               (MIN(STR(?label)) AS ?name)
        {{ ?x a ggen:CouplingCriterion ; ggen:criterionKind ?kind ; ggen:scoredBy ?query
           OPTIONAL {{ ?x ggen:weight ?said }} OPTIONAL {{ ?x ggen:defaultWeight ?default }}
           OPTIONAL {{ ?x rdfs:label ?label }} }}
        GROUP BY ?x ORDER BY ?x""")
    found = []
    for x, kind, query, own, usual, name in rows:
        local = x.value.rsplit("#")[-1].rsplit("/")[-1]
        weight = _ten_thousandths(own or usual, UNIT)
        if weight:
            found.append(Criterion(x, name.value if name else local, kind.value.rsplit("#")[-1], weight, query.value))
    return found


def limit(graph: Graph) -> int:
    """The mean coupling from which on aggregates are one service."""
    node = ox.NamedNode(_GGEN + "CouplingDecomposition")
    for key in ("limit", "defaultLimit"):
        said = sorted(str(quad.object.value) for quad in graph.quads(node, ox.NamedNode(_GGEN + key)))  # type: ignore
        if said:
            return _ten_thousandths(ox.Literal(said[0]), UNIT // 2)
    return UNIT // 2


def _ten_thousandths(literal: Term | None, otherwise: int) -> int:
    try:
        return max(0, min(int(Decimal(str(literal.value)) * UNIT), _GREATEST)) if literal is not None else otherwise
    except (InvalidOperation, ValueError, OverflowError):
        return otherwise


def _wrong(criterion: Criterion, problem: str, locate: Locate) -> Diagnostic:
    span = locate(criterion.node)
    return Diagnostic(
        "decompose/criterion",
        f"the criterion `{criterion.name}` cannot be asked",
        (Label(span, problem),) if span else (),
        notes=() if span else (problem,),
        help="let `ggen:scoredBy` select ?one ?other ?points, ?atom ?level, or ?atom ?group",
    )


class _Asking:
    """The answers to the question of one criterion."""

    def __init__(self, criterion: Criterion, number: dict[Term, int]) -> None:
        self.criterion, self.number = criterion, number
        self.rows: list[dict[str, Term | None]] = []
        self.form: set[str] = set()

    def ask(self, graph: Graph) -> str | None:
        """Ask; what is wrong with the question, if anything is."""
        try:
            answer = graph.query(self.criterion.query)
        except SyntaxError as error:
            return str(error).splitlines()[0]
        if not isinstance(answer, ox.QuerySolutions):
            return "its query is no SELECT"
        names = [variable.value for variable in answer.variables]
        self.form = next((form for form in _FORMS if form <= set(names)), set())
        wants_groups = self.criterion.kind in ("Predefining", "Confining")
        if not self.form or (wants_groups and "group" not in self.form):
            return "its query selects other variables"
        self.rows = [dict(zip(names, row, strict=True)) for row in answer]
        return None

    def as_scores(self) -> Iterator[tuple[tuple[int, int], Score]]:
        """The pairs of which something is to be said."""
        sign = -1 if self.criterion.kind == "Separating" else 1
        found = self._pairs() if "one" in self.form else self._levels() if "level" in self.form else self._same()
        for pair in sorted(found):
            points, evidence = found[pair]
            points = min(points, _MOST)
            counts = sign * (points * self.criterion.weight // _MOST)
            if counts:
                yield pair, Score(self.criterion, points, counts, _ordered(evidence))

    def as_groups(self) -> list[Group]:
        """The groups, by their key. What is in several is in the first of them."""
        atoms, evidence, taken = defaultdict(set), defaultdict(list), dict[int, str]()
        for key, atom, because in sorted(self._of_atoms("group"), key=lambda row: (str(row[0]), row[1])):
            if self.criterion.kind == "Predefining" and taken.setdefault(atom, str(key)) != str(key):
                continue
            atoms[key].add(atom)
            evidence[key].append(because)
        return [Group(self.criterion, key, tuple(sorted(atoms[key])), _ordered(evidence[key])) for key in atoms]

    def _pairs(self) -> Pairs:
        found: Pairs = {}
        for row in self.rows:
            one, other = self.number.get(row["one"]), self.number.get(row["other"])  # type: ignore[arg-type]
            points = _whole(row["points"])
            if one is not None and other is not None and one != other and points > 0:
                before, evidence = found.get(pair := (min(one, other), max(one, other)), (0, []))
                found[pair] = (before + points, [*evidence, _evidence(row)])
        return found

    def _levels(self) -> Pairs:
        level: dict[int, int] = {}
        why: dict[int, list[Evidence]] = defaultdict(list)
        for said, atom, evidence in self._of_atoms("level"):
            points = _whole(said)
            if points >= level.get(atom, 0):
                why[atom] = [*(why[atom] if points == level.get(atom) else ()), evidence]
                level[atom] = points
        return {
            (one, other): (abs(level[one] - level[other]), why[max(one, other, key=level.__getitem__)])
            for one, other in combinations(sorted(level), 2)
            if level[one] != level[other]
        }

    def _same(self) -> Pairs:
        groups, why = defaultdict(set), defaultdict(list)
        for key, atom, evidence in self._of_atoms("group"):
            groups[atom].add(key)
            why[atom].append(evidence)
        wanted = self.criterion.kind == "Cohesive"
        return {
            (one, other): (_MOST, [*why[one], *why[other]])
            for one, other in combinations(sorted(groups), 2)
            if bool(groups[one] & groups[other]) == wanted
        }

    def _of_atoms(self, column: str) -> Iterator[tuple[Term, int, Evidence]]:
        for row in self.rows:
            atom, value = self.number.get(row["atom"]), row[column]  # type: ignore[arg-type]
            if atom is not None and value is not None:
                yield value, atom, _evidence(row)


def _whole(term: Term | None) -> int:
    try:
        return max(0, int(Decimal(str(term.value)))) if term is not None else 0
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def _evidence(row: dict[str, Term | None]) -> Evidence:
    because, says = row.get("because"), row.get("says")
    named = because if isinstance(because, ox.NamedNode) else None
    return Evidence(named, str(says.value) if isinstance(says, ox.Literal) else "")


def _ordered(evidence: list[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(set(evidence), key=lambda one: (one.says, str(one.because))))
