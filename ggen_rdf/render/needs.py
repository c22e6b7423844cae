"""What packs have to do with each other: the packs that one needs, and the folders that it offers to all.

In: the orders of a run. Out: the same, and before each pack an order for every one that it needs; and what the packs of
a build offer, by word, as folders below the workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.render.front_matter import yaml_value_span

if TYPE_CHECKING:
    from ggen_rdf.render.generate import Order, Packs
    from ggen_rdf.render.pack import Pack
    from ggen_rdf.source.settings import Settings

Offers = Mapping[str, tuple[str, ...]]
"""Folders by the word under which they are offered."""


def ill_said(keys: Mapping[str, Any], source: Source) -> Iterator[Diagnostic]:
    """What is wrong with the keys `needs` and `offers` of a pack.yaml."""
    needs, offers = keys.get("needs", []), keys.get("offers", {})
    if not _are_texts(needs):
        yield _wrong(source, "needs", "`needs` is a list of packs")
    if not isinstance(offers, dict) or not all(isinstance(k, str) and _are_texts(v) for k, v in offers.items()):
        yield _wrong(source, "offers", "`offers` has a list of folders for each word", "write `{cargo: [folder]}`")
    elif any(".." in folder.split("/") or folder.startswith("/") for folders in offers.values() for folder in folders):
        yield _wrong(source, "offers", "a folder is offered by its path below the workspace")


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _wrong(source: Source, key: str, message: str, act: str | None = None) -> Diagnostic:
    return Diagnostic("pack/manifest", message, (Label(yaml_value_span(source, key)),), help=act)


def needed(
    orders: Sequence[Order], packs: Packs, order_of: Callable[[str], Order]
) -> tuple[list[Order], list[Diagnostic]]:
    """The orders, and before each one those for what its pack needs. `order_of` gives the order for a name."""
    walk = _Walk({order.pack: order for order in orders}, packs, order_of)
    for order in orders:
        walk.visit(order, ())
    return walk.found, walk.problems


def closure(names: Iterable[str], packs: Packs) -> set[str]:
    """Packs and all that they need, by name; what cannot be read needs nothing."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pack = packs.known(name)
            pending += pack.needs if pack else ()
    return found


def offers(names: Iterable[str], packs: Packs, settings: Settings) -> Offers:
    """What packs offer, sorted. Where `ggen.toml` moves a pack, its folders move along."""
    found: dict[str, set[str]] = {}
    for name in names:
        pack = packs.known(name)
        for word, folders in pack.offers.items() if pack else ():
            said = settings.pack_settings[name].output if pack and name in settings.pack_settings else None
            moved = (_moved(folder, pack.output, said) for folder in folders if pack)
            found.setdefault(word, set()).update(moved)
    return {word: tuple(sorted(found[word])) for word in sorted(found)}


def _moved(folder: str, own: str, said: str | None) -> str:
    """A folder that a pack offers, where the pack writes elsewhere than it usually does."""
    own, elsewhere = own.strip("/"), None if said is None else said.strip("/")
    if elsewhere is None or not (own == "" or folder == own or folder.startswith(f"{own}/")):
        return folder
    return "/".join(part for part in (elsewhere, folder[len(own) :].strip("/")) if part not in ("", "."))


def is_apart(output: str | None, pack: Pack | None, settings: Settings) -> bool:
    """Whether an output that a run was given is another place than that of the pack."""
    if output is None or pack is None:
        return False
    said = settings.pack_settings[pack.name].output if pack.name in settings.pack_settings else None
    return output.strip("/") != (pack.output if said is None else said).strip("/")


class _Walk:
    """The way through the packs of a run to all that they need."""

    def __init__(self, named: Mapping[str, Order], packs: Packs, order_of: Callable[[str], Order]) -> None:
        self.named, self.packs, self.order_of = named, packs, order_of
        self.found: list[Order] = []
        self.problems: list[Diagnostic] = []

    def visit(self, order: Order, way: tuple[str, ...]) -> None:
        """Order what a pack needs, then the pack."""
        pack = self.packs.known(order.pack)
        way = (*way, order.pack)
        for need in pack.needs if pack else ():
            span = _place(pack.source, need) if pack else None
            if need in way:
                self.problems.append(_circle(way, need, span))
            elif span is not None and all(other.pack != need for other in self.found):
                self.visit(self.named.get(need) or replace(self.order_of(need), span=span, along=True), way)
        if order not in self.found:
            self.found.append(order)


def _place(source: Source, need: str) -> Span:
    start = source.text.find(need, yaml_value_span(source, "needs").start)
    return Span(source, start, start + len(need))


def _circle(way: Sequence[str], need: str, span: Span | None) -> Diagnostic:
    circle = [*way[way.index(need) :], need]
    said = ", which needs ".join(f"`{name}`" for name in circle[1:])
    return Diagnostic(
        "pack/circle",
        f"the pack `{need}` needs itself",
        (Label(span, "this closes the circle"),) if span else (),
        notes=(f"`{need}` needs {said}",),
        help="take one of these out of the `needs` of its pack",
    )
