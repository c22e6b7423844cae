"""Events on their way, with a real PostgreSQL and a real RabbitMQ, which is also killed on the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import uuid
from pathlib import Path

import pytest
from psycopg import errors

from tests.support.databases import apply, become, connected, every, migrations, scripts
from tests.support.everything import to_be_spoilt, workspace_of
from tests.support.members import Cargo, settings, spoil, twins
from tests.support.workers import Worker, eventually, worker
from tools.rabbitmq import Broker

SILO, POOL = "acme-001", "startup-001"
APPS = {SILO: "post_acme_schema_app", POOL: "post_shared_schema_app"}
SEEN = """
CREATE TABLE {schema}.seen (message_id uuid NOT NULL);
GRANT INSERT ON {schema}.seen TO post_{schema}_app;
"""
ADD = """
INSERT INTO outbox (tenant_id, message_id, aggregate, aggregate_id, event_type, payload)
VALUES (%s, %s, 'User', 'u1', 'Added', %s)
"""


@pytest.fixture(scope="session")
def made() -> Path:
    """The shop with its infrastructure, settings of every kind, and a program that uses them; to be read only."""
    return workspace_of("post")


@pytest.fixture
def shop(made: Path, database: str) -> str:
    """A database with the schemas of the shop."""
    found = scripts(made)
    apply(database, *(found[name] for name in found if not name.startswith("migrations/")))
    return database


@pytest.fixture
def shop_with_inbox(made: Path, shop: str) -> str:
    """A database with the schemas of the shop and what the infrastructure needs."""
    apply(shop, *migrations(made))
    return shop


# --- What the crate itself tests ----------------------------------------------------------------------------


def crate_tests(
    cargo: Cargo, crate: Path, database: str, broker: Broker, tenant: str, *chosen: str
) -> subprocess.CompletedProcess[str]:
    """Run the tests of the crate that need a database and a broker, one after the other."""
    options = settings({"DATABASE_URL": database, "AMQP_URL": broker.virtual_host(), "TENANT_ID": tenant})
    tests = ["--test", "messaging", "--", "--include-ignored", "--test-threads=1", *chosen]
    return cargo("test", "--locked", *options, *tests, cwd=crate, check=False)


@pytest.mark.parametrize("tenant", [SILO, POOL], ids=["silo", "pool"])
def test_events_arrive(tenant: str, made: Path, cargo_of_all: Cargo, shop_with_inbox: str, rabbitmq: Broker) -> None:
    done = crate_tests(cargo_of_all, made / "infrastructure", shop_with_inbox, rabbitmq, tenant)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "13 passed; 0 failed; 0 ignored" in done.stdout


TWINS = {
    "relay": ("relay.rs", "mandatory: true", "mandatory: false", "an_event_that_no_queue_wants_waits"),
    "outbox": (
        "outbox.rs",
        "LIMIT $2 FOR UPDATE SKIP LOCKED",
        "LIMIT $2",
        "what_comes_first_is_not_overtaken",
    ),
    "inbox": ("inbox.rs", "WHERE seen.received_at IS NULL", "", "what_arrives_twice_is_worked_on_once"),
    "consumer": (
        "consumer.rs",
        " && usable(&transaction).await?",
        "",
        "an_error_that_the_receiver_ignores_is_a_failure",
    ),
    "key": ("message.rs", "if own {", "if own || true {", "who_publishes_under_another_key_is_not_believed"),
    "listener": (
        "broker.rs",
        'queue_declare("", OWN_QUEUE,',
        'queue_declare("caches", QueueDeclareOptions::default(),',
        "every_process_hears_of_what_one_receives",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "test"), twins(TWINS, telling="inbox"))
def test_the_tests_of_the_crate_find_what_is_wrong(
    file: str,
    old: str,
    new: str,
    test: str,
    tmp_path: Path,
    cargo_of_all: Cargo,
    shop_with_inbox: str,
    rabbitmq: Broker,
) -> None:
    """The bad twins of relay, outbox, inbox and consumer."""
    crate = to_be_spoilt("post", "infrastructure", tmp_path / "post")
    spoil(crate / "src" / "messaging" / file, old, new)
    done = crate_tests(cargo_of_all, crate, shop_with_inbox, rabbitmq, SILO, test)
    assert "0 passed; 1 failed" in done.stdout, done.stdout + done.stderr


# --- A process that works -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def program(made: Path, cargo_of_all: Cargo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, compiled, and taken away from where another run may compile another one."""
    options = ["--example", "worker", "--message-format=json-render-diagnostics"]
    done = cargo_of_all("build", "--locked", *options, cwd=made / "infrastructure")
    found = [json.loads(line).get("executable") for line in done.stdout.splitlines()]
    return Path(shutil.copy(next(path for path in found if path), tmp_path_factory.mktemp("worker")))


@pytest.fixture
def env(shop_with_inbox: str, rabbitmq: Broker) -> dict[str, str]:
    """What the program is told: an empty database, and a broker where nobody else is."""
    for schema in ("acme_schema", "shared_schema"):
        apply(shop_with_inbox, SEEN.format(schema=schema))
    return {
        "DATABASE_URL": shop_with_inbox,
        "AMQP_URL": rabbitmq.virtual_host(),
        "AMQP_TIMEOUT_MS": "2000",
        "OUTBOX_POLL_INTERVAL_MS": "50",
        "OUTBOX_BACKOFF_MAX_MS": "500",
    }


def add(database: str, tenant: str, count: int = 1, payload: str = "{}") -> list[str]:
    """Add events to the outbox, as the application does."""
    identifiers = [str(uuid.uuid4()) for _ in range(count)]
    with connected(database, APPS[tenant]) as connection:
        become(connection, tenant)
        for identifier in identifiers:
            connection.execute(ADD, (tenant, identifier, payload))
    return identifiers


def seen(database: str) -> list[str]:
    """The events that were worked on, of all tenants."""
    with connected(database) as connection:
        return every(
            connection,
            "SELECT message_id::text FROM acme_schema.seen UNION ALL SELECT message_id::text FROM shared_schema.seen",
        )


def arrive(running: Worker, database: str, wanted: list[str]) -> None:
    """Wait until events were worked on: each once, and no others."""
    eventually(
        lambda: set(wanted) <= set(seen(database)),
        lambda: f"{len(seen(database))} of {len(wanted)} arrived:\n{running.logged[-4000:]}",
    )
    assert sorted(seen(database)) == sorted(wanted)


def test_nothing_is_lost_when_the_broker_is_killed(
    program: Path, env: dict[str, str], shop_with_inbox: str, rabbitmq: Broker, tmp_path: Path
) -> None:
    """Events are added before, while and after the broker is away; each is worked on once."""
    database, wanted = shop_with_inbox, []
    with worker(program, tmp_path / "worker", env) as running:
        wanted += add(database, SILO)
        arrive(running, database, wanted)
        # RabbitMQ writes the directory of its queues to the disk twice a second: a younger one would be lost with it.
        time.sleep(2)
        for tenant in (SILO, POOL):
            wanted += add(database, tenant, 300)
        eventually(lambda: len(seen(database)) > 20, lambda: running.logged)
        rabbitmq.kill()
        interrupted = len(seen(database))
        try:
            for tenant in (SILO, POOL):
                wanted += add(database, tenant, 20)
            running.says('"broker":"down"')
        finally:
            rabbitmq.start()
        for tenant in (SILO, POOL):
            wanted += add(database, tenant, 20)
        arrive(running, database, wanted)
        running.says('"broker":"up"', times=2)
        assert running.ends() == 0, running.logged
        assert interrupted < 601, "the broker was killed when all was done"
        assert "events are not published" in running.logged
        assert "no events are received" in running.logged
        secret = rabbitmq.url.split(":")[2].split("@")[0]
        assert secret not in running.said + running.logged, "a log shows a secret"
        assert "begun" in running.logged, "the log holds nothing"


def test_what_is_published_again_is_worked_on_once(
    program: Path, env: dict[str, str], shop_with_inbox: str, tmp_path: Path
) -> None:
    """As when a relay is lost between the confirmation of the broker and that of the database."""
    with worker(program, tmp_path / "worker", env) as running:
        wanted = add(shop_with_inbox, SILO, 5)
        arrive(running, shop_with_inbox, wanted)
        with connected(shop_with_inbox, "post_acme_schema_relay") as relay:
            relay.execute("UPDATE outbox SET published_at = NULL")
        running.says("duplicates 5")
        assert sorted(seen(shop_with_inbox)) == sorted(wanted)


def test_what_was_begun_is_finished_at_the_end(
    program: Path, env: dict[str, str], shop_with_inbox: str, tmp_path: Path
) -> None:
    """An event that is being worked on when the process is told to end comes into effect; the next one is not begun."""
    slow = json.dumps({"slow_ms": 2000})
    with worker(program, tmp_path / "worker", env) as running:
        wanted = [*add(shop_with_inbox, SILO, payload=slow), *add(shop_with_inbox, SILO, payload=slow)]
        running.says(f"begun {wanted[0]}")
        assert seen(shop_with_inbox) == []
        assert running.ends() == 0, running.logged
        assert "drained" in running.said
    assert seen(shop_with_inbox) == wanted[:1]
    assert f"begun {wanted[1]}" not in running.said
    with worker(program, tmp_path / "worker", env) as running:
        arrive(running, shop_with_inbox, wanted)
        assert running.said.count(f"begun {wanted[0]}") == 1, "it was acknowledged the first time"


def test_a_database_that_is_away_costs_no_message(
    program: Path, env: dict[str, str], shop_with_inbox: str, tmp_path: Path
) -> None:
    """While nobody can log in, readiness is false, and messages wait without being put aside."""
    more = {**env, "CONSUMER_MAX_ATTEMPTS": "1", "CONSUMER_BACKOFF_MS": "50"}
    name = shop_with_inbox.split("dbname=")[1]
    with worker(program, tmp_path / "worker", more) as running:
        running.says('{"status":"up"')
        with connected(shop_with_inbox.replace(name, "postgres"), autocommit=True) as server:
            wanted = add(shop_with_inbox, SILO, 200)
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            running.says('"broker":"up","database acme_schema":"down"')
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        arrive(running, shop_with_inbox, wanted)
        running.says('{"status":"up"', times=2)
        assert "put aside" not in running.logged


def test_a_broker_is_believed_that_shows_the_right_certificate(
    program: Path, env: dict[str, str], shop_with_inbox: str, rabbitmq: Broker, tmp_path: Path
) -> None:
    env["AMQP_URL"] = rabbitmq.over_tls(env["AMQP_URL"])
    with worker(program, tmp_path / "stranger", env) as running:
        running.says('"broker":"down"')
        assert "invalid peer certificate" in running.logged
    with worker(program, tmp_path / "worker", {**env, "SSL_CERT_FILE": rabbitmq.certificate}) as running:
        arrive(running, shop_with_inbox, add(shop_with_inbox, SILO))


# --- Configuration and settings -----------------------------------------------------------------------------


def run(program: Path, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    more = {**env, "PATH": os.environ["PATH"]}
    return subprocess.run([program, *arguments], env=more, capture_output=True, text=True, timeout=60)


def test_all_that_is_wrong_with_the_environment_is_said(program: Path) -> None:
    done = run(program, {"AMQP_URL": "http://user:geheim@host", "OUTBOX_BATCH": "many", "HTTP_ADDRESS": "0.0.0.0"})
    assert done.returncode == 1
    assert done.stderr == (
        "error: the configuration has 4 problems:\n"
        "  DATABASE_URL is not set; it should be a URL such as postgres://host:5432/name\n"
        "  AMQP_URL is not a URL such as amqps://host:5671/vhost\n"
        '  HTTP_ADDRESS is "0.0.0.0", not an address with a port, such as 127.0.0.1:8080\n'
        '  OUTBOX_BATCH is "many", not a number of at least 1\n'
    )


SECRETS = {"SECRET_KEY": "k" * 12, "DATABASE_URL": "postgres://geheim", "PAYMENT_API_TOKEN": "geheim" * 4}


def test_settings_of_every_kind_make_code_that_stands(made: Path, cargo_of_all: Cargo) -> None:
    crate = made / "infrastructure"
    cargo_of_all("fmt", "--check", cwd=crate)
    targets = ["--lib", "--example", "worker"]
    cargo_of_all("clippy", "--locked", "--quiet", *targets, "--", "-D", "warnings", cwd=crate)


def test_the_settings_of_each_environment_are_read(program: Path, made: Path) -> None:
    for name, port in (("dev", 8080), ("staging", 8080), ("prod", 8443)):
        done = run(program, SECRETS, str(made / f"config/{name}.toml"))
        assert done.returncode == 0, done.stderr
        assert f"http_port: {port}," in done.stdout
        assert "secret_key: Secret(…)" in done.stdout
        assert r'type: "a\"\\{}", ' in done.stdout
        assert "ports: [80, 81], " in done.stdout
        assert "nickname: None, " in done.stdout
        assert "payment_api_token: Some(Secret(…))" in done.stdout
        assert "geheim" not in done.stdout


def test_settings_that_the_model_forbids_are_refused(program: Path, made: Path, tmp_path: Path) -> None:
    text = (made / "config/dev.toml").read_text()
    for old, new in (
        ("http_port = 8080", "http_port = 80"),
        ('log_level = "debug"', 'log_level = "loud"'),
        ('base_domain = "localhost"', "base_domain = 1"),
        ('"http://localhost:3000"', '"localhost"'),
        ("simulate_payments = true", "simulate__payments = true"),
        ('{ env = "SECRET_KEY" }', '"geheim-geheim"'),
        ("retries = 2", "retries = 4"),
        ("  80,", "  80,\n  0,"),
        ("ratio = 0.5", "ratio = 1.0"),
        ("encrypted = true", "encrypted = false"),
        ('since = "2026-01-02"', "since = 2026"),
    ):
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "dev.toml"
    file.write_text(text)
    done = run(program, {**SECRETS, "DATABASE_URL": "mysql://geheim"}, str(file))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: the settings have 14 problems:",
        "  encrypted is false, not the value true",
        "  ports has 3 items, which are too few or too many",
        "  ports is 0, not more than 0",
        "  ratio is 1.0, not less than 1",
        "  retries is 4, not one of 1, 2, 3",
        "  since is not text",
        '  secret_key is not { env = "SECRET_KEY" }, which is where the secret is read from',
        "  database_url is wrong: DATABASE_URL is not written like ^postgres(ql)?://",
        "  http_port is 80, not at least 1024",
        '  allowed_origins is "localhost", not written like ^https?://[^/]+$',
        "  base_domain is not text",
        '  log_level is "loud", not one of debug, info, warn, error',
        "  simulate_payments is missing",
        "  simulate__payments is no setting",
    ]


# --- The tables and the isolation of tenants ----------------------------------------------------------------


def test_the_proofs_of_isolation_pass_with_the_inbox(made: Path, shop_with_inbox: str) -> None:
    for proof in ("lint.sql", "attack.sql"):
        apply(shop_with_inbox, (made / "db/isolation" / proof).read_text())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ALTER TABLE shared_schema.inbox FORCE ROW LEVEL SECURITY;", ""),
        ("inbox__tenant ON shared_schema.inbox AS RESTRICTIVE", "inbox__tenant ON shared_schema.inbox AS PERMISSIVE"),
        ("PRIMARY KEY (tenant_id, consumer, message_id)", "PRIMARY KEY (consumer, message_id, tenant_id)"),
    ],
    ids=["not forced", "permissive", "tenant not first"],
)
def test_an_inbox_that_breaks_isolation_is_found(old: str, new: str, made: Path, shop: str) -> None:
    """The bad twins of the table."""
    script = (made / "db/migrations/shared_schema/30-inbox.sql").read_text()
    assert old in script
    apply(shop, script.replace(old, new))
    with pytest.raises(errors.RaiseException, match="the catalogue breaks isolation"):
        apply(shop, (made / "db/isolation/lint.sql").read_text())
