"""The secrets that a run was given.

In: a job, and how to look up an environment variable. Out: each secret with the name under which programs will look for
it, or diagnostics, none of which shows a value. This is the only place where ggen reads its environment, and it does so
for secrets alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from ggen_rdf.constraints.names import XSD
from ggen_rdf.diagnostics import Diagnostic, Label, Severity, Span
from ggen_rdf.graph import Graph
from ggen_rdf.render.each import all_of, breaks, told
from ggen_rdf.render.generate import Job
from ggen_rdf.render.variables import Given, Variable
from ggen_rdf.render.words import CASINGS, words
from ggen_rdf.source.literals import half_referred
from ggen_rdf.source.secrets import SHORTEST, Secret, broken_reference
from ggen_rdf.source.terms import stored

STRONG = 16
"""Fewer characters can be guessed, or found by trying."""

Environment = Callable[[str], str | None]

_PRODUCTION = ox.NamedNode("https://w3id.org/ggen#production")
_TRUE = stored("true", ox.NamedNode(XSD + "boolean"))


@dataclass(frozen=True)
class GivenSecret:
    """A secret: the variable it was given to, its key in a secrets file, its value, and where it was given."""

    name: str
    key: str
    secret: Secret
    span: Span | None

    @property
    def labels(self) -> tuple[Label, ...]:
        """Where it was given."""
        return (Label(self.span),) if self.span else ()


def given_secrets(
    job: Job, environment: Environment, file: str | None, graph: Graph
) -> tuple[tuple[GivenSecret, ...], list[Diagnostic]]:
    """The secrets that a job was given, if there is a file for them."""
    found, problems = [], []
    production = is_production(job, graph)
    for variable in job.variables:
        value = job.order.given.get(variable.name)
        if not variable.secret or value is None:
            continue
        if file is None:
            problems += [_no_file(variable, value)] if value.typed else []
            continue
        text, wrong = _text(variable, value, environment)
        written = not value.typed and not value.reference  # which was refused already
        problems += [] if written else wrong or [*_weak(variable, value, text, production)]
        found.append(
            GivenSecret(variable.name, key_of(variable.name), Secret(text, value.span if written else None), value.span)
        )
    return tuple(secret for secret in found if secret.secret.reveal()), problems


def key_of(name: str) -> str:
    """The name of the environment variable that holds a secret."""
    return CASINGS["screaming-snake"](words(name))


def wanted(job: Job, graph: Graph) -> tuple[str, ...]:
    """The keys that a production environment cannot do without."""
    if not is_production(job, graph):
        return ()
    required = "SELECT ?x { ?x <http://www.w3.org/ns/shacl#minCount> ?least FILTER(?least > 0) }"
    nodes = {row["x"] for row in graph.select(required)}
    return tuple(key_of(v.name) for v in job.variables if v.secret and v.node in nodes)


def is_production(job: Job, graph: Graph) -> bool:
    """Whether a job is for an environment that serves real users; without any named, it is for all there are."""
    named = (term for v in job.variables if v.kind for term in job.bindings.get(v.binds or v.name) or all_of(v, graph))
    return any((term, _PRODUCTION, _TRUE) in graph for term in named)


def _text(variable: Variable, value: Given, environment: Environment) -> tuple[str, list[Diagnostic]]:
    text, name = value.raw, value.reference
    labels = (Label(value.span),) if value.span else ()
    if name is not None:
        found = environment(name)
        if not found:
            state = "empty" if found == "" else "not set"
            message = f"the environment variable `{name}` is {state}, and `{variable.name}` is to be taken from it"
            return "", [Diagnostic("secret/unset", message, labels, help=f"set it: `export {name}=…`")]
        return found, []
    if value.typed and broken_reference(text):
        return text, [half_referred(variable.name, labels, typed=True)]
    if not text:
        notes = ("in double quotes, the shell writes nothing for a variable that is not set",)
        act = f"set the variable, or write `'{variable.name}=${{VARIABLE}}'` in single quotes to be told its name"
        return "", [Diagnostic("secret/empty", f"the secret `{variable.name}` is empty", labels, notes, act)]
    return text, []


def _weak(variable: Variable, value: Given, text: str, production: bool) -> Iterator[Diagnostic]:
    labels = (Label(value.span),) if value.span else ()
    if any((ord(c) < 32 and c not in "\n\r\t") or 0xD800 <= ord(c) < 0xE000 for c in text):
        message = f"the secret `{variable.name}` holds a character that no environment variable should"
        yield Diagnostic("secret/unwritable", message, labels, help="encode it, e.g. as base64")
        return
    if len(text) < SHORTEST:
        message = f"the secret `{variable.name}` is too short to be one"
        notes = (f"below {SHORTEST} characters it could not be told from ordinary text, and ggen could not guard it",)
        yield Diagnostic("secret/short", message, labels, notes, f"take one of at least {STRONG} characters")
        return
    constraint = breaks(variable, text)
    if constraint is not None:
        message = f"`{variable.name}` {told(variable, constraint)}; what was given does not"
        yield Diagnostic("pack/variable-value", message, labels)
    elif production and len(text) < STRONG:
        message = f"the secret `{variable.name}` is short for production"
        act = "take a random one, e.g. of `openssl rand -base64 32`"
        yield Diagnostic("secret/weak", message, labels, help=act, severity=Severity.WARNING)


def _no_file(variable: Variable, value: Given) -> Diagnostic:
    return Diagnostic(
        "secret/no-file",
        f"`{variable.name}` is a secret, and there is no file to put it into",
        (Label(value.span),) if value.span else (),
        notes=("no artefact holds a secret: configuration only says where it is found",),
        help=f"add `--secrets-file FILE`: it will stand there as `{key_of(variable.name)}`; or leave it out",
    )
