"""The workbook of `gdpr-mapping`: what it says about the shop, and that it is the same file every time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.running import Run, run_outside

COMMAND = ["gen", "gdpr-mapping", "--vars", "system=myapp", "database=main", "--output", "docs/gdpr-data-mapping.xlsx"]

Ggen = Callable[..., Run]
Rows = dict[str, dict[str, Any]]


def generate(run_ggen: Ggen, folder: Path) -> Any:
    """The workbook of a workspace, as openpyxl reads it."""
    done = run_ggen(COMMAND, cwd=folder)
    assert done.exit == 0, done.stderr
    return openpyxl.load_workbook(folder / "docs" / "gdpr-data-mapping.xlsx")


def rows(book: Any, sheet: str, *keys: str) -> Rows:
    """The rows of a sheet by what stands in the key columns; each by its titles."""
    lines = [[cell.value for cell in line] for line in book[sheet].iter_rows(min_row=3)]
    records = [dict(zip(lines[0], line, strict=True)) for line in lines[1:] if any(line)]
    return {".".join(str(record[key]) for key in keys): record for record in records}


@pytest.fixture
def book(workspace: Path, run_ggen: Ggen) -> Any:
    """The workbook of the shop."""
    return generate(run_ggen, workspace)


def test_sheets(book: Any) -> None:
    assert book.sheetnames == ["Cover", "Fields", "Activities", "Parties", "Gaps", "Sources"]
    assert book["Fields"].freeze_panes == "A4"


def test_a_row_for_every_field_that_is_kept_or_handed_in(book: Any) -> None:
    fields = rows(book, "Fields", "In", "Field")
    assert {"User.email", "Order.deliveryAddress.city", "Order line.quantity", "Payment.cardToken"} <= set(fields)
    assert len(fields) == book["Cover"]["B7"].value == 32
    assert {row["System"] for row in fields.values()} == {"myapp"}
    assert {row["Database"] for row in fields.values()} == {"main"}


def test_a_field_says_why_it_is_kept_and_for_how_long(book: Any) -> None:
    email = rows(book, "Fields", "In", "Field")["User.email"]
    assert email == {
        **email,
        "Context": "Identity",
        "Kind": "entity",
        "Type": "string",
        "Required?": "yes",
        "Kept?": "kept",
        "Personal data?": "yes",
        "Category": "Email Address",
        "Special category?": "no",
        "Activities": "Customer accounts",
        "Purposes": "Account Management",
        "Legal bases": "Art 6(1-b) contract performance",
        "Data subjects": "Customer",
        "Retention": "P6M after the account is closed",
        "Recipients": None,
        "Gap": None,
    }


def test_what_is_not_personal_has_no_purpose(book: Any) -> None:
    price = rows(book, "Fields", "In", "Field")["Product.price.amountMinor"]
    assert (price["Personal data?"], price["Category"], price["Purposes"], price["Gap"]) == ("no", None, None, None)


def test_a_reference_to_a_person_is_personal_data(book: Any) -> None:
    customer = rows(book, "Fields", "In", "Field")["Order.customer"]
    assert (customer["Type"], customer["Personal data?"]) == ("reference to User", "yes")
    assert customer["Purposes"] == "Account Management"


def test_account_data(book: Any) -> None:
    """The verification code is handed in and not kept, so nothing says how long it is kept."""
    fields = rows(book, "Fields", "In", "Field")
    token, code = fields["Payment.cardToken"], fields["Request payment.cardVerificationCode"]
    assert (token["Account data"], token["Made unreadable by"], token["Kept?"]) == (
        "primary account number", "tokenisation", "kept",
    )  # fmt: skip
    assert (code["Account data"], code["Kept?"], code["Retention"]) == ("card verification code", "not kept", None)
    assert code["Recipients"] == "PayCo"


def test_the_record_of_processing(book: Any) -> None:
    activities = rows(book, "Activities", "Id")
    assert sorted(activities) == ["PA-001", "PA-002", "PA-003"]
    delivery = activities["PA-002"]
    assert (delivery["Activity"], delivery["Controllers"]) == ("Delivery of orders", "The Shop")
    assert (delivery["Categories of data"], delivery["Recipients"]) == (
        "Country; Name; Physical Address",
        "Parcel carrier",
    )
    assert sorted(rows(book, "Parties", "Role", "Name")) == [
        "Data Controller.The Shop", "Data Processor.PayCo", "Third Party.Parcel carrier",
    ]  # fmt: skip


def test_the_shop_has_no_gap(book: Any) -> None:
    assert rows(book, "Gaps", "About", "Gap") == {}


def test_what_is_missing_is_a_gap(workspace: Path, run_ggen: Ggen) -> None:
    """The bad twin: an activity without basis and retention, a field without use, one without category."""
    privacy, identity = workspace / "model" / "privacy.ttl", workspace / "model" / "identity.ttl"
    text = privacy.read_text().replace("shop:userId , shop:email , shop:newEmail", "shop:userId , shop:newEmail")
    start, end = text.index("    dpv:hasStorageCondition"), text.index("    dpv:hasTechnicalOrganisationalMeasure")
    text = text[:start] + text[end:]
    privacy.write_text(text.replace(" ; dpv:hasLegalBasis eu-gdpr:A6-1-b-contract-performance", "", 1))
    identity.write_text(
        identity.read_text().replace("dpv:PersonalData ; skos:broader pd:AccountIdentifier", "dpv:PersonalData")
    )
    book = generate(run_ggen, workspace)
    gaps = {(row["About"].rpartition("#")[2], row["Gap"]) for row in rows(book, "Gaps", "About", "Gap").values()}
    assert gaps == {
        ("AccountKeeping", "a processing activity without a legal basis"),
        ("AccountKeeping", "a processing activity without a time limit for erasure"),
        ("email", "personal data that no processing activity names"),
        ("userId", "personal data of no stated category"),
    }
    fields = rows(book, "Fields", "In", "Field")
    assert fields["User.email"]["Gap"] == "no activity uses it"
    assert fields["User.userId"]["Gap"] == "no category"


def test_model_text_is_never_a_formula(workspace: Path, run_ggen: Ggen) -> None:
    identity = workspace / "model" / "identity.ttl"
    hostile = '=HYPERLINK(\\"http://evil.example\\")'
    identity.write_text(identity.read_text().replace("The address to which we write.", hostile))
    fields = rows(generate(run_ggen, workspace), "Fields", "In", "Field")
    assert fields["User.email"]["Meaning"] == hostile.replace("\\", "")
    sheet = openpyxl.load_workbook(workspace / "docs" / "gdpr-data-mapping.xlsx")["Fields"]
    assert not any(cell.data_type == "f" for line in sheet.iter_rows() for cell in line)


def test_the_same_bytes_on_any_machine(workspace: Path, tmp_path: Path) -> None:
    """Another folder, hash seed and time zone."""
    other = tmp_path / "somewhere else"
    shutil.copytree(workspace, other)
    made = []
    for folder, seed, zone in ((workspace, "1", "UTC"), (other, "77", "Asia/Kathmandu")):
        done = run_outside(COMMAND, folder, {"PYTHONHASHSEED": seed, "TZ": zone})
        assert done.exit == 0, done.stderr
        made.append((folder / "docs" / "gdpr-data-mapping.xlsx").read_bytes())
    assert made[0] == made[1]


def test_a_second_run_changes_nothing(workspace: Path, run_ggen: Ggen) -> None:
    generate(run_ggen, workspace)
    before = (workspace / "docs" / "gdpr-data-mapping.xlsx").stat().st_mtime_ns
    done = run_ggen(COMMAND, cwd=workspace)
    assert done.exit == 0
    assert (workspace / "docs" / "gdpr-data-mapping.xlsx").stat().st_mtime_ns == before
