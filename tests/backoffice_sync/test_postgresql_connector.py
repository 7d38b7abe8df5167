"""The port's promises, kept by the real connector over a real database."""

import pytest

from backoffice_sync.connectors.iban import bank_name, masked
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.connectors.postgresql.reads import SELECTS
from backoffice_sync.directory import Applied, Conflict, DirectoryUnreachable, MemberGone, Rejected
from backoffice_sync.mapping import ENTITIES

ADDRESS = {
    "unit": "", "building": "", "house_number": "1", "street": "rue A", "locality": "", "postcode": "75001",
    "town": "Paris", "region": "", "country": "FR",
}  # fmt: skip


@pytest.fixture
async def directory(central, central_url):
    central.execute("INSERT INTO member (id, number, kind, last_name) VALUES (1, 'A1', 'person', 'Dupont')")
    central.commit()
    made = PostgresDirectory(central_url)
    yield made
    await made.close()


async def write(directory, value, *, expected, change_id="c1", group="address"):
    return await directory.write("1", group, value, expected=expected, change_id=change_id)


async def test_what_was_written_is_read_back(directory, central) -> None:
    assert await directory.read("1", "address") is None
    assert await write(directory, ADDRESS, expected=None) == Applied()
    assert await directory.read("1", "address") == ADDRESS
    assert central.execute("SELECT actor, act FROM journal").fetchall() == [("donor extranet", "address written")]


async def test_a_write_is_refused_when_somebody_else_was_quicker(directory) -> None:
    await write(directory, ADDRESS, expected=None)
    assert await write(directory, ADDRESS | {"town": "Lyon"}, expected=ADDRESS | {"town": "Nice"}) == Conflict()
    assert await directory.read("1", "address") == ADDRESS


async def test_what_the_base_cannot_take_is_rejected_with_words(directory) -> None:
    assert isinstance(await write(directory, ADDRESS | {"unit": "x" * 39}, expected=None), Rejected)
    assert isinstance(await write(directory, ADDRESS | {"country": "France"}, expected=None), Rejected)


async def test_it_says_which_field_or_rule_it_complains_of_and_quotes_no_value(directory) -> None:
    for field, value, rule in (
        ("country", "France", "address_country_check"),
        ("unit", "x" * 39, "address_unit_check"),
    ):
        refused = await write(directory, ADDRESS | {field: value}, expected=None)
        assert refused.detail == f"CheckViolation: address, {rule}"


async def test_a_new_address_forgets_that_a_letter_came_back(directory, central) -> None:
    central.execute(
        "INSERT INTO address (member_id, street, returned_on, returned_reason) VALUES (1, 'x', '2026-01-01', 'unknown')"
    )
    central.commit()
    await write(directory, ADDRESS, expected=await directory.read("1", "address"))
    assert central.execute("SELECT returned_on, returned_reason FROM address").fetchall() == [(None, "")]


async def test_the_memo_is_created_changed_and_removed(directory) -> None:
    one = {"body": "Un", "starts_on": None, "ends_on": "2026-12-31"}
    two = {"body": "Deux", "starts_on": "2026-01-01", "ends_on": None}
    assert await write(directory, one, expected=None, group="memo") == Applied()
    assert await directory.read("1", "memo") == one
    assert await write(directory, two, expected=one, group="memo", change_id="c2") == Applied()
    assert await directory.read("1", "memo") == two
    assert await write(directory, None, expected=two, group="memo", change_id="c3") == Applied()
    assert await directory.read("1", "memo") is None


async def test_other_kinds_of_memo_stay_inside(directory, central) -> None:
    central.execute("INSERT INTO memo (member_id, kind, body) VALUES (1, 'misc', 'internal'), (1, 'extranet', 'shown')")
    central.commit()
    rows = [row async for batch in directory.scan("memo") for row in batch]
    assert [row[2] for row in rows] == ["shown"]
    assert await directory.count("memo") == 1


async def test_a_member_that_is_gone_or_merged_is_said_to_be(directory, central) -> None:
    with pytest.raises(MemberGone):
        await directory.read("99", "address")
    central.execute("INSERT INTO member (id, number, kind) VALUES (2, 'A2', 'person')")
    central.execute("UPDATE member SET merged_into = 2 WHERE id = 1")
    central.commit()
    with pytest.raises(MemberGone):
        await directory.read("1", "address")


async def test_news_names_each_changed_row_once_and_only_since_the_position(directory, central) -> None:
    position = await directory.position()
    central.execute("UPDATE member SET first_name = 'Marie' WHERE id = 1")
    central.execute("UPDATE member SET first_name = 'Anne' WHERE id = 1")
    central.execute("UPDATE member SET first_name = 'Anne' WHERE id = 1")
    central.commit()
    news = await directory.news(position)
    assert news.ids == {"member": ["1"], "receipt_wish": ["1"], "contact_choice": ["1"]}
    assert (await directory.news(news.position)).ids == {}


async def test_a_save_there_that_changes_nothing_is_no_news(directory, central) -> None:
    position = await directory.position()
    central.execute("UPDATE member SET first_name = first_name")
    central.commit()
    assert (await directory.news(position)).ids == {}


async def test_a_base_that_is_down_is_said_to_be_and_found_again(directory, central) -> None:
    await directory.position()
    central.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    central.commit()
    with pytest.raises(DirectoryUnreachable):
        await directory.position()
    assert await directory.position()
    nowhere = PostgresDirectory("postgresql://nobody@/nothing?host=/nonexistent")
    with pytest.raises(DirectoryUnreachable):
        await nowhere.position()


def test_an_account_number_is_masked_and_its_bank_named() -> None:
    assert masked("FR76 3000 4000 0312 3456 7890 143") == "FR•• •••• 0143"
    assert bank_name("FR7630004000031234567890143") == "BNP PARIBAS"
    assert bank_name("not an iban") == ""


@pytest.mark.parametrize("entity", ENTITIES)
async def test_each_select_delivers_what_the_dictionary_lists_and_no_more(directory, central, entity) -> None:
    cursor = central.execute(SELECTS[entity].format(where="", and_="WHERE"))
    assert len(cursor.description) == len(ENTITIES[entity].incoming)
