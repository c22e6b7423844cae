"""What a template can see of the context, and a hash of it: while the hash stays, the artefact does.

A template for one record of a level sees that record with all below it, and the plain fields of those above it. One
that names any other list sees the whole context. All reading goes through names that stand in the template, so the
names decide; a name that only looks like a list costs a rendering too many, never one too few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from jinja2 import meta, nodes

from ggen_rdf.project import Context, Record
from ggen_rdf.project.tree import written
from ggen_rdf.render.environment import Environment
from ggen_rdf.render.front_matter import TemplateFile


@dataclass(frozen=True)
class Named:
    """What stands in a template: the templates that it uses (`None` is a computed name), and every word."""

    used: tuple[str | None, ...]
    words: frozenset[str]
    computes: bool
    """Whether it reads a field whose name does not stand in it."""


class Texts:
    """The templates of a pack, each of which is parsed once."""

    def __init__(self, files: Mapping[str, TemplateFile], environment: Environment) -> None:
        self.files = files
        self.environment = environment
        self._named: dict[str, Named] = {}

    def named(self, name: str) -> Named:
        """What stands in a template. Raises TemplateSyntaxError."""
        if name not in self._named:
            tree = self.environment.parse(self.files[name].body)
            used = tuple(meta.find_referenced_templates(tree))
            self._named[name] = Named(used, frozenset(_words(tree)), _computes_names(tree))
        return self._named[name]

    def behind(self, name: str) -> list[str]:
        """A template and all that it imports, includes or extends, in order; a computed name stands for all."""
        found: list[str] = []
        pending = [name]
        while pending:
            current = pending.pop()
            if current in found or current not in self.files:
                continue
            found.append(current)
            for other in self.named(current).used:
                pending.extend(self.files if other is None else [other])
        return sorted(found)

    def sees_all(self, template: TemplateFile, behind: list[str], context: Context) -> bool:
        """Whether a template can see more than its record, what is below it, and the fields above it."""
        if template.each is None:
            return True
        below = context.descendants(template.each)
        lists = {level.plural for level in context.levels.values() if level.name not in below}
        return any(self.named(name).computes or not lists.isdisjoint(self.named(name).words) for name in behind)

    def sees_word(self, word: str, behind: list[str]) -> bool:
        """Whether a template may use a name: `pack` changes with any template of a pack, `build` with any pack."""
        return any(word in self.named(name).words for name in behind)


_NAMING = frozenset(
    ("map", "sort", "groupby", "selectattr", "rejectattr", "sum", "min", "max", "unique", "field", "having", "join")
)
"""The filters that take the name of a field."""


def _computes_names(tree: nodes.Template) -> bool:
    """Whether a template reads a field whose name does not stand in it."""
    if any(not isinstance(node.arg, nodes.Const | nodes.Slice) for node in tree.find_all(nodes.Getitem)):
        return True
    for node in tree.find_all(nodes.Filter):
        given = [*node.args, *(keyword.value for keyword in node.kwargs)]
        computed = node.dyn_args or node.dyn_kwargs or not all(isinstance(g, nodes.Const) for g in given)
        if node.name in _NAMING and computed:
            return True
    return False


def _words(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all((nodes.Getattr, nodes.Name, nodes.Const)):
        if isinstance(node, nodes.Getattr):
            yield node.attr
        elif isinstance(node, nodes.Name):
            yield node.name
        elif isinstance(node, nodes.Const) and isinstance(node.value, str):
            yield from node.value.split(".")


def whole_digest(context: Context) -> bytes:
    """A hash of everything in a context."""
    total = sha256()
    for name in sorted(context.top):
        total.update(name.encode())
        for record in context.top[name]:
            total.update(context.digest(record))
    return total.digest()


def above_digest(context: Context, record: Record) -> bytes:
    """A hash of the plain fields of the records above one."""
    total = sha256()
    parent = context.levels[record.level].parent
    while parent is not None:
        record = record.get(parent)
        plain = (written(v) for v in record.values() if not isinstance(v, list | tuple))
        total.update("".join(plain).encode("utf-8", "surrogatepass"))
        parent = context.levels[record.level].parent
    return total.digest()
