"""The machine-readable outputs, over the cases of this folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.diagnostics.formats import as_json, concise, github
from ggen_rdf.diagnostics.sarif import sarif
from tests.diagnostics import case
from tests.support.golden import compare

OUT = Path(__file__).parent / "formats"
SHOWN = [case.load(name) for name in ("1-syntax", "4-inconsistent", "fix-elsewhere", "many-lines", "no-labels")]


def test_concise(accept: bool) -> None:
    compare(OUT / "concise.txt", concise(SHOWN), accept)


def test_github(accept: bool) -> None:
    compare(OUT / "github.txt", github(SHOWN), accept)


def test_json(accept: bool) -> None:
    compare(OUT / "diagnostics.json", as_json(SHOWN, {"changes": []}), accept)


def test_sarif(accept: bool) -> None:
    compare(OUT / "diagnostics.sarif", sarif(SHOWN, "0.1.0"), accept)


def test_no_diagnostics_are_still_a_document() -> None:
    assert concise([]) == github([]) == ""
    assert json.loads(as_json([])) == {"version": 1, "diagnostics": []}
    assert json.loads(sarif([], "0.1.0"))["runs"][0]["results"] == []


def test_a_fingerprint_stays_when_lines_are_added_above() -> None:
    def fingerprints(text: str) -> list[str]:
        source = Source("a.ttl", text)
        spans = [Span(source, at, at + 3) for at in (text.index("xds"), text.rindex("xds"))]
        found = [Diagnostic("source/unknown-prefix", "m", (Label(span),)) for span in spans]
        return [r["partialFingerprints"]["ggen/v1"] for r in results(sarif(found, "0.1.0"))]

    before, after = fingerprints("xds\nxds"), fingerprints("#\n#\nxds\n#\nxds")
    assert before == after
    assert len(set(before)) == 2


def test_columns_count_utf_16_units() -> None:
    source = Source("a.ttl", "\n𝄞é :b")
    located = Diagnostic("a/b", "m", (Label(Span(source, 4, 6)),))
    region = results(sarif([located], "0.1.0"))[0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 7}


def test_lone_surrogates_do_not_stop_a_report() -> None:
    broken = Diagnostic("a/b", "\ud800", (Label(Span(Source("\udcff.ttl", "\ud800"), 0, 1), "\ud800"),))
    for shown in (concise([broken]), github([broken]), as_json([broken]), sarif([broken], "0.1.0")):
        assert shown.encode()


ALLOWED = {
    "log": {"$schema": "", "version": "", "runs": "run"},
    "run": {"tool": "tool", "columnKind": "", "invocations": "invocation", "results": "result"},
    "tool": {"driver": "driver"},
    "driver": {"name": "", "semanticVersion": "", "rules": "rule"},
    "rule": {"id": "", "shortDescription": "message"},
    "invocation": {"executionSuccessful": ""},
    "result": {
        **dict.fromkeys(("ruleId", "ruleIndex", "level", "partialFingerprints"), ""),
        **{"message": "message", "locations": "location", "relatedLocations": "location", "fixes": "fix"},
    },
    "location": {"id": "", "physicalLocation": "physical", "message": "message"},
    "physical": {"artifactLocation": "artifact", "region": "region"},
    "artifact": {"uri": ""},
    "region": dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), ""),
    "fix": {"description": "message", "artifactChanges": "change"},
    "change": {"artifactLocation": "artifact", "replacements": "replacement"},
    "replacement": {"deletedRegion": "region", "insertedContent": "message"},
    "message": {"text": ""},
}
"""What of SARIF 2.1.0 (OASIS) we use: the properties of each object, and which object each of them holds."""


def test_sarif_has_only_what_its_schema_knows() -> None:
    def visit(value: Any, kind: str) -> None:
        for item in value if isinstance(value, list) else [value]:
            if not kind:
                assert not isinstance(item, list)
                continue
            assert set(item) <= set(ALLOWED[kind]), kind
            for name, inner in item.items():
                visit(inner, ALLOWED[kind][name])

    log = json.loads(sarif(SHOWN, "0.1.0"))
    visit(log, "log")
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for result in log["runs"][0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        for location in result.get("locations", []):
            region = location["physicalLocation"]["region"]
            assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
            assert min(region.values()) >= 1


def results(text: str) -> list[Any]:
    found: list[Any] = json.loads(text)["runs"][0]["results"]
    return found
