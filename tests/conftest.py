"""What every test can ask for: workspaces, the `ggen` command, real compilers and a real database."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import everything, running, workspaces
from tests.support.members import Cargo
from tools import postgres as postgres_server
from tools import rabbitmq as rabbitmq_server

hypothesis.settings.register_profile("check", deadline=None, max_examples=40, derandomize=True)
hypothesis.settings.register_profile("live", deadline=None, max_examples=1000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))

IN_CI = bool(os.environ.get("CI"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--accept` rewrites the expected outputs of the golden tests with what came out."""
    parser.addoption("--accept", action="store_true", help="rewrite expected outputs with what came out")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folder a test lies in says which tier it belongs to."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        if folder in ("end_to_end", "live", "properties"):
            item.add_marker(folder)


def missing(what: str) -> None:
    """A tool that is not there: a failure in CI, where everything must run; elsewhere the test is skipped aloud."""
    if IN_CI:
        pytest.fail(f"{what} is not installed", pytrace=False)
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """`tool("cargo")` is the path of a program that the test needs."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            missing(name)
        return path or ""

    return find


@pytest.fixture
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether expected outputs are to be rewritten."""
    return bool(request.config.getoption("--accept"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the shop."""
    return workspaces.copy_example("shop", tmp_path / "shop")


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """A copy of the small model that `ggen new` starts with."""
    return workspaces.copy_example("starter", tmp_path / "starter")


@pytest.fixture(scope="session")
def run_ggen() -> Callable[..., running.Run]:
    """`run_ggen(["build"], cwd=folder)` runs the command in this process."""
    return running.run_inside


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The connection string of a PostgreSQL server that lives as long as the test run."""
    if postgres_server.bin_folder() is None:
        missing("the PostgreSQL server")
    with postgres_server.server() as connection:
        yield connection


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[rabbitmq_server.Broker]:
    """A RabbitMQ broker that lives as long as the test run; a test that kills it starts it again."""
    if rabbitmq_server.program() is None or not (shutil.which("epmd") and shutil.which("openssl")):
        missing("the RabbitMQ broker")
    with rabbitmq_server.server() as broker:
        yield broker


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """The connection string of a new, empty database."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield postgres.replace("dbname=postgres", f"dbname={name}")
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def cargo_of_all(tool: Callable[[str], str]) -> Cargo:
    """`cargo_of_all("test", cwd=crate)` runs cargo with one target folder, so that each crate is built once.

    It is for the workspaces of tests/support/everything.py. To Cargo, crates of one name are one, and what it built
    last is fresh: any other workspace needs a name of its own.
    """
    program = tool("cargo")
    env = {**os.environ, "CARGO_TERM_COLOR": "never", "CARGO_TARGET_DIR": str(everything.home() / "target")}
    env["CARGO_PROFILE_DEV_DEBUG"] = "0"  # nobody looks into a debugger, and without it a third of the time is saved

    def run(*arguments: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([program, *arguments], cwd=cwd, env=env, capture_output=True, text=True)
        if check and done.returncode:
            pytest.fail(f"cargo {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}", pytrace=False)
        return done

    return run
