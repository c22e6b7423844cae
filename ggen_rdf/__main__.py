"""Where the `ggen` command starts. In: argv. Out: an exit code.

What needs no compiler is answered here, before anything slow is imported: the version, and a build in which nothing
changed. Everything else is for the command line proper.
"""

from __future__ import annotations

import os
import sys

from ggen_rdf import __version__

_PLAIN = {("build",): "Finished", ("build", "--check"): "Finished", ("plan",): "Planned"}
"""The commands that an unchanged workspace answers, and the word with which they say so."""


def main() -> int:
    """Run the command line."""
    words = sys.argv[1:]
    if words == ["--version"]:
        sys.stdout.write(f"ggen {__version__}\n")
        return 0
    if _is_answered(words):
        return 0
    from ggen_rdf.cli import main as run

    return run()


def _is_answered(words: list[str]) -> bool:
    """Whether the words ask for a plain build, nothing changed since the last one, and that has been said."""
    folder, command = _folder(words)
    if folder is None or command not in _PLAIN or os.environ.get("GGEN_DEBUG"):
        return False
    from ggen_rdf.source.inputs import find_workspace
    from ggen_rdf.write.state import up_to_date, up_to_date_line

    root = find_workspace(folder)
    state = up_to_date(root, "build") if root is not None else None
    if state is None:
        return False
    is_coloured = _wants_colour()
    sys.stderr.write(state["replay"][is_coloured])
    if _PLAIN[command] == "Finished" or sys.stderr.isatty():
        verb = f"{_PLAIN[command]:>12}"
        sys.stderr.write(f"\033[1;32m{verb}\033[0m" if is_coloured else verb)
        sys.stderr.write(f" {up_to_date_line(state['count'])}\n")
    return True


def _folder(words: list[str]) -> tuple[str | None, tuple[str, ...]]:
    """The folder to start from, and what is left of the words; no folder where they are not as plain as that."""
    folder, command, at = ".", [], 0
    while at < len(words):
        word = words[at]
        if word in ("-C", "--directory") and at + 1 < len(words):
            at += 1
            folder = os.path.join(folder, words[at])
        elif word.startswith("--directory="):
            folder = os.path.join(folder, word.removeprefix("--directory="))
        else:
            command.append(word)
        at += 1
    return (folder if os.path.isdir(folder) else None), tuple(command)


def _wants_colour() -> bool:
    """As `cli.terminal` has it, which takes long to import."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return os.environ["FORCE_COLOR"] != "0"
    return os.environ.get("TERM") != "dumb" and sys.stderr.isatty()


if __name__ == "__main__":
    sys.exit(main())
