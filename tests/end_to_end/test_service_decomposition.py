"""The services of a model under the compiler, the linter and their own tests, and one of them as it runs."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import workspaces
from tests.support.databases import Ggen
from tests.support.everything import to_be_spoilt, workspace_of
from tests.support.members import Cargo, kept, make, passed
from tests.support.running import run_outside

GIVEN = Path(__file__).parent / "services"
PERSONAL = "ada@example.com"
MISSION = ["--vars", "domain=ecommerce", "entities=users,products,orders,payments", "--output", "services/"]


def generate(run_ggen: Ggen, workspace: Path, *words: str) -> Path:
    """The services of a workspace."""
    return make(run_ggen, workspace, "service-decomposition", *words) / "services"


@pytest.mark.parametrize(("model", "least"), [("shop", 200), ("starter", 20), ("hostile", 200)])
def test_the_services_are_sound(model: str, least: int, cargo_of_all: Cargo) -> None:
    services = workspace_of(model) / "services"
    with kept(services / "Cargo.lock"):  # which is the user's, and has more in it than the services of a model need
        before = workspaces.tree(services)
        cargo_of_all("fmt", "--all", "--check", cwd=services)
        cargo_of_all("clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings", cwd=services)
        assert passed(cargo_of_all("test", "--workspace", cwd=services)) >= least
        after = workspaces.tree(services)
    assert {**after, "Cargo.lock": b""} == {**before, "Cargo.lock": b""}, "cargo changed what ggen wrote"


def test_the_documentation_has_no_warning(cargo_of_all: Cargo) -> None:
    services = workspace_of("shop") / "services"
    with kept(services / "Cargo.lock"):
        chosen = ("--package", "shop-ordering-service", "--lib")
        cargo_of_all("rustdoc", *chosen, "--", "-D", "warnings", cwd=services)


def test_the_mission_command_cuts_the_shop(workspace: Path, run_ggen: Ggen) -> None:
    services = generate(run_ggen, workspace, *MISSION)
    said = json.loads((services / "decomposition.json").read_text())
    assert said["system"] == "ecommerce"
    cut = {one["name"]: [iri.rsplit("#")[-1] for iri in one["aggregates"]] for one in said["services"]}
    assert cut == {"Catalogue": ["Product"], "Identity": ["User"], "Ordering": ["Order"], "Payments": ["Payment"]}
    assert [one["inScopeOf"] for one in said["services"]] == [[], [], [], ["PCI DSS 4.0.1"]]
    for name in map(str.lower, cut):
        for file in ("Cargo.toml", "Dockerfile", "README.md", "src/handlers.rs", "src/main.rs", "src/models.rs"):
            assert (services / name / file).is_file()
    boundaries = {" | ".join(one["between"]): one for one in said["boundaries"]}
    assert boundaries["Ordering | Payments"]["settledBy"] == "compliance scope"
    assert boundaries["Identity | Ordering"]["meanCoupling"] == 0.3
    assert boundaries["Identity | Ordering"]["limit"] == 0.5
    for one in boundaries.values():
        for coupling in one["couplings"]:
            assert coupling["total"] == pytest.approx(sum(score["counts"] for score in coupling["scores"]))
            assert all(score["because"] for score in coupling["scores"])


def test_every_machine_gets_the_same_services(workspace: Path, tmp_path: Path) -> None:
    given = workspaces.tree(workspace)
    trees = []
    for seed in ("0", "1"):
        root = shutil.copytree(workspace, tmp_path / seed / "shop")
        done = run_outside(["gen", "service-decomposition"], cwd=root, env={"PYTHONHASHSEED": seed, "LC_ALL": "C"})
        assert done.exit == 0, done.stderr
        trees.append({name: data for name, data in workspaces.tree(root).items() if not name.startswith(".ggen/")})
    assert trees[0] == trees[1] != given


def test_card_data_are_in_one_service_only(workspace: Path, run_ggen: Ggen) -> None:
    services = generate(run_ggen, workspace)
    holding = {
        path.relative_to(services).parts[0]
        for path in services.rglob("*.rs")
        if re.search(r"(?i)card_?(token|last_?four|verification)", path.read_text())
    }
    assert holding == {"payments"}
    for name in ("catalogue", "identity", "ordering"):
        assert "payments" not in (services / name / "Cargo.toml").read_text()


def test_a_word_of_the_model_moves_a_boundary(workspace: Path, run_ggen: Ggen) -> None:
    generate(run_ggen, workspace)
    with (workspace / "model" / "ordering.ttl").open("a") as model:
        model.write("shop:Sales a ggen:Service ; rdfs:label 'Sales'@en ; ggen:serves shop:Ordering , shop:Catalogue .")
    services = generate(run_ggen, workspace)
    said = json.loads((services / "decomposition.json").read_text())
    assert [one["name"] for one in said["services"]] == ["Identity", "Payments", "Sales"]
    assert sorted(path.name for path in (services / "sales" / "domain" / "src").iterdir() if path.is_dir()) == [
        *("catalogue", "foundation", "identity", "ordering", "shared_kernel"),
    ]
    assert not (services / "ordering" / "Cargo.toml").exists()
    assert (services / "ordering" / "src" / "admission.rs").exists(), "what is the user's is the user's to remove"


def test_the_parts_of_a_pack_are_its_own(workspace: Path, run_ggen: Ggen) -> None:
    settings = workspace / "ggen.toml"
    built = 'packs = ["ddd-domain", "service-decomposition"]'
    settings.write_text(re.sub(r"(?m)^packs = .*$", built, settings.read_text()))
    assert run_ggen(["build"], cwd=workspace).exit == 0
    before = workspaces.tree(workspace / "services")
    assert run_ggen(["gen", "ddd-domain"], cwd=workspace).exit == 0
    assert run_ggen(["gen", "service-decomposition"], cwd=workspace).exit == 0
    assert workspaces.tree(workspace / "services") == before
    assert "unchanged" in run_ggen(["build"], cwd=workspace).stderr
    settings.write_text(settings.read_text().replace('"ddd-domain", "service-decomposition"', '"ddd-domain"'))
    assert run_ggen(["build"], cwd=workspace).exit == 0
    left = sorted(path.relative_to(workspace / "services").as_posix() for path in (workspace / "services").rglob("*.*"))
    yours = [f"{name}/src/admission.rs" for name in ("catalogue", "identity", "ordering", "payments")]
    assert left == ["Cargo.lock", *yours]


def test_what_is_the_users_is_kept(workspace: Path, run_ggen: Ggen) -> None:
    admission = generate(run_ggen, workspace, *MISSION) / "identity" / "src" / "admission.rs"
    shutil.copy(GIVEN / "admission.rs", admission)
    generate(run_ggen, workspace, *MISSION)
    assert admission.read_bytes() == (GIVEN / "admission.rs").read_bytes(), "ggen wrote over what is the user's"


@pytest.fixture
def running(tmp_path: Path, cargo_of_all: Cargo) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of the service `identity`, which lets in whoever says who they are, and its process."""
    crate = to_be_spoilt("shop", "services/identity", tmp_path / "shop")
    shutil.copy(GIVEN / "admission.rs", crate / "src" / "admission.rs")
    built = cargo_of_all("build", "--message-format", "json", cwd=crate).stdout
    programs = [json.loads(line).get("executable") for line in built.splitlines()]
    program = next(path for path in programs if path)
    process = subprocess.Popen([program], env={"HTTP_ADDRESS": "127.0.0.1:0"}, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["fields"]["address"], process
    finally:
        process.kill()
        process.wait()


def call(
    address: str, path: str, body: object = None, tenant: str = "acme", may: str = ""
) -> tuple[int, dict[str, object]]:
    """The status and the body of an answer."""
    headers = {"content-type": "application/json", "x-tenant": tenant, "x-user": "tester", "x-permissions": may}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{address}{path}", data, headers if may else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else {}
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def test_a_service_runs(running: tuple[str, subprocess.Popen[str]]) -> None:
    address, process = running
    user, every = {"userId": "u-1", "email": PERSONAL}, "user:create user:write user:read"
    assert call(address, "/health/live") == (200, {"status": "up"})
    assert call(address, "/v1/users", user)[0] == 401
    assert call(address, "/v1/users", user, may="user:read")[0] == 403
    assert call(address, "/v1/users", {**user, "email": "no address"}, may=every)[0] == 400
    assert call(address, "/v1/users", user, may=every) == (201, {})
    assert call(address, "/v1/users", user, may=every)[0] == 409
    assert call(address, "/v1/users/u-1/activate-user", {}, may=every) == (204, {})
    assert call(address, "/v1/users/u-1/activate-user", {}, may=every)[0] == 422
    assert call(address, "/v1/users/u-1", may=every) == (200, {**user, "active": True})
    assert call(address, "/v1/users/u-1", may=every, tenant="startup")[0] == 404
    assert call(address, "/v1/users/u-1", may="user:write")[0] == 403
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    assert process.stdout is not None
    logged = process.stdout.read()
    assert '"denied"' in logged
    assert '"stopped"' in logged
    assert PERSONAL not in logged
