"""Requests that come by letter or phone: whose they are is chosen by a person, who cannot mix two of one name."""

from datetime import timedelta

import pytest

from portal import clock
from portal.search import queries as search
from tests.personas import EDITOR, MARIE, NADIA
from tests.privacy.conftest import DESK

LETTER = {"right": "access", "channel": "letter", "wish": "Envoyez-moi tout."}


@pytest.fixture
def enter(officer, member_id):
    async def enter(person=MARIE, **fields):
        path = f"{DESK}/new/{member_id(person)}"
        received = {"received_on": (clock.today() - timedelta(days=5)).strftime("%d/%m/%Y")}
        return await officer.submit(await officer.get(path), path, **(LETTER | received | fields))

    return enter


@pytest.fixture
def namesake(owner, member_id):
    """Nadia bears Marie's name; her postcode is the same."""
    owner.execute("UPDATE member SET first_name = 'MARIE', last_name = 'Dupônt' WHERE id = %s", [member_id(NADIA)])
    place = "unit, building, house_number, street, locality, postcode, town, region, country"
    owner.execute(
        f"INSERT INTO postal_address (member_id, is_main, {place}) SELECT %s, true, {place} FROM postal_address "
        "WHERE member_id = %s",
        [member_id(NADIA), member_id(MARIE)],
    )


async def test_a_letter_of_last_week_is_entered_and_its_clock_runs_since(officer, enter, marie, one, member_id) -> None:
    page = await officer.get(f"{DESK}/new?q=dupont")
    assert f"{DESK}/new/{member_id(MARIE)}" in page.links
    assert "marie.dupont@<wbr>example.org" in page.html
    assert "rue des Lilas 69003 Lyon" in page.text
    page = await enter()
    assert "The request is entered." in page.text
    assert "Not proved yet" in page.text
    day = clock.today() - timedelta(days=5)
    kept = one("SELECT received_on, channel, identity, entered_on FROM data_case")
    assert kept == (day, "letter", "unproved", clock.today())
    assert one("SELECT entered_by FROM data_case")[0].startswith("staff:")
    assert one("SELECT asked_on, state FROM member_request") == (day, "saved")
    assert "A copy of what you know about me" in (await marie.get("/rights")).text


async def test_what_is_wrong_stands_beside_its_field(enter, one) -> None:
    for fields, words in (
        ({"received_on": "31/12/2999"}, "This day is still to come."),
        ({"received_on": "hier"}, "Write the day like this"),
        ({"right": ""}, "Choose what is asked for."),
        ({"channel": ""}, "Choose how the request came."),
        ({"wish": ""}, "Say it in a few words."),
    ):
        page = await enter(**fields)
        assert page.status == 422
        assert words in page.text
    assert one("SELECT count(*) FROM member_request") == (0,)


async def test_staff_cannot_enter_a_request_as_if_the_member_had_signed_in(enter, one) -> None:
    assert (await enter(channel="portal")).status == 400
    assert one("SELECT count(*) FROM data_case") == (0,)


async def test_the_same_is_entered_once(enter, one) -> None:
    await enter()
    page = await enter()
    assert page.status == 409
    assert "waits for the answer to the same already" in page.text
    assert one("SELECT count(*) FROM data_case") == (1,)


async def test_two_of_one_name_are_not_mixed(enter, officer, namesake, member_id, one) -> None:
    page = await officer.get(f"{DESK}/new/{member_id(MARIE)}")
    assert "Take care: 1 other member has the same name." in page.text
    assert "nadia.benali@<wbr>example.org" in page.html
    for mark in ("", "69003", "nadia.benali@example.org", "1002", "Dupont"):
        page = await enter(mark=mark)
        assert page.status == 422, mark
        assert page.form(f"{DESK}/new/{member_id(MARIE)}")["mark"] == mark
    assert one("SELECT count(*) FROM data_case") == (0,)
    assert (await enter(mark="marie.dupont@example.org")).status == 200
    assert one("SELECT member_id FROM data_case") == (member_id(MARIE),)


async def test_the_desk_is_for_officers(enters, member_id) -> None:
    editor = await enters(EDITOR)
    for path in (DESK, f"{DESK}.csv?reason=x", f"{DESK}/new/{member_id(MARIE)}"):
        assert (await editor.get(path)).status == 404


async def test_of_a_name_that_too_many_bear_only_the_number_tells_who_it_is(enter, namesake, one, monkeypatch) -> None:
    """Those who were not found may have the same phone, or live next door."""
    monkeypatch.setattr(search, "MOST_FOUND", 1)
    page = await enter(mark="06 12 34 56 78")
    assert page.status == 422
    assert "does not tell this member from the others" in page.text
    await enter(mark=MARIE.number)
    assert one("SELECT count(*) FROM data_case") == (1,)
