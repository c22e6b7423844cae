"""Where the words of a command go: data to stdout; status, notes and diagnostics to stderr.

Diagnostics for machines are data: they go to stdout, unless the command has data of its own to put there.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ggen_rdf import __version__
from ggen_rdf.cli.mistakes import CannotRunError, without_values
from ggen_rdf.cli.terminal import wants_colour
from ggen_rdf.diagnostics import Diagnostic, Severity, ordered

FORMATS = ("full", "concise", "json", "sarif", "github")
_OUTCOMES = ("Finished", "Removed", "Secrets")
"""What a log needs as well: that the work was done, which files are gone, and where secrets went."""


@dataclass
class Console:
    """How this run wants to be spoken to; filled from the options as they are read."""

    output_format: str = "full"
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False

    @property
    def for_people(self) -> bool:
        """Whether a person reads the diagnostics, not a program."""
        return self.output_format in ("full", "concise")

    def data(self, text: str) -> None:
        """Put what was asked for on stdout."""
        try:
            sys.stdout.write(text)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            reason = os.strerror(error.errno or 0).lower()
            raise CannotRunError(Diagnostic("cli/output", f"stdout cannot be written: {reason}")) from error

    def say(self, text: str) -> None:
        """Put a remark on stderr."""
        sys.stderr.write(text.rstrip("\n") + "\n")

    def status(self, verb: str, text: str) -> None:
        """Say what is going on, in one line that begins with a verb; away from a terminal, only what came of it."""
        if self.quiet or not (self.verbose or verb in _OUTCOMES or sys.stderr.isatty()):
            return
        shown = f"{verb:>12}"
        if wants_colour(self.color, sys.stderr):
            shown = f"\033[1;32m{shown}\033[0m"
        self.say(f"{shown} {text}".rstrip())

    def show(self, found: Sequence[Diagnostic], extra: Mapping[str, object] | None = None, aside: bool = False) -> None:
        """Show diagnostics in the chosen format. `aside` keeps them off stdout, where a command has data of its own."""
        found = ordered(found)
        if self.for_people and self.quiet:
            found = [d for d in found if d.severity is Severity.ERROR]
        text = self._text(found, extra)
        if not self.for_people and not aside:
            self.data(text)
        elif found or not aside:
            sys.stderr.write(text)

    def replay(self, found: Sequence[Diagnostic]) -> tuple[str, str]:
        """What `show` says in full, plain and in colours; to be said again by a build in which nothing changed."""
        from ggen_rdf.diagnostics.render import ansi, plain, report

        found = ordered(found)
        return report(found, plain), report(found, ansi)

    def show_traceback(self, error: Exception, words: Sequence[str] = ()) -> None:
        """Show where ggen itself went wrong, to who asked for it."""
        if self.verbose or os.environ.get("GGEN_DEBUG"):
            self.say(without_values("".join(traceback.format_exception(error)), words))

    def _text(self, found: list[Diagnostic], extra: Mapping[str, object] | None) -> str:
        if self.output_format == "full":
            from ggen_rdf.diagnostics.render import ansi, plain, report

            return report(found, ansi if wants_colour(self.color, sys.stderr) else plain)
        if self.output_format == "sarif":
            from ggen_rdf.diagnostics.sarif import sarif

            return sarif(found, __version__)
        from ggen_rdf.diagnostics.formats import as_json, concise, github

        if self.output_format == "json":
            return as_json(found, extra)
        return {"concise": concise, "github": github}[self.output_format](found)
