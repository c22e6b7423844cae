"""The pack `app-config`, on the shop and on its own example: real parsers read what it makes."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.running import Run
from tests.support.workspaces import ROOT, copy_example, tree

Ggen = Callable[..., Run]
ENVIRONMENTS = ("dev", "prod", "staging")


@pytest.fixture(scope="module")
def shop(run_ggen: Ggen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of the shop, in all environments."""
    root = copy_example("shop", tmp_path_factory.mktemp("config") / "shop")
    run = run_ggen(["gen", "app-config"], root)
    assert run.exit == 0, run.stderr
    return root / "config"


def validator(schema: Path) -> jsonschema.Draft202012Validator:
    """The schema, itself checked."""
    found = json.loads(schema.read_text())
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found, format_checker=jsonschema.FormatChecker())


def settings(file: Path) -> dict[str, Any]:
    """What a file of settings says."""
    return tomllib.loads(file.read_text())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_fits_the_schema(shop: Path, environment: str) -> None:
    assert list(validator(shop / "schema.json").iter_errors(settings(shop / f"{environment}.toml"))) == []


def test_an_environment_has_its_own_values_and_else_the_defaults(shop: Path) -> None:
    dev, prod = settings(shop / "dev.toml"), settings(shop / "prod.toml")
    assert (dev["http_port"], prod["http_port"]) == (8080, 8443)
    assert (dev["log_level"], prod["log_level"]) == ("debug", "warn")
    assert dev["request_timeout_seconds"] == prod["request_timeout_seconds"] == 30
    assert prod["allowed_origins"] == ["https://admin.myapp.com", "https://myapp.com"]
    assert isinstance(dev["trace_sampling"], float)
    assert dev["secret_key"] == prod["secret_key"] == {"env": "SECRET_KEY"}


WRONG: dict[str, Any] = {
    "a literal secret": ("secret_key", "dev-secret-123"),
    "another variable": ("secret_key", {"env": "PASSWORD"}),
    "a secret with more": ("secret_key", {"env": "SECRET_KEY", "value": "dev-secret-123"}),
    "text for a number": ("http_port", "8080"),
    "a float for a whole number": ("http_port", 8080.5),
    "out of range": ("http_port", 80),
    "not one of": ("log_level", "loud"),
    "no list": ("allowed_origins", "https://myapp.com"),
    "an empty list": ("allowed_origins", []),
    "an item of the wrong form": ("allowed_origins", ["https://myapp.com/path"]),
    "an item twice": ("allowed_origins", ["https://a.b", "https://a.b"]),
    "text for truth": ("simulate_payments", "no"),
    "an unknown key": ("htp_port", 8080),
    "a missing key": ("database_url", None),
}


@pytest.mark.parametrize("what", WRONG)
def test_the_schema_refuses(shop: Path, what: str) -> None:
    key, value = WRONG[what]
    found = copy.deepcopy(settings(shop / "prod.toml"))
    found.pop(key, None)
    found |= {} if value is None else {key: value}
    assert list(validator(shop / "schema.json").iter_errors(found)) != []


def test_the_names_of_secrets_are_listed_without_values(shop: Path) -> None:
    lines = [line for line in (shop / ".env.example").read_text().splitlines() if line and line[0] != "#"]
    assert lines == ["SECRET_KEY=", "DATABASE_URL=", "PAYMENT_API_TOKEN="]


def test_the_page_has_a_row_for_every_setting(shop: Path) -> None:
    page = (shop / "settings.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| <code>")]
    assert len(rows) == len(json.loads((shop / "schema.json").read_text())["properties"])
    assert "| <code>http_port</code> | whole number | <code>8080</code> |" in page


def test_values_given_by_hand_stand_in_for_those_of_the_model(run_ggen: Ggen, workspace: Path) -> None:
    words = ["gen", "app-config", "--vars", "env=prod", "http_port=9000", "allowed_origins=https://a.b,https://c.d"]
    assert run_ggen(words, workspace).exit == 0
    prod = settings(workspace / "config/prod.toml")
    assert (prod["http_port"], prod["allowed_origins"]) == (9000, ["https://a.b", "https://c.d"])
    assert not (workspace / "config/dev.toml").exists()
    assert run_ggen(["gen", "app-config"], workspace).exit == 0
    assert settings(workspace / "config/prod.toml")["http_port"] == 8443, "the model was not changed by it"


def test_one_environment_after_the_other_leaves_both(run_ggen: Ggen, workspace: Path) -> None:
    for environment in ENVIRONMENTS:
        assert run_ggen(["gen", "app-config", "--vars", f"env={environment}"], workspace).exit == 0
    made = tree(workspace / "config")
    assert run_ggen(["gen", "app-config"], workspace).exit == 0
    assert tree(workspace / "config") == made
    assert len(made) == len(ENVIRONMENTS) + 3


def test_settings_of_ggen_toml_apply_to_a_build(run_ggen: Ggen, workspace: Path) -> None:
    file = workspace / "ggen.toml"
    file.write_text(file.read_text() + '\n[pack.app-config.vars]\nlog_level = "error"\nsecret_key = "${NOT_SET}"\n')
    run = run_ggen(["build", "--pack", "app-config"], workspace)
    assert run.exit == 0, run.stderr
    assert {settings(workspace / f"config/{e}.toml")["log_level"] for e in ENVIRONMENTS} == {"error"}


def test_hostile_text_is_read_back_as_it_was(tmp_path: Path, run_ggen: Ggen) -> None:
    source = ROOT / "templates/app-config/example"
    subprocess.run(["cp", "-r", str(source), str(tmp_path / "example")], check=True)
    assert run_ggen(["gen", "app-config"], tmp_path / "example").exit == 0
    config = tmp_path / "example/config"
    here = settings(config / "here-now.toml")
    assert here["text"] == 'say "hi" # no comment, \\ no escape, {{ no template }}, \t tab\nand line'
    assert here["tags"] == ["one", 'two "three"']
    assert (here["share"], here["cache_bytes"], here["flag"]) == (1.0, 5_000_000_000, True)
    schema = json.loads((config / "schema.json").read_text())
    assert schema["properties"]["text"]["description"].endswith("<tags>\nand a line break.")
    assert schema["properties"]["pattern"]["$comment"] == r"^\p{L}+\.\d{2,3}$", "no reader need know \\p"
    assert list(validator(config / "schema.json").iter_errors(here)) == []
    assert list(validator(config / "schema.json").iter_errors({**here, "pause": 5})) != []


def test_the_environment_of_ggen_matters_to_nothing_but_secrets(run_ggen: Ggen, workspace: Path) -> None:
    assert run_ggen(["gen", "app-config"], workspace).exit == 0
    before = tree(workspace / "config")
    noise = dict.fromkeys(("SECRET_KEY", "HTTP_PORT", "LOG_LEVEL", "ENV", "DATABASE_URL"), "noise")
    assert run_ggen(["gen", "app-config"], workspace, env=noise).exit == 0
    assert tree(workspace / "config") == before
    run = run_ggen(["gen", "app-config", "--vars", "log_level=${LOG_LEVEL}"], workspace, env=noise)
    assert run.exit == 1
    assert "only secrets are read from the environment" in run.stderr
    assert os.fspath(workspace) not in run.stderr
