"""What must hold of every cut, whatever the couplings: tried on random findings, the smallest scope by brute force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from ggen_rdf.decompose.cluster import Block, clusters, forbidden, settled
from ggen_rdf.decompose.naming import services
from ggen_rdf.decompose.records import UNIT, Atom, Coupling, Criterion, Findings, Group, Score
from ggen_rdf.decompose.statements import mean

CRITERION = Criterion(ox.NamedNode("https://example.org/criterion"), "criterion", "Cohesive", UNIT, "")


def atoms(count: int) -> tuple[Atom, ...]:
    """So many aggregates of one context."""
    return tuple(Atom(ox.NamedNode(f"https://example.org/{at}"), f"A{at}", "C") for at in range(count))


def coupled(weights: dict[tuple[int, int], int]) -> tuple[Coupling, ...]:
    """Couplings of these weights."""
    return tuple(Coupling(*pair, (Score(CRITERION, 1, weight),)) for pair, weight in sorted(weights.items()) if weight)


def group(name: str, *members: int) -> Group:
    """A group of atoms."""
    return Group(CRITERION, ox.Literal(name), tuple(sorted(members)))


@st.composite
def findings(draw: st.DrawFn, most: int = 6, scopes: int = 1) -> Findings:
    """Up to so many atoms with couplings, services that are there already, and what is to be confined."""
    count = draw(st.integers(1, most))
    weight = st.integers(-UNIT, UNIT)
    weights = {pair: draw(weight) for pair in combinations(range(count), 2) if draw(st.booleans())}
    homes = [draw(st.sampled_from(["", "", "p", "q"])) for _ in range(count)]
    predefined = [
        group(name, *(at for at, home in enumerate(homes) if home == name)) for name in ("p", "q") if name in homes
    ]
    confined = []
    for number in range(draw(st.integers(0, scopes))):
        inside = draw(st.sets(st.integers(0, count - 1)))
        confined += [group(f"scope {number}", *inside)] if inside else []
    limit = draw(st.integers(1, UNIT))
    return Findings(atoms(count), coupled(weights), tuple(predefined), tuple(confined), limit)


def partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """All ways to cut a list into sets."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        for at, block in enumerate(smaller):
            yield [*smaller[:at], [first, *block], *smaller[at + 1 :]]
        yield [[first], *smaller]


def scope_of(cut: Sequence[Sequence[int]], inside: Sequence[int]) -> tuple[int, int]:
    """How many services touch what is to be confined, and how many atoms are in them."""
    touched = [block for block in cut if not set(block).isdisjoint(inside)]
    return len(touched), sum(map(len, touched))


def honours(cut: Sequence[Sequence[int]], predefined: Sequence[Group]) -> bool:
    """Whether each service that is there already is whole and alone."""
    homes = [[at for at, block in enumerate(cut) if not set(block).isdisjoint(one.atoms)] for one in predefined]
    return all(len(home) == 1 for home in homes) and len({home[0] for home in homes}) == len(homes)


@given(findings(most=12, scopes=3))
def test_every_atom_is_in_one_service(found: Findings) -> None:
    cut = clusters(found)
    assert sorted(atom for block in cut for atom in block) == list(range(len(found.atoms)))
    assert cut == sorted(tuple(sorted(block)) for block in cut)


@given(findings(most=12, scopes=3))
def test_predefined_services_are_honoured(found: Findings) -> None:
    assert honours(clusters(found), found.predefined)


@given(findings(most=6))
def test_the_smallest_scope_is_found(found: Findings) -> None:
    cut = clusters(found)
    for one in found.confined:
        every = (cut for cut in partitions(range(len(found.atoms))) if honours(cut, found.predefined))
        assert scope_of(cut, one.atoms) == min(scope_of(other, one.atoms) for other in every)


@given(findings(most=12, scopes=3))
def test_two_services_are_one_only_where_they_may_be_and_their_coupling_says_so(found: Findings) -> None:
    blocks = settled(found)
    apart = forbidden(found, blocks)
    cut = clusters(found)
    home = {atom: at for at, block in enumerate(cut) for atom in block}
    inside: dict[int, list[Block]] = {}
    for block in blocks:
        inside.setdefault(home[block[0]], []).append(block)
    for one, other in apart:
        assert home[blocks[one][0]] != home[blocks[other][0]]
    for one, other in combinations(range(len(cut)), 2):
        free = not any(
            (min(a, b), max(a, b)) in apart
            for a, x in enumerate(blocks)
            for b, y in enumerate(blocks)
            if home[x[0]] == one and home[y[0]] == other
        )
        total = sum(c.total for c in found.couplings if {home[c.one], home[c.other]} == {one, other})
        if free and total > 0:
            assert mean(found, cut[one], cut[other]) < found.limit


@given(findings(most=10, scopes=2), st.randoms(use_true_random=False))
def test_the_order_of_what_was_found_does_not_matter(found: Findings, chance: object) -> None:
    shuffled = list(found.couplings)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert clusters(replace(found, couplings=tuple(shuffled))) == clusters(found)


@given(findings(most=10, scopes=2))
def test_names_are_told_apart(found: Findings) -> None:
    named = services(found, clusters(found), lambda node: str(node.value))
    keys = ["".join(filter(str.isalnum, one.name.casefold())) for one in named]
    assert len(set(keys)) == len(keys)


def test_the_limit_itself_is_enough() -> None:
    found = Findings(atoms(2), coupled({(0, 1): UNIT // 2}))
    assert clusters(found) == [(0, 1)]
    assert clusters(replace(found, limit=UNIT // 2 + 1)) == [(0,), (1,)]


def test_the_mean_decides_not_one_strong_pair() -> None:
    triangle = Findings(atoms(3), coupled({(0, 1): 9000, (1, 2): 6000}))
    assert clusters(triangle) == [(0, 1), (2,)]
    assert clusters(replace(triangle, couplings=coupled({(0, 1): 9000, (1, 2): 6000, (0, 2): 4000}))) == [(0, 1, 2)]


def test_ties_go_to_the_first_by_name() -> None:
    chain = Findings(atoms(4), coupled({(0, 1): 6000, (1, 2): 6000, (2, 3): 6000}))
    assert clusters(chain) == [(0, 1), (2, 3)]
    middle = Findings(atoms(3), coupled({(0, 1): 6000, (1, 2): 6000}))
    assert clusters(middle) == [(0, 1), (2,)]


def test_a_far_away_aggregate_moves_no_boundary() -> None:
    near = {(0, 1): 5500, (1, 2): 3000, (0, 2): 1000}
    alone = clusters(Findings(atoms(3), coupled(near)))
    for strength in (100, 5000, 10_000):
        far = {(at, at + 1): strength for at in range(3, 30)}
        both = clusters(Findings(atoms(31), coupled({**near, **far})))
        assert [block for block in both if min(block) < 3] == alone


def test_what_is_confined_joins_the_predefined_service_it_is_closest_to() -> None:
    found = Findings(
        atoms(5),
        coupled({(0, 4): 1000, (2, 4): 3000}),
        (group("p", 0, 1), group("q", 2, 3)),
        (group("cards", 0, 2, 4),),
    )
    assert clusters(found) == [(0, 1), (2, 3, 4)]


def test_nothing_is_cut_into_nothing() -> None:
    assert clusters(Findings()) == []
