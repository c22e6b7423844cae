"""What the compiler has to say: spans, diagnostics, suggestions, and how they are shown."""

from ggen_rdf.diagnostics.diagnostic import Diagnostic, Fix, InternalError, Label, Severity, has_errors, ordered
from ggen_rdf.diagnostics.span import Source, Span
from ggen_rdf.diagnostics.suggest import nearest

__all__ = [
    "Diagnostic",
    "Fix",
    "InternalError",
    "Label",
    "Severity",
    "Source",
    "Span",
    "has_errors",
    "nearest",
    "ordered",
]
