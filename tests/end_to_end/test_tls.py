"""The generated infrastructure speaks TLS with a real PostgreSQL, and believes no certificate unless told."""

from __future__ import annotations

from tests.support.databases import apply, migrations
from tests.support.everything import workspace_of
from tests.support.members import Cargo, settings
from tools import postgres


def test_the_database_must_prove_who_it_is(shop_scripts: dict[str, str], cargo_of_all: Cargo) -> None:
    """With the certificate that the server shows it is believed, without it is not; both ways TLS is a must."""
    folder = workspace_of("shop")
    test = ["--test", "persistence", "identity_user::rows_say_what_events_say"]
    command = ["test", "--locked", "-p", "shop-infrastructure", *test, "--", "--include-ignored"]
    with postgres.server(tls=True) as connection:
        place, certificate = connection.split(" sslrootcert=")
        apply(connection, *shop_scripts.values(), *migrations(folder))
        required = {"DATABASE_URL": f"{place} sslmode=require", "TENANT_ID": "acme-001"}
        trust = ["--config", f'env.SSL_CERT_FILE.value = "{certificate}"', "--config", "env.SSL_CERT_FILE.force = true"]
        believed = cargo_of_all(*settings(required), *trust, *command, cwd=folder)
        assert "1 passed" in believed.stdout
        refused = cargo_of_all(*settings(required), *command, cwd=folder, check=False)
    assert refused.returncode != 0
    assert "UnknownIssuer" in refused.stdout, refused.stdout + refused.stderr
