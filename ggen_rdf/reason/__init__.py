"""Draws conclusions from the model, and explains its contradictions."""

from ggen_rdf.reason.clashes import clashes
from ggen_rdf.reason.closure import Closure
from ggen_rdf.reason.dl import check_complete
from ggen_rdf.reason.rules import close, close_further

__all__ = ["Closure", "check_complete", "clashes", "close", "close_further"]
