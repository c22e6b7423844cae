"""The list of DPV's terms is drawn from its sources in one way only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.extract_dpv import main

HEAD = """\
@prefix dpv: <https://w3id.org/dpv#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sw: <http://www.w3.org/2003/06/sw-vocab-status/ns#> .
"""
TERMS = (
    'dpv:Purpose a rdfs:Class ; skos:prefLabel "Purpose"@en ; skos:definition "Why"@en .',
    'dpv:Marketing a rdfs:Class , dpv:Purpose ; skos:broader dpv:Purpose , dpv:Old ; skos:prefLabel "Marketing"@en .',
    'dpv:hasPurpose a rdf:Property ; skos:prefLabel "has purpose"@en .',
    'dpv:Old a rdfs:Class ; skos:prefLabel "Old"@en ; sw:term_status "sunset" .',
    '<https://example.org/Other> a rdfs:Class ; skos:prefLabel "Other"@en .',
)
EXPECTED = [
    'dpv:Marketing a dpv:Purpose ; rdfs:label "Marketing"@en ; skos:broader dpv:Purpose .',
    'dpv:Purpose a rdfs:Class ; rdfs:label "Purpose"@en .',
    'dpv:hasPurpose a rdf:Property ; rdfs:label "has purpose"@en .',
]


@pytest.mark.parametrize("terms", [TERMS, TERMS[::-1]], ids=["in order", "reversed"])
def test_terms(terms: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a term, sorted; no definitions, no terms of others, none that are being phased out."""
    (tmp_path / "a.ttl").write_text(HEAD + terms[0])
    (tmp_path / "b.ttl").write_text(HEAD + "\n".join(terms[1:]))
    assert main([str(tmp_path)]) == 0
    written = capsys.readouterr().out
    assert [line for line in written.splitlines() if line.startswith("dpv:")] == EXPECTED
    assert "W3C Software and Document License" in written
