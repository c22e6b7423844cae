"""A throw-away RabbitMQ broker: nothing goes in, an object with its URL comes out, and nothing is left behind."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tools import certificate

HEADER = b"AMQP\x00\x00\x09\x01"
"""What a client says first; a broker that is ready answers with a frame."""


def program() -> str | None:
    """The script that starts the broker; not the wrapper of Debian's package, which needs the package's own folders."""
    packaged = "/usr/lib/rabbitmq/bin/rabbitmq-server"
    return packaged if os.path.exists(packaged) else shutil.which("rabbitmq-server")


class Broker:
    """A broker of one's own, which can be killed and started again."""

    def __init__(self, folder: str) -> None:
        """A broker that keeps all it has in a folder; it does not run yet."""
        self.folder = folder
        self.port, self._tls_port, self._distribution, self._names = _free_ports(4)
        self._user = _lent()
        self._password = secrets.token_hex(12)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.certificate, self._key = certificate.make(folder, self._user)
        self._write("rabbitmq.conf", self._settings(), secret=True)
        for name, text in (("env.conf", ""), ("plugins", "[].\n"), ("advanced.config", "[].\n")):
            self._write(name, text)

    @property
    def url(self) -> str:
        """Where it is, with user and password."""
        return f"amqp://ggen:{self._password}@127.0.0.1:{self.port}/%2f"

    def over_tls(self, url: str) -> str:
        """The same place, where it speaks TLS."""
        return url.replace("amqp:", "amqps:").replace(f":{self.port}/", f":{self._tls_port}/")

    def virtual_host(self) -> str:
        """Make a virtual host, where there are no exchanges and queues of others, and say where it is."""
        name = f"v{secrets.token_hex(4)}"
        for words in (["add_vhost", name], ["set_permissions", "--vhost", name, "ggen", ".*", ".*", ".*"]):
            command = os.path.join(os.path.dirname(_script()), "rabbitmqctl")
            subprocess.run(
                [command, "--quiet", *words], cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL,
                check=True, user=self._user, group=self._user, extra_groups=[] if self._user else None,
            )  # fmt: skip
        return self.url.removesuffix("%2f") + name

    def start(self) -> None:
        """Start it, with what it knew before if it ran before, and wait until clients are let in."""
        if "epmd" not in self._running:
            epmd = shutil.which("epmd")
            if epmd is None:
                raise FileNotFoundError("epmd, which comes with Erlang, is not installed")
            self._run("epmd", epmd, "-port", str(self._names), "-address", "127.0.0.1")
            _wait(lambda: _listens(self._names), 10, lambda: self._log("epmd"))
        broker = self._run("broker", _script())
        # Two cores with other work on them have taken half a minute.
        _wait(lambda: broker.poll() is not None or self.answers(), 120, lambda: self._log("broker"))
        if broker.poll() is not None:
            raise RuntimeError(f"the broker has ended:\n{self._log('broker')}")

    def kill(self) -> None:
        """End it as a power cut does; what it wrote to the disk stays."""
        _end(self._running.pop("broker"))

    def stop(self) -> None:
        """End everything that was started."""
        for name in ("broker", "epmd"):
            if name in self._running:
                _end(self._running.pop(name))

    def answers(self) -> bool:
        """Whether a client that says hello gets an answer."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as client:
                client.sendall(HEADER)
                return client.recv(1) == b"\x01"
        except OSError:
            return False

    def _run(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start a program in the foreground, in a process group of its own: it is ended with all that it starts."""
        with open(os.path.join(self.folder, f"{name}.log"), "ab") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, user=self._user, group=self._user, extra_groups=[] if self._user else None,
            )  # fmt: skip
        self._running[name] = process
        return process

    def _environment(self) -> dict[str, str]:
        """The environment: nothing of an installed broker's, and every port and folder our own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))}
        own = {name: os.path.join(self.folder, path) for name, path in PLACES.items()}
        return {
            **kept,
            **own,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._names),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_NODENAME": f"ggen-{self.port}@localhost",
            # Loopback only; and schedulers that have nothing to do sleep.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}"
            " +sbwt none +sbwtdcpu none +sbwtdio none",
            "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the broker, rather than its parent
        }

    def _settings(self) -> str:
        return (
            f"default_user = ggen\ndefault_pass = {self._password}\ndisk_free_limit.absolute = 1MB\n"
            f"listeners.tcp.local = 127.0.0.1:{self.port}\nlisteners.ssl.local = 127.0.0.1:{self._tls_port}\n"
            f"ssl_options.certfile = {self.certificate}\nssl_options.keyfile = {self._key}\n"
        )

    def _write(self, name: str, text: str, secret: bool = False) -> None:
        path = os.path.join(self.folder, name)
        with open(path, "w", opener=lambda path, flags: os.open(path, flags, 0o600 if secret else 0o644)) as file:
            file.write(text)
        if self._user:
            shutil.chown(path, self._user)

    def _log(self, name: str) -> str:
        with open(os.path.join(self.folder, f"{name}.log"), errors="replace") as log:
            return log.read()[-4000:]


PLACES = {
    "HOME": "",
    "RABBITMQ_CONF_ENV_FILE": "env.conf",
    "RABBITMQ_CONFIG_FILE": "rabbitmq.conf",
    "RABBITMQ_ADVANCED_CONFIG_FILE": "advanced.config",
    "RABBITMQ_ENABLED_PLUGINS_FILE": "plugins",
    "RABBITMQ_GENERATED_CONFIG_DIR": "generated",
    "RABBITMQ_LOG_BASE": "log",
    "RABBITMQ_MNESIA_BASE": "data",
    "RABBITMQ_PID_FILE": "pid",
}
"""What the broker reads and writes, below its folder."""


@contextmanager
def server() -> Iterator[Broker]:
    """Run a broker for as long as the block lasts, on free ports of the loopback address, with its own folder.

    Root lends it the user `rabbitmq` where there is one. A broker of the system goes on undisturbed.
    """
    folder = tempfile.mkdtemp(prefix="ggen-mq-")
    try:
        user = _lent()
        if user:
            shutil.chown(folder, user, user)
        broker = Broker(folder)
        try:
            broker.start()
            yield broker
        finally:
            broker.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _script() -> str:
    script = program()
    if script is None:
        raise FileNotFoundError("RabbitMQ is not installed")
    return script


def _lent() -> str | None:
    """The user that root lends a broker; None where there is no need, or no such user."""
    if os.geteuid() == 0 and any(user.pw_name == "rabbitmq" for user in pwd.getpwall()):
        return "rabbitmq"
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group, and wait until it is gone."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; all are held until the last is found, so that they differ."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(done: Callable[[], bool], seconds: float, trouble: Callable[[], str]) -> None:
    """Look ten times a second until something is so."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"not ready after {seconds} s:\n{trouble()}")
        time.sleep(0.1)
