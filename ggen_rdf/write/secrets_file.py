"""The one place that the value of a secret reaches: a file of its user's own, which git leaves alone.

In: where it is to be, and the secrets. Out: a `SecretsFile`, planned before anything is written, or what stands in the
way. A file that exists is completed: what it sets is never changed, and its lines stay as and where they are.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ggen_rdf.diagnostics import Diagnostic, Label, Severity, Source, Span
from ggen_rdf.source.inputs import FOLDERS, GLOBAL, SETTINGS, model_places
from ggen_rdf.write import disk, dotenv, git
from ggen_rdf.write.bases import FOLDER
from ggen_rdf.write.tree import temporary

if TYPE_CHECKING:
    from ggen_rdf.render.secret_vars import GivenSecret

MODE = 0o600
_OTHERS = 0o077
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_HEAD = "# Secrets, completed by ggen and never changed by it. Not for git.\n"
IGNORE = ".gitignore"


@dataclass
class SecretsFile:
    """What is to happen to a secrets file: the keys that it gets, and the line that keeps git away from it."""

    root: str
    path: str
    added: tuple[str, ...] = ()
    ignored: bool = True
    _old: bytes | None = field(default=None, repr=False)
    _new: bytes = field(default=b"", repr=False)
    _seen: tuple[int, int, int] | None = None
    _done: list[tuple[str, bytes | None, int]] = field(default_factory=list, repr=False)

    def as_data(self) -> dict[str, object]:
        """What a program is told of it: no value."""
        action = "create" if self._old is None else "update"
        done = {"path": self.path, "action": action if self.added else "keep", "added": list(self.added)}
        return {**done, "gitignore": "keep" if self.ignored else "update"}

    def told(self) -> str:
        """What a person is told of it: no value."""
        names = ", ".join(f"`{name}`" for name in self.added)
        done = f"{'created' if self._old is None else 'completed'} with {names}" if self.added else "is as it was"
        return f"`{self.path}` {done}" + ("" if self.ignored else f"; `{IGNORE}` now keeps it out of git")

    def write(self) -> None:
        """Writes first what keeps git away, then the file. Raises OSError, and has then done nothing."""
        try:
            if not self.ignored:
                self._ignore()
            if self.added:
                self._put(self.path, self._old, self._new, MODE)
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """Takes back what was written."""
        while self._done:
            path, old, mode = self._done.pop()
            with suppress(OSError):
                if old is None:
                    os.unlink(self._full(path))
                else:
                    disk.stage(self._waiting(path), old, mode)
                    os.replace(self._waiting(path), self._full(path))

    def _ignore(self) -> None:
        try:
            with open(self._full(IGNORE), "rb") as file:
                old = file.read()
        except FileNotFoundError:
            old = None
        start = old or b""
        gap = b"" if start.endswith(b"\n") or not start else b"\n"
        self._put(IGNORE, old, start + gap + git.pattern(self.path).encode() + b"\n", disk.MODE)

    def _put(self, path: str, old: bytes | None, new: bytes, mode: int) -> None:
        full, waiting = self._full(path), self._waiting(path)
        disk.make_folders(os.path.dirname(full), [])
        if old is not None:
            now = os.lstat(full)
            mode = stat.S_IMODE(now.st_mode)
            if path == self.path and _stamp(now) != self._seen:
                raise OSError(0, "it was changed a moment ago", full)
        disk.stage(waiting, new, mode)
        try:
            if old is None:
                os.link(waiting, full)  # fails where something stands there by now
            else:
                os.replace(waiting, full)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(waiting)
        self._done.append((path, old, mode))

    def _waiting(self, path: str) -> str:
        """Where new bytes wait for their turn: where git leaves them alone, also after a crash."""
        return self._full(f"{FOLDER}/{os.path.basename(temporary(path))}")

    def _full(self, path: str) -> str:
        return os.path.join(self.root, path)


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def plan_secrets(
    root: str, path: str, secrets: Sequence[GivenSecret], wanted: Collection[str] = (), taken: Collection[str] = ()
) -> tuple[SecretsFile | None, list[Diagnostic]]:
    """Plan what is to happen to the secrets file. `wanted` are keys that should be there in the end; `taken` are the
    paths of artefacts."""
    wrong = _misplaced(root, path, taken) or _unsafe(root, path)
    if wrong:
        return None, [wrong]
    data, seen, problems = _read(root, path)
    if problems:
        return None, problems
    text = (data or b"").decode("utf-8", "surrogateescape")
    lines = dotenv.read(text)
    if lines.wrong is not None:
        return None, [_malformed(path, text, lines.wrong, lines.says)]
    there = lines.values
    clashing = [one for one in secrets if one.key in there and there[one.key] != one.secret.reveal()]
    problems = [_differs(path, Source(path, dotenv.veiled(text)), one) for one in clashing]
    problems += _reused(root, path, secrets)
    new = {one.key: one.secret.reveal() for one in secrets if one.key not in there}
    missing = sorted(set(wanted) - there.keys() - new.keys())
    problems += [_missing(path, missing)] if missing else []
    if any(p.severity is Severity.ERROR for p in problems):
        return None, problems
    start = text if not text or text.endswith("\n") else text + "\n"
    whole = (start or _HEAD) + "".join(dotenv.line(key, value) for key, value in new.items())
    made = whole.encode("utf-8", "surrogateescape")
    return SecretsFile(root, path, tuple(new), git.ignores(root, path), data, made, seen), problems


def _misplaced(root: str, path: str, taken: Collection[str]) -> Diagnostic | None:
    parts = path.split("/")
    read = (SETTINGS, GLOBAL, *FOLDERS, *model_places(root))
    says = ""
    if path.startswith(("../", "/")) or path in ("..", ".") or not _is_inside(root, path):
        says = "it is outside the workspace"
    elif path in taken:
        says = "ggen generates that file"
    elif parts[0] in (".git", ".ggen", "ggen.lock", IGNORE) or ".git" in parts:
        says = "that place belongs to git, or to ggen itself"
    elif any(path == place or path.startswith(f"{place}/") for place in read):
        says = "ggen reads what is there as part of the model"
    if not says:
        return None
    return Diagnostic(
        "secret/file-place",
        f"the secrets file cannot be `{path}`: {says}",
        help="name a file at the top of the workspace, such as `.env.dev`",
    )


def _is_inside(root: str, path: str) -> bool:
    top = os.path.realpath(root)
    folder = os.path.realpath(os.path.dirname(os.path.join(root, path)))
    return folder == top or folder.startswith(top.rstrip(os.sep) + os.sep)


def _unsafe(root: str, path: str) -> Diagnostic | None:
    """What is wrong with what stands there."""
    try:
        found = os.lstat(os.path.join(root, path))
    except FileNotFoundError:
        found = None
    except OSError as error:
        return _file(path, f"it cannot be looked at: {(error.strerror or '').lower()}", "name another file")
    if found is not None and stat.S_ISLNK(found.st_mode):
        return _file(path, "it is a symbolic link", "name the file itself")
    if found is not None and not stat.S_ISREG(found.st_mode):
        return _file(path, "it is not a regular file", "name another file")
    if found is not None and found.st_mode & _OTHERS:
        mode = stat.S_IMODE(found.st_mode)
        return _file(path, f"others can read or write it (mode {mode:04o})", f"close it: `chmod 600 {path}`")
    if git.tracks(root, path):
        return _file(path, "git tracks it", f"take it out of git, and change what was in it: `git rm --cached {path}`")
    return None


def _file(path: str, says: str, act: str) -> Diagnostic:
    return Diagnostic("secret/file-unsafe", f"`{path}` is no place for secrets: {says}", help=act)


def _read(root: str, path: str) -> tuple[bytes | None, tuple[int, int, int] | None, list[Diagnostic]]:
    try:
        descriptor = os.open(os.path.join(root, path), _READ)
    except FileNotFoundError:
        return None, None, []
    except OSError as error:
        return None, None, [_file(path, (error.strerror or "it cannot be read").lower(), "see to its permissions")]
    with open(descriptor, "rb") as file:
        seen = _stamp(os.fstat(descriptor))
        return file.read(), seen, []


def _malformed(path: str, text: str, at: int, says: str) -> Diagnostic:
    number = text.count("\n", 0, at) + 1
    source = Source(path, dotenv.veiled(text))
    start = source.line_starts[number - 1]
    label = Label(Span(source, start, start + len(source.line(number))), says)
    act = "write `KEY=value` lines; quote a value that holds spaces, quotes or `$` with single quotes"
    return Diagnostic("secret/file-malformed", f"`{path}` is not a file of `KEY=value` lines", (label,), help=act)


def _differs(path: str, source: Source, one: GivenSecret) -> Diagnostic:
    start = dotenv.place(source.text, one.key)
    here = Label(Span(source, start, start + len(source.line(source.position(start)[0]))), "this is what it is now")
    return Diagnostic(
        "secret/differs",
        f"`{path}` sets `{one.key}` already, to something else",
        (here, *one.labels),
        notes=("ggen never changes what a secrets file sets; no file was written",),
        help=f"take the line out of `{path}` to have it written anew, or leave `{one.name}` out",
    )


def _missing(path: str, keys: Sequence[str]) -> Diagnostic:
    listed = ", ".join(f"`{key}`" for key in keys)
    return Diagnostic(
        "secret/missing",
        f"`{path}` is for production and lacks {listed}",
        notes=("the program will not start, unless it gets them from elsewhere",),
        help="give them with `--vars`, or see that they come from a vault",
        severity=Severity.WARNING,
    )


def _reused(root: str, path: str, secrets: Sequence[GivenSecret]) -> list[Diagnostic]:
    """Secrets that another environment has as well, by the files beside this one that are called like it."""
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0]
    if not stem:
        return []
    found = []
    for other in sorted(os.listdir(os.path.join(root, folder))) if os.path.isdir(os.path.join(root, folder)) else ():
        if other == name or other.rpartition(".")[0] != stem or not os.path.isfile(os.path.join(root, folder, other)):
            continue
        beside = f"{folder}/{other}" if folder else other
        data, _, _ = _read(root, beside)
        values = dotenv.read((data or b"").decode("utf-8", "surrogateescape")).values
        found += [_same(path, beside, one) for one in secrets if values.get(one.key) == one.secret.reveal()]
    return found


def _same(path: str, other: str, one: GivenSecret) -> Diagnostic:
    return Diagnostic(
        "secret/reused",
        f"`{other}` has the same `{one.key}` as `{path}` would",
        one.labels,
        notes=("whoever learns it in one environment has it in the other",),
        help="take a value of its own for each environment, e.g. of `openssl rand -base64 32`",
        severity=Severity.WARNING,
    )
