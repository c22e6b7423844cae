"""Lists what a build reads from a workspace.

In: the folder that holds `ggen.toml`. Out: paths relative to it, with `/`, in bytewise order. Only `os` is imported, so
that a build in which nothing changed can ask this before it loads anything else.
"""

from __future__ import annotations

import os

SETTINGS = "ggen.toml"
GLOBAL = "global.toml"
TENANTS = "tenants"
ONTOLOGIES = "ontologies"
MODEL = ("model",)
"""The folders of the model when `[workspace] model` names none."""
FOLDERS = (TENANTS, "shapes", ONTOLOGIES, "templates")
"""What else a build reads, with all that lies below."""


def find_workspace(start: str) -> str | None:
    """The nearest folder, from `start` upwards, that holds a `ggen.toml`; None when there is none."""
    folder = os.path.abspath(start)
    while True:
        if os.path.isfile(os.path.join(folder, SETTINGS)):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def input_files(root: str) -> list[str]:
    """Every file that a build of the workspace would read, whatever is inside."""
    found = {name for name in (SETTINGS, GLOBAL) if os.path.lexists(os.path.join(root, name))}
    for place in (*model_places(root), *FOLDERS):
        found.update(files_below(root, place))
    return sorted(found, key=os.fsencode)


def input_folders(root: str) -> list[str]:
    """Every folder whose listing decides what a build reads: what a watcher must watch. The root itself is `.`."""
    found = {"."}
    for place in (*model_places(root), *FOLDERS):
        found.update(relative(root, folder) for folder, _, _ in _walk(os.path.join(root, place)))
    return sorted(found, key=os.fsencode)


def files_below(root: str, place: str) -> list[str]:
    """The files in a folder of the workspace and below it, or the file itself; hidden ones are left out."""
    top = os.path.join(root, place)
    if os.path.isfile(top):
        return [place]
    found = [relative(root, os.path.join(folder, name)) for folder, _, names in _walk(top) for name in names]
    return sorted((path for path in found if not path.rpartition("/")[2].startswith(".")), key=os.fsencode)


def relative(root: str, path: str) -> str:
    """How the user names a path of the workspace."""
    return os.path.relpath(path, root).replace(os.sep, "/")


def model_places(root: str) -> tuple[str, ...]:
    """The folders and files that `[workspace] model` names. Settings that cannot be read name none."""
    try:
        with open(os.path.join(root, SETTINGS), "rb") as file:
            text = file.read()
    except OSError:
        return MODEL
    if b"model" not in text.replace(b"model/", b""):
        return MODEL
    return _named_places(text)


def _named_places(text: bytes) -> tuple[str, ...]:
    import tomllib

    try:
        workspace = tomllib.loads(text.decode()).get("workspace")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return MODEL
    return places_of(workspace.get("model") if isinstance(workspace, dict) else None)


def places_of(value: object) -> tuple[str, ...]:
    """The places that a value of `[workspace] model` names: a path or a list of paths, each inside the workspace."""
    named = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    places = tuple(os.path.normpath(place).replace(os.sep, "/") for place in named if isinstance(place, str) and place)
    return tuple(p for p in places if not os.path.isabs(p) and p != ".." and not p.startswith("../")) or MODEL


def _walk(top: str) -> list[tuple[str, list[str], list[str]]]:
    """A folder and those below it, links to folders among them, each once; hidden ones are left out."""
    found = []
    seen = {os.path.realpath(top)}
    for folder, folders, names in os.walk(top, followlinks=True):
        new = {name: os.path.realpath(os.path.join(folder, name)) for name in folders if not name.startswith(".")}
        folders[:] = sorted(name for name, real in new.items() if real not in seen)
        seen.update(new.values())
        found.append((folder, folders, names))
    return found
