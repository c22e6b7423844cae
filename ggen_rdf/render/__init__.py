"""Rendering: packs and targets turn contexts into artefacts, in memory."""

from ggen_rdf.render.names import name_collisions
from ggen_rdf.render.pack import Pack, PackPlace, find_packs, read_pack, read_text
from ggen_rdf.render.read_target import read_target
from ggen_rdf.render.render import Run, render
from ggen_rdf.render.variables import Given, Variable, resolve

__all__ = [
    "Given",
    "Pack",
    "PackPlace",
    "Run",
    "Variable",
    "find_packs",
    "name_collisions",
    "read_pack",
    "read_target",
    "read_text",
    "render",
    "resolve",
]
