"""What platform and tenants see, and what is built of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from ggen_rdf.view import Views
from tests.support.running import Run
from tests.support.workspaces import tree
from tests.view.workspaces import FURTHER, PREFIXES, TIGHTER, refine, views_of

Ggen = Callable[..., Run]
NAMES = (
    "PREFIX ggen: <https://w3id.org/ggen#> PREFIX shop: <https://shop.example/model#>"
    " PREFIX sh: <http://www.w3.org/ns/shacl#> "
)
LENGTHS = NAMES + "SELECT ?n { shop:User sh:property ?s . ?s sh:path shop:email ; sh:maxLength ?n }"
ATTRIBUTES = NAMES + "SELECT ?name { shop:User sh:property ?s . ?s ggen:name ?name } ORDER BY ?name"
TENANTS = NAMES + "SELECT ?name { ?t a ggen:Tenant ; ggen:name ?name } ORDER BY ?name"


def seen(views: Views, tenant: str | None, query: str) -> list[str]:
    """The answers of a tenant's view, or of the platform's."""
    if tenant is None:
        return [row[0].value for row in views.platform.graph.select(query)]
    overlay = views.tenant(tenant)
    assert overlay is not None
    with views.opened(overlay) as (view, problems):
        assert problems == []
        return [row[0].value for row in view.graph.select(query)]


def test_a_tenant_sees_its_own_refinement(workspace: Path) -> None:
    refine(workspace, "acme", TIGHTER + FURTHER)
    views = views_of(workspace)
    assert seen(views, None, LENGTHS) == seen(views, "startup", LENGTHS) == ["254"]
    assert seen(views, "acme", LENGTHS) == ["100"]
    assert seen(views, None, ATTRIBUTES) == seen(views, "startup", ATTRIBUTES) == ["active", "email", "userId"]
    assert seen(views, "acme", ATTRIBUTES) == ["active", "email", "loyalty card", "userId"]


def test_a_tenant_sees_itself_only(workspace: Path) -> None:
    refine(workspace, "acme", TIGHTER)
    views = views_of(workspace)
    assert seen(views, None, TENANTS) == ["acme", "startup"]
    assert seen(views, "acme", TENANTS) == ["acme"]
    assert seen(views, "startup", TENANTS) == ["startup"]
    assert seen(views, "startup", TENANTS) == ["startup"], "a view leaves nothing behind"


def test_a_tenant_of_the_shared_model_is_seen_by_itself_only(workspace: Path) -> None:
    """Wherever a tenant is declared, no other sees it, nor a statement that names it."""
    (workspace / "model" / "partners.ttl").write_text(
        "@prefix ggen: <https://w3id.org/ggen#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix : <https://shop.example/model#> .\n"
        ':partner a ggen:Tenant ; rdfs:label "partner" ; ggen:tenantId "partner-003" ;\n'
        '    ggen:databaseSchema "partner_schema" .\n'
        ":Contract rdfs:seeAlso :partner .\n"
    )
    views = views_of(workspace)
    partner = ox.NamedNode("https://shop.example/model#partner")
    for name, expected in (("acme", False), ("startup", False), ("partner", True)):
        overlay = views.tenant(name)
        assert overlay is not None
        with views.opened(overlay) as (view, _):
            mentions = [*view.graph.quads(partner), *view.graph.quads(None, None, partner)]
            assert bool(mentions) is expected, name
    assert seen(views, None, TENANTS) == ["acme", "partner", "startup"]


def test_a_shared_feature_is_declared_for_each_tenant(workspace: Path) -> None:
    """Two tenants that name one feature both have it, though it is said twice."""
    settings = workspace / "ggen.toml"
    settings.write_text(settings.read_text().replace('features = ["basic"]', 'features = ["custom-branding"]'))
    views = views_of(workspace)
    query = NAMES + "SELECT ?name { ?t a ggen:Tenant ; ggen:feature ?f . ?f a ggen:Feature ; ggen:name ?name }"
    assert seen(views, "startup", query) == ["custom-branding"]
    assert sorted(seen(views, "acme", query)) == ["advanced-analytics", "custom-branding"]


@pytest.mark.parametrize(
    ("own", "query", "values"),
    [
        ("[ sh:path shop:userId ; sh:minLength 5 ]", "shop:userId ; sh:minLength ?n", ["5"]),
        ("[ sh:path shop:active ; sh:hasValue true ]", "shop:active ; sh:hasValue ?n", ["true"]),
        ("[ sh:path shop:email ; sh:maxLength 254 ]", "shop:email ; sh:maxLength ?n", ["254"]),
        ("[ sh:path shop:email ; sh:datatype xsd:string ]", "shop:email ; sh:datatype ?n",
         ["http://www.w3.org/2001/XMLSchema#string"]),
        ("[ sh:path shop:active ; sh:defaultValue true ]", "shop:active ; sh:defaultValue ?n", ["true"]),
        ('[ sh:path shop:email ; sh:pattern "x" ]', "shop:email ; sh:pattern ?n", ["^[^@\\s]+@[^@\\s]+$", "x"]),
        ("[ sh:path shop:userId ; ggen:unique true ]", "shop:userId ; ggen:unique ?n", ["true"]),
    ],
)  # fmt: skip
def test_a_constraint_is_merged(workspace: Path, own: str, query: str, values: list[str]) -> None:
    refine(workspace, "acme", f"shop:User sh:property {own} .\n")
    asked = f"{NAMES}SELECT ?n {{ shop:User sh:property ?s . ?s sh:path {query} }} ORDER BY STR(?n)"
    assert seen(views_of(workspace), "acme", asked) == values


def test_an_inherited_attribute_is_tightened_where_the_tenant_says(workspace: Path) -> None:
    """The structure that the tenant speaks of has the tighter shape; the one it inherits from keeps the shared one."""
    (workspace / "model" / "staff.ttl").write_text(
        "@prefix ggen: <https://w3id.org/ggen#> . @prefix shop: <https://shop.example/model#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        'shop:Clerk a ggen:AggregateRoot ; rdfs:label "Clerk"@en ; rdfs:subClassOf shop:User ;'
        " ggen:context shop:Identity .\n"
    )
    refine(workspace, "acme", TIGHTER.replace("shop:User", "shop:Clerk"))
    views = views_of(workspace)
    assert seen(views, "acme", LENGTHS) == ["254"]
    assert seen(views, "acme", LENGTHS.replace("shop:User", "shop:Clerk")) == ["100"]


def test_the_place_of_a_merged_statement_is_where_it_was_said(workspace: Path) -> None:
    refine(workspace, "acme", TIGHTER)
    views = views_of(workspace)
    overlay = views.tenant("acme")
    assert overlay is not None
    with views.opened(overlay) as (view, _):
        query = NAMES + "SELECT ?s { shop:User sh:property ?s . ?s sh:path shop:email }"
        (shape,) = (row[0] for row in view.graph.select(query))
        found = {}
        for name in ("maxLength", "pattern"):
            predicate = ox.NamedNode(f"http://www.w3.org/ns/shacl#{name}")
            (value,) = (quad.object for quad in view.graph.quads(shape, predicate))
            span = view.locate.triple(shape, predicate, value)  # type: ignore[arg-type]
            assert span is not None
            found[name] = (span.source.path, span.text)
    assert found == {
        "maxLength": ("tenants/acme.ttl", "100"),
        "pattern": ("model/identity.ttl", r'"^[^@\\s]+@[^@\\s]+$"'),
    }


def outputs(workspace: Path) -> dict[str, bytes]:
    """What was generated and is ggen's; a scaffold is the user's and stays."""
    inputs = ("model/", "tenants/", "global.toml", "ggen.toml", ".ggen/", "ggen.lock")
    found = {name: data for name, data in tree(workspace).items() if not name.startswith(inputs)}
    return {name: data for name, data in found.items() if b"yours to edit" not in data.split(b"\n", 1)[0]}


def test_what_a_refinement_changes_is_built_for_the_tenant_alone(workspace: Path, run_ggen: Ggen) -> None:
    assert run_ggen(["build"], cwd=workspace).exit == 0
    before = outputs(workspace)
    refine(workspace, "acme", TIGHTER + FURTHER)
    done = run_ggen(["build"], cwd=workspace)
    assert done.exit == 0, done.stderr
    after = outputs(workspace)
    changed = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    assert changed == ["db/acme_schema.sql"]
    new = {name for name in after if name not in before}
    assert new
    assert all(name.startswith("views/acme/") for name in new)
    assert b"loyalty_card" in after["db/acme_schema.sql"]
    assert b"LoyaltyCard" in after["views/acme/domain/src/identity/user/values.rs"]
    assert "views/acme/domain/src/ordering/order/values.rs" in after, "a crate is built whole"
    (workspace / "tenants" / "acme.ttl").unlink()
    assert run_ggen(["build"], cwd=workspace).exit == 0
    assert outputs(workspace) == before


def test_packs_that_need_each_other_are_built_for_a_tenant_together(workspace: Path, run_ggen: Ggen) -> None:
    settings = workspace / "ggen.toml"
    settings.write_text(re.sub(r"packs = .*", 'packs = ["event-sourcing", "audit-trail"]', settings.read_text()))
    assert run_ggen(["build"], cwd=workspace).exit == 0
    before = outputs(workspace)
    refine(workspace, "acme", FURTHER)
    assert run_ggen(["build"], cwd=workspace).exit == 0
    after = outputs(workspace)
    theirs = {name.removeprefix("views/acme/") for name in after if name not in before}
    assert theirs == {name for name in before if not name.startswith("db/")}, "the crates, but not the database"
    manifest = after["views/acme/event-store/Cargo.toml"]
    assert b'package = "shop-acme-domain", path = "../domain"' in manifest
    assert b"SET LOCAL ROLE shop_acme_schema_owner;" in after["db/migrations/acme_schema/10-event-store.sql"]
    assert run_ggen(["build"], cwd=workspace).exit == 0
    assert outputs(workspace) == after, "what is there stays without anything being made anew"
    (workspace / "tenants" / "acme.ttl").unlink()
    assert run_ggen(["build"], cwd=workspace).exit == 0
    assert outputs(workspace) == before


def test_a_refinement_that_changes_no_output_has_no_files(workspace: Path, run_ggen: Ggen) -> None:
    refine(workspace, "acme", "shop:User sh:property [ sh:path shop:email ; sh:maxLength 254 ] .\n")
    assert run_ggen(["build"], cwd=workspace).exit == 0
    assert not (workspace / "views").exists()


def test_the_build_of_one_tenant_is_its_part_of_the_whole(workspace: Path, run_ggen: Ggen, tmp_path: Path) -> None:
    """One after the other the tenants' builds give what a build of everything gives."""
    refine(workspace, "acme", TIGHTER)
    assert run_ggen(["build", "--tenant", "startup"], cwd=workspace).exit == 0
    startup = outputs(workspace)
    assert not any("acme" in name for name in startup)
    assert run_ggen(["build", "--tenant", "acme"], cwd=workspace).exit == 0
    both = outputs(workspace)
    assert {name: both[name] for name in startup} == startup
    done = run_ggen(["build"], cwd=workspace)
    assert done.exit == 0, done.stderr
    assert outputs(workspace) == both


def test_the_build_of_one_tenant_removes_what_it_no_longer_has(workspace: Path, run_ggen: Ggen) -> None:
    refine(workspace, "acme", TIGHTER)
    assert run_ggen(["build"], cwd=workspace).exit == 0
    settings = workspace / "ggen.toml"
    settings.write_text(settings.read_text().replace('"acme_schema"', '"acme_two"'))
    done = run_ggen(["build", "--tenant", "startup"], cwd=workspace)
    assert done.exit == 0, done.stderr
    assert (workspace / "db/acme_schema.sql").exists()
    assert run_ggen(["build", "--tenant", "acme"], cwd=workspace).exit == 0
    assert not (workspace / "db/acme_schema.sql").exists()
    assert (workspace / "db/acme_two.sql").exists()


def test_query_and_report_ask_a_view(workspace: Path, run_ggen: Ggen) -> None:
    refine(workspace, "acme", FURTHER)
    for tenant, found in ((None, False), ("acme", True), ("startup", False)):
        options = ["--tenant", tenant] if tenant else []
        asked = run_ggen(["query", ATTRIBUTES, "--format", "csv", *options], cwd=workspace)
        assert asked.exit == 0, asked.stderr
        assert ("loyalty card" in asked.stdout) is found
    report = run_ggen(["report", "tenants", "--tenant", "startup", "--format", "csv"], cwd=workspace)
    assert "acme" not in report.stdout
    assert "startup-001" in report.stdout


def test_tenants_that_all_share_their_tables(workspace: Path, run_ggen: Ggen) -> None:
    """The levels of a pack are asked for again for one tenant only where tenants differ, whatever hangs under what."""
    settings = workspace / "ggen.toml"
    settings.write_text(settings.read_text().replace('database_schema = "acme_schema"\n', ""))
    (workspace / "tenants" / "acme.toml").write_text('isolation = "pool"\n')
    refine(workspace, "acme", TIGHTER)
    done = run_ggen(["gen", "tenant-schema"], cwd=workspace)
    assert done.exit == 0, done.stderr
    scripts = {name: (workspace / "db/shared_schema" / f"{name}.sql").read_text() for name in ("acme", "startup")}
    assert "char_length(email) <= 100" in scripts["acme"]
    assert "char_length" not in scripts["startup"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("shop:Product sh:property [ sh:path shop:tag ; sh:maxCount 1 ] .", "tenant/pooled-attribute"),
        ("shop:Money sh:property [ sh:path acme:rounding ; sh:maxCount 1 ] . acme:rounding a owl:DatatypeProperty .",
         "tenant/pooled-attribute"),
        ("shop:User sh:property [ sh:path shop:active ; sh:defaultValue true ] .", "tenant/pooled-default"),
        ("shop:User sh:property [ sh:path shop:email ; sh:minLength 9 ] , [ sh:path shop:email ; sh:maxLength 99 ] .",
         "tenant/refined-twice"),
    ],
)  # fmt: skip
def test_what_a_pooled_tenant_may_not_say(workspace: Path, run_ggen: Ggen, text: str, code: str) -> None:
    refine(workspace, "startup", text)
    done = run_ggen(["check", "--output-format", "concise"], cwd=workspace)
    assert code in done.stdout + done.stderr
    assert done.exit == int(code != "tenant/pooled-default")


def test_what_only_one_tenant_has_is_no_other_tenants(workspace: Path, run_ggen: Ggen) -> None:
    """Rows that come from one tenant's settings are not what all have, whoever is looked at first."""
    (workspace / "tenants/acme.toml").write_text('isolation = "bridge"\nown_contexts = ["payments"]\n')
    done = run_ggen(["build"], cwd=workspace)
    assert done.exit == 0, done.stderr
    pack = workspace / "templates/domains"
    pack.mkdir(parents=True)
    (pack / "pack.yaml").write_text(
        "template: domains\nversion: 1.0.0\ndescription: Domains.\ntarget: text\noutput: domains/\n"
    )
    (pack / "domain.rq").write_text(
        "#: level: domain\nPREFIX ggen: <https://w3id.org/ggen#>\n"
        "SELECT ?domain ?name { ?t a ggen:Tenant ; ggen:tenantId ?id BIND(STR(?t) AS ?domain)"
        " OPTIONAL { ?t ggen:customDomain ?name } } ORDER BY ?domain\n"
    )
    (pack / "domain.txt.j2").write_text(
        '---\nto: "{{ domain.domain | slug }}.txt"\neach: domain\nview: tenant\n---\n'
        "{{ domain.name | text if domain.name }}\n"
    )
    settings = workspace / "ggen.toml"
    settings.write_text(settings.read_text().replace('custom_domain = "startup.myapp.com"\n', ""))
    done = run_ggen(["gen", "domains"], cwd=workspace)
    assert done.exit == 0, done.stderr
    found = {path.name: path.read_text() for path in (workspace / "domains").iterdir()}
    assert len(found) == 2
    assert [name for name, text in found.items() if "acme.myapp.com" in text] == [
        name for name in found if "acme" in name
    ]


@pytest.mark.parametrize(
    ("tenant", "text", "code"),
    [
        ("acme", '<https://w3id.org/ggen/workspace/tenant/acme> rdfs:seeAlso [ a ggen:Suppression ;'
         ' ggen:suppresses "tenant" ; ggen:reason "x" ] .'
         " shop:User sh:property [ sh:path shop:email ; sh:maxLength 999 ] .",
         "tenant/loosens"),
        ("acme", 'shop:User a ggen:Feature ; rdfs:label "x" .', "tenant/changes-model"),
        ("acme", "shop:User a ggen:Feature ; sh:deactivated true .", "tenant/changes-model"),
        ("startup", '[] a ggen:Suppression ; ggen:suppresses "tenant" ; ggen:reason "x" .', "tenant/changes-model"),
        ("acme", 'shop:Product sh:property [ sh:path shop:sku ; sh:flags "i" ] .', "tenant/changes-model"),
        ("acme", "shop:Order sh:property [ sh:path shop:status ; sh:in () ] .", "tenant/loosens"),
        ("acme", "acme:p owl:equivalentProperty sh:path ; rdfs:domain acme:Off . acme:Off rdfs:subClassOf"
         " [ a owl:Restriction ; owl:onProperty sh:deactivated ; owl:hasValue true ] .", "tenant/changes-model"),
        ("acme", "acme:Off owl:equivalentClass ggen:AggregateRoot ; rdfs:subClassOf"
         " [ a owl:Restriction ; owl:onProperty sh:deactivated ; owl:hasValue true ] .", "tenant/changes-model"),
        ("acme", "shop:User sh:property [ sh:path shop:email ; sh:datatype xsd:integer ] .", "tenant/loosens"),
        ("acme", "shop:User sh:property [ sh:path shop:email ; ggen:unique false ] .", "tenant/loosens"),
    ],
)  # fmt: skip
def test_there_is_no_back_door(workspace: Path, run_ggen: Ggen, tenant: str, text: str, code: str) -> None:
    refine(workspace, tenant, text)
    done = run_ggen(["check", "--output-format", "concise"], cwd=workspace)
    assert code in done.stderr, done.stderr
    assert done.exit == 1


def test_a_tenant_is_not_taken_over(workspace: Path, run_ggen: Ggen) -> None:
    (workspace / "model/partners.ttl").write_text(
        "@prefix ggen: <https://w3id.org/ggen#> . @prefix shop: <https://shop.example/model#> .\n"
        '@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\nshop:partner a ggen:Tenant ; rdfs:label "partner" ;'
        ' ggen:tenantId "partner-003" ; ggen:databaseSchema "partner_schema" .\n'
    )
    refine(workspace, "startup", "shop:partner a ggen:Tenant .")
    done = run_ggen(["check", "--output-format", "concise"], cwd=workspace)
    assert "tenant/foreign-term" in done.stderr
    assert "partner-003" not in run_ggen(["report", "tenants", "--tenant", "startup"], cwd=workspace).stdout


def test_a_folder_of_a_tenant_is_its_own(workspace: Path) -> None:
    (workspace / "tenants/acme").mkdir()
    (workspace / "tenants/acme/cards.ttl").write_text(PREFIXES + FURTHER)
    views = views_of(workspace)
    assert "loyalty card" in seen(views, "acme", ATTRIBUTES)
    assert "loyalty card" not in seen(views, "startup", ATTRIBUTES)
    assert "loyalty card" not in seen(views, None, ATTRIBUTES)


ABSENCE = """# A thing without a feature is a plain one.
PREFIX ggen: <https://w3id.org/ggen#>
CONSTRUCT { ?tenant a ggen:Plain } WHERE { ?tenant a ggen:Tenant FILTER NOT EXISTS { ?tenant ggen:feature ?any } }
"""


def test_only_a_rule_of_the_workspace_makes_views_start_anew(workspace: Path) -> None:
    """Views are closed further, which is cheap, unless more said can take a conclusion back."""
    assert not views_of(workspace).shared.judges_absence
    rules = workspace / "ontologies" / "rules"
    rules.mkdir(parents=True)
    (rules / "plain.rq").write_text(ABSENCE)
    views = views_of(workspace)
    assert views.shared.judges_absence


def test_what_is_there_for_a_while_leaves_no_trace(workspace: Path) -> None:
    """The graph that plain tenants are seen in is, after each, as it was before."""
    views = views_of(workspace)
    before = set(views.commons.graph.quads())
    for name in ("acme", "startup", "acme"):
        tenant = views.tenant(name)
        assert tenant is not None
        with views.opened(tenant) as (view, problems):
            assert problems == []
            assert view.closure.steps[: len(views.shared.steps)] == views.shared.steps
            inside = set(view.graph.quads())
            assert before < inside
        assert set(view.graph.quads()) == before
