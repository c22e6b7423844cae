"""All that is generated for the shop, at work: over HTTP, with PostgreSQL and RabbitMQ, from the first call to
the last."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.databases import apply, connected, migrations
from tests.support.everything import workspace_of
from tests.support.members import Cargo
from tools.rabbitmq import Broker
from tools.services import Answer, Service, running, settings

ACME, STARTUP = "acme.myapp.com", "startup.myapp.com"
ALL = ("user:create", "user:write", "user:read", "user:erase")
EMAIL = "ada.lovelace@example.com"
REFRESH = 0.5
"""How often the service reads the keys, in seconds."""


@pytest.fixture(scope="module")
def workspace() -> Path:
    """The workspace of the shop with every crate."""
    return workspace_of("shop")


@pytest.fixture(scope="module")
def programs(workspace: Path, cargo_of_all: Cargo) -> Path:
    """The folder with the compiled service and its operator's program."""
    cargo_of_all("build", "--locked", "--package", "shop-api", "--bins", cwd=workspace)
    metadata = cargo_of_all("metadata", "--locked", "--no-deps", "--format-version", "1", cwd=workspace).stdout
    return Path(json.loads(metadata)["target_directory"]) / "debug"


@pytest.fixture
def service(programs: Path, workspace: Path, database: str, rabbitmq: Broker, tmp_path: Path) -> Iterator[Service]:
    """The service, ready, with a database to which every script was applied in its order, and a key that signs."""
    prepare(database, workspace)
    given = settings(database, rabbitmq.virtual_host(), KEY_REFRESH_MS=str(int(REFRESH * 1000)), LOG="info")
    given |= {"OUTBOX_POLL_INTERVAL_MS": "50"}
    service = Service(programs, "shop-api", given)
    assert "Activated" in service.operator("rotate")
    with running(service, tmp_path / "log") as ready:
        yield ready
    text = (tmp_path / "log").read_text()
    assert '"message":"listening"' in text
    for hidden in (EMAIL, "eyJ"):
        assert hidden not in text, "the log holds personal data or tokens"


def prepare(database: str, workspace: Path) -> None:
    """Apply every script: the schemas, tenants that share one, and what packs add."""
    schemas = sorted((workspace / "db").glob("*.sql"))
    tenants = [path for path in (workspace / "db").glob("*/*.sql") if path.parent.name not in ("isolation", "roles")]
    roles = sorted((workspace / "db" / "roles").glob("*.sql"))
    for path in [*roles, *schemas, *sorted(tenants)]:
        apply(database, path.read_text())
    apply(database, *migrations(workspace))


class Caller:
    """A user of a tenant, who calls with a token of their own."""

    def __init__(self, service: Service, tenant: str, host: str, *permissions: str) -> None:
        """Get a token."""
        self.service, self.host = service, host
        self.token = service.operator("token", tenant, f"u-{uuid.uuid4().hex[:8]}", *permissions)

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Ask something."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.service.ask(method, path, host=self.host, token=self.token, body=body, headers=named)


def eventually(holds: Callable[[], bool], patience: float = 20) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.05)


def trail(database: str, schema: str) -> list[tuple[str, ...]]:
    """What the audit trail of a schema tells: action, resource, its identifier, outcome."""
    statement = f"SELECT action, resource, coalesce(resource_id, ''), outcome FROM {schema}.audit ORDER BY sequence"
    with connected(database) as connection:
        return [tuple(map(str, row)) for row in connection.execute(statement)]


def test_a_user_lives_and_is_forgotten(service: Service, database: str) -> None:
    """From the first call to the last trace."""
    acme = Caller(service, "acme-001", ACME, *ALL)
    begins(acme)
    # Both events have gone over RabbitMQ and come back; from then on, they change no cache.
    eventually(lambda: service.counted("inbox_received_total") == service.counted("listener_heard_total") == 2)
    assert service.counted("outbox_published_total", schema="acme_schema") == 2
    is_read(acme)
    is_hidden_from_others(acme)
    is_recorded(service, database)
    is_erased(acme, database)


def begins(acme: Caller) -> None:
    """Created once, even if the call comes twice; then activated, which only works once."""
    key = str(uuid.uuid4())
    for _ in range(2):
        created = acme("POST", "/v1/users", {"userId": "u1", "email": EMAIL}, idempotency_key=key)
        assert (created.status, created.json) == (201, {"version": 1}), created.text
    assert created.headers["location"] == "/v1/users/u1"
    activated = acme("POST", "/v1/users/u1/activate-user")
    assert (activated.status, activated.json) == (200, {"version": 2}), activated.text
    again = acme("POST", "/v1/users/u1/activate-user")
    assert (again.status, again.json["code"]) == (409, "refused")


def is_read(acme: Caller) -> None:
    """First from the database, then from memory."""
    service = acme.service
    before = {name: service.counted(f"reading_{name}_total") for name in ("misses", "hits")}
    first, second = acme("GET", "/v1/users/u1"), acme("GET", "/v1/users/u1")
    assert first.json == second.json == {"userId": "u1", "email": EMAIL, "active": True}
    assert service.counted("reading_misses_total") == before["misses"] + 1
    assert service.counted("reading_hits_total") == before["hits"] + 1
    assert acme("GET", "/v1/users/u1", if_none_match=first.headers["etag"]).status == 304
    assert acme("GET", "/v1/users").json == {"items": [first.json], "next": None}


def is_hidden_from_others(acme: Caller) -> None:
    """Refused: with a token of another tenant, without one, and with one that permits nothing."""
    service = acme.service
    startup = Caller(service, "startup-001", STARTUP, *ALL)
    assert service.ask("GET", "/v1/users/u1", host=ACME, token=startup.token).status == 401
    assert service.ask("GET", "/v1/users/u1", host=STARTUP, token=acme.token).status == 401
    assert service.ask("GET", "/v1/users/u1", host=ACME).status == 401
    assert startup("GET", "/v1/users/u1").status == 404
    assert startup("GET", "/v1/users").json["items"] == []
    assert Caller(service, "acme-001", ACME)("GET", "/v1/users/u1").status == 403


def is_recorded(service: Service, database: str) -> None:
    """All of it is in the audit trail, whose chain holds."""
    told = trail(database, "acme_schema")
    one = ("Identity.User", "u1")
    assert told.count(("CreateUser", *one, "success")) >= 1
    assert ("ActivateUser", *one, "success") in told
    assert ("ActivateUser", *one, "failure") in told
    assert told.count(("read", *one, "success")) >= 2
    assert ("search", "Identity.User", "", "success") in told
    assert told.count(("read", *one, "denied")) == 3
    assert [(entry[0], entry[3]) for entry in told if entry[1] == "session"] == [("issue-token", "success")] * 2
    assert int(service.operator("verify", "acme-001")) == len(told)
    assert int(service.operator("verify", "startup-001")) == len(trail(database, "shared_schema"))


def is_erased(acme: Caller, database: str) -> None:
    """Nobody reads the address any more: not from memory, not from rows, and not from the events."""
    known = acme("GET", "/v1/users/u1").headers["etag"]
    assert acme("DELETE", "/v1/users/u1/personal-data").status == 204
    asked = acme("GET", "/v1/users/u1", if_none_match=known)
    assert asked.status == 200, "what the caller has is not what is shown now"
    redacted = asked.json
    assert redacted["userId"] == "u1"
    assert redacted["email"] != EMAIL
    replayed(database)
    assert acme("POST", "/v1/users/u1/deactivate-user").status == 200
    after = acme("GET", "/v1/users/u1").json
    assert after == {**redacted, "active": False}, "what the events are replayed to is redacted, too"
    assert ("erase", "Identity.User", "u1", "success") in trail(database, "acme_schema")
    assert EMAIL.encode() not in everything(database)


def replayed(database: str) -> None:
    """Leave nothing of the user but the events: what comes next has to be made from them."""
    with connected(database) as connection:
        for table in ("snapshot", "identity_user"):
            connection.execute(f"DELETE FROM acme_schema.{table}")


def everything(database: str) -> bytes:
    """Each row of each table of each schema, as text."""
    tables = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"""
    with connected(database) as connection:
        names = [row[0] for row in connection.execute(tables)]
        rows = [row[0] for name in names for row in connection.execute(f"SELECT t::text FROM {name} AS t")]
    assert len(rows) > 10
    return "\n".join(rows).encode()


def test_keys_are_rotated_while_requests_go_on(service: Service) -> None:
    acme = Caller(service, "acme-001", ACME, *ALL)
    stop, failed, asked = threading.Event(), [], []

    def call() -> None:
        connection = service.connection()
        while not stop.is_set():
            got = service.ask("GET", "/v1/users", host=ACME, token=acme.token, connection=connection)
            asked.append(got.status)
            if got.status != 200:
                failed.append(got.text)
            time.sleep(0.01)

    thread = threading.Thread(target=call)
    thread.start()
    try:
        old = acme.token
        assert "Announced" in service.operator("rotate", "now")
        eventually(lambda: "Activated" in service.operator("rotate"))
        acme.token = service.operator("token", "acme-001", "u-after", *ALL)
        assert acme.token.split(".")[0] != old.split(".")[0], "another key signs"
        assert service.ask("GET", "/v1/users", host=ACME, token=old).status == 200
        count = len(asked)
        eventually(lambda: len(asked) > count + 20)
    finally:
        stop.set()
        thread.join()
    assert not failed
    assert len(asked) > 50


def test_a_key_that_is_revoked_lets_nobody_in(service: Service) -> None:
    acme = Caller(service, "acme-001", ACME, *ALL)
    assert acme("GET", "/v1/users").status == 200
    head = acme.token.split(".")[0]
    kid = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    assert "Revoked" in service.operator("revoke", kid)
    eventually(lambda: acme("GET", "/v1/users").status == 401)
    eventually(lambda: "Waiting" in service.operator("rotate"))
    after = Caller(service, "acme-001", ACME, *ALL)
    eventually(lambda: after("GET", "/v1/users").status == 200)


def test_every_replica_hears_of_what_another_did(service: Service, tmp_path: Path) -> None:
    acme = Caller(service, "acme-001", ACME, *ALL)
    assert acme("POST", "/v1/users", {"userId": "u1", "email": EMAIL}).status == 201
    with running(Service(service.programs, service.name, service.settings), tmp_path / "other") as other:

        def shows() -> bool:
            return bool(other.ask("GET", "/v1/users/u1", host=ACME, token=acme.token).json["active"])

        for command, active in [("activate-user", True), ("deactivate-user", False)] * 3:
            assert shows() is not active
            assert acme("POST", f"/v1/users/u1/{command}").status == 200
            eventually(lambda wanted=active: shows() is wanted, patience=5)  # type: ignore[misc]


def test_what_was_begun_is_finished_when_it_is_told_to_end(service: Service, database: str) -> None:
    acme = Caller(service, "acme-001", ACME, *ALL)
    answers: list[Answer] = []
    with psycopg.connect(database) as holder:
        # A row that somebody else holds keeps the call from being finished.
        assert acme("POST", "/v1/users", {"userId": "u1", "email": EMAIL}).status == 201
        holder.execute("LOCK TABLE acme_schema.identity_user IN ACCESS EXCLUSIVE MODE")
        slow = threading.Thread(target=lambda: answers.append(acme("POST", "/v1/users/u1/activate-user")))
        slow.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        with connected(database, autocommit=True) as watcher:
            eventually(lambda: (watcher.execute(waiting).fetchone() or (0,))[0] > 0)
        assert service.process is not None
        service.process.terminate()
        eventually(lambda: refuses(service))
        assert service.process.poll() is None
    slow.join()
    assert [answer.status for answer in answers] == [200]
    assert service.process.wait(30) == 0


def refuses(service: Service) -> bool:
    """Whether nothing new is begun."""
    try:
        service.ask("GET", "/health/live")
    except OSError:
        return True
    return False


def test_without_a_key_nobody_is_let_in(
    programs: Path, workspace: Path, database: str, rabbitmq: Broker, tmp_path: Path
) -> None:
    prepare(database, workspace)
    given = settings(database, rabbitmq.virtual_host())
    with running(Service(programs, "shop-api", given), tmp_path / "log", readiness=503) as service:
        assert service.ask("GET", "/health/ready").json["checks"]["keys"] == "down"
        assert service.ask("GET", "/v1/users", host=ACME, token="x.y.z").status == 401
        with pytest.raises(RuntimeError, match="there is no key to sign with"):
            service.operator("token", "acme-001", "u1")


def test_nobody_listens_to_others_without_tls(programs: Path) -> None:
    given = settings("host=127.0.0.1 dbname=none", "amqp://127.0.0.1", HTTP_ADDRESS="0.0.0.0:0")
    done = subprocess.run([programs / "shop-api"], env={**os.environ, **given}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "HTTP_BEHIND_PROXY" in done.stderr
