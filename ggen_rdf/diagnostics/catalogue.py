"""The closed list of diagnostic codes: one Markdown file a code in `explanations/<room>/<what is wrong>.md`.

In: a code. Out: what it means, an example that causes it, and how to mend it.
"""

from __future__ import annotations

import os

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "explanations")


def codes() -> list[str]:
    """Every code that ggen can give, sorted."""
    found = []
    for room in sorted(os.listdir(_FOLDER)):
        names = os.listdir(os.path.join(_FOLDER, room))
        found += [f"{room}/{name.removesuffix('.md')}" for name in names if name.endswith(".md")]
    return sorted(found)


def explain(code: str) -> str | None:
    """The Markdown entry of a code, or None when there is no such code."""
    if code not in codes():
        return None
    with open(os.path.join(_FOLDER, *code.split("/")) + ".md", encoding="utf-8", newline="\n") as file:
        return file.read()


def title(code: str) -> str | None:
    """What a code means, in one line."""
    entry = explain(code)
    return entry.split("\n", 1)[0].removeprefix("# ").strip() if entry else None
