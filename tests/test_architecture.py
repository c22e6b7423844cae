"""The shape of the code: which room may import which, how long things are, who may print, what starts fast."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ggen_rdf"

ROOMS = (
    *(
        "library",
        "aside",
        "diagnostics",
        "artefact",
        "sparql",
        "graph",
        "source",
        "reason",
        "view",
        "constraints",
        "check",
        "project",
        "decompose",
        "report",
    ),
    *("render", "write", "evolve", "compiler", "cli"),
)
"""Each may import only those before it. `__init__` and `__main__` stand outside."""

LONGEST_FILE, LONGEST_FUNCTION = 400, 60
"""What fails."""

USUAL = {"file": (120, 250), "function": (9, 25)}
"""Median and ninth decile that are aimed at; what lies above is shown as a warning."""

CLOCKS_AND_CHANCE = {"time", "random", "secrets", "uuid", "getpass", "socket", "locale"}
"""Modules whose answers differ from run to run or machine to machine."""

ALLOWED = {
    ("write", "secrets"): "a temporary file needs a name that nobody else has; it never reaches an artefact",
}
"""Rooms that may use one of them all the same, and why."""

SAY_NOTHING = {
    *("manager", "helper", "helpers", "util", "utils", "base", "abstract"),
    *("engine", "handler", "factory", "service"),
}


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """The room a module lies in."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(), str(path))


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The dotted name of everything a module imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            if node.module == "ggen_rdf":
                yield from ((f"ggen_rdf.{alias.name}", node.lineno) for alias in node.names)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, with those inside others."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function, from `def` to its end."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def place(path: Path, line: int) -> str:
    """Where something stands, as an editor understands it."""
    return f"{path.relative_to(ROOT)}:{line}"


def test_every_room_is_in_the_list() -> None:
    """A new room must say where it stands."""
    assert {room_of(path) for path in modules()} <= {*ROOMS, "__init__", "__main__"}


def test_a_room_imports_only_rooms_before_it() -> None:
    """Imports go one way, down the pipeline."""
    wrong = [
        f"{place(path, line)}: {room_of(path)} imports {name}"
        for path in modules()
        if room_of(path) in ROOMS
        for name, line in imports(parsed(path))
        if (parts := name.split("."))[0] == "ggen_rdf" and len(parts) > 1 and parts[1] in ROOMS
        if ROOMS.index(parts[1]) > ROOMS.index(room_of(path))
    ]
    assert wrong == []


def test_imports_are_absolute() -> None:
    """A reader sees from the line itself which room a name comes from."""
    wrong = [
        place(path, node.lineno)
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert wrong == []


def test_nothing_is_long() -> None:
    """The budgets of the style card."""
    files = {place(path, 1): len(path.read_text().splitlines()) for path in modules()}
    lengths = {f"{place(path, f.lineno)} {f.name}": length(f) for path in modules() for f in functions(parsed(path))}
    assert {name: lines for name, lines in files.items() if lines > LONGEST_FILE} == {}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    for kind, found in ("file", [n for n in files.values() if n > 1]), ("function", list(lengths.values())):
        middle, decile = statistics.median(found), statistics.quantiles(found, n=10)[8]
        if middle > USUAL[kind][0] or decile > USUAL[kind][1]:
            warnings.warn(f"{kind}s: median {middle:.0f}, p90 {decile:.0f}; aim {USUAL[kind]}", stacklevel=1)


def test_only_the_command_line_prints() -> None:
    """Stages return what they have to say."""
    wrong = [
        place(path, node.lineno)
        for path in modules()
        if room_of(path) not in ("cli", "__main__")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "click.echo", "sys.exit", "exit", "input")
    ]
    assert wrong == []


def test_no_clock_no_chance_no_environment() -> None:
    """The same inputs give the same bytes, so nothing below the command line may ask the time."""
    wrong = []
    for path in modules():
        room = room_of(path)
        if room in ("cli", "__main__"):
            continue
        tree = parsed(path)
        wrong += [
            f"{place(path, line)}: imports {name}"
            for name, line in imports(tree)
            if name.split(".")[0] in CLOCKS_AND_CHANCE and (room, name.split(".")[0]) not in ALLOWED
        ]
        wrong += [
            f"{place(path, node.lineno)}: {ast.unparse(node)}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and ast.unparse(node) in ("os.environ", "os.getenv", "os.getcwd", "os.getlogin", "datetime.now",
                                      "datetime.datetime.now", "date.today", "datetime.date.today", "datetime.utcnow")
        ]  # fmt: skip
    assert wrong == []


def test_everything_public_says_what_it_is() -> None:
    """A module says what comes in and goes out; each public name has a sentence."""
    wrong = []
    for path in modules():
        tree = parsed(path)
        if not ast.get_docstring(tree) and path.read_text().strip():
            wrong.append(f"{place(path, 1)}: the module")
        public = [
            node
            for node in [
                *tree.body,
                *(n for c in tree.body if isinstance(c, ast.ClassDef) and c.name[0] != "_" for n in c.body),
            ]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
        ]
        wrong += [f"{place(path, node.lineno)}: {node.name}" for node in public if not ast.get_docstring(node)]
    assert wrong == []


def test_no_name_says_nothing() -> None:
    """`manager`, `helper`, `util` and their kin name a place to put things, not a thing."""
    wrong = [f"{path.relative_to(ROOT)}" for path in modules() if words(path.stem) & SAY_NOTHING]
    for path in modules():
        wrong += [
            f"{place(path, node.lineno)}: {node.name}"
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.ClassDef) and words(node.name) & SAY_NOTHING
        ]
    assert wrong == []


def words(name: str) -> set[str]:
    """The words of a name, in small letters."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def test_every_dependency_has_its_reason() -> None:
    """What others must install is worth a sentence where it is declared."""
    text = (ROOT / "pyproject.toml").read_text()
    block = text.split("\ndependencies = [\n")[1].split("\n]")[0]
    assert [line for line in block.splitlines() if not re.search(r'",\s+# \S', line)] == []


SLOW = {
    *("click", "jinja2", "rdflib", "pyoxigraph", "pyshacl", "owlready2", "rich", "yaml"),
    *("json", "argparse", "inspect", "dataclasses", "typing", "re"),
}


def test_version_is_answered_before_anything_is_imported(tmp_path: Path) -> None:
    """`ggen --version` costs little more than starting Python."""
    program = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "sys.argv = ['ggen', '--version']\n"
        "from ggen_rdf.__main__ import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "sys.stderr.write(' '.join(set(sys.modules) - before))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert re.fullmatch(r"ggen \d+\.\d+\.\d+\S*\n", done.stdout)
    assert sorted(SLOW & set(done.stderr.split())) == []


HOSTS = re.compile(
    r"(?i)https?://[^\s/]*(pypi\.org|pythonhosted|crates\.io|npmjs|maven\.org|debian\.org|proxy\.golang)"
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/[\w.]")


def test_no_tracked_file_names_a_machine() -> None:
    """Paths of a developer's machine and addresses of package registries are nobody else's business."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    wrong = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file() or path == Path(__file__):
            continue
        text = path.read_bytes().decode(errors="replace")
        wrong += [
            f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {found.group()}"
            for pattern in (HOSTS, MACHINE_PATHS)
            for found in pattern.finditer(text)
        ]
    assert wrong == []
