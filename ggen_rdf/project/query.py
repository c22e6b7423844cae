"""One projection file: a SELECT whose header comment says which level of the context its rows are.

In: the text of a `.rq` file. Out: a `Level`, or the diagnostics that say why it is not one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyoxigraph as ox

from ggen_rdf.diagnostics import Diagnostic, Label, Source, Span
from ggen_rdf.sparql import blanked

_HEADER = re.compile(r"^#:[ \t]*level:[ \t]*(?P<spec>[^\n]*)", re.M)
_SPEC = re.compile(r"(?P<name>[a-z]\w*)(?:\s+within\s+(?P<parent>[a-z]\w*))?(?:\s+as\s+(?P<plural>[a-z]\w*))?\s*$")
_FICKLE = re.compile(r"(?<![?$\w:])(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(|(?<![?$\w:])(?:SERVICE|FROM)\b", re.I)
_PLACE = re.compile(r"error at (\d+):(\d+)(?:[-:]\d+)*:? ?(.*)", re.S)


@dataclass(frozen=True, eq=False)
class Level:
    """One level of a context: its name, the level it hangs under, and the SELECT that yields its rows."""

    name: str
    parent: str | None
    plural: str
    source: Source
    variables: tuple[str, ...]
    entry: int
    """The offset just inside the outermost group of the WHERE, where bindings go."""

    def has(self, variable: str) -> bool:
        """Whether the query uses a variable, so that it can be restricted by it."""
        return re.search(rf"[?$]{variable}\b", blanked(self.source.text)) is not None

    def bound(self, values: str) -> str:
        """The query with a VALUES block as the first pattern of its WHERE."""
        return (
            f"{self.source.text[: self.entry]} {values} {self.source.text[self.entry :]}"
            if values
            else self.source.text
        )

    @property
    def span(self) -> Span:
        """The header line of the file."""
        found = _HEADER.search(self.source.text)
        assert found is not None
        return Span(self.source, found.start(), found.end())


def plural_of(name: str) -> str:
    """The English plural of a level's name: what the list of its records is called."""
    if re.search(r"[^aeiou]y$", name):
        return name[:-1] + "ies"
    return name + ("es" if re.search(r"(s|x|z|ch|sh)$", name) else "s")


def read_level(source: Source) -> tuple[Level | None, list[Diagnostic]]:
    """Read one projection file."""
    header = _HEADER.search(source.text)
    if header is None:
        return None, [
            _at_start(
                source,
                "project/level",
                "this projection does not say which level it is",
                "open it with a line such as `#: level: attribute within aggregate`",
            )
        ]
    spec = _SPEC.match(header["spec"])
    if spec is None:
        span = Span(source, header.start("spec"), max(header.end("spec"), header.start("spec") + 1))
        return None, [
            Diagnostic(
                "project/level",
                "this is not the description of a level",
                (Label(span),),
                help="write `NAME`, `NAME within PARENT`, or either followed by `as PLURAL`",
            )
        ]
    try:
        solutions = ox.Store().query(source.text)
    except SyntaxError as problem:
        return None, [syntax_diagnostic("project/syntax", "this query cannot be read", source, str(problem))]
    if not isinstance(solutions, ox.QuerySolutions):
        return None, [
            _at_start(
                source,
                "project/select",
                "a projection is a SELECT, this is another kind of query",
                "write it as `SELECT … WHERE { … } ORDER BY …`",
            )
        ]
    level = Level(
        spec["name"],
        spec["parent"],
        spec["plural"] or plural_of(spec["name"]),
        source,
        tuple(v.value for v in solutions.variables),
        _entry(source.text),
    )
    return level, _columns(level) + _chance(level) + _order(level)


def fickle(text: str) -> tuple[int, int] | None:
    """Where a query asks for the time, for chance, for new names, or for somebody else's answer."""
    found = _FICKLE.search(blanked(text))
    return found.span() if found else None


def syntax_diagnostic(code: str, message: str, source: Source, problem: str) -> Diagnostic:
    """A diagnostic at the place that a syntax error of Oxigraph's SPARQL parser names."""
    found = _PLACE.search(problem)
    line, column, why = (int(found[1]), int(found[2]), found[3]) if found else (1, 1, problem)
    start = source.offset(line, column)
    start = min(start, max(len(source.text) - 1, 0))
    said = why.strip() if len(why.strip()) <= 60 else "this does not belong here"
    return Diagnostic(code, message, (Label(Span(source, start, min(start + 1, len(source.text))), said),))


def _at_start(source: Source, code: str, message: str, act: str) -> Diagnostic:
    end = max(source.text.find("\n"), 1)
    return Diagnostic(code, message, (Label(Span(source, 0, end)),), help=act)


def _entry(text: str) -> int:
    """Just inside the group of the WHERE: the first brace that stands in no parentheses."""
    depth = 0
    for place, character in enumerate(plain := blanked(text)):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "{" and depth == 0:
            return place + 1
    return len(plain)


def _columns(level: Level) -> list[Diagnostic]:
    missing = [v for v in (level.parent, level.name) if v and v not in level.variables]
    return [
        Diagnostic(
            "project/key",
            f"the level `{level.name}` does not select `?{variable}`",
            (Label(level.span),),
            help=f"add `?{variable}` to the SELECT: rows are told apart and attached by it",
        )
        for variable in missing
    ]


def _chance(level: Level) -> list[Diagnostic]:
    """What would make a projection come out differently from run to run, or ask somebody else."""
    found = fickle(level.source.text)
    if found is None:
        return []
    span = Span(level.source, *found)
    what = f"a projection may not use `{span.text.rstrip(' (')}`"
    return [Diagnostic("project/fickle", what, (Label(span, "this does not depend on the model alone"),))]


def _order(level: Level) -> list[Diagnostic]:
    plain = blanked(level.source.text)
    tail = plain[plain.rfind("}") :]
    clause = re.search(r"\bORDER\s+BY\b(.*?)(\bLIMIT\b|\bOFFSET\b|\bVALUES\b|\Z)", tail, re.I | re.S)
    last = rf"(?:[?$]{level.name}|(?:ASC|DESC)\s*\(\s*[?$]{level.name}\s*\))\s*\Z"
    if clause and re.search(last, clause[1], re.I):
        return []
    end = len(level.source.text.rstrip())
    what = f"the order does not end in `?{level.name}`" if clause else "this projection has no order"
    return [
        Diagnostic(
            "project/unordered",
            what,
            (Label(Span(level.source, max(end - 1, 0), end), "the order goes here"),),
            notes=("rows without a total order come out differently from run to run",),
            help=f"end the query with `ORDER BY … ?{level.name}`",
        )
    ]
