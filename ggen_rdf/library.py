"""Finds the data that ships with ggen: ontologies, shapes, templates, examples; in a wheel or in a checkout."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_WHEEL = os.path.join(_PACKAGE, "data")
_ROOT = _WHEEL if os.path.isdir(_WHEEL) else os.path.dirname(_PACKAGE)


def library_path(*parts: str) -> str:
    """The absolute path of a file or folder that ships with ggen, such as `library_path("shapes", "model.ttl")`."""
    return os.path.join(_ROOT, *parts)
