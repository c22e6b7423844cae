"""`ggen pack list|show|test`: the template packs a workspace can use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ggen_rdf.cli.command import Command
from ggen_rdf.cli.console import Console
from ggen_rdf.cli.mistakes import BadWordError
from ggen_rdf.diagnostics import nearest
from ggen_rdf.source.inputs import find_workspace

if TYPE_CHECKING:
    from ggen_rdf.render.pack import Pack
    from ggen_rdf.render.variables import Variable


def complete_pack(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The names of packs that begin with what is typed."""
    from ggen_rdf import compiler

    return [pack.name for pack in compiler.packs(_root())[0] if pack.name.startswith(incomplete)]


@click.group(no_args_is_help=True)
def command() -> None:
    """List, describe and test template packs."""


@command.command("list", cls=Command)
@click.pass_obj
def list_packs(console: Console, /) -> int:
    """List every pack that the workspace can use."""
    packs = _packs(console)
    width = max((len(pack.name) for pack in packs), default=0)
    console.data("".join(f"{pack.name:<{width}}  {pack.version:<8}  {pack.description}\n" for pack in packs))
    return 0


@command.command("show", cls=Command)
@click.argument("name", shell_complete=complete_pack, help="The pack.")
@click.pass_context
def show(context: click.Context, /, name: str) -> int:
    """Describe a pack: what it makes, and the variables it takes."""
    pack = _named(context, name)
    console: Console = context.obj
    console.data("\n".join(_described(pack)) + "\n")
    return 0


@command.command("test", cls=Command)
@click.argument("names", nargs=-1, shell_complete=complete_pack, help="The packs; all of them when none is named.")
@click.option("--accept", is_flag=True, help="Take what comes out now as what is expected.")
@click.pass_context
def test(context: click.Context, /, names: tuple[str, ...], accept: bool) -> int:
    """Run the examples that packs carry, and compare what comes out with what is expected."""
    from ggen_rdf.cli.pack_example import run_example
    from ggen_rdf.cli.workspace import exit_code

    console: Console = context.obj
    found = []
    for pack in [_named(context, name) for name in names] or _packs(console):
        console.status("Testing", pack.name)
        found += run_example(pack, accept)
    console.show(found)
    return exit_code(found)


def _root() -> str:
    """The workspace around the current folder; outside of one, the packs that ship with ggen are known all the same."""
    return find_workspace(os.getcwd()) or os.getcwd()


def _packs(console: Console) -> list[Pack]:
    from ggen_rdf import compiler

    packs, diagnostics = compiler.packs(_root())
    console.show(diagnostics, aside=True)
    return sorted(packs, key=lambda pack: pack.name)


def _named(context: click.Context, name: str) -> Pack:
    packs = {pack.name: pack for pack in _packs(context.obj)}
    if name in packs:
        return packs[name]
    meant = nearest(name, packs)
    advice = f"did you mean `{meant}`?" if meant else "`ggen pack list` shows what there is"
    raise BadWordError(context, name, f"there is no pack `{name}`", "unknown pack", advice)


def _described(pack: Pack) -> list[str]:
    lines = [
        f"{pack.name} {pack.version}: {pack.description}",
        "",
        f"target: {pack.target}",
        f"source: {pack.source.path}",
    ]
    if pack.output:
        lines.append(f"output: {pack.output}")
    if pack.needs:
        lines.append(f"needs: {', '.join(pack.needs)}")
    lines += [f"offers: {word} ({', '.join(folders)})" for word, folders in pack.offers.items()]
    if pack.variables:
        width = max(len(variable.name) for variable in pack.variables)
        lines += ["", "variables:", *(f"  {v.name:<{width}}  {_variable(v)}".rstrip() for v in pack.variables)]
    for key in ("compliance", "governance"):
        if isinstance(pack.manifest.get(key), dict):
            lines += ["", f"{key}:", *(f"  {name}: {value}" for name, value in sorted(pack.manifest[key].items()))]
    return lines


def _variable(variable: Variable) -> str:
    kind = variable.kind.rsplit("#")[-1] if variable.kind else f"xsd:{variable.datatype}"
    if variable.each:
        return f"(each {variable.each.rsplit('#')[-1]} of the model)  {variable.description}"
    facts = [kind, *(["required"] if variable.required else []), *(["secret"] if variable.secret else [])]
    if variable.enum:
        facts.append("one of " + ", ".join(variable.enum))
    if variable.default is not None:
        facts.append(f"default {variable.default}")
    return f"({', '.join(facts)})  {variable.description}"
