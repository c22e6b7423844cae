"""A certificate for the loopback address that nobody else has signed: whoever is to believe it is given it."""

from __future__ import annotations

import os
import shutil
import subprocess


def make(folder: str, user: str | None) -> tuple[str, str]:
    """The files with the certificate, which everybody may read, and with its key, which belongs to a user."""
    certificate, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    what = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=ggen"]
    more = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"]
    command = ["openssl", "req", *what, *more, "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    if user:
        shutil.chown(key, user)
    os.chmod(certificate, 0o644)
    return certificate, key
