"""The same in SQLite, whose columns hold what they like: a base in one file, and one with everything in one table."""

import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

from backoffice_sync.connectors.sql.connector import SqlDirectory
from backoffice_sync.directory import Applied, Conflict, DirectoryUnreachable, MemberGone, Rejected, SchemaChanged
from backoffice_sync.mapping import ENTITIES, GROUPS
from tests.backoffice_sync.contract.test_contract import SAMPLES
from tests.backoffice_sync.sql import association
from tests.backoffice_sync.sql.staff import BY_STAMPS

ONE_TABLE = """
[member]
table = "personnes"
key = "code"
changed = ["cree", "modifie"]
[member.columns]
number = "code"
kind = { constant = "person" }
last_name = "nom"
language = { constant = "fr" }

[address]
table = "personnes"
key = "code"
member = "code"
changed = ["cree", "modifie"]
[address.columns]
unit = { constant = "" }
building = { constant = "" }
house_number = { constant = "" }
street = "rue"
locality = { constant = "" }
postcode = "cp"
town = "ville"
region = { constant = "" }
country = { constant = "FR" }
is_main = { constant = true }
purpose = { constant = "home" }

[phone]
table = "personnes"
key = "code"
member = "code"
[phone.columns]
number = "tel"
kind = { constant = "home" }
"""


@pytest.fixture
async def opened(tmp_path):
    made = []

    def open_(tables: str, mapping: str):
        base, path = tmp_path / "base.db", tmp_path / "mapping.toml"
        path.write_text(mapping)
        with closing(sqlite3.connect(base)) as connection:
            connection.executescript(tables)
        made.append(SqlDirectory(f"sql+sqlite:///{base}?timeout=0.1", path))
        return made[-1], sqlite3.connect(base, isolation_level=None)

    yield open_
    for directory in made:
        await directory.close()


@pytest.fixture
def base(opened):
    directory, staff = opened(association.sqlite(), BY_STAMPS)
    staff.execute("INSERT INTO adherent (id, numero, nom, decede_le) VALUES (1, 'N1', 'Durand', '')")
    yield directory, staff
    staff.close()


@pytest.mark.parametrize("group", GROUPS)
async def test_every_group_makes_its_way_there_and_back(base, group) -> None:
    directory, _ = base
    before = await directory.read("1", group)
    first, second = SAMPLES[group]
    assert await directory.write("1", group, first, expected=before, change_id="1") == Applied()
    assert await directory.read("1", group) == first
    assert await directory.write("1", group, second, expected=before, change_id="2") == Conflict()
    assert await directory.write("1", group, second, expected=first, change_id="3") == Applied()
    assert await directory.read("1", group) == second


async def test_its_texts_become_days_and_amounts_and_its_numbers_yes_and_no(base) -> None:
    directory, staff = base
    staff.execute("INSERT INTO don (id, adherent_id, date_don, montant, mode) VALUES (3, 1, '2026-03-05', 12.5, 'CH')")
    [row] = await directory.rows("gift", ["3"])
    named = dict(zip(ENTITIES["gift"].incoming, row, strict=True))
    assert (named["given_on"], named["amount"], named["deductible"]) == (date(2026, 3, 5), Decimal("12.5"), True)
    [row] = await directory.rows("member", ["1"])
    assert row[ENTITIES["member"].incoming.index("deceased_on")] is None


async def test_its_stamps_are_texts_and_tell_what_is_new(base) -> None:
    directory, staff = base
    position = await directory.position()
    assert (await directory.news(position)).ids == {}
    position = await directory.position()
    staff.execute("UPDATE adherent SET nom = 'Petit'")
    news = await directory.news(position)
    assert news.ids == {"member": ["1"], "contact_choice": ["1"], "receipt_wish": ["1"]}
    assert (await directory.news(news.position)).ids == {}


async def test_a_column_of_stamps_that_holds_something_else_is_named(base) -> None:
    directory, staff = base
    staff.execute("INSERT INTO note (adherent_id, genre, modifie_le) VALUES (1, 'extranet', '05/03/2026')")
    with pytest.raises(SchemaChanged, match=r"note\.modifie_le holds no moments"):
        await directory.position()


async def test_a_base_that_somebody_else_is_writing_in_is_asked_again_later(base) -> None:
    directory, staff = base
    staff.execute("BEGIN IMMEDIATE")
    staff.execute("UPDATE adherent SET nom = 'Petit'")
    with pytest.raises(DirectoryUnreachable):
        await directory.write("1", "language", {"language": "en"}, expected={"language": "fr"}, change_id="1")
    staff.execute("COMMIT")
    assert await directory.write("1", "language", {"language": "en"}, expected={"language": "fr"}, change_id="1")


async def test_a_number_that_a_column_cannot_hold_is_nobody_s(base) -> None:
    directory, _ = base
    assert [row[0] for row in await directory.rows("member", ["1", "x", "", "99999999999999"])] == ["1"]
    assert await directory.rows_of("gift", "x") == []
    with pytest.raises(MemberGone):
        await directory.read("x", "address")


async def test_a_member_s_own_row_can_hold_the_address_too(opened) -> None:
    tables = """
        CREATE TABLE personnes (code text PRIMARY KEY, nom text, rue text, cp text, ville text, tel text,
                                cree integer, modifie integer);
        INSERT INTO personnes VALUES ('A-1', 'Durand', '', NULL, ' ', '0612345678', 1700000000, NULL),
                                     ('A-2', 'Petit', 'rue Haute', '38000', 'Grenoble', '', 1700000000, 1700000500);
    """
    directory, staff = opened(tables, ONE_TABLE)
    can = directory.capabilities
    assert (can.reads, can.writes) == ({"address", "phones", "identity", "language"}, {"address"})
    assert (await directory.count("address"), await directory.count("phone")) == (1, 1)
    assert [row[0] async for rows in directory.scan("member") for row in rows] == ["A-1", "A-2"]
    assert await directory.read("A-1", "address") is None
    address = dict.fromkeys(GROUPS["address"].fields, "") | {"street": "rue Basse", "town": "Lyon", "country": "FR"}
    position = await directory.position()
    assert await directory.write("A-1", "address", address, expected=None, change_id="1") == Applied()
    assert await directory.read("A-1", "address") == address
    staff.execute("UPDATE personnes SET modifie = 1700000400 WHERE code = 'A-1'")
    assert (await directory.news(position)).ids == {"member": ["A-1"], "address": ["A-1"]}
    abroad = await directory.write("A-1", "address", address | {"country": "BE"}, expected=address, change_id="2")
    assert isinstance(abroad, Rejected)
    assert await directory.write("A-1", "address", None, expected=address, change_id="3") == Applied()
    assert await directory.read("A-1", "address") is None
    assert staff.execute("SELECT nom, tel FROM personnes").fetchone() == ("Durand", "0612345678")
    staff.close()
