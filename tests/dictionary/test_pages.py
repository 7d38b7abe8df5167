"""Members read what is kept about them; staff read by which rules it moves."""

import pytest

from backoffice_sync.watch.descriptions import DESCRIPTIONS
from backoffice_sync.watch.dictionary import measure, publish
from portal import work
from portal.dictionary import queries
from portal.dictionary.rules import NAMES
from portal.housekeeping import DOCUMENTS_KEPT_FOR
from portal.web.donor import Donor
from tests.personas import MARIE, NADIA, READER

MINE, ALL = "/my-data", "/staff/dictionary"


@pytest.fixture
async def published(sync_database, central_directory):
    await publish(sync_database, central_directory)


@pytest.fixture
def reader(visitor):
    async def reader(person, path):
        walker = visitor()
        await walker.enter(person)
        return await walker.get(path)

    return reader


async def test_a_member_sees_what_is_kept_about_them_from_whom_and_who_may_change_it(published, reader) -> None:
    page = await reader(MARIE, MINE)
    assert DOCUMENTS_KEPT_FOR.days == 30
    assert "we erase it thirty days after our answer" in page.text
    assert "Postal address kept, to be seen here: My details" in page.text
    assert "Where we have it from: given here, by post or by phone Who changes it: you, here, and our team" in page.text
    assert "Your gifts kept, to be seen here: My gifts" in page.text
    assert "noted by our team Who changes it: our team; tell us if something is wrong" in page.text
    assert "Other postal addresses nothing" in page.text
    for name in set(NAMES) - {"campaign"}:
        assert NAMES[name] in page.text
    for link in {link for link in page.links if link.startswith("/") and "static" not in link}:
        assert (await reader(MARIE, link)).status == 200, link


async def test_who_has_nothing_reads_that_nothing_is_kept(published, reader) -> None:
    page = await reader(NADIA, MINE)
    for name in ("Postal address", "Your gifts", "Personal message", "Your tax receipts"):
        assert f"{name} nothing" in page.text
    assert "Name and registration kept" in page.text


async def test_only_ones_own_rows_count_where_the_databases_wall_is_away(settings, member_id) -> None:
    kept = await work.as_owner(settings, lambda db: queries.kept(db, Donor(member_id(NADIA))))
    assert kept == {
        "identity", "record", "language", "email", "contact_rhythm", "details_check", "receipt_wish"
    }  # fmt: skip


async def test_what_the_central_base_has_no_place_for_is_said_to_be_here_only(published, reader, owner) -> None:
    assert "in this space only" not in (await reader(MARIE, MINE)).text
    owner.execute("UPDATE data_dictionary SET kept_there = false WHERE name = 'receipt_wish'")
    assert "Kept in this space only." in (await reader(MARIE, MINE)).text
    assert "kept here only: the central base has no place for it" in (await reader(READER, ALL)).text


async def test_before_the_sync_has_run_both_pages_say_so(reader, owner) -> None:
    owner.execute("TRUNCATE data_dictionary")
    assert "This list is being made" in (await reader(MARIE, MINE)).text
    assert "Not written yet" in (await reader(READER, ALL)).text


async def test_staff_read_every_rule_and_how_full_and_fresh_each_is(
    published, reader, sync_database, editor, owner
) -> None:
    owner.execute("UPDATE member SET closed = (number NOT IN ('1001', '1002'))")
    await measure(sync_database)
    owner.execute("UPDATE data_dictionary SET newest_at = '2026-03-01 12:00+00' WHERE name = 'phones'")
    page = await reader(READER, ALL)
    assert page.text.count("Who has the say") == len(DESCRIPTIONS)
    assert "When both sides changed it donor wins, the conflict is noted" in page.text
    assert "1 of 2 (50 %)" in page.text
    assert "Last change that arrived 1 March 2026, 13:00" in page.text
    assert ALL in (await editor.get("/staff")).links


async def test_the_page_is_found_from_my_details_and_my_rights(reader) -> None:
    for path in ("/profile", "/rights"):
        assert MINE in (await reader(MARIE, path)).links
