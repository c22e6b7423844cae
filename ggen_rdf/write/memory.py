"""What one build tells the next. In: what was read and written. Out: what need not be read or rendered again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ggen_rdf.write import bases, state
from ggen_rdf.write.apply import Applied
from ggen_rdf.write.manifest import BUILD, Entry, Manifest
from ggen_rdf.write.tree import Seen


@dataclass(frozen=True)
class Memory:
    """What is known from the last build: how its files were left, and which artefacts need not be rendered again."""

    root: str = ""
    manifest: Manifest = field(default_factory=Manifest)
    remembered: Mapping[str, Seen | None] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    is_same_ggen: bool = False

    def known(self, path: str, template_hash: str, context_hash: str) -> Entry | None:
        """The entry of what this same ggen made of this template and context, if its bytes are still there."""
        entry = self.manifest.by_key.get((path, ""))
        if not self.is_same_ggen or entry is None or entry.mode == "kept" or entry.sha256 not in self.kept:
            return None
        return entry if (entry.template_hash, entry.context_hash) == (template_hash, context_hash) else None


def recall(root: str, manifest: Manifest, observed: Mapping[str, str], key: str = BUILD) -> Memory:
    """What the last build that was asked for in this way left behind; `observed` is what this one is about to read."""
    last = state.read(root, key)
    if last is None:
        return Memory(root, manifest)
    doubtful = last["doubtful"]
    remembered = {
        f"{folder}/{name}" if folder else name: seen
        for folder, files in last["outputs"].items()
        for name, seen in files.items()
        if seen is None or max(seen[0][1], seen[0][2]) < doubtful
    }
    same = last["inputs"].get("") == observed.get("") and last["lock"] == state.lock_digest(root)
    return Memory(root, manifest, remembered, bases.digests(root) if same else frozenset(), same)


def remember(
    root: str, observed: Mapping[str, str], applied: Applied, key: str = BUILD, replay: object = ("", "")
) -> None:
    """Leaves what the next build needs in order to see that nothing changed; it does without where this fails.

    `observed` is what `state.observe` said before anything was read. `replay` is what the build had to say that is to
    be said again: the text, and the text with colours.
    """
    outputs: dict[str, dict[str, Any]] = {}
    for path, seen in applied.outputs.items():
        folder, _, name = path.rpartition("/")
        outputs.setdefault(folder, {})[name] = seen
    with suppress(OSError):
        os.makedirs(os.path.join(root, state.FOLDER), exist_ok=True)
        left = {
            "inputs": dict(observed),
            "lock": state.lock_digest(root),
            "outputs": outputs,
            "count": len(applied.outputs),
            "replay": replay,
        }
        state.write(root, key, left)
