"""Finds circles.

In: the edges of a graph. Out: one shortest circle for each group of nodes that reach each other. No recursion: chains
may be thousands of nodes long.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from ggen_rdf.graph import Term

Edges = Mapping[Term, list[Term]]


def circles(edges: Iterable[tuple[Term, Term]]) -> list[list[Term]]:
    """For each group of nodes that reach each other a shortest circle, from its smallest node back to it."""
    ahead: dict[Term, list[Term]] = {}
    for start, end in sorted(set(edges), key=lambda edge: (str(edge[0]), str(edge[1]))):
        ahead.setdefault(start, []).append(end)
    found = (_circle(ahead, group) for group in _groups(ahead))
    return sorted((circle for circle in found if circle), key=lambda circle: str(circle[0]))


def _groups(ahead: Edges) -> list[set[Term]]:
    """The strongly connected components (Kosaraju, with explicit stacks)."""
    order = _by_end(ahead)
    back: dict[Term, list[Term]] = {}
    for start, ends in ahead.items():
        for end in ends:
            back.setdefault(end, []).append(start)
    groups, seen = [], set()
    for node in reversed(order):
        group, waiting = set(), [node]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                group.add(current)
                waiting.extend(back.get(current, ()))
        if group:
            groups.append(group)
    return groups


def _by_end(ahead: Edges) -> list[Term]:
    """The nodes in the order in which a depth-first walk leaves them."""
    order, seen = [], set()
    for root in ahead:
        if root in seen:
            continue
        seen.add(root)
        walk = [(root, iter(ahead.get(root, ())))]
        while walk:
            node, ends = walk[-1]
            following = next((end for end in ends if end not in seen), None)
            if following is None:
                order.append(node)
                walk.pop()
            else:
                seen.add(following)
                walk.append((following, iter(ahead.get(following, ()))))
    return order


def _circle(ahead: Edges, group: set[Term]) -> list[Term]:
    """A shortest way inside a group from its smallest node back to it; empty if there is none."""
    start = min(group, key=str)
    came: dict[Term, Term] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for end in ahead.get(node, ()):
            if end == start:
                return _way(came, start, node)
            if end in group and end not in came:
                came[end] = node
                waiting.append(end)
    return []


def _way(came: Mapping[Term, Term], start: Term, last: Term) -> list[Term]:
    way = [start, last] if last != start else [start]
    while last != start and came[last] != start:
        last = came[last]
        way.append(last)
    return [start, *reversed(way[1:]), start]
