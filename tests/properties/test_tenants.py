"""Whatever tenants say, none sees another: not in its view of the model, and not in what is built for it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.test_same_bytes import FEW, differing, outputs, scratch
from tests.support.running import run_inside
from tests.support.workspaces import copy_example
from tests.view.workspaces import PREFIXES, views_of

OWNERS = ("shop:User", "shop:Product", "shop:Order", "shop:Payment")
TIGHTENED = ("shop:User", "shop:email", 40, 254), ("shop:Product", "shop:title", 20, 200)
NAMES = ("anton", "berta", "caesar")

# One case is four builds, each with what three tenants change.
FEWER = settings(FEW, max_examples=max(1, FEW.max_examples // 5))

further = st.tuples(st.sampled_from(OWNERS), st.integers(1, 500), st.booleans())
tightened = st.tuples(st.sampled_from(TIGHTENED), st.floats(0, 1))
refinements = st.fixed_dictionaries({name: st.tuples(st.lists(further, max_size=3), st.lists(tightened, max_size=2))
                                     for name in NAMES})  # fmt: skip


def turtle(name: str, said: tuple[list[tuple[str, int, bool]], list[tuple[tuple[str, str, int, int], float]]]) -> str:
    """A refinement in which every name of the tenant's own tells whose it is."""
    lines = [PREFIXES, f"@prefix own: <https://{name}.example/zz{name}#> .\n"]
    for index, (owner, length, needed) in enumerate(said[0]):
        least = 'sh:minCount 1 ; sh:defaultValue "x" ; ' if needed else ""
        lines.append(
            f"{owner} sh:property [ sh:path own:field{index} ; sh:datatype xsd:string ; sh:maxCount 1 ;"
            f" {least}sh:maxLength {length} ] .\n"
            f'own:field{index} a owl:DatatypeProperty ; rdfs:label "zz{name} field {index}"@en .\n'
        )
    for owner, path, low, high in {entry[:2]: entry for entry, _ in said[1]}.values():
        share = next(part for entry, part in said[1] if entry[:2] == (owner, path))
        lines.append(f"{owner} sh:property [ sh:path {path} ; sh:maxLength {round(low + share * (high - low))} ] .\n")
    return "".join(lines)


def tenants(folder: Path, said: dict[str, object]) -> Path:
    """The shop with three silo tenants that refine it."""
    workspace = copy_example("shop", folder / "shop", ("ddd-domain", "tenant-schema"))
    toml = workspace / "ggen.toml"
    tables = "".join(f'\n[tenant.{n}]\nid = "zz{n}-id"\ndatabase_schema = "zz{n}_schema"\n' for n in NAMES)
    toml.write_text(toml.read_text() + tables)
    for name in NAMES:
        (workspace / "tenants" / f"{name}.ttl").write_text(turtle(name, said[name]))  # type: ignore[arg-type]
    return workspace


@FEW
@given(refinements)
def test_no_view_has_anything_of_another(said: dict[str, object]) -> None:
    with scratch() as folder:
        views = views_of(tenants(folder, said))
        for overlay in views.workspace.overlays:
            with views.opened(overlay) as (view, problems):
                assert problems == []
                text = "\n".join(map(str, view.graph.quads()))
            for name in NAMES:
                assert (f"zz{name}" in text) is (name == overlay.name), (overlay.name, name)


@FEWER
@given(refinements)
def test_no_output_of_one_has_anything_of_another(said: dict[str, object]) -> None:
    """What the build of one tenant writes names no other; together the builds of all write what one build writes."""
    with scratch() as folder:
        whole = tenants(folder / "whole", said)
        done = run_inside(["build"], whole)
        assert done.exit == 0, done.stderr
        for name in NAMES:
            part = tenants(folder / name, said)
            done = run_inside(["build", "--tenant", name], part)
            assert done.exit == 0, done.stderr
            mine = {path: data for path, data in outputs(part).items() if path not in ("ggen.toml", "ggen.lock")}
            lock = (part / "ggen.lock").read_text().splitlines()
            own = {line.split(" ")[0] for line in lock if f"/workspace/tenant/{name}" in line}
            assert f"db/zz{name}_schema.sql" in own
            for path, data in ((path, mine[path]) for path in sorted(own)):
                for other in set(NAMES) - {name}:
                    assert other not in path
                    assert f"zz{other}".encode() not in data, (path, other)
            everything = outputs(whole)
            assert differing({path: everything[path] for path in mine}, mine) == []
