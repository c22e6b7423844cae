"""A workspace becomes one graph whose triples can be found again."""

from __future__ import annotations

import socket
from pathlib import Path

import pyoxigraph as ox
import pytest

from ggen_rdf.graph import LIBRARY
from ggen_rdf.source.read import DPV, read_workspace
from ggen_rdf.source.workspace import Workspace
from tests.support import workspaces

GGEN = "https://w3id.org/ggen#"
LIFTED = "https://w3id.org/ggen/workspace/"


def read(root: Path) -> Workspace:
    workspace, diagnostics = read_workspace(str(root))
    assert not diagnostics
    return workspace


def write(root: Path, **files: str) -> Path:
    (root / "ggen.toml").write_text("")
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def names(workspace: Workspace) -> list[str]:
    """The graphs of the user's own files."""
    found = (name.value for name in workspace.graph.store.named_graphs() if isinstance(name, ox.NamedNode))
    return sorted(name for name in found if not name.startswith(LIBRARY))


def test_shop(workspace: Path) -> None:
    """Every file is a graph, every tenant too."""
    shop = read(workspace)
    contexts = ("catalogue", "identity", "ordering", "payments", "privacy", "settings", "shared")
    assert names(shop) == [
        *(f"file:///model/{context}.ttl" for context in contexts),
        "https://w3id.org/ggen/graph/shared",
        "https://w3id.org/ggen/graph/tenant/acme",
        "https://w3id.org/ggen/graph/tenant/startup",
    ]
    assert shop.settings.name == "shop"
    assert shop.settings.packs == ("ddd-domain", "tenant-schema", "gdpr-mapping", "app-config")
    assert shop.settings.pack_settings["gdpr-mapping"].vars == {"system": "shop", "database": "main"}
    assert shop.sources[0].path == "ggen.toml"


def test_every_triple_of_the_shop_is_found(workspace: Path) -> None:
    """Each asserted triple leads to a place whose text is the value."""
    shop = read(workspace)
    count = 0
    for quad in shop.graph.quads():
        if quad.graph_name.value.startswith(LIBRARY):  # type: ignore[union-attr]
            continue
        span = shop.locate.triple(quad.subject, quad.predicate, quad.object)  # type: ignore[arg-type]
        assert span is not None
        count += 1
        if isinstance(quad.object, ox.NamedNode) and span.source.path.startswith("model/") and span.text != ")":
            assert span.text == shop.locate.curie(quad.object)
    assert count > 1000


def test_same_blank_nodes_in_two_places(tmp_path: Path) -> None:
    """Blank nodes that say the same are told apart by what leads to them."""
    text = "@prefix : <x:> .\n:a :p [ :q 1 ] .\n:b :p [ :q 1 ] ; :r [ :q 1 ] .\n:c :p ( [ :q 1 ] ) .\n"
    found = read(write(tmp_path, model__a_dot_ttl=text))
    lines = {}
    for subject, predicate in (("a", "p"), ("b", "p"), ("b", "r")):
        node = next(found.graph.quads(ox.NamedNode(f"x:{subject}"), ox.NamedNode(f"x:{predicate}"))).object
        span = found.locate.triple(node, ox.NamedNode("x:q"), ox.Literal(1))  # type: ignore[arg-type]
        assert span is not None
        lines[subject, predicate] = span.source.position(span.start)
    assert lines == {("a", "p"): (2, 12), ("b", "p"): (3, 12), ("b", "r"): (3, 26)}


def test_places_get_less_specific(workspace: Path) -> None:
    """Value, else property, else subject, else a mention."""
    shop = read(workspace)
    user, label = (
        ox.NamedNode("https://shop.example/model#User"),
        ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label"),
    )
    locate = shop.locate
    spans = [
        locate.triple(user, label, ox.Literal("User", language="en")),
        locate.triple(user, label, ox.Literal("other")),
        locate.triple(user, ox.NamedNode("x:none")),
        locate.triple(ox.NamedNode("https://w3id.org/dpv/pd#EmailAddress"), label),
    ]
    assert [span.text if span else None for span in spans] == [
        '"User"@en',
        "rdfs:label",
        "shop:User",
        "rdfs:label",
    ]
    assert locate.triple(ox.NamedNode("x:nowhere")) is None
    mention = locate.terms_span(ox.NamedNode("https://w3id.org/dpv/pd#EmailAddress"))
    assert mention is not None
    assert (mention.source.path, mention.text) == ("model/identity.ttl", "pd:EmailAddress")


def test_tenants(workspace: Path) -> None:
    """The tenants of the mission become triples, each in its own graph, and lead back to their TOML."""
    shop = read(workspace)
    acme = ox.NamedNode(LIFTED + "tenant/acme")
    assert list(shop.graph.quads(acme)) == []
    (overlay,) = [one for one in shop.overlays if one.name == "acme"]
    assert {(p.value, str(o)) for s, p, o in overlay.settings if s == acme} == {
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"<{GGEN}Tenant>"),
        ("http://www.w3.org/2000/01/rdf-schema#label", '"acme"'),
        (GGEN + "tenantId", '"acme-001"'),
        (GGEN + "customDomain", '"acme.myapp.com"'),
        (GGEN + "databaseSchema", '"acme_schema"'),
        (GGEN + "isolation", f"<{GGEN}Silo>"),
        (GGEN + "feature", f"<{LIFTED}feature/advanced-analytics>"),
        (GGEN + "feature", f"<{LIFTED}feature/custom-branding>"),
    }
    assert overlay.refinement == ()
    span = shop.locate.triple(acme, ox.NamedNode(GGEN + "isolation"), ox.NamedNode(GGEN + "Silo"))
    assert span is not None
    assert (span.source.path, span.text) == ("tenants/acme.toml", '"silo"')
    assert shop.locate.curie(acme) == "tenant.acme"


def test_declared_feature_wins(workspace: Path) -> None:
    """A feature that the model declares is meant when its name is said."""
    (workspace / "model" / "features.ttl").write_text(
        "@prefix ggen: <https://w3id.org/ggen#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<https://shop.example/model#Basic> a ggen:Feature .\n"
        '<x:f> a ggen:Feature ; rdfs:label "Custom branding"@en .\n'
    )
    shop = read(workspace)
    said = [triple for overlay in shop.overlays for triple in overlay.settings]
    features = {str(o) for _, p, o in said if p == ox.NamedNode(GGEN + "feature")}
    assert features == {"<https://shop.example/model#Basic>", "<x:f>", f"<{LIFTED}feature/advanced-analytics>"}


def test_turtle_of_a_tenant(workspace: Path) -> None:
    """`tenants/<name>.ttl` is the tenant's alone, whatever graph it says it in."""
    (workspace / "tenants" / "acme.trig").write_text("<x:g> { <x:a> <x:b> <x:c> }")
    shop = read(workspace)
    triple = (ox.NamedNode("x:a"), ox.NamedNode("x:b"), ox.NamedNode("x:c"))
    assert triple not in shop.graph
    assert {one.name: one.refinement for one in shop.overlays} == {"acme": (triple,), "startup": ()}
    span = shop.locate.triple(*triple)
    assert span is not None
    assert span.source.path == "tenants/acme.trig"


FORMATS = {
    "model/a.ttl": "<x:s> <x:p> <x:o> .",
    "model/a.nt": "<x:s> <x:p> <x:o> .",
    "model/a.trig": "<x:s> <x:p> <x:o> .",
    "model/a.nq": "<x:s> <x:p> <x:o> .",
    "model/a.jsonld": '{"@id": "x:s", "x:p": {"@id": "x:o"}}',
    "model/a.rdf": '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="x:">'
    '<r:Description r:about="x:s"><x:p r:resource="x:o"/></r:Description></r:RDF>',
}


@pytest.mark.parametrize("path", FORMATS)
def test_formats(path: str, tmp_path: Path) -> None:
    """Each format is read into the graph of its file, and its triples are found."""
    write(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / path).write_text("\ufeff" + FORMATS[path])
    found = read(tmp_path)
    (quad,) = found.graph.quads(ox.NamedNode("x:s"))
    assert str(quad.graph_name) == f"<file:///{path}>"
    span = found.locate.triple(quad.subject, quad.predicate, quad.object)  # type: ignore[arg-type]
    assert span is not None
    assert span.text.strip("<>") == "x:o"


def test_file_names_become_iris(tmp_path: Path) -> None:
    """A file may be called anything."""
    write(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "a b%é#?.ttl").write_text("<> <x:p> <#o> .")
    found = read(tmp_path)
    assert names(found) == ["file:///model/a%20b%25é%23%3F.ttl"]
    (quad,) = found.graph.quads(None, ox.NamedNode("x:p"))
    span = found.locate.triple(quad.subject, quad.predicate, quad.object)  # type: ignore[arg-type]
    assert span is not None
    assert span.text == "<#o>"


def test_dpv_only_when_mentioned(starter: Path, workspace: Path) -> None:
    """The terms of DPV are loaded when a file mentions them."""
    name = ox.NamedNode(LIBRARY + DPV)
    assert name not in set(read(starter).graph.store.named_graphs())
    assert name in set(read(workspace).graph.store.named_graphs())


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a file asks for, nothing is fetched."""

    def refuse(*_arguments: object) -> None:
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    imports = "<x:o> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/o> ."
    context = '{"@context": "http://127.0.0.1:9/c", "@id": "x:a"}'
    write(tmp_path, model__a_dot_ttl=imports, model__b_dot_jsonld=context)
    codes = [d.code for d in read_workspace(str(tmp_path))[1]]
    assert sorted(codes) == ["source/remote-context", "source/unresolved-import"]


def test_order_of_files_does_not_matter(tmp_path: Path) -> None:
    """Sources come in bytewise order, whatever the system lists first."""
    write(tmp_path, model__b_dot_ttl="", model__B_dot_ttl="", model__a__z_dot_ttl="")
    assert [s.path for s in read(tmp_path).sources] == ["ggen.toml", "model/B.ttl", "model/a/z.ttl", "model/b.ttl"]


def test_examples_are_found() -> None:
    """Both examples read without a word."""
    for example in ("shop", "starter"):
        assert read(Path(workspaces.EXAMPLES) / example).graph
