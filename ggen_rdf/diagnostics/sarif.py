"""The SARIF 2.1.0 output: in, the diagnostics in order; out, one log that code-scanning tools read.

Columns count UTF-16 code units, which is SARIF's default and what its viewers expect. The fingerprint of a result does
not depend on its line, so that a finding stays the same finding when lines are added above it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from ggen_rdf.diagnostics.catalogue import title
from ggen_rdf.diagnostics.diagnostic import Diagnostic, Fix, Label
from ggen_rdf.diagnostics.screen import encodable
from ggen_rdf.diagnostics.span import Source, Span

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(diagnostics: Sequence[Diagnostic], version: str) -> str:
    """One SARIF log with one run of ggen."""
    rules = sorted({d.code for d in diagnostics})
    seen: Counter[str] = Counter()
    run = {
        "tool": {"driver": {"name": "ggen", "semanticVersion": version, "rules": [_rule(code) for code in rules]}},
        "columnKind": "utf16CodeUnits",
        "invocations": [{"executionSuccessful": True}],
        "results": [_result(d, rules.index(d.code), seen) for d in diagnostics],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return encodable(json.dumps(log, indent=2, ensure_ascii=False)) + "\n"


def _rule(code: str) -> dict[str, object]:
    described = title(code)
    return {"id": code} | ({"shortDescription": {"text": described}} if described else {})


def _result(diagnostic: Diagnostic, rule: int, seen: Counter[str]) -> dict[str, object]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": str(diagnostic.severity),
        "message": {"text": _message(diagnostic)},
    }
    if diagnostic.labels:
        result["locations"] = [_location(diagnostic.labels[0])]
    if diagnostic.labels[1:]:
        result["relatedLocations"] = [{"id": i, **_location(label)} for i, label in enumerate(diagnostic.labels[1:])]
    result["partialFingerprints"] = {"ggen/v1": _fingerprint(diagnostic, seen)}
    if diagnostic.fix:
        result["fixes"] = [_fix(diagnostic.fix)]
    return result


def _message(diagnostic: Diagnostic) -> str:
    notes = [f"note: {note}" for note in diagnostic.notes]
    return "\n".join([diagnostic.message, *notes, *([f"help: {diagnostic.help}"] if diagnostic.help else [])])


def _fingerprint(diagnostic: Diagnostic, seen: Counter[str]) -> str:
    parts = [diagnostic.code, diagnostic.message, diagnostic.about or ""]
    for label in diagnostic.labels[:1]:
        parts += [label.span.source.path, label.span.text]
    key = "\0".join(parts)
    seen[key] += 1
    return hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "replace")).hexdigest()[:32]


def _location(label: Label) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": _artifact(label.span.source), "region": _region(label.span)}
    location: dict[str, object] = {"physicalLocation": place}
    return location | ({"message": {"text": label.text}} if label.text else {})


def _fix(fix: Fix) -> dict[str, object]:
    edit = {"deletedRegion": _region(fix.span), "insertedContent": {"text": fix.replacement}}
    change = {"artifactLocation": _artifact(fix.span.source), "replacements": [edit]}
    return {"description": {"text": fix.title}, "artifactChanges": [change]}


def _artifact(source: Source) -> dict[str, object]:
    return {"uri": quote(source.path.encode("utf-8", "replace"), safe="/")}


def _region(span: Span) -> dict[str, int]:
    line, column = _position(span.source, span.start)
    end_line, end_column = _position(span.source, span.end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _position(source: Source, offset: int) -> tuple[int, int]:
    line, _ = source.position(offset)
    before = source.text[source.line_starts[line - 1] : offset]
    return line, len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1
