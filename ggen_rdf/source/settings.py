"""Reads `ggen.toml`.

In: the workspace folder. Out: `Settings`, with a default for everything that is not said, and diagnostics for keys that
mean nothing and values of the wrong kind. Tenants are read further in `tenants`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from ggen_rdf.diagnostics import Diagnostic, Source
from ggen_rdf.source.inputs import MODEL, SETTINGS, places_of
from ggen_rdf.source.texts import read_file
from ggen_rdf.source.toml import TomlFile, kind_of, read_toml, unknown_setting, wrong_type
from ggen_rdf.source.toml_places import Path

_TABLES = ("workspace", "build", "pack", "tenant")
_WORKSPACE = ("name", "model")
_BUILD = ("packs",)
_PACK = ("output", "vars")


@dataclass(frozen=True)
class PackSettings:
    """What `[pack.<name>]` says: where the pack writes and the values of its variables."""

    output: str | None = None
    vars: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """What `ggen.toml` says."""

    name: str = "workspace"
    packs: tuple[str, ...] = ()
    pack_settings: Mapping[str, PackSettings] = field(default_factory=dict)
    source: Source = field(default_factory=lambda: Source(SETTINGS, ""))
    model: tuple[str, ...] = MODEL
    file: TomlFile | None = None


def read_settings(root: str) -> tuple[Settings, list[Diagnostic]]:
    """Read the `ggen.toml` of a workspace."""
    text, diagnostics = read_file(root, SETTINGS)
    if text is None:
        return Settings(), diagnostics
    file, diagnostics = read_toml(text)
    if file is None:
        return Settings(source=text.source), diagnostics
    reader = _Reader(file)
    settings = reader.settings()
    return settings, reader.diagnostics


class _Reader:
    def __init__(self, file: TomlFile) -> None:
        self.file = file
        self.diagnostics: list[Diagnostic] = []

    def settings(self) -> Settings:
        self._known((), self.file.tables, _TABLES, "`ggen.toml`")
        workspace = self._table(("workspace",), _WORKSPACE)
        build = self._table(("build",), _BUILD)
        return Settings(
            name=self._text(("workspace", "name"), workspace) or "workspace",
            packs=self._texts(("build", "packs"), build),
            pack_settings={name: self._pack(name) for name in sorted(self._table(("pack",), None))},
            source=self.file.source,
            model=self._model(workspace),
            file=self.file,
        )

    def _pack(self, name: str) -> PackSettings:
        path = ("pack", name)
        table = self._table(path, _PACK)
        variables = self._table((*path, "vars"), None)
        return PackSettings(self._text((*path, "output"), table), variables)

    def _model(self, workspace: Mapping[str, object]) -> tuple[str, ...]:
        path = ("workspace", "model")
        if isinstance(workspace.get("model"), str):
            named: tuple[str, ...] = (str(workspace["model"]),)
        else:
            named = self._texts(path, workspace)
        for index, place in enumerate(named):
            if os.path.isabs(place) or ".." in place.replace("\\", "/").split("/"):
                span = self.file.item(path, index)
                self.diagnostics.append(
                    wrong_type(self.file, path, "a folder inside the workspace", span, "this is outside")
                )
        return places_of(list(named))

    def _table(self, path: Path, known: tuple[str, ...] | None) -> Mapping[str, object]:
        value = self._at(path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.diagnostics.append(wrong_type(self.file, path, "a table"))
            return {}
        if known is not None:
            self._known(path, value, known, f"`[{'.'.join(path)}]`")
        return value

    def _known(self, path: Path, table: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
        for key in table:
            if key not in known:
                self.diagnostics.append(unknown_setting(self.file, (*path, key), known, where))

    def _at(self, path: Path) -> object:
        value: object = self.file.tables
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def _text(self, path: Path, table: Mapping[str, object]) -> str | None:
        value = table.get(path[-1])
        if value is None or isinstance(value, str):
            return value
        self.diagnostics.append(wrong_type(self.file, path, "text in quotes"))
        return None

    def _texts(self, path: Path, table: Mapping[str, object]) -> tuple[str, ...]:
        value = table.get(path[-1], [])
        if not isinstance(value, list):
            self.diagnostics.append(wrong_type(self.file, path, "a list of texts in quotes"))
            return ()
        for index, item in enumerate(value):
            if not isinstance(item, str):
                span, text = self.file.item(path, index), f"this is {kind_of(item)}"
                self.diagnostics.append(wrong_type(self.file, path, "a list of texts in quotes", span, text))
        return tuple(item for item in value if isinstance(item, str))
