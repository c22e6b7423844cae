"""The command line: argv comes in; text on stdout and stderr, and an exit code, go out.

The only room that prints, reads argv or exits. One file a command; `app` knows them by name and loads only what runs.
"""

from ggen_rdf.cli.run import main

__all__ = ["main"]
