"""Jinja, made strict: sandboxed, records by field, and nothing but code in the output.

What a template writes must be `Code`, made by a filter of its target; text that stands in the template itself is the
author's own and counts as code. There is no clock, no chance and no environment here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, nodes, pass_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ggen_rdf.project import Record, Text
from ggen_rdf.project.query import plural_of
from ggen_rdf.project.record import item
from ggen_rdf.render.code import Code, code_of, joined
from ggen_rdf.render.target import Target

_KEPT_FILTERS = frozenset(
    (
        *("abs", "batch", "count", "d", "default", "dictsort", "first", "groupby", "items", "last", "length", "list"),
        *("map", "max", "min", "reject", "rejectattr", "reverse", "round", "select", "selectattr", "slice", "sort"),
        *("sum", "unique"),
    )
)
_FORMATTING = frozenset({"format", "format_map"})
"""The methods of text that Jinja's sandbox replaces by ones that give the type of their pattern, here code."""

_KEPT_GLOBALS = frozenset({"range", "namespace", "cycler", "joiner"})


class MissingFieldError(Exception):
    """A template asked a record for a field that it does not have."""

    def __init__(self, record: Record, field: str) -> None:
        super().__init__(field)
        self.record = record
        self.field = field


class _Generator(CodeGenerator):
    """Writes the author's own text as code, joins only code with `~`, and lets `x if y` be nothing otherwise."""

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: N802
        if isinstance(node.value, str):
            self.write(f"environment.literal({node.value!r})")
        else:
            super().visit_Const(node, frame)

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:  # noqa: N802
        otherwise = node.expr2 or nodes.Const("", lineno=node.lineno)
        super().visit_CondExpr(nodes.CondExpr(node.test, node.expr1, otherwise, lineno=node.lineno), frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        self.write("environment.concatenation((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class Environment(ImmutableSandboxedEnvironment):
    """The environment in which the templates of one target are rendered."""

    code_generator_class = _Generator
    concat = staticmethod(joined)

    def __init__(self, loader: BaseLoader, target: Target) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            finalize=_finalize,
            auto_reload=False,
            optimized=False,
            cache_size=-1,
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        )
        self.filters = {k: v for k, v in self.filters.items() if k in _KEPT_FILTERS}
        self.filters.update(_FILTERS)
        self.filters.update(target.filters)
        self.globals = {k: v for k, v in self.globals.items() if k in _KEPT_GLOBALS}
        self.literals: dict[str, Code] = {}

    def literal(self, text: str) -> Code:
        """The author's own text, as code."""
        code = self.literals.get(text)
        if code is None:
            code = self.literals[text] = Code(text)
        return code

    def concatenation(self, parts: Sequence[Any]) -> Code:
        """What `~` gives."""
        return joined(map(code_of, parts))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A field of a record, else what the sandbox allows."""
        if isinstance(obj, Record):
            try:
                return item(obj, obj.fields[attribute])
            except KeyError:
                raise MissingFieldError(obj, attribute) from None
        if obj.__class__ is LoopContext and attribute[0] != "_":
            return getattr(obj, attribute)
        if isinstance(obj, str) and attribute in _FORMATTING:
            raise SecurityError(f"text has no `{attribute}` here; what makes text is a filter")
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A field of a record by name, for `map(attribute=…)` and the like."""
        if isinstance(obj, Record):
            return self.getattr(obj, argument) if isinstance(argument, str) else obj[argument]
        return super().getitem(obj, argument)


_NOTHING = Code("")


@pass_context
def _finalize(_context: Any, value: Any) -> Code:
    return value if value.__class__ is Code else code_of(value)


def _join(values: Iterable[Any], separator: str = _NOTHING, attribute: str | None = None) -> Code:
    """Code from several pieces of code with some between them."""
    pieces = (v.get(attribute) for v in values) if attribute else values
    return Code(code_of(separator).join(map(code_of, pieces)))


def _indent(code: Any, width: int = 4, first: bool = False) -> Code:
    """The code with every line but the first moved to the right; blank lines stay blank."""
    space = " " * width
    text = "\n".join(
        space + line if line and (i or first) else line for i, line in enumerate(code_of(code).split("\n"))
    )
    return Code(text)


def _trim(code: Any) -> Code:
    """The code without white space at its ends."""
    return Code(code_of(code).strip())


def _field(records: Iterable[Record], name: str) -> list[Any]:
    """One field of each record."""
    return [record.get(name) for record in records]


def _having(records: Iterable[Record], **wanted: Any) -> list[Record]:
    """The records whose fields have the given values."""
    return [r for r in records if all(r.get(k) == v for k, v in wanted.items())]


def _plural(name: str) -> Text:
    """What many things of a name are called; a name that is a plural already stays."""
    return Text(name if re.search(r"[^sui]s$", name) else plural_of(name))


_FILTERS: Mapping[str, Any] = {
    "join": _join,
    "indent": _indent,
    "trim": _trim,
    "field": _field,
    "having": _having,
    "plural": _plural,
}
