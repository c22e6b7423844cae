"""Fetches the W3C SHACL test suite out of pySHACL's source release: nothing in, the folder of the suite out.

The suite is kept in `.cache/` and is not part of this repository.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

RELEASE = "0.40.1"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "shacl"
SUITE = CACHE / f"pyshacl-{RELEASE}" / "test" / "resources" / "sht_tests"


def fetch() -> Path:
    """The folder of the suite, downloaded the first time it is asked for.

    Several test workers may ask at once: the folder appears whole or not at all, and the first to finish wins.
    """
    if not SUITE.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            _unpack(Path(scratch))
    return SUITE


def _unpack(scratch: Path) -> None:
    wanted = ["--no-deps", "--no-binary", ":all:", f"pyshacl=={RELEASE}"]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "-d", str(scratch), *wanted], check=True)
    with tarfile.open(scratch / f"pyshacl-{RELEASE}.tar.gz") as archive:
        archive.extractall(scratch, filter="data")
    try:
        (scratch / f"pyshacl-{RELEASE}").rename(CACHE / f"pyshacl-{RELEASE}")
    except OSError:
        if not SUITE.is_dir():
            raise


if __name__ == "__main__":
    sys.stdout.write(f"{fetch()}\n")
