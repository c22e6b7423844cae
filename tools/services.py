"""The generated service while it runs: its program and where its database and broker are go in, answers come out.

It listens on a free port of the loopback address, and is ended with the block.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.text)


@dataclass
class Service:
    """A service, and the operator's program that goes with it."""

    programs: Path
    """The folder with the programs."""
    name: str
    settings: dict[str, str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def operator(self, *words: str) -> str:
        """What the operator's program says."""
        command = [str(self.programs / f"{self.name}-operator"), *words]
        done = subprocess.run(command, env=self.settings, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{words[0]}: {done.stderr}")
        return done.stdout.strip()

    def ask(
        self,
        method: str,
        path: str,
        *,
        host: str = "localhost",
        token: str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        connection: http.client.HTTPConnection | None = None,
    ) -> Answer:
        """Ask it something, by a connection of its own unless one is given."""
        named = {"Host": host, **(headers or {})}
        if token:
            named["Authorization"] = f"Bearer {token}"
        if body is not None:
            named["Content-Type"] = "application/json"
        client = connection or self.connection()
        try:
            client.request(method, path, None if body is None else json.dumps(body), named)
            got = client.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read().decode())
        finally:
            if connection is None:
                client.close()

    def connection(self) -> http.client.HTTPConnection:
        """A connection, for many questions."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def counted(self, name: str, **labels: str) -> float:
        """The sum of what the service has counted under a name, where it has these labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        lines = self.ask("GET", "/metrics").text.splitlines()
        found = [line for line in lines if line.split("{")[0].split(" ")[0] == name]
        return sum(float(line.rsplit(" ", 1)[1]) for line in found if all(label in line for label in wanted))

    def end(self, timeout: float = 30) -> int:
        """Tell it to end, and say how it did."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)


def settings(database: str, broker: str, **more: str) -> dict[str, str]:
    """The environment of a service: where everything is, and a new master key."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "DATABASE_URL": database,
        "AMQP_URL": broker,
        "MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        **more,
    }


@contextmanager
def running(service: Service, log: Path, patience: float = 30, readiness: int = 200) -> Iterator[Service]:
    """Run a service until the block ends; it begins when the service is ready, or says of itself what it is to say."""
    with log.open("ab") as file:
        service.port = _free_port()
        _start(service, file)
        assert service.process is not None
        try:
            deadline = time.monotonic() + patience
            while not _says(service, readiness):
                if service.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the service is not ready:\n{log.read_text()[-4000:]}")
                time.sleep(0.1)
            yield service
        finally:
            if service.process.poll() is None:
                service.process.kill()
            service.process.wait()


def _start(service: Service, log: IO[bytes]) -> None:
    env = {**service.settings, "HTTP_ADDRESS": f"127.0.0.1:{service.port}"}
    command = str(service.programs / service.name)
    service.process = subprocess.Popen([command], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def _says(service: Service, readiness: int) -> bool:
    try:
        return service.ask("GET", "/health/ready").status == readiness
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
