"""Each folder of `terms/` is a model with misspelt terms, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from ggen_rdf.check.terms import check_terms
from ggen_rdf.check.vocabularies import PROPERTY, VOCABULARIES, known_terms
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.diagnostics.render import full
from ggen_rdf.graph import Graph
from ggen_rdf.source.read import DPV, load_library, read_workspace
from tests.support.golden import compare

CASES = Path(__file__).parent / "terms"


def checked(folder: Path) -> list[Diagnostic]:
    """What is said about the terms of a workspace."""
    workspace, diagnostics = read_workspace(str(folder))
    assert not diagnostics
    return check_terms(workspace.graph, workspace.locate)


@pytest.mark.parametrize("case", sorted(CASES.iterdir()), ids=lambda case: case.name)
def test_words(case: Path, tmp_path: Path, accept: bool) -> None:
    """The messages are the expected ones, to the byte; each place spells the term."""
    (tmp_path / "ggen.toml").write_text("")
    (tmp_path / "model").mkdir()
    model = next(case.glob("model.*"))
    (tmp_path / "model" / model.name).write_bytes(model.read_bytes())
    found = checked(tmp_path)
    for diagnostic in found:
        local = (diagnostic.about or "").rpartition("#")[2].rpartition("/")[2]
        assert local in diagnostic.labels[0].span.text
    compare(case / "expected.txt", "".join(full(d) + "\n" for d in found), accept)


@pytest.mark.parametrize("example", ["workspace", "starter"])
def test_examples(example: str, request: pytest.FixtureRequest) -> None:
    """The examples use no unknown term."""
    assert checked(request.getfixturevalue(example)) == []


def test_our_own_files_use_no_unknown_term() -> None:
    """Ontologies, vocabularies and shapes of the library know their terms themselves."""
    root = Path(__file__).parents[2]
    graph = Graph()
    for path in sorted([*(root / "ontologies" / "ggen").glob("*.ttl"), *(root / "shapes").glob("**/*.ttl")]):
        load = str(path.relative_to(root))
        load_library(graph, load)
    load_library(graph, DPV)
    known = known_terms(graph)
    used = {
        term.value
        for quad in graph.quads()
        for term in (quad.subject, quad.predicate, quad.object)
        if isinstance(term, ox.NamedNode)
    }
    unknown = [
        iri
        for iri in sorted(used)
        for namespace in VOCABULARIES
        if iri.startswith(namespace)
        and iri != namespace
        and "/" not in iri[len(namespace) :]
        and iri not in known(namespace)
    ]
    assert unknown == []


def test_dpv_has_what_a_model_needs() -> None:
    """The terms that the research names are there; those that DPV is phasing out are not."""
    graph = Graph()
    load_library(graph, DPV)
    known = known_terms(graph)
    core, gdpr = known("https://w3id.org/dpv#"), known("https://w3id.org/dpv/legal/eu/gdpr#")
    wanted = (
        *("PersonalData", "AccountManagement", "CrossBorderTransfer", "StorageDuration", "DataSubject", "Recipient"),
        *("DataController", "TechnicalMeasure", "OrganisationalMeasure", "DPIA", "ROPA", "Customer", "Erase"),
    )
    assert [name for name in wanted if f"https://w3id.org/dpv#{name}" not in core] == []
    properties = ("hasPurpose", "hasLegalBasis", "hasStorageCondition", "hasRecipient", "hasDataSubject", "hasRight")
    assert all(PROPERTY in core[f"https://w3id.org/dpv#{name}"] for name in properties)
    bases = ("A6-1-a", "A6-1-f", "A9-2-a", "A9-2-j", "A45-3", "A46-2-a", "A49-1-a", "A15", "A17", "A7-3", "HealthData")
    assert [name for name in bases if f"https://w3id.org/dpv/legal/eu/gdpr#{name}" not in gdpr] == []
    assert "https://w3id.org/dpv#PersonalDataHandling" not in core
    assert len(known("https://w3id.org/dpv/pd#")) > 225
