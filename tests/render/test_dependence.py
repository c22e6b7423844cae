"""What a template can read decides whether its artefact is made again: an incremental build equals a fresh one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ggen_rdf import __version__
from ggen_rdf.artefact import Artefact
from tests.render import trial

ONE = trial.MODEL.read_text()
BEFORE = ONE.replace("What is bought.", "What is bought?")
MORE = (
    ONE
    + """
:Refund a ggen:AggregateRoot ; ggen:name "Refund" ; ggen:context :Sales ; rdfs:comment "Money back." ;
    sh:property [ sh:path :id ; ggen:name "id" ; sh:datatype xsd:string ] .
"""
)
HEAD = '---\nto: "{{ aggregate | module_name }}.rs"\neach: aggregate\n---\n'
SEES_SIBLINGS = (
    "{{ aggregate.context.aggregates | length }}",
    '{{ [aggregate] | map(attribute="context.aggregates") | first | length }}',
    '{{ aggregate.context["aggre" ~ "gates"] | length }}',
    '{% set f = "aggregates" %}{{ aggregate.context[f] | length }}',
    "{% for c in contexts %}{% for a in c.aggregates %}{{ a | type_name }}{% endfor %}{% endfor %}",
)


def made(folder: Path, body: str, model: str) -> Artefact:
    """The artefact of the aggregate Order."""
    artefacts, problems = trial.run(folder, {"a.rs.j2": HEAD + body}, model=model)
    assert not problems
    return next(a for a in artefacts if a.path == "order.rs")


@pytest.mark.parametrize("body", SEES_SIBLINGS)
def test_a_template_that_sees_its_siblings_depends_on_them(body: str, tmp_path: Path) -> None:
    one, more = made(tmp_path, body, ONE), made(tmp_path, body, MORE)
    assert one.data != more.data
    assert one.context_hash != more.context_hash


def test_a_template_of_one_record_does_not_depend_on_others(tmp_path: Path) -> None:
    body = "{% for a in aggregate.attributes %}{{ a | field_name }}{% endfor %}{{ aggregate.context | type_name }}"
    assert made(tmp_path, body, ONE) == made(tmp_path, body, MORE)


def test_the_hash_is_that_of_what_is_said(tmp_path: Path) -> None:
    body = "{{ aggregate | type_name }}"
    assert made(tmp_path, body, ONE) == made(tmp_path, body, ONE)
    assert made(tmp_path, body, BEFORE).context_hash != made(tmp_path, body, ONE).context_hash


def test_another_projection_is_another_template(tmp_path: Path) -> None:
    body = "{{ aggregate | type_name }}"
    swapped = trial.AGGREGATE.replace("?name ?comment\n", "?comment ?name\n")
    artefacts, _ = trial.run(tmp_path, {"a.rs.j2": HEAD + body, "aggregate.rq": swapped}, model=ONE)
    assert artefacts[0].template_hash != made(tmp_path / "other", body, ONE).template_hash


def test_a_shared_partial_is_part_of_the_templates_that_import_it(tmp_path: Path) -> None:
    body = HEAD + '{% import "common/words.j2" as words %}{{ words.greeting() }}'
    found = []
    for text in ("hello", "good day"):
        partial = f"{{% macro greeting() %}}// {text}{{% endmacro %}}"
        artefacts, problems = trial.run(tmp_path, {"a.rs.j2": body, "../common/words.j2": partial})
        assert not problems
        assert all(f"// {text}".encode() in a.data for a in artefacts)
        found.append({a.template_hash for a in artefacts})
    assert found[0].isdisjoint(found[1])


SAYS = "// {{ pack.name | prose }} {{ pack.version | prose }} {{ pack.ggen | prose }} {{ pack.hash | prose }}"


def beside(folder: Path, body: str, other: str) -> Artefact:
    """The artefact of the aggregate Order, of a pack that has another template besides."""
    files = {"a.rs.j2": HEAD + body, "b.rs.j2": f"---\nto: b.rs\n---\n{other}"}
    artefacts, problems = trial.run(folder, files)
    assert not problems
    return next(a for a in artefacts if a.path == "order.rs")


def test_a_template_can_say_what_it_is_made_from(tmp_path: Path) -> None:
    one = beside(tmp_path, SAYS, "// one").data.decode().splitlines()[1]
    assert re.fullmatch(rf"// trial 1\.0\.0 {re.escape(__version__)} sha256:[0-9a-f]{{64}}", one)
    assert beside(tmp_path / "again", SAYS, "// one").data.decode().splitlines()[1] == one


def test_one_that_says_so_depends_on_all_templates_of_its_pack(tmp_path: Path) -> None:
    one, two = (beside(tmp_path, SAYS, other) for other in ("// one", "// two"))
    assert one.template_hash == two.template_hash
    assert one.data != two.data
    assert one.context_hash != two.context_hash


def test_one_that_does_not_say_so_stays(tmp_path: Path) -> None:
    one, two = (beside(tmp_path, "// packed", other) for other in ("// one", "// two"))
    assert one == two
