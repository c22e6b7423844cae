"""Fetches the W3C SHACL test suite out of pySHACL's source release: nothing in, the folder of the suite out.

The suite is kept in `.cache/` and is not part of this repository.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

RELEASE = "0.40.1"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "shacl"
SUITE = CACHE / f"pyshacl-{RELEASE}" / "test" / "resources" / "sht_tests"


def fetch() -> Path:
    """The folder of the suite, downloaded the first time it is asked for."""
    if not SUITE.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        wanted = ["--no-deps", "--no-binary", ":all:", f"pyshacl=={RELEASE}"]
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "-d", str(CACHE), *wanted], check=True)
        with tarfile.open(CACHE / f"pyshacl-{RELEASE}.tar.gz") as archive:
            archive.extractall(CACHE, filter="data")
    return SUITE


if __name__ == "__main__":
    sys.stdout.write(f"{fetch()}\n")
