"""Writes `ontologies/vocabularies/dpv.ttl` from the Turtle files of the W3C Data Privacy Vocabulary.

    python tools/extract_dpv.py PATH...  > ontologies/vocabularies/dpv.ttl

In: Turtle files of DPV, or folders of them. Out: every term of the core, of PD and of EU-GDPR that is not being phased
out, one a line: its kind, its English label and what it is a kind of; no definitions. Same input, same bytes.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox

DPV = "https://w3id.org/dpv#"
PREFIXES = {
    "dpv": DPV,
    "pd": "https://w3id.org/dpv/pd#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "owl": "http://www.w3.org/2002/07/owl#",
}
OURS = tuple(PREFIXES[name] for name in ("dpv", "pd", "eu-gdpr"))
TYPE = PREFIXES["rdf"] + "type"
PROPERTY = PREFIXES["rdf"] + "Property"
BROADER = PREFIXES["skos"] + "broader"
SCHEME = PREFIXES["skos"] + "inScheme"
LABELS = (PREFIXES["skos"] + "prefLabel", PREFIXES["rdfs"] + "label")
STATUS = "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status"

HEADER = """\
# The terms of the W3C Data Privacy Vocabulary that a model may use: names, kinds, labels, and what is broader.
#
# Derived from "Data Privacy Vocabulary (DPV)" version 2.3, https://w3id.org/dpv , with its extensions PD and EU-GDPR.
# Copyright (c) 2019-2026 the Contributors to the DPV, published by the W3C Data Privacy Vocabularies and Controls
# Community Group under the W3C Software and Document License,
# https://www.w3.org/copyright/software-license-2023/
# Changes: reduced to IRIs and English labels; definitions, notes, sources and terms that are being phased out are left
# out. This file is no specification of the vocabulary.
#
# Written by tools/extract_dpv.py; do not edit.
"""
ONTOLOGY = """
<https://w3id.org/dpv> a owl:Ontology ; rdfs:label "Data Privacy Vocabulary: the terms"@en .
<https://w3id.org/dpv/pd> a owl:Ontology ; rdfs:label "Data Privacy Vocabulary, personal data: the terms"@en .
<https://w3id.org/dpv/legal/eu/gdpr> a owl:Ontology ; rdfs:label "Data Privacy Vocabulary, GDPR: the terms"@en .
"""

Facts = dict[str, dict[str, set[ox.NamedNode | ox.Literal]]]


def read(paths: list[Path]) -> Facts:
    """What the files say about terms of ours: subject, property, values."""
    facts: Facts = defaultdict(lambda: defaultdict(set))
    for path in paths:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                facts[quad.subject.value][quad.predicate.value].add(quad.object)
    return facts


def curie(iri: str) -> str:
    """An IRI with one of our prefixes."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri[len(namespace) :]:
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri}>"


def label(said: dict[str, set[ox.NamedNode | ox.Literal]]) -> str | None:
    """The English label of a term, as Turtle."""
    for name in LABELS:
        found = sorted(str(o) for o in said[name] if isinstance(o, ox.Literal) and o.language in ("en", None))
        if found:
            return found[0]
    return None


def kinds(said: dict[str, set[ox.NamedNode | ox.Literal]], kept: set[str]) -> list[str]:
    """What a term is: a property, an instance of a DPV class, or else a class."""
    types = {o.value for o in said[TYPE]}
    if PROPERTY in types:
        return ["rdf:Property"]
    return sorted(curie(t) for t in types if t in kept) or ["rdfs:Class"]


def line(iri: str, said: dict[str, set[ox.NamedNode | ox.Literal]], kept: set[str]) -> str:
    """The statement about one term."""
    parts = ["a " + " , ".join(kinds(said, kept))]
    if text := label(said):
        parts.append(f"rdfs:label {text}")
    if broader := sorted(curie(o.value) for o in said[BROADER] if o.value in kept):
        parts.append("skos:broader " + " , ".join(broader))
    if schemes := sorted(curie(o.value) for o in said[SCHEME] if is_scheme(o)):
        parts.append("skos:inScheme " + " , ".join(schemes))
    return f"{curie(iri)} {' ; '.join(parts)} ."


def is_term(iri: str, said: dict[str, set[ox.NamedNode | ox.Literal]]) -> bool:
    """Whether an IRI is a term of ours that may be used today."""
    statuses = {o.value for o in said[STATUS]}
    return iri.startswith(OURS) and bool(said[TYPE]) and label(said) is not None and "sunset" not in statuses


def is_scheme(term: ox.NamedNode | ox.Literal) -> bool:
    """Whether a scheme is one that we keep: those of legal bases are all that tells Art. 6, 9, 45, 46 and 49 apart."""
    return "legal-basis" in term.value


def main(arguments: list[str]) -> int:
    """Read the files and write the vocabulary."""
    if not arguments:
        sys.stderr.write(__doc__ or "")
        return 2
    given = [Path(argument) for argument in arguments]
    facts = read(sorted(file for path in given for file in (path.glob("*.ttl") if path.is_dir() else [path])))
    kept = {iri for iri, said in facts.items() if is_term(iri, said)}
    prefixes = [f"@prefix {name}: <{namespace}> ." for name, namespace in PREFIXES.items()]
    schemes = {curie(o.value) for iri in kept for o in facts[iri][SCHEME] if is_scheme(o)}
    lines = [line(iri, facts[iri], kept) for iri in kept] + [f"{scheme} a skos:ConceptScheme ." for scheme in schemes]
    lines.sort(key=str.encode)
    sys.stdout.write(HEADER + "\n".join(prefixes) + "\n" + ONTOLOGY + "\n" + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
