"""The NPSP export, loaded and then checked against sums made with the csv module alone."""

from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from backoffice_sync.central_file import BaseNotEmptyError
from backoffice_sync.npsp import Outcome, load, load_npsp
from tests.backoffice_sync.npsp_export import EXPORT, counted, households, rows, verdict


def test_every_row_read_has_exactly_one_line_in_the_report(central: psycopg.Connection) -> None:
    report = load(central, EXPORT)
    for path in EXPORT.glob("*.csv"):
        ids = [record["id"] for record in rows(path.stem)]
        assert [line.id for line in report.of(path.name)] == ids
        assert [line.line for line in report.of(path.name)] == list(range(2, len(ids) + 2))


def test_contacts_and_organisations_are_the_members(central: psycopg.Connection) -> None:
    load(central, EXPORT)
    companies = [account["Name"] for account in rows("account") if not account["npe01__SYSTEM_AccountType__c"]]
    assert len(companies) == 343
    found = central.execute("SELECT company_name FROM member WHERE kind = 'company'").fetchall()
    assert Counter(name for (name,) in found) == Counter(companies)
    people = central.execute("SELECT number, first_name, last_name FROM member WHERE kind = 'person'").fetchall()
    expected = {(f"C{int(c['id']):06}", c["FirstName"], c["LastName"]) for c in rows("contact")}
    assert set(people) == expected


def test_the_gifts_of_a_contact_are_the_won_opportunities_of_which_it_is_the_primary_contact(
    central: psycopg.Connection,
) -> None:
    load(central, EXPORT)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    counts: Counter[str] = Counter()
    for opportunity in rows("opportunity"):
        if opportunity["stage_name"] == "Closed Won":
            contact, account = opportunity["primary_contact__c"], opportunity["account_id"]
            number = f"C{int(contact):06}" if contact else f"A{int(account):06}"
            sums[number] += Decimal(opportunity["amount"])
            counts[number] += 1
    found = central.execute(
        "SELECT number, sum(amount), count(*) FROM gift JOIN member ON member.id = member_id"
        " WHERE state = 'received' GROUP BY number"
    ).fetchall()
    assert {number: (total, count) for number, total, count in found} == {
        number: (sums[number], counts[number]) for number in sums
    }
    assert sum(counts.values()) == 1516


def test_the_payments_of_every_gift_add_up_to_it(central: psycopg.Connection) -> None:
    report = load(central, EXPORT)
    paid = sum(Decimal(payment["npe01__Payment_Amount__c"]) for payment in rows("payment"))
    assert central.execute("SELECT sum(amount) FROM gift").fetchone() == (paid,)
    assert {line.outcome for line in report.of("payment.csv")} == {Outcome.FOLDED}
    assert report.of("opportunity.csv", Outcome.REPAIRED) == []


def test_contacts_of_one_household_account_share_a_household(central: psycopg.Connection) -> None:
    load(central, EXPORT)
    found = defaultdict(set)
    for household, number in central.execute("SELECT household_id, number FROM member WHERE household_id > 0"):
        found[household].add(number)
    assert found == {
        int(account): {f"C{int(contact):06}" for contact in contacts} for account, contacts in households().items()
    }


def test_everyone_in_a_household_has_each_of_its_addresses_and_the_billing_one_is_the_main_one(
    central: psycopg.Connection,
) -> None:
    load(central, EXPORT)
    members = households()
    expected = sum(len(members[address["household_account__c"]]) for address in rows("address"))
    assert counted(central, "address") == expected
    housed = sum(map(len, members.values()))
    assert central.execute("SELECT count(*) FROM address WHERE is_main").fetchone() == (housed,)
    towns = {account["id"]: account["BillingCity"] for account in rows("account")}
    main = central.execute(
        "SELECT household_id, split_part(town, ' CEDEX', 1) FROM address"
        " JOIN member ON member.id = member_id WHERE is_main"
    ).fetchall()
    assert {(str(household), town) for household, town in main} == {(a, towns[a]) for a in members}


def test_a_season_keeps_its_first_and_last_day(central: psycopg.Connection) -> None:
    load(central, EXPORT)
    members = households()
    seasonal = [address for address in rows("address") if address["Seasonal_Start_Month__c"]]
    expected = sum(len(members[address["household_account__c"]]) for address in seasonal)
    found = central.execute(
        "SELECT season_from, season_to, count(*), bool_or(is_main) FROM address"
        " WHERE season_from IS NOT NULL GROUP BY 1, 2"
    ).fetchall()
    assert found == [("06-15", "08-30", expected, False)]


def test_every_country_is_found(central: psycopg.Connection) -> None:
    report = load(central, EXPORT)
    assert report.of("address.csv", Outcome.LEFT_OUT) == []
    names = {address["MailingCountry__c"] for address in rows("address")}
    assert central.execute("SELECT count(DISTINCT country) FROM address").fetchone() == (len(names),)
    former = {"Ivory Coast": "CI", "Swaziland": "SZ", "Macedonia": "MK", "Saint Pierre and Miquelon": "PM"}
    for name, code in former.items():
        assert name in names
        assert central.execute("SELECT count(*) > 0 FROM address WHERE country = %s", [code]).fetchone() == (True,)


def test_the_state_is_kept_as_region_and_the_house_number_stands_apart(central: psycopg.Connection) -> None:
    load(central, EXPORT)
    found = central.execute(
        "SELECT house_number, street, postcode, town, region, country FROM address"
        " JOIN member ON member.id = member_id WHERE household_id = 1"
    ).fetchone()
    assert found == ("0", "Tony Crossing", "80044", "Aurora", "Colorado", "US")


def test_a_cedex_goes_with_the_town_and_the_report_says_so(central: psycopg.Connection) -> None:
    report = load(central, EXPORT)
    assert central.execute("SELECT count(*) FROM address WHERE postcode LIKE '%CEDEX%'").fetchone() == (0,)
    found = central.execute("SELECT DISTINCT town FROM address WHERE postcode = '21083'").fetchall()
    assert found == [("Dijon CEDEX 9",)]
    written = [address for address in rows("address") if "CEDEX" in address["MailingPostalCode__c"]]
    assert len(report.of("address.csv", Outcome.REPAIRED)) == len(written) == 52


def test_emails_and_phones_are_those_of_the_contacts(central: psycopg.Connection) -> None:
    load(central, EXPORT)
    for table, column, cell in (("email", "address", "Email"), ("phone", "number", "Phone")):
        found = central.execute(
            f"SELECT member.number, {table}.{column} FROM {table} JOIN member ON member.id = member_id"
        ).fetchall()
        expected = {(f"C{int(contact['id']):06}", contact[cell]) for contact in rows("contact") if contact[cell]}
        assert set(found) == expected
        assert len(found) == len(expected)


def test_a_recurring_donation_is_no_mandate(central: psycopg.Connection) -> None:
    report = load(central, EXPORT)
    assert counted(central, "mandate") == 0
    lines = report.of("recurring_donation.csv")
    assert [line.outcome for line in lines] == [Outcome.LEFT_OUT] * 3
    assert {"SEPA mandate" in line.reason for line in lines} == {True}


def test_a_contact_of_an_organisation_is_taken_with_a_note(central: psycopg.Connection) -> None:
    report = load(central, EXPORT)
    assert [line.id for line in report.of("contact.csv", Outcome.REPAIRED)] == ["1", "734"]
    outcome, reason = verdict(report, "contact", "1")
    assert outcome is Outcome.REPAIRED
    assert "organisation" in reason


# --- all or nothing


def test_a_second_load_is_refused_and_changes_nothing(central: psycopg.Connection) -> None:
    load(central, EXPORT)
    before = {table: counted(central, table) for table in ("member", "gift", "address", "journal", "change_log")}
    with pytest.raises(BaseNotEmptyError, match="an empty base only"):
        load(central, EXPORT)
    assert {table: counted(central, table) for table in before} == before


# --- on the terminal


def test_the_summary_counts_and_the_report_is_a_csv_file(central: psycopg.Connection, tmp_path: Path) -> None:
    said: list[str] = []
    path = tmp_path / "report.csv"
    load_npsp(central, EXPORT, path, say=said.append)
    assert "opportunity.csv: 1517 rows read, 1516 taken, 1 left out" in said
    assert "account.csv: 1223 rows read, 343 taken, 880 folded" in said
    written = rows("report", tmp_path)
    assert list(written[0]) == ["file", "line", "id", "outcome", "reason"]
    assert len(written) == sum(len(rows(path.stem)) for path in EXPORT.glob("*.csv"))
    assert {row["outcome"] for row in written} == {"taken", "repaired", "folded", "left out"}
