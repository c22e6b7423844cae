"""What the terminal can do, told from the stream and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO


def wants_colour(choice: str, stream: TextIO, env: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour what goes to a stream: as the user chose; in doubt, as the environment says."""
    if choice != "auto":
        return choice == "always"
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR"):
        return env["FORCE_COLOR"] != "0"
    return env.get("TERM") != "dumb" and stream.isatty()
