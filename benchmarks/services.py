"""`python -m benchmarks.services`: loads the service that is generated for the shop: how much it does, how it fails.

It builds the shop with all its crates, optimised, and starts PostgreSQL, RabbitMQ and the service on this machine. Some
clients ask one question after the other (a loop that is closed: there are never more questions than clients) for half a
minute. One call in twenty creates a user, one in twenty activates it, the others read.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tools import postgres, rabbitmq
from tools.services import Service, running, settings

ROOT = Path(__file__).resolve().parent.parent
GGEN = str(ROOT / ".venv" / "bin" / "ggen")
PACKS = ("tenant-schema", "multi-tenant-api")
"""All other packs with a crate are needed by these."""
HOST, TENANT = "acme.myapp.com", "acme-001"
PERMISSIONS = ("user:create", "user:write", "user:read")
WRITES_EVERY = 20


@dataclass
class Tally:
    """What one client saw."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"create": [], "activate": [], "read": []})
    errors: Counter[str] = field(default_factory=Counter)

    def took(self, kind: str, begun: float, status: int) -> None:
        """Count an answer."""
        self.seconds[kind].append(time.perf_counter() - begun)
        if status not in (200, 201):
            self.errors[f"{kind}: {status}"] += 1


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.services", description=__doc__)
    arguments.add_argument("--seconds", type=float, default=30)
    arguments.add_argument("--clients", type=int, default=8)
    chosen = arguments.parse_args()
    cache = Path(os.environ.get("GGEN_CACHE") or Path.home() / ".cache" / "ggen")
    cache.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=cache) as folder,
        postgres.server() as database,
        rabbitmq.server() as broker,
    ):
        workspace, programs = built(Path(folder))
        prepare(database, workspace)
        # No tenant calls as often as this in earnest: what is measured is not to be the limit.
        limits = dict.fromkeys(("TENANT_RATE", "TENANT_BURST", "TENANT_CONCURRENCY"), "1000000")
        given = settings(database, broker.virtual_host(), LOG="warn", **limits)
        service = Service(programs, "bench-api", given)
        service.operator("rotate")
        with running(service, Path(folder) / "log"):
            print(report(*load(service, chosen.clients, chosen.seconds)))


def built(folder: Path) -> tuple[Path, Path]:
    """The workspace of the shop, and where its programs are."""
    workspace = folder / "bench"
    subprocess.run([GGEN, "new", str(workspace), "--example", "shop"], check=True, capture_output=True)
    settings_file = workspace / "ggen.toml"
    text = re.sub(r'^name = "shop"', 'name = "bench"', settings_file.read_text(), flags=re.M)
    packs = ", ".join(f'"{pack}"' for pack in PACKS)
    settings_file.write_text(re.sub(r"^packs = \[[^]]*\]", f"packs = [{packs}]", text, flags=re.M))
    subprocess.run([GGEN, "build"], cwd=workspace, check=True, capture_output=True)
    cargo = shutil.which("cargo") or "cargo"
    command = [cargo, "build", "--locked", "--release", "--quiet", "--package", "bench-api", "--bins"]
    subprocess.run(command, cwd=workspace, check=True)
    said = subprocess.run(
        [cargo, "metadata", "--locked", "--no-deps", "--format-version", "1"],
        cwd=workspace,
        check=True,
        capture_output=True,
    )
    return workspace, Path(json.loads(said.stdout)["target_directory"]) / "release"


def prepare(database: str, workspace: Path) -> None:
    """Apply every script: roles, schemas, the tenants of those that are shared, and what packs add."""
    db = workspace / "db"
    tenants = sorted(path for path in db.glob("*/*.sql") if path.parent.name not in ("isolation", "roles"))
    added = sorted(db.glob("migrations/*/*.sql"), key=lambda path: (path.name, path.parent.name))
    with psycopg.connect(database, autocommit=True) as connection:
        for path in [*sorted(db.glob("roles/*.sql")), *sorted(db.glob("*.sql")), *tenants, *added]:
            connection.execute(path.read_bytes())


def load(service: Service, clients: int, seconds: float) -> tuple[list[Tally], float]:
    """Let clients ask until the time is over."""
    token = service.operator("token", TENANT, "u-bench", *PERMISSIONS)
    tallies = [Tally() for _ in range(clients)]
    end = time.perf_counter() + seconds
    threads = [threading.Thread(target=client, args=(service, token, n, t, end)) for n, t in enumerate(tallies)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tallies, time.perf_counter() - begun


def client(service: Service, token: str, number: int, tally: Tally, end: float) -> None:
    """Ask one question after the other."""
    connection = service.connection()
    turn, user = 0, ""

    def ask(kind: str, method: str, path: str, body: object = None) -> None:
        begun = time.perf_counter()
        try:
            got = service.ask(method, path, host=HOST, token=token, body=body, connection=connection)
            tally.took(kind, begun, got.status)
        except OSError as error:
            tally.errors[f"{kind}: {type(error).__name__}"] += 1
            connection.close()

    while time.perf_counter() < end:
        if turn % WRITES_EVERY == 0:
            user = f"b{number}-{turn}"
            ask("create", "POST", "/v1/users", {"userId": user, "email": f"{user}@bench.example"})
        elif turn % WRITES_EVERY == WRITES_EVERY // 2:
            ask("activate", "POST", f"/v1/users/{user}/activate-user")
        else:
            ask("read", "GET", f"/v1/users/{user}")
        turn += 1


def report(tallies: list[Tally], seconds: float) -> str:
    """A table of what came of it."""
    rows = ["| call | number | per second | median | 99 of 100 |", "|---|---|---|---|---|"]
    for kind in ("read", "create", "activate"):
        took = sorted(second for tally in tallies for second in tally.seconds[kind])
        if took:
            slow = took[min(len(took) - 1, len(took) * 99 // 100)]
            middle = statistics.median(took)
            number, rate = len(took), len(took) / seconds
            rows.append(f"| {kind} | {number} | {rate:.0f} | {middle * 1e3:.1f} ms | {slow * 1e3:.1f} ms |")
    number = sum(len(took) for tally in tallies for took in tally.seconds.values())
    errors = sum((tally.errors for tally in tallies), Counter[str]())
    said = ", ".join(f"{name} × {times}" for name, times in sorted(errors.items())) or "none"
    head = f"{len(tallies)} clients for {seconds:.0f} s: {number / seconds:.0f} requests/s, {errors.total()} errors"
    return "\n".join([head, "", *rows, "", f"Errors: {said}."])


if __name__ == "__main__":
    main()
