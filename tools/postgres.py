"""A throw-away PostgreSQL server: a folder goes in, a connection string comes out, and nothing is left behind."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tools import certificate


def bin_folder() -> str | None:
    """The folder of PostgreSQL's server programs, the newest when there are several; None when there is none."""
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    for folder in sorted(folders, key=lambda path: int(path.split("/")[4].split(".")[0]), reverse=True):
        if os.path.exists(os.path.join(folder, "initdb")):
            return folder
    if shutil.which("pg_config"):
        folder = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        if os.path.exists(os.path.join(folder, "initdb")):
            return folder
    found = shutil.which("initdb")
    return os.path.dirname(os.path.realpath(found)) if found else None


@contextmanager
def server(tls: bool = False) -> Iterator[str]:
    """Run a server for as long as the block lasts; gives the connection string of its superuser `ggen`.

    It listens on a free port of the loopback address and on a socket in its own folder, trusts everyone, and does
    not wait for the disk. PostgreSQL refuses to run as root, so root lends it the user `postgres`. With `tls` it can
    speak TLS, and the string names as `sslrootcert` the certificate that it shows.
    """
    programs = bin_folder()
    if programs is None:
        raise FileNotFoundError("the PostgreSQL server is not installed")
    user = "postgres" if os.geteuid() == 0 else None
    folder = tempfile.mkdtemp(prefix="ggen-pg-")
    try:
        if user:
            shutil.chown(folder, user)
        port = _free_port()
        data = os.path.join(folder, "data")
        _run(programs, user, "initdb", "-D", data, "-U", "ggen", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-c fsync=off -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
        believed = ""
        if tls:
            os.chmod(folder, 0o711)
            shown, key = certificate.make(folder, user)
            options += f" -c ssl=on -c ssl_cert_file={shown} -c ssl_key_file={key}"
            believed = f" sslrootcert={shown}"
        log = os.path.join(folder, "log")
        _run(programs, user, "pg_ctl", "-w", "-s", "-D", data, "-l", log, "-o", options, "start")
        try:
            yield f"host=127.0.0.1 port={port} user=ggen dbname=postgres{believed}"
        finally:
            _run(programs, user, "pg_ctl", "-w", "-s", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(programs: str, user: str | None, program: str, *arguments: str) -> None:
    command = [os.path.join(programs, program), *arguments]
    # The server inherits what it is given as output, so a pipe would never close: use a file.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, user=user, group=user,
            extra_groups=[] if user else None,
        )  # fmt: skip
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{program} failed:\n{output.read()}")
