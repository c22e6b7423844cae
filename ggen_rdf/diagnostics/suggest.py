"""Names that a user may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest to a misspelt one, or None when no name is close enough to be worth a guess."""
    candidates = sorted(set(known))
    lowered = {c.lower(): c for c in candidates}
    if name.lower() in lowered:
        return lowered[name.lower()]
    found = get_close_matches(name, candidates, n=1, cutoff=0.6)
    return found[0] if found else None
