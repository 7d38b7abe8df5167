"""An export with faults: each is reported with its line, and the rest is loaded."""

import shutil
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from backoffice_sync.npsp import ExportError, Outcome, load
from tests.backoffice_sync.npsp_export import EXPORT, counted, households, rows, spoil, verdict


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A copy of the export, to be spoilt."""
    folder = tmp_path / "export"
    shutil.copytree(EXPORT, folder)
    return folder


def test_an_opportunity_that_cannot_be_a_gift_is_reported_with_its_line(
    central: psycopg.Connection, export: Path
) -> None:
    spoil(export, "opportunity", "1", amount="")
    spoil(export, "opportunity", "2", amount="12,50")
    spoil(export, "opportunity", "3", close_date="31/12/2017")
    spoil(export, "opportunity", "4", primary_contact__c="", account_id="99999")
    spoil(export, "opportunity", "5", primary_contact__c="99999")
    spoil(export, "opportunity", "6", stage_name="Closed Lost")
    spoil(export, "opportunity", "7", amount="0.001")
    spoil(export, "opportunity", "8", amount="NaN")
    spoil(export, "opportunity", "9", amount="10000000000")
    report = load(central, export)
    assert counted(central, "gift") == 1516 - 9
    left = {line.id: (line.line, line.reason) for line in report.of("opportunity.csv", Outcome.LEFT_OUT)}
    assert left == {
        "1": (2, "no amount"),
        "2": (3, "amount '12,50' is not a number"),
        "3": (4, "date '31/12/2017' cannot be read"),
        "4": (5, "account '99999' is unknown"),
        "5": (6, "primary contact '99999' is not in the base"),
        "6": (7, "stage 'Closed Lost' is not a gift"),
        "7": (8, "amount 0.001 has fractions of a cent"),
        "8": (9, "amount 'NaN' is not a number"),
        "9": (10, "amount 10000000000 is too large"),
        "225": (226, "amount 0.0 is not above zero"),
    }
    assert verdict(report, "payment", "1")[0] is Outcome.FOLDED
    lost = [payment["id"] for payment in rows("payment") if payment["npe01__opportunity__c"] == "1"]
    assert {verdict(report, "payment", id_)[0] for id_ in lost} == {Outcome.LEFT_OUT}


def test_a_bad_email_or_phone_does_not_lose_the_contact(central: psycopg.Connection, export: Path) -> None:
    spoil(export, "contact", "3", Email="mgreene.i2i.jp", Phone="n/a")
    report = load(central, export)
    outcome, reason = verdict(report, "contact", "3")
    assert outcome is Outcome.REPAIRED
    assert "'mgreene.i2i.jp'" in reason
    assert "'n/a'" in reason
    assert central.execute("SELECT count(*) FROM member WHERE number = 'C000003'").fetchone() == (1,)


def test_a_contact_of_an_unknown_account_is_taken_and_a_nameless_one_is_not(
    central: psycopg.Connection, export: Path
) -> None:
    spoil(export, "contact", "3", account_id="99999")
    spoil(export, "contact", "4", LastName="")
    report = load(central, export)
    assert verdict(report, "contact", "3")[0] is Outcome.REPAIRED
    assert verdict(report, "contact", "4") == (Outcome.LEFT_OUT, "no last name")
    # contact 3 lived alone: its household is empty now, and so its address has nobody
    assert verdict(report, "account", "82") == (Outcome.LEFT_OUT, "a household without contacts")
    [address] = [address["id"] for address in rows("address") if address["household_account__c"] == "82"]
    assert verdict(report, "address", address)[0] is Outcome.LEFT_OUT


def test_a_bad_address_is_left_out_and_never_cut(central: psycopg.Connection, export: Path) -> None:
    spoil(export, "address", "1", MailingCountry__c="Atlantis")
    spoil(export, "address", "2", MailingCity__c="L" * 61)
    spoil(export, "address", "3", Seasonal_Start_Month__c="2", Seasonal_Start_Day__c="30")
    spoil(export, "address", "5", household_account__c="99999")
    report = load(central, export)
    assert {line.id: line.reason for line in report.of("address.csv", Outcome.LEFT_OUT)} == {
        "1": "country 'Atlantis' is unknown",
        "2": "town has 61 characters, 60 at most",
        "3": "season '2', '30' is not a day of the year",
        "5": "account '99999' is no household with members",
    }
    # household 830 has no other address than number 1: the account's billing address stands in
    assert "billing one" in verdict(report, "account", "830")[1]
    at_830 = "FROM address JOIN member ON member.id = member_id WHERE household_id = 830"
    found = central.execute(f"SELECT DISTINCT town, is_main {at_830}").fetchall()
    assert found == [("Magsaysay", True)]


def test_a_torn_or_repeated_row_is_reported(central: psycopg.Connection, export: Path) -> None:
    with (export / "campaign.csv").open("a", encoding="utf-8", newline="") as file:
        file.write('14,"a campaign\nover two lines"\n15\n13,again\n014,no number\n')
    report = load(central, export)
    assert [(line.line, line.outcome, line.reason) for line in report.of("campaign.csv")][13:] == [
        (15, Outcome.TAKEN, ""),
        (17, Outcome.LEFT_OUT, "1 cells where the header has 2"),
        (18, Outcome.LEFT_OUT, "id 13 was read before"),
        (19, Outcome.LEFT_OUT, "id '014' is not a number"),
    ]
    assert counted(central, "campaign") == 14


def test_a_street_of_two_lines_keeps_both(central: psycopg.Connection, export: Path) -> None:
    spoil(export, "address", "1", MailingStreet__c="4 Morrow Junction\nFlat 7")
    report = load(central, export)
    assert verdict(report, "address", "1")[0] is Outcome.REPAIRED
    found = central.execute("SELECT DISTINCT house_number, street FROM address WHERE unit = 'Flat 7'").fetchall()
    assert found == [("4", "Morrow Junction")]


# --- payments


def test_what_was_written_off_is_no_gift(central: psycopg.Connection, export: Path) -> None:
    payments = [payment for payment in rows("payment") if payment["npe01__opportunity__c"] == "390"]
    assert len(payments) == 10
    spoil(export, "payment", payments[0]["id"], npe01__Written_Off__c="true")
    report = load(central, export)
    [opportunity] = [opportunity for opportunity in rows("opportunity") if opportunity["id"] == "390"]
    promised, lost = Decimal(opportunity["amount"]), Decimal(payments[0]["npe01__Payment_Amount__c"])
    outcome, reason = verdict(report, "opportunity", "390")
    assert outcome is Outcome.REPAIRED
    assert reason == f"{lost:.2f} of {promised:.2f} written off"
    whole = sum(Decimal(o["amount"]) for o in rows("opportunity") if o["stage_name"] == "Closed Won")
    assert central.execute("SELECT sum(amount) FROM gift").fetchone() == (whole - lost,)


def test_a_gift_written_off_altogether_is_left_out(central: psycopg.Connection, export: Path) -> None:
    for payment in rows("payment"):
        if payment["npe01__opportunity__c"] == "390":
            spoil(export, "payment", payment["id"], npe01__Written_Off__c="true")
    report = load(central, export)
    assert verdict(report, "opportunity", "390") == (Outcome.LEFT_OUT, "written off altogether")
    assert counted(central, "gift") == 1515


def test_payments_that_do_not_add_up_are_noted_and_the_opportunity_is_believed(
    central: psycopg.Connection, export: Path
) -> None:
    spoil(export, "opportunity", "1", amount="812.0")
    report = load(central, export)
    outcome, reason = verdict(report, "opportunity", "1")
    assert outcome is Outcome.REPAIRED
    assert "811.00, not 812.00" in reason


def test_a_pledge_is_pending(central: psycopg.Connection, export: Path) -> None:
    spoil(export, "opportunity", "225", amount="86.0")
    load(central, export)
    found = central.execute("SELECT amount FROM gift WHERE state = 'pending'").fetchall()
    assert found == [(Decimal("86.00"),)]


def test_without_a_primary_contact_the_gift_is_that_of_the_households_first_contact(
    central: psycopg.Connection, export: Path
) -> None:
    spoil(export, "opportunity", "1", primary_contact__c="", account_id="184")
    load(central, export)
    first = min(int(contact) for contact in households()["184"])
    found = central.execute(
        "SELECT number FROM gift JOIN member ON member.id = member_id WHERE household_id = 184"
    ).fetchall()
    assert found == [(f"C{first:06}",)]


# --- no export at all


@pytest.mark.parametrize("name", ["contact", "relationship"])
def test_without_one_of_its_files_the_folder_is_no_export(central: psycopg.Connection, export: Path, name: str) -> None:
    (export / f"{name}.csv").unlink()
    with pytest.raises(ExportError, match=f"{name}.csv is missing"):
        load(central, export)
    assert counted(central, "member") == 0


def test_a_file_without_a_needed_column_is_no_export(central: psycopg.Connection, export: Path) -> None:
    (export / "campaign.csv").write_text("id,title\n1,Spring\n", encoding="utf-8")
    with pytest.raises(ExportError, match=r"campaign.csv lacks the columns name"):
        load(central, export)


def test_a_file_in_another_encoding_is_no_export(central: psycopg.Connection, export: Path) -> None:
    (export / "campaign.csv").write_bytes("id,name\n1,été\n".encode("latin-1"))
    with pytest.raises(ExportError, match="cannot be read"):
        load(central, export)
