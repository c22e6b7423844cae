"""One rule: a CONSTRUCT, what it needs and what makes it worth running again.

In: a query with headers. Out: a frozen record that answers which new triples concern it.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

from ggen_rdf.diagnostics import Diagnostic, Label, Span
from ggen_rdf.reason.headed import HeadedQuery
from ggen_rdf.sparql import blanked

_ABSENCE = re.compile(r"(?i)\b(NOT\s+EXISTS|MINUS|OPTIONAL|GROUP\s+BY)\b")
_ABSENT = re.compile(r"(?i)\b(?:NOT\s+EXISTS|MINUS)\s*\{[^{}]*\}")
_ABSENCE_STARTS = re.compile(r"(?i)\b(?:FILTER\s*)?(?:NOT\s+EXISTS|MINUS)\b")
_INNER_SELECT = re.compile(r"(?i)\bSELECT\s+(?:DISTINCT\s+|REDUCED\s+)?(?:\?\w+\s*)+(?=WHERE\b|\{)")
_CONSTRUCT = re.compile(r"(?i)\bCONSTRUCT\b")
_TERM = r"(?:\?\w+|<[^<>\s]*>|[\w.-]*:[\w.-]*|\])"
_OPEN_PREDICATE = re.compile(rf"(?:{_TERM}\s+|[;\[]\s*)\?(\w+)\s+(?:\?|<|\[|\(|-?\d|_:|[\w.-]*:)")
_OPEN_CLASS = re.compile(r"(?:(?<![\w?:$-])a|\brdf:type)\s*(?:[^\s<:\w]|\?)|,\s*\?")
_VALUES = re.compile(r"(?i)\bVALUES\s*\(?((?:\s*\?\w+)+)")
_NEW_NODE = re.compile(r"_:|\[|\(")
_CLASS_VARIABLE = re.compile(r"(?:(?<![\w?:$-])a|\brdf:type)\s+\?(\w+)")


@dataclass(frozen=True)
class Rule:
    """A CONSTRUCT and what its headers say."""

    query: HeadedQuery

    @property
    def path(self) -> str:
        """The file it was read from."""
        return self.query.source.path

    @cached_property
    def parts(self) -> tuple[str, str, str]:
        """The prologue, the head and the body, the latter two without their braces."""
        text = blanked(self.query.text, keep_iris=True)
        start = _CONSTRUCT.search(text)
        if start is None:
            return self.query.text, "", ""
        head = _block(text, start.end())
        body = _block(text, head[1])
        return self.query.text[: start.start()], self.query.text[slice(*head)], self.query.text[slice(*body)]

    def label(self, text: str = "") -> Label:
        """A label at its opening word."""
        match = _CONSTRUCT.search(blanked(self.query.text, keep_iris=True))
        start, end = match.span() if match else (0, 0)
        return Label(Span(self.query.source, start, end), text)

    @cached_property
    def fault(self) -> Diagnostic | None:
        """What makes it no rule, although it may be good SPARQL."""
        if _CONSTRUCT.search(blanked(self.query.text, keep_iris=True)) is None:
            return Diagnostic("reason/rule-syntax", "a rule is a CONSTRUCT, and this query is none", (self.label(),))
        if _NEW_NODE.search(blanked(self.parts[1], keep_iris=True)):
            label = self.label("its head makes new blank nodes, each time it runs")
            help_text = "give the node a name made from the terms it was concluded from, with IRI(CONCAT(…))"
            return Diagnostic("reason/rule-makes-nodes", "a rule cannot make up blank nodes", (label,), help=help_text)
        return None

    @cached_property
    def waits(self) -> bool:
        """Whether it asks for what is absent, and so has to wait until the other rules have nothing to add."""
        return bool(_ABSENCE.search(self.query.bare))

    @cached_property
    def present(self) -> str:
        """The body without any condition on what is absent, and with every variable of an inner SELECT visible."""
        body = self.parts[2]
        while (match := _ABSENCE_STARTS.search(blanked(body, keep_iris=True))) is not None:
            body = body[: match.start()] + body[_block(blanked(body, keep_iris=True), match.start())[1] + 1 :]
        return _INNER_SELECT.sub("SELECT *", body)

    @cached_property
    def wanted(self) -> str:
        """The body without what must be absent: new triples there cannot let it conclude more."""
        return _ABSENT.sub(" ", blanked(self.parts[2], keep_iris=True))

    @cached_property
    def open(self) -> bool:
        """Whether it reads triples of any predicate. Rather too often yes than once too little."""
        given = {name for names in _VALUES.findall(self.wanted) for name in names.replace("?", " ").split()}
        return any(name not in given for name in _OPEN_PREDICATE.findall(self.wanted))

    @cached_property
    def any_class(self) -> bool:
        """Whether it reads the members of any class. Rather too often yes than once too little."""
        return bool(_OPEN_CLASS.search(self.wanted))

    @cached_property
    def terms(self) -> frozenset[str]:
        """Every IRI that its body names."""
        return self.query.terms_of(self.wanted)

    def concerned(self, predicates: Set[str], classes: Set[str]) -> bool:
        """Whether triples of these predicates, or memberships of these classes, may let it conclude more."""
        if not self.terms.isdisjoint(predicates | classes):
            return True
        if not self.ignored:
            return self.open
        return self.open and not all(predicate.startswith(self.ignored) for predicate in predicates)

    @cached_property
    def ignored(self) -> tuple[str, ...]:
        """The namespaces whose predicates do not concern it although it reads triples of any predicate."""
        return tuple(self.query.iri(word) for value in self.query.all("except") for word in value.split())

    @cached_property
    def class_variable(self) -> str | None:
        """The one variable through which it reads the members of any class, if there is just one."""
        found = _CLASS_VARIABLE.findall(self.wanted)
        openings = _OPEN_CLASS.findall(self.wanted)
        return found[0] if len(found) == len(openings) == 1 and not self.waits else None

    def text_for(self, classes: Set[str] | None) -> str:
        """The query; of the memberships of classes only those of `classes`, if that is all that is new to it."""
        if classes is None or self.class_variable is None:
            return self.query.text
        prologue, head, body = self.parts
        values = " ".join(f"<{iri}>" for iri in sorted(classes))
        return f"{prologue}CONSTRUCT {{{head}}} WHERE {{ VALUES ?{self.class_variable} {{ {values} }} {body}}}"


def _block(text: str, start: int) -> tuple[int, int]:
    """The inside of the first block in braces from a place on."""
    begin = text.find("{", start)
    depth, place = 0, begin
    while 0 <= place < len(text):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return begin + 1, place
        place += 1
    return len(text), len(text)
