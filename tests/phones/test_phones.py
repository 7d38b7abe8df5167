"""A donor's phone numbers: seen, added, changed and removed, and what becomes of them in the central base."""

from dataclasses import replace

import pytest

from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from portal.app import build
from tests.personas import MARIE, STRANGER
from tests.walker import Walker

PATH, NEW = "/profile/phones", "/profile/phones/new"
HERS = {"number": "06 12 34 56 78", "kind": "mobile"}
OFFICE = {"number": "+33142681000", "kind": "work"}


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
def held(owner):
    query = (
        "SELECT p.number, p.kind FROM phone p JOIN member m ON m.id = p.member_id WHERE m.number = %s ORDER BY p.number"
    )
    return lambda person=MARIE: owner.execute(query, [person.number]).fetchall()


async def add(walker, number="01 42 68 10 00", kind="work"):
    return await walker.submit(await walker.get(NEW), PATH, number=number, kind=kind)


async def own_page(walker):
    """The page of the first number."""
    page = await walker.get(PATH)
    return await walker.get(next(link for link in page.links if link.startswith(f"{PATH}/") and link != NEW))


def changes(owner):
    return owner.execute("SELECT field_group, old, new FROM recorded_change ORDER BY seq").fetchall()


async def test_the_numbers_are_shown_as_they_are_dialled_here(marie, owner) -> None:
    assert "06 12 34 56 78 Mobile" in (await marie.get(PATH)).text
    owner.execute("UPDATE phone SET number = '+33612345678'")
    assert "06 12 34 56 78 Mobile" in (await marie.get(PATH)).text
    owner.execute("UPDATE postal_address SET country = 'BE'")
    assert "+33 6 12 34 56 78 Mobile" in (await marie.get(PATH)).text


async def test_a_number_is_added(marie, held, owner, member_id) -> None:
    page = await add(marie)
    assert page.path == PATH
    assert "The phone number is saved." in page.text
    assert "01 42 68 10 00 At work" in page.text
    assert held() == [("+33142681000", "work"), ("06 12 34 56 78", "mobile")]
    assert changes(owner) == [("phones", {"items": [HERS]}, {"items": [HERS, OFFICE]})]
    noted = owner.execute("SELECT kind, actor FROM journal WHERE member_id = %s", [member_id(MARIE)])
    assert noted.fetchall() == [("profile.phones.changed", f"member:{member_id(MARIE)}")]


async def test_a_number_is_changed_and_the_others_keep_their_spelling(marie, held, owner) -> None:
    await add(marie)
    page = await own_page(marie)
    page = await marie.submit(page, page.path, number="07 65 43 21 09")
    assert "The phone number is saved." in page.text
    assert held() == [("+33142681000", "work"), ("+33765432109", "mobile")]


@pytest.mark.parametrize("number", ["06 12 34 56 78", "0612345678", "+33 6 12 34 56 78", "06.12.34.56.78"])
async def test_the_same_number_written_otherwise_is_no_change(marie, held, owner, number) -> None:
    page = await own_page(marie)
    page = await marie.submit(page, page.path, number=number)
    assert "You changed nothing, so nothing was saved." in page.text
    assert held() == [("06 12 34 56 78", "mobile")]
    assert changes(owner) == []


async def test_another_kind_leaves_the_number_as_the_central_base_spells_it(marie, held) -> None:
    page = await own_page(marie)
    await marie.submit(page, page.path, kind="home")
    assert held() == [("06 12 34 56 78", "home")]


async def test_what_is_no_number_can_be_given_another_kind_or_a_number(marie, held, owner) -> None:
    owner.execute("UPDATE phone SET number = 'ask Paul'")
    page = await own_page(marie)
    assert page.form(page.path)["number"] == "ask Paul"
    await marie.submit(page, page.path, kind="work")
    assert held() == [("ask Paul", "work")]


async def test_a_number_is_removed(marie, held, owner) -> None:
    page = await own_page(marie)
    page = await marie.submit(page, f"{page.path}/removal")
    assert "The phone number is removed." in page.text
    assert "We have no phone number for you." in page.text
    assert held() == []
    assert changes(owner) == [("phones", {"items": [HERS]}, {"items": []})]


# Bad input


@pytest.mark.parametrize("typed", ["", "06 12 34 56", "abc", "112", "+33 1"])
async def test_an_impossible_number_is_refused_with_an_example_and_kept_in_the_form(marie, held, typed) -> None:
    page = await add(marie, typed, "home")
    assert page.status == 422
    assert "Enter a whole phone number such as 01 23 45 67 89." in page.text
    values = page.form(PATH)
    assert (values["number"], values["kind"]) == (typed, "home")
    page = await own_page(marie)
    changed = await marie.submit(page, page.path, number=typed)
    assert changed.status == 422
    assert changed.form(page.path)["number"] == typed
    assert held() == [("06 12 34 56 78", "mobile")]


async def test_an_extension_is_not_lost_silently(marie, held) -> None:
    page = await add(marie, "01 42 68 10 00 ext. 12")
    assert page.status == 422
    assert "Please leave out the extension" in page.text
    assert len(held()) == 1


async def test_the_same_number_twice_is_refused(marie, held) -> None:
    await add(marie)
    for number in ("0612345678", "+33 1 42 68 10 00"):
        page = await add(marie, number, "home")
        assert page.status == 422
        assert "We have this number already." in page.text
    page = await own_page(marie)
    assert (await marie.submit(page, page.path, number="01 42 68 10 00")).status == 422
    assert len(held()) == 2


async def test_there_is_an_end_to_how_many_numbers_one_may_have(marie, held) -> None:
    page = await marie.get(NEW)
    for number in range(5):
        await add(marie, f"01 42 68 10 0{number}")
    values = page.form(PATH) | {"number": "01 42 68 10 09", "kind": "home"}
    page = await marie.post(PATH, **values)
    assert page.status == 422
    assert "We keep at most 6 numbers." in page.text
    assert NEW not in (await marie.get(PATH)).links
    assert len(held()) == 6


@pytest.mark.parametrize("fields", [{"kind": "fax"}, {"kind": ""}, {"held": "yes"}])
async def test_a_form_that_was_tampered_with_is_refused(marie, fields) -> None:
    page = await marie.submit(await marie.get(NEW), PATH, number="01 42 68 10 00", **fields)
    assert page.status == 400


async def test_two_presses_have_one_effect(marie, owner, held) -> None:
    values = (await marie.get(NEW)).form(PATH) | {"number": "01 42 68 10 00", "kind": "work"}
    await marie.post(PATH, **values)
    assert (await marie.post(PATH, **values)).path == PATH
    assert len(changes(owner)) == 1


async def test_a_number_that_was_changed_meanwhile_is_not_written_over(marie, owner, held) -> None:
    page = await own_page(marie)
    owner.execute("UPDATE phone SET number = '06 99 99 99 99'")
    page = await marie.submit(page, page.path, number="07 65 43 21 09")
    assert page.status == 409
    assert "was changed by somebody else meanwhile" in page.text
    assert page.form(PATH)["number"] == "07 65 43 21 09", "what was typed is still there"
    assert held() == [("06 99 99 99 99", "mobile")]
    await marie.submit(page, PATH)
    assert len(held()) == 2


# Walls


async def test_another_members_number_does_not_exist(marie, visitor, held) -> None:
    page = await own_page(marie)
    other = visitor()
    await other.enter(STRANGER)
    token = (await other.get(PATH)).form("/sign-out")["csrf_token"]
    assert "We have no phone number for you." in (await other.get(PATH)).text
    assert (await other.get(page.path)).status == 404
    assert (await other.post(page.path, csrf_token=token, number="06", kind="home")).status == 404
    assert (await other.post(f"{page.path}/removal", csrf_token=token)).status == 404
    assert held() == [("06 12 34 56 78", "mobile")]


async def test_staff_who_look_see_no_button(editor, member_id) -> None:
    number = member_id(MARIE)
    page = await editor.get(f"/staff/members/{number}")
    await editor.submit(page, f"/staff/members/{number}/viewing", reason="on the phone")
    page = await editor.get(PATH)
    assert "06 12 34 56 78" in page.text
    assert not [link for link in page.links if link.startswith(f"{PATH}/")]


@pytest.mark.parametrize(("rule", "status"), [("request", 200), ("hide", 404)])
async def test_the_association_decides_what_donors_may_do(settings, database, owner, rule, status) -> None:
    chosen = replace(settings, profile_fields=f"phones={rule}")
    walker = Walker(build(chosen, database), chosen, owner)
    await walker.enter(MARIE)
    page = await walker.get(PATH)
    assert page.status == status
    assert ("To change a phone number, please call us." in page.text) is (status == 200)
    assert (await walker.get(NEW)).status == 404
    token = (await walker.get("/security")).form("/sign-out")["csrf_token"]
    assert (await walker.post(PATH, csrf_token=token, number="01 42 68 10 00", kind="work")).status == 404


# Into the central base


async def test_the_numbers_arrive_in_the_central_base(marie, held, owner, sync_database, central_directory) -> None:
    await pull(sync_database, central_directory)
    await add(marie)
    await push(sync_database, central_directory)
    assert await central_directory.read("1001", "phones") == {"items": [HERS, OFFICE]}
    page = await own_page(marie)
    await marie.submit(page, page.path, number="07 65 43 21 09")
    await push(sync_database, central_directory)
    await pull(sync_database, central_directory)
    changed = {"number": "+33765432109", "kind": "mobile"}
    assert await central_directory.read("1001", "phones") == {"items": [changed, OFFICE]}
    assert held() == [("+33142681000", "work"), ("+33765432109", "mobile")]
    assert owner.execute("SELECT status FROM recorded_change").fetchall() == [("confirmed",)] * 2
    assert owner.execute("SELECT count(*) FROM phone WHERE held").fetchone() == (0,)


async def test_a_page_that_was_open_while_the_sync_worked_still_knows_the_number(
    marie, held, sync_database, central_directory
) -> None:
    await pull(sync_database, central_directory)
    await add(marie)
    page = await own_page(marie)
    await push(sync_database, central_directory)
    page = await marie.submit(page, page.path, kind="home")
    assert "The phone number is saved." in page.text


async def test_what_both_sides_added_holds(marie, held, owner, sync_database, central_directory) -> None:
    await pull(sync_database, central_directory)
    central_directory.put("phone", ("p2", "1001", "04 72 00 00 01", "home"))
    await add(marie)
    await push(sync_database, central_directory)
    await pull(sync_database, central_directory)
    assert held() == [("+33142681000", "work"), ("04 72 00 00 01", "home"), ("06 12 34 56 78", "mobile")]
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)
