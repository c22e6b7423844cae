"""Names services.

In: findings, and the atoms of each service. Out: services, each with a name that no other has: that of the predefined
service, of the only aggregate or bounded context that it holds, or of what it confines; else those of its aggregates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from ggen_rdf.decompose.cluster import Block
from ggen_rdf.decompose.records import Findings, Group, Proposal
from ggen_rdf.graph import Term


def services(findings: Findings, found: Sequence[Block], name_of: Callable[[Term], str | None]) -> list[Proposal]:
    """The services, by name. `name_of` gives the name that the model has for a predefined one."""
    wishes = [list(_wishes(findings, block, name_of)) for block in found]
    made = []
    taken: set[str] = set()
    wanted = Counter(_key(wish[0]) for wish in wishes)
    for block, wish in zip(found, wishes, strict=True):
        free = (name for at, name in enumerate(wish) if _key(name) not in taken and (at or wanted[_key(name)] == 1))
        name = next(free, None) or _numbered(wish[-1], taken | set(wanted))
        taken.add(_key(name))
        made.append(Proposal(name, block, predefined(findings, block), confined(findings, block)))
    return sorted(made, key=lambda service: service.name)


def predefined(findings: Findings, block: Block) -> Group | None:
    """The predefined service that some atoms are, if they are one."""
    return next((group for group in findings.predefined if not set(group.atoms).isdisjoint(block)), None)


def confined(findings: Findings, block: Block) -> tuple[Group, ...]:
    """What some atoms confine."""
    return tuple(group for group in findings.confined if not set(group.atoms).isdisjoint(block))


def _wishes(findings: Findings, block: Block, name_of: Callable[[Term], str | None]) -> Iterator[str]:
    """The names that a service might have, the best first."""
    homes: dict[str, set[int]] = defaultdict(set)
    for at, atom in enumerate(findings.atoms):
        homes[atom.context].add(at)
    group = predefined(findings, block)
    name = name_of(group.key) if group else None
    if name:
        yield name
    contexts = {findings.atoms[at].context for at in block}
    whole = [context for context in sorted(contexts) if homes[context] <= set(block)]
    if len(contexts) == len(whole) == 1:
        yield whole[0]
    names = [findings.atoms[at].name for at in block]
    if len(names) < 3:
        yield " and ".join(names)
    else:
        hub = max(block, key=lambda at: (_pull(findings, at, set(block)), -at))
        yield f"{findings.atoms[hub].name} and more"
    yield f"{min(contexts)} {names[0]}"


def _pull(findings: Findings, atom: int, block: set[int]) -> int:
    """How much an atom is coupled with the others of its service."""
    return sum(c.total for c in findings.couplings if atom in (c.one, c.other) and {c.one, c.other} <= block)


def _numbered(name: str, taken: set[str]) -> str:
    return next(made for number in range(2, len(taken) + 3) if _key(made := f"{name} {number}") not in taken)


def _key(name: str) -> str:
    """What is left of a name where case and punctuation get lost."""
    return "".join(letter for letter in name.casefold() if letter.isalnum()) or name
