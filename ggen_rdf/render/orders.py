"""What is to be generated, with which values, and where each value was given.

In: the settings of the workspace, and the words of a command line. Out: one `Order` per pack, or diagnostics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.render.generate import Order, Packs
from ggen_rdf.render.needs import Offers, is_apart, needed, offers
from ggen_rdf.render.variables import Given, Variable
from ggen_rdf.source.secrets import Secret, reference
from ggen_rdf.source.settings import Settings
from ggen_rdf.source.texts import read_file
from ggen_rdf.source.toml import TomlFile, read_toml

_HIDDEN = "…"


def build_orders(settings: Settings, packs: Packs) -> tuple[list[Order], list[Diagnostic]]:
    """An order for every pack that `ggen.toml` names, and for those that they need."""
    orders = []
    for index, pack in enumerate(settings.packs):
        span = settings.file.item(("build", "packs"), index) if settings.file else None
        orders.append(_usual_order(settings, pack, span))
    return needed(orders, packs, partial(_usual_order, settings))


def with_needs(order: Order, settings: Settings, packs: Packs) -> tuple[list[Order], list[Diagnostic]]:
    """The order of one pack by hand, and before it those for the packs that it needs, each as a build would have it."""
    order = replace(order, apart=is_apart(order.output, packs.known(order.pack), settings))
    return needed([order], packs, partial(_usual_order, settings))


def offered(orders: Sequence[Order], standing: Iterable[str], settings: Settings, packs: Packs) -> Offers:
    """What packs offer: those of a run, unless they go elsewhere, and those whose output stands already."""
    names = {order.pack for order in orders if not order.apart}
    return offers(sorted(names.union(standing)), packs, settings)


def _usual_order(settings: Settings, pack: str, span: Span | None = None) -> Order:
    output = settings.pack_settings[pack].output if pack in settings.pack_settings else None
    return Order(pack, _settled(settings, pack), output, True, span, _output_span(settings, pack))


def one_order(
    settings: Settings,
    root: str,
    pack: str,
    words: Sequence[tuple[str, str]],
    output: str | None,
    configs: Iterable[str],
    variables: Sequence[Variable] | None = None,
    secrets_file: str | None = None,
) -> tuple[Order, list[Diagnostic]]:
    """The order of one pack by hand: `words` win over `configs` (TOML files, the last wins), those over `ggen.toml`.

    `variables` are those of the pack, if it could be read. Of a word that may be a secret the value is not shown.
    """
    given = _settled(settings, pack)
    problems = []
    for path in configs:
        file, found = read_file(root, path)
        problems += found
        table, found = read_toml(file) if file else (None, [])
        problems += found
        if table:
            given.update(_given(table, (), table.tables, strict=False))
    place: Span | None
    span, typed, place, file_place = _command_line(pack, words, output, _shown(variables), secrets_file)
    if output is not None and (output.startswith(("../", "/")) or output == ".."):
        problems.append(_outside(output, place))
    given.update(typed)
    if output is None and pack in settings.pack_settings:
        output, place = settings.pack_settings[pack].output, _output_span(settings, pack)
    return Order(pack, given, output, not words, span, place, file_place), problems


def _output_span(settings: Settings, pack: str) -> Span | None:
    return settings.file.value(("pack", pack, "output")) if settings.file else None


def _settled(settings: Settings, pack: str) -> dict[str, Given]:
    if settings.file is None or pack not in settings.pack_settings:
        return {}
    return _given(settings.file, ("pack", pack, "vars"), settings.pack_settings[pack].vars, strict=True)


def _given(file: TomlFile, path: tuple[str, ...], table: Mapping[str, object], strict: bool) -> dict[str, Given]:
    """The values of a TOML table. A key that is no variable is an error only where the table is there for them."""
    found = {}
    for name, value in table.items():
        if not isinstance(value, dict):
            here = (*path, name)
            found[name] = Given(_text(value), file.value(here), file.key(here) if strict else None)
    return found


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _outside(output: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "write/outside",
        f"`{output}` is outside the workspace",
        (Label(span, "ggen writes nothing there"),),
        help="name a path below the folder of `ggen.toml`",
    )


def _shown(variables: Sequence[Variable] | None) -> Callable[[str], bool]:
    """Whether the value of a word may be shown: not if it is a secret, nor if its name is none that is known."""
    open_names = {v.name for v in variables or () if not v.secret}
    return open_names.__contains__


def _command_line(
    pack: str, words: Sequence[tuple[str, str]], output: str | None, shown: Callable[[str], bool], file: str | None
) -> tuple[Span, dict[str, Given], Span, Span | None]:
    """The command line as a text, so that the pack, each word of `--vars`, and both paths can be pointed at."""
    head = f"ggen gen {pack}"
    written = [(name, value if shown(name) or reference(value) else _HIDDEN) for name, value in words]
    line = " ".join([head, *(["--vars"] if words else []), *(f"{name}={value}" for name, value in written)])
    end = len(line)
    line += f" --output {output}" if output is not None else ""
    middle_end = len(line)
    line += f" --secrets-file {file}" if file is not None else ""
    source = Source("command line", line)
    given = {}
    at = len(head) + len(" --vars ")
    for (name, value), (_, text) in zip(words, written, strict=True):
        middle, after = at + len(name), at + len(name) + 1 + len(text)
        kept = value if text == value and text != _HIDDEN else Secret(value)
        given[name] = Given(kept, Span(source, middle + 1, after), Span(source, at, middle), typed=True)
        at = after + 1
    place = Span(source, min(end + len(" --output "), middle_end), middle_end)
    file_place = Span(source, len(line) - len(file), len(line)) if file is not None else None
    return Span(source, len(head) - len(pack), len(head)), given, place, file_place
