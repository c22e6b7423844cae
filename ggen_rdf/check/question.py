"""The query of an sh:sparql constraint, rewritten to be asked once for all focus nodes.

`$this` becomes an ordinary variable that the pattern of the focus nodes binds. That means the same as asking once for
each node as long as every part of the query still sees the variable; `question` says when it does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ggen_rdf.check.violation import InexpressibleError
from ggen_rdf.constraints import Path, Select
from ggen_rdf.constraints.names import RDF, RDFS

_TOKEN = re.compile(
    r'''(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'
                  |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<iri><[^<>"{}|^`\\\s]*>) | (?P<comment>\#[^\n]*) | [?$](?P<name>\w+) | (?P<mark>[{}()])
      | (?P<word>[^\W\d][\w.:-]*|:[\w.-]*) | (?P<other>\s+|.)''',
    re.VERBOSE | re.DOTALL,
)
_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
_FOREIGN = {"MINUS", "VALUES", "SERVICE", "FROM"}
_STANDARD = f"PREFIX rdf: <{RDF}> PREFIX rdfs: <{RDFS}> PREFIX owl: <http://www.w3.org/2002/07/owl#>"


@dataclass(frozen=True, slots=True)
class Question:
    """A query cut where the pattern of the focus nodes goes. `each`: it must be asked for one node at a time."""

    head: str
    body: str
    each: bool
    first: str = ""
    """The triple pattern that the query starts with, as a target would be written."""

    def over(self, scope: str) -> str:
        """The query for the focus nodes of a pattern over ?this, which is left out where the query starts with it."""
        return f"{self.head}{{ {'' if scope == self.first else scope} {self.body}"


@dataclass(slots=True)
class _Group:
    kind: str
    bound: bool = False
    """Whether a triple pattern of the group mentions $this."""
    computed: bool = False
    """Whether a FILTER or BIND of the group does."""
    parens: list[str] = field(default_factory=list)


def question(select: Select, path: Path | None) -> Question:
    """Rewrites a query. Raises InexpressibleError for one whose meaning would change, or that SHACL forbids."""
    tokens = _tokens(select.text, path)
    start = next((i for i, (kind, text) in enumerate(tokens) if text == "{" and kind == "mark"), None)
    if start is None:
        raise InexpressibleError("its query has no WHERE")
    end = _closing(tokens, start)
    words = [text.upper() for kind, text in tokens if kind == "word"]
    if foreign := _FOREIGN.intersection(words):
        raise InexpressibleError(f"its query uses {min(foreign)}")
    _look(tokens[start : end + 1])
    head, tail = tokens[:start], tokens[end + 1 :]
    projected = {text for kind, text in head if kind == "name"}
    star = any(text == "*" for _, text in head)
    if re.search(r"\bAS\s+\?this\b", _text(head), re.IGNORECASE):
        raise InexpressibleError("its query binds $this anew")
    if "failure" in projected or not (star or "this" in projected):
        raise InexpressibleError("its query does not select $this, or selects ?failure")
    outer = {text.upper() for kind, text in head + tail if kind == "word"}
    grouped = "GROUP" in outer and any(pair == ("name", "this") for pair in tail)
    each = bool(outer & {"LIMIT", "OFFSET"}) or (bool(outer & _AGGREGATES or "GROUP" in outer) and not grouped)
    prefixes = " ".join(f"PREFIX {prefix}: <{iri}>" for prefix, iri in select.prefixes)
    body = _text(tokens[start + 1 :])
    return Question(f"{_STANDARD} {prefixes} {_text(head)}", body, each, _first(body, dict(select.prefixes)))


def _first(body: str, prefixes: dict[str, str]) -> str:
    """The first triple pattern of a body, if it says of ?this that it is of a class or has some value of a property."""
    match = re.match(r"\s*\?this\s+(?:a\s+(\w+):([\w-]+)|(\w+):([\w-]+)\s+\?\w+)\s*[.}]", body)
    if match is None or (match[1] or match[3]) not in prefixes:
        return ""
    if match[1]:
        return f"?this a <{prefixes[match[1]]}{match[2]}> ."
    return f"?this <{prefixes[match[3]]}{match[4]}> ?this_object ."


def _tokens(text: str, path: Path | None) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind == "comment":
            continue
        token = match[kind]
        if kind == "name" and token in {"currentShape", "shapesGraph"}:
            raise InexpressibleError(f"its query uses ${token}")
        if kind == "name" and token == "PATH":
            if path is None:
                raise InexpressibleError("its query uses $PATH, and the shape has no path")
            kind, token = "other", path.sparql
        found.append((kind, token))
    return found


def _text(tokens: list[tuple[str, str]]) -> str:
    return "".join(f"?{text}" if kind == "name" else text for kind, text in tokens)


def _closing(tokens: list[tuple[str, str]], start: int) -> int:
    depth = 0
    for i in range(start, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[i][1], 0) if tokens[i][0] == "mark" else 0
        if depth == 0:
            return i
    raise InexpressibleError("its query does not end")


def _look(tokens: list[tuple[str, str]]) -> None:
    """Raises unless every group that mentions $this still sees it when it is an ordinary variable."""
    stack: list[_Group] = []
    keyword = ""
    for kind, text in tokens:
        if kind == "word":
            keyword = text.upper()
            if keyword == "SELECT":
                raise InexpressibleError("its query has a sub-select")
        elif kind == "name" and text == "this":
            _mention(stack, keyword)
        elif kind == "mark" and text == "{":
            stack.append(_Group(keyword if stack else "WHERE"))
            keyword = ""
        elif kind == "mark" and text == "}":
            _leave(stack.pop())
            keyword = ""
        elif kind == "mark" and text == "(" and stack:
            stack[-1].parens.append(keyword)
        elif kind == "mark" and text == ")" and stack and stack[-1].parens:
            stack[-1].parens.pop()


def _mention(stack: list[_Group], keyword: str) -> None:
    group = stack[-1]
    if not group.parens:
        group.bound = True
    elif keyword == "AS":
        raise InexpressibleError("its query binds $this anew")
    else:
        group.computed = group.computed or not (group.kind == "OPTIONAL" and group.parens[0] == "FILTER")


def _leave(group: _Group) -> None:
    if group.computed and not group.bound and group.kind not in {"WHERE", "EXISTS"}:
        raise InexpressibleError("its query computes with $this where it is not bound")
