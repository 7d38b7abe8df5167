"""The whole main job on a donor file that nobody here wrote: Salesforce NPSP's sample organisation."""

import csv
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.inward.pull import pull
from backoffice_sync.npsp import load
from backoffice_sync.outward.push import push
from backoffice_sync.watch.report import in_words
from backoffice_sync.watch.status import status
from tests.personas import Person
from tests.signin.test_signing_in import ask, link_in


def read(folder, name):
    with (folder / name).open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def totals_in_the_file(folder) -> dict[str, Decimal]:
    """Won opportunities less written-off payments by primary contact: arithmetic of its own, from the CSV alone."""
    written_off: dict[str, Decimal] = defaultdict(Decimal)
    for row in read(folder, "payment.csv"):
        if row["npe01__Written_Off__c"] == "true":
            written_off[row["npe01__opportunity__c"]] += Decimal(row["npe01__Payment_Amount__c"])
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in read(folder, "opportunity.csv"):
        if row["stage_name"] in {"Closed Won", "Posted"} and row["primary_contact__c"]:
            found[row["primary_contact__c"]] += Decimal(row["amount"]) - written_off[row["id"]]
    return found


@pytest.fixture
async def directory(central, central_url, npsp_folder, owner, sync_database):
    load(central, npsp_folder)
    central.commit()
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    made = PostgresDirectory(central_url)
    await pull(sync_database, made)
    yield made
    await made.close()


@pytest.mark.usefixtures("directory")
async def test_every_contact_has_exactly_the_gifts_of_the_file(owner, npsp_folder) -> None:
    rows = owner.execute(
        "SELECT m.number, sum(g.amount) FROM gift g JOIN member m ON m.id = g.member_id "
        "WHERE g.state = 'received' AND m.number LIKE 'C%' GROUP BY m.number"
    ).fetchall()
    assert {str(int(number[1:])): total for number, total in rows} == totals_in_the_file(npsp_folder)


async def test_a_member_signs_in_sees_their_gifts_and_their_new_address_reaches_the_central_base(
    directory, visitor, owner, work_off, mails, sync_database, central, npsp_folder
) -> None:
    totals = totals_in_the_file(npsp_folder)
    addressed = {row["household_account__c"] for row in read(npsp_folder, "address.csv")}
    contacts = read(npsp_folder, "contact.csv")
    readers = Counter(row["Email"].lower() for row in contacts)
    alone = [row for row in contacts if readers[row["Email"].lower()] == 1 and row["id"] in totals]
    contact = next(row for row in alone if row["account_id"] in addressed)
    marie = Person(f"C{int(contact['id']):06d}", contact["Email"].lower())

    walker = visitor()
    await ask(walker, marie.email)
    await work_off()
    page = await walker.submit(await walker.get(link_in(mails.mails[-1])), "/sign-in/confirm")
    assert f"Hello {contact['FirstName']}" in page.text

    page = await walker.get("/gifts")
    sums = [row.findall("td")[1].text for row in page.tree.findall(".//section[@class='card']/table/tbody/tr")]
    assert sum(Decimal(text.lstrip("US$").replace(",", "")) for text in sums) == totals[contact["id"]]

    page = await walker.get("/profile/address")
    page = await walker.submit(page, "/profile/address/check", street="1 New Street")
    if page.status == 422:  # a real file's postcode need not fit the country's rules
        page = await walker.submit(
            page, "/profile/address/check", to="/profile/address/form", country="FR", postcode="75011", town="Paris"
        )
        page = await walker.submit(page, "/profile/address/check", street="1 New Street")
    await walker.submit(page, "/profile/address")
    assert await push(sync_database, directory) == 1
    assert "Received by the association" in (await walker.get("/profile/changes")).text

    number = page.form("/profile/address")["street"], contact["id"]
    found = central.execute(
        "SELECT a.street FROM address a JOIN member m ON m.id = a.member_id WHERE m.number LIKE 'C%%' "
        "AND ltrim(substr(m.number, 2), '0') = %s AND a.is_main",
        [number[1]],
    ).fetchone()
    assert found == (number[0],)
    report = await status(sync_database)
    assert report["changes"]["confirmed"] == 1
    assert report["oldest_open_change_seconds"] is None
    assert "0 saved, 0 sent" in in_words(report)
