"""Models of any size to measure with: a number of aggregates goes in, a workspace or a LinkML schema comes out.

Each aggregate has eight attributes (an identity, text with a pattern or an e-mail address that is personal data, an
enumeration, numbers with ranges, a time, a reference), a creation event, an update event and two commands. Twenty
aggregates make a context, and a context is a file. The same number gives the same bytes.
"""

from __future__ import annotations

import shutil
from pathlib import Path

HERE = Path(__file__).parent
CONTEXT = (HERE / "context.ttl.txt").read_text()
AGGREGATE = (HERE / "aggregate.ttl.txt").read_text()
CONTEXT_SIZE = 20

WORDS = (
    *("Customer", "Order", "Product", "Payment", "Invoice", "Shipment", "Account", "Ledger", "Policy", "Claim"),
    *("Asset", "Vendor", "Contract", "Ticket", "Device", "Sensor", "Route", "Depot", "Batch", "Lot"),
)

EMAIL = 'sh:pattern "^[^@\\\\s]+@[^@\\\\s]+$" ; sh:maxLength 254'
CODE = 'sh:pattern "^[A-Z]{2}[0-9]{4}$"'

SETTINGS = """\
[workspace]
name = "bench"

[build]
packs = ["bench"]
"""


def write_workspace(size: int, folder: Path) -> None:
    """Write the workspace of a model with `size` aggregates, and the pack that turns each into ten files."""
    (folder / "model").mkdir(parents=True)
    (folder / "ggen.toml").write_text(SETTINGS)
    shutil.copytree(HERE / "pack", folder / "templates" / "bench")
    for number in range(-(-size // CONTEXT_SIZE)):
        (folder / "model" / f"context-{number:04d}.ttl").write_text(context(number, size))


def change(folder: Path) -> None:
    """The smallest realistic edit: the greatest length of one attribute of one aggregate, back and forth."""
    path = folder / "model" / "context-0000.ttl"
    text = path.read_text()
    old, new = "sh:maxLength 120", "sh:maxLength 121"
    if new in text:
        old, new = new, old
    path.write_text(text.replace(old, new, 1))


def context(number: int, size: int) -> str:
    """The Turtle of one context."""
    members = range(number * CONTEXT_SIZE, min(size, (number + 1) * CONTEXT_SIZE))
    personal = " , ".join(f"m:{_property(i)}Email" for i in members if _has_email(i))
    depends = f" ;\n    ggen:dependsOn m:Context{number - 1}" if number else ""
    head = CONTEXT.format(c=number, depends=depends, personal=personal)
    return head + "".join(_aggregate(i, size) for i in members)


def linkml(size: int) -> str:
    """The same aggregates as a LinkML schema; it has no events or commands, so it says less."""
    lines = ["id: https://bench.example/model", "name: bench", "prefixes:", "  linkml: https://w3id.org/linkml/"]
    lines += ["  m: https://bench.example/model#", "default_prefix: m", "default_range: string"]
    lines += ["imports:", "  - linkml:types", "classes:"]
    for i in range(size):
        lines += _linkml_class(i, size)
    lines.append("enums:")
    for i in range(size):
        lines += [f"  {_type(i)}Status:", "    permissible_values:"]
        lines += [f"      {value}:" for value in ("draft", "open", "closed", "archived")]
    return "\n".join(lines) + "\n"


def _linkml_class(i: int, size: int) -> list[str]:
    text = "email" if _has_email(i) else "code"
    pattern = "^[^@\\s]+@[^@\\s]+$" if _has_email(i) else "^[A-Z]{2}[0-9]{4}$"
    return [
        *(f"  {_type(i)}:", f"    description: The {_label(i)} of the business.", "    attributes:"),
        *("      id:", "        identifier: true", "      name:", "        required: true"),
        *(f"      {text}:", "        required: true", f"        pattern: '{pattern}'"),
        *("      status:", f"        range: {_type(i)}Status", "        required: true"),
        *("      quantity:", "        range: integer", "        minimum_value: 0", "        maximum_value: 1000"),
        *("      price:", "        range: decimal", "        minimum_value: 0"),
        *("      opened_at:", "        range: datetime"),
        *("      related:", f"        range: {_type(_related(i, size))}"),
    ]


def _aggregate(i: int, size: int) -> str:
    email = _has_email(i)
    return AGGREGATE.format(
        t=_type(i),
        p=_property(i),
        c=i // CONTEXT_SIZE,
        label=_label(i),
        permission=_property(i).lower(),
        related=_type(_related(i, size)),
        text="Email" if email else "Code",
        text_label="email" if email else "code",
        pattern=EMAIL if email else CODE,
        example="ada@example.com" if email else "AB1234",
        meaning=" , dpv:PersonalData ; skos:broader pd:EmailAddress" if email else "",
    )


def _has_email(i: int) -> bool:
    """One in four aggregates is about a person."""
    return i % 4 == 0


def _related(i: int, size: int) -> int:
    """The first of a context leads to the context before it, the others stay inside theirs."""
    if i % CONTEXT_SIZE == 0:
        return max(i - CONTEXT_SIZE, 0)
    start = i - i % CONTEXT_SIZE
    return start + (i - start + 7) % min(CONTEXT_SIZE, size - start)


def _label(i: int) -> str:
    return f"{WORDS[i % CONTEXT_SIZE]} {i // CONTEXT_SIZE}"


def _type(i: int) -> str:
    return f"{WORDS[i % CONTEXT_SIZE]}{i // CONTEXT_SIZE}"


def _property(i: int) -> str:
    return _type(i)[0].lower() + _type(i)[1:]
