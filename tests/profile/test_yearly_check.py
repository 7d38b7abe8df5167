from datetime import timedelta

import pytest

from backoffice_sync.outward.push import push
from portal import clock
from tests.personas import MARIE, NADIA

QUESTION = "Is this still right?"


@pytest.fixture
async def walker(visitor, owner):
    """Marie, who lives where she lived a year ago."""
    owner.execute("UPDATE postal_address SET returned_on = NULL")
    found = visitor()
    await found.enter(MARIE)
    return found


@pytest.fixture
def checked(owner, member_id):
    """Let Marie have said so many days ago that her details are right: never, for None."""

    def change(days: int | None) -> None:
        on = None if days is None else clock.today() - timedelta(days=days)
        owner.execute("UPDATE contact_choice SET checked_on = %s WHERE member_id = %s", [on, member_id(MARIE)])

    return change


@pytest.mark.parametrize(("days", "asked"), [(None, True), (366, True), (365, False), (0, False)])
async def test_home_asks_once_a_year_whether_all_is_still_right(walker, checked, days, asked) -> None:
    checked(days)
    page = await walker.get("/")
    assert (QUESTION in page.text) == asked
    for words in ("12 BIS RUE DES LILAS 69003 LYON", "marie.dupont@example.org", "06 12 34 56 78"):
        assert (words in page.text) == asked


async def test_home_writes_phone_numbers_as_they_are_dialled(walker, checked, owner) -> None:
    checked(None)
    owner.execute("UPDATE phone SET number = '+33612345678'")
    assert "06 12 34 56 78" in (await walker.get("/")).text


async def test_one_press_says_yes_and_the_central_base_is_told(
    walker, checked, owner, sync_database, central_directory
) -> None:
    checked(None)
    page = await walker.submit(await walker.get("/"), "/profile/check")
    assert page.path == "/"
    assert "we have noted that your details are right" in page.text
    assert QUESTION not in page.text
    today = clock.today().isoformat()
    assert owner.execute("SELECT field_group, old, new FROM recorded_change").fetchall() == [
        ("details_check", {"checked_on": None}, {"checked_on": today})
    ]
    assert owner.execute("SELECT kind FROM journal WHERE member_id IS NOT NULL").fetchall() == [("profile.checked",)]
    await push(sync_database, central_directory)
    assert owner.execute("SELECT status FROM recorded_change").fetchone() == ("confirmed",)
    assert await central_directory.read(MARIE.number, "details_check") == {"checked_on": today}


async def test_pressing_twice_on_a_day_records_one(walker, checked, owner) -> None:
    checked(None)
    page = await walker.get("/")
    await walker.submit(page, "/profile/check")
    await walker.submit(page, "/profile/check", form_key="another")
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (1,)


async def test_who_gave_a_new_address_this_year_is_not_asked(walker, checked, owner) -> None:
    checked(None)
    page = await walker.submit(await walker.get("/profile/address"), "/profile/address/check", street="rue Neuve")
    await walker.submit(page, "/profile/address")
    assert QUESTION not in (await walker.get("/")).text
    owner.execute("UPDATE recorded_change SET recorded_at = now() - interval '367 days'")
    assert QUESTION in (await walker.get("/")).text


@pytest.mark.parametrize("trouble", ["postal_address SET returned_on", "email_address SET bounced_on"])
async def test_while_something_is_known_to_be_wrong_the_question_waits(walker, checked, owner, trouble) -> None:
    checked(None)
    owner.execute(f"UPDATE {trouble} = current_date")
    assert QUESTION not in (await walker.get("/")).text


async def test_staff_who_look_on_are_not_asked(editor, checked, owner, member_id) -> None:
    checked(None)
    owner.execute("UPDATE postal_address SET returned_on = NULL")
    number = member_id(MARIE)
    page = await editor.get(f"/staff/members/{number}")
    page = await editor.submit(page, f"/staff/members/{number}/viewing", reason="On the phone")
    assert "Hello Marie" in page.text
    assert QUESTION not in page.text


async def test_who_has_neither_address_nor_phone_is_told_so(visitor, owner) -> None:
    owner.execute("UPDATE contact_choice SET checked_on = NULL")
    nadia = visitor()
    await nadia.enter(NADIA)
    page = await nadia.get("/")
    assert "Postal address We have none." in page.text
    assert "Phone We have none." in page.text
