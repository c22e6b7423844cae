"""Cuts the atoms into services.

In: findings. Out: which atoms are one service. What is predefined or confined is settled first; of the rest, atoms are
joined as long as the mean coupling of what is joined reaches the limit, the strongest first, ties by name.

The joining is the greedy community search of networkx (Clauset, Newman, Moore). Modularity compares a coupling with
what the sums of all couplings let one expect, so that a far-away aggregate could move a boundary. Here all atoms are
given the same sum by an edge to themselves, which makes that expectation a constant: the limit (the constant Potts
model of Traag, Van Dooren, Nesterov). All numbers are whole or halves, and every sum of them is exact: no machine
rounds otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from ggen_rdf.decompose.records import Findings, Group

Block = tuple[int, ...]
"""Atoms that stay together whatever their coupling, in order."""


def clusters(findings: Findings) -> list[Block]:
    """The services, each as its atoms, in the order of their first."""
    blocks = settled(findings)
    apart = forbidden(findings, blocks)
    weights = _between(findings, blocks)
    joined = _communities(blocks, weights, apart, findings.limit)
    return sorted(tuple(sorted(atom for at in members for atom in blocks[at])) for members in joined)


def settled(findings: Findings) -> list[Block]:
    """The atoms as blocks: predefined services, and what is confined, which joins the fewest of them."""
    home: dict[int, int] = {}
    for at, group in enumerate(findings.predefined):
        home.update((atom, at) for atom in group.atoms)
    names = {atom: ("predefined", at) for atom, at in home.items()}
    for group in findings.confined:
        free = [atom for atom in group.atoms if atom not in home]
        hosts = sorted({home[atom] for atom in group.atoms if atom in home})
        key = ("predefined", _nearest(findings, free, hosts)) if hosts and free else None
        olds = {names[atom] for atom in free if atom in names}
        target = key or min(olds, default=("confined", min(free, default=0)))
        for atom in (*free, *(atom for atom, name in names.items() if name in olds and atom not in home)):
            names[atom] = target
    blocks = defaultdict(list)
    for atom in range(len(findings.atoms)):
        blocks[names.get(atom, ("atom", atom))].append(atom)
    return sorted(tuple(block) for block in blocks.values())


def _nearest(findings: Findings, atoms: Sequence[int], hosts: Sequence[int]) -> int:
    """The predefined service with which atoms are coupled most; of equals, the first."""
    near = dict.fromkeys(hosts, 0)
    for coupling in findings.couplings:
        for one, other in (coupling.one, coupling.other), (coupling.other, coupling.one):
            for host in hosts if one in atoms else ():
                near[host] += coupling.total if other in findings.predefined[host].atoms else 0
    return max(hosts, key=lambda host: (near[host], -host))


def forbidden(findings: Findings, blocks: Sequence[Block]) -> set[tuple[int, int]]:
    """The pairs of blocks that may not be joined: two predefined services, and what confines with what does not."""
    services = {atom: group.key for group in findings.predefined for atom in group.atoms}
    fixed = [next((services[atom] for atom in block if atom in services), None) for block in blocks]
    inside = [frozenset(_touched(findings.confined, block)) for block in blocks]
    return {
        (one, other)
        for one, other in combinations(range(len(blocks)), 2)
        if (fixed[one] is not None and fixed[other] is not None) or inside[one] != inside[other]
    }


def _touched(groups: Iterable[Group], block: Block) -> Iterable[int]:
    return (at for at, group in enumerate(groups) if not set(group.atoms).isdisjoint(block))


def _between(findings: Findings, blocks: Sequence[Block]) -> dict[tuple[int, int], int]:
    """The coupling between each two blocks that have one."""
    block_of = {atom: at for at, block in enumerate(blocks) for atom in block}
    weights: dict[tuple[int, int], int] = defaultdict(int)
    for coupling in findings.couplings:
        one, other = sorted((block_of[coupling.one], block_of[coupling.other]))
        if one != other:
            weights[one, other] += coupling.total
    return weights


def _communities(
    blocks: Sequence[Block], weights: dict[tuple[int, int], int], apart: set[tuple[int, int]], limit: int
) -> list[Iterable[int]]:
    if not any(weight > 0 and pair not in apart for pair, weight in weights.items()):
        return [(at,) for at in range(len(blocks))]
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(len(blocks)))
    never = -1 - sum(weight for weight in weights.values() if weight > 0)
    edges = {pair: never if pair in apart else weights[pair] for pair in sorted({*weights, *apart})}
    graph.add_weighted_edges_from((*pair, weight) for pair, weight in edges.items() if weight)
    strength = dict(graph.degree(weight="weight"))
    atoms = sum(map(len, blocks))
    even = _power_above(max(1, *(strength[at] / len(block) for at, block in enumerate(blocks))))
    for at, block in enumerate(blocks):
        graph.add_edge(at, at, weight=(even * len(block) - strength[at]) / 2)
    whole = _power_above(even * atoms)
    rest = len(blocks)
    graph.add_edge(rest, rest, weight=(whole - even * atoms) / 2)
    expected = limit * whole / even**2
    found = nx.community.greedy_modularity_communities(graph, weight="weight", resolution=expected)
    return [members for members in found if rest not in members]


def _power_above(number: float) -> int:
    """The first power of two that is greater: to divide by it is exact."""
    return 1 << int(number).bit_length()
