"""The last look before anything is written. In: what is about to be written, and secrets. Out: where one would leak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ggen_rdf.artefact import Artefact
from ggen_rdf.diagnostics import Diagnostic
from ggen_rdf.render.secret_vars import GivenSecret
from ggen_rdf.source.secrets import Traces
from ggen_rdf.write.plan import Plan


def leaks(artefacts: Iterable[Artefact], plan: Plan, secrets: Sequence[GivenSecret]) -> list[Diagnostic]:
    """An error for each artefact, and for whatever else of a plan, that holds a secret in a way we would recognise."""
    if not secrets:
        return []
    artefacts = list(artefacts)
    return [found for one in secrets for found in _of_one(artefacts, plan, one, Traces([one.secret]))]


def _of_one(artefacts: Sequence[Artefact], plan: Plan, one: GivenSecret, traces: Traces) -> Iterator[Diagnostic]:
    said = set()
    for artefact in artefacts:
        if traces.are_in(artefact.data):
            said.add(artefact.path)
            yield _leak(one, artefact.path, f"`{artefact.template}` of the pack `{artefact.pack}` writes it")
        elif traces.are_in(artefact.path.encode()):
            said.add(artefact.path)
            yield _leak(one, "the path of an artefact", f"`{artefact.template}` of the pack `{artefact.pack}` makes it")
    for change in plan.changes:
        if change.path not in said and change.new is not None and traces.are_in(change.new):
            yield _leak(one, change.path, "it stands in what is there, or in what ggen adds to it")
    for digest, data in plan.contents.items():
        if not said and traces.are_in(data):
            yield _leak(one, ".ggen/bases.db", f"it stands in what ggen would keep as sha256:{digest[:12]}")
    if not said and traces.are_in(plan.after.text.encode()):
        yield _leak(one, "ggen.lock", "the manifest would name it")


def _leak(one: GivenSecret, where: str, why: str) -> Diagnostic:
    place = f"`{where}`" if " " not in where else where
    return Diagnostic(
        "secret/leak",
        f"the secret `{one.name}` would stand in {place}",
        one.labels,
        notes=(
            why,
            "it may stand there as it is, or in base64, in hex, or as URLs, JSON or XML write it",
            "no file was written",
        ),
        help="take it out of the template or the model, and change it; if it is an ordinary word, take a random one",
    )
