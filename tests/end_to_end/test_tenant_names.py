"""Columns that would have the same name: it is said of the attribute, before PostgreSQL refuses the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases import Ggen, apply, generate

MANY = """
shop:Product sh:property [ sh:path shop:twin ; sh:class shop:Product ; sh:maxCount 5 ] .
shop:twin a owl:ObjectProperty ; rdfs:label "{}"@en .
"""
PART = """
shop:OrderLine sh:property [ sh:path shop:mark ; sh:datatype xsd:string ; sh:maxCount 1 ] .
shop:mark a owl:DatatypeProperty ; rdfs:label "{}"@en .
"""
INNER = """
shop:OrderLine sh:property [ sh:path shop:gift ; sh:class shop:Gift ; sh:maxCount 3 ] .
shop:gift a owl:ObjectProperty .
shop:Gift a ggen:Entity ; ggen:context shop:Ordering ; ggen:within shop:Order ;
    sh:property
        [ sh:path shop:giftNumber ; sh:datatype xsd:integer ; sh:minCount 1 ; sh:maxCount 1 ; ggen:identity true ] ,
        [ sh:path shop:mark ; sh:datatype xsd:string ; sh:maxCount 1 ] .
shop:giftNumber a owl:DatatypeProperty .
shop:mark a owl:DatatypeProperty ; rdfs:label "{}"@en .
"""


def write(workspace: Path, file: str, text: str) -> None:
    """Add to a file of the model."""
    with (workspace / "model" / file).open("a") as model:
        model.write(text)


@pytest.mark.parametrize(
    ("file", "text", "name", "said"),
    [
        ("catalogue.ttl", MANY, "product", "the key `Product id` and the column `product id` of the table"),
        ("ordering.ttl", PART, "order id", "the key `Order id` and the column `order id` of the table"),
        ("ordering.ttl", INNER, "order line id", "the holder `Order line id` and the column `order line id`"),
    ],
)
def test_two_columns_of_one_name(
    workspace: Path, run_ggen: Ggen, database: str, file: str, text: str, name: str, said: str
) -> None:
    plain = (workspace / "model" / file).read_text()
    write(workspace, file, text.format(name))
    done = run_ggen(["gen", "tenant-schema"], cwd=workspace)
    assert done.exit == 1
    assert "error[render/names-collide]: " + said in done.stderr
    named = next(line for line in (plain + text).splitlines() if 'rdfs:label "{}"' in line)
    line = (plain + text).splitlines().index(named) + 1
    assert f"--> model/{file}:{line}:" in done.stderr
    assert not (workspace / "db").exists()

    (workspace / "model" / file).write_text(plain)
    write(workspace, file, text.format("something else"))
    apply(database, *generate(run_ggen, workspace).values())
