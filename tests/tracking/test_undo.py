"""A donor takes a change back before it is passed on, and a request before it is decided."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.outward.push import push
from portal.app import build
from portal.database import Database
from portal.tracking.actions import CHOICES
from portal.tracking.rules import UNDOABLE
from portal.tracking.store import PUT
from tests.backoffice_sync.test_push import type_into_central
from tests.corrections.conftest import send
from tests.personas import BAKERY, MARIE, NADIA, STRANGER
from tests.tracking.conftest import CHANGES, undo
from tests.walker import Walker

WISH = "/preferences/receipts"
TAKEN_BACK = "Your change is taken back: what we had before holds again."
TOO_LATE = "This can no longer be taken back here"
NEWEST = "SELECT id FROM recorded_change ORDER BY seq DESC LIMIT 1"
HELD = "SELECT receipt_rhythm, receipt_by FROM receipt_wish JOIN member m ON m.id = member_id WHERE number = '1001'"


@pytest.fixture
def save(marie, one):
    """Save a wish for tax receipts, and give the change's number."""

    async def save(by="email", rhythm="annual"):
        await marie.submit(await marie.get(WISH), WISH, receipt_by=by, receipt_rhythm=rhythm)
        return one(NEWEST)[0]

    return save


async def test_a_change_is_taken_back_and_what_was_before_holds_again(marie, save, one, member_id) -> None:
    change_id = await save()
    page = await undo(marie, change_id)
    assert page.path == CHANGES
    assert TAKEN_BACK in page.text
    assert "Tax receipts Taken back by you" in page.text
    assert page.text.count("Tax receipts") == 1, "the way back is not another change for the donor"
    assert "Take this change back" not in page.text
    assert one(HELD) == ("annual", "post")
    kind, actor, data = one("SELECT kind, actor, data FROM journal ORDER BY id DESC LIMIT 1")
    assert (kind, actor) == ("change.undone", f"member:{member_id(MARIE)}")
    assert data == {"group": "receipt_wish", "change": str(change_id)}


async def test_nothing_reaches_the_central_base(marie, save, one, owner, sync_database, central_directory) -> None:
    before = await central_directory.read(MARIE.number, "receipt_wish")
    change_id = await save()
    await undo(marie, change_id)
    await push(sync_database, central_directory)
    assert await central_directory.read(MARIE.number, "receipt_wish") == before
    states = owner.execute("SELECT actor ~ '^undo:', status FROM recorded_change ORDER BY seq").fetchall()
    assert states == [(False, "undone"), (True, "confirmed")]
    assert one("SELECT count(*) FROM field_in_motion") == (0,)
    assert one("SELECT count(*) FROM receipt_wish WHERE held") == (0,)


async def test_what_may_have_arrived_is_not_taken_back_but_changed_back(
    marie, save, sync_database, central_directory, owner
) -> None:
    """The answer to the first write was lost: the portal does not know that it arrived."""
    change_id = await save()
    central_directory.answers_get_lost = True
    await push(sync_database, central_directory)
    central_directory.answers_get_lost = False
    assert TOO_LATE in (await undo(marie, change_id)).text
    await save(by="post")
    owner.execute("UPDATE recorded_change SET not_before = now()")
    await push(sync_database, central_directory)
    assert (await central_directory.read(MARIE.number, "receipt_wish"))["receipt_by"] == "post"


@pytest.mark.parametrize("status", ["sent", "confirmed", "refused", "review", "undone"])
async def test_it_is_too_late_once_it_has_gone_on(marie, save, owner, one, status) -> None:
    change_id = await save()
    form = await marie.get(CHANGES)
    owner.execute("UPDATE recorded_change SET status = %s", [status])
    assert "Take this change back" not in (await marie.get(CHANGES)).text
    page = await undo(marie, change_id, form)
    assert TOO_LATE in page.text
    assert one("SELECT status, count(*) OVER () FROM recorded_change") == (status, 1)
    assert one(HELD) == ("annual", "email")


async def test_only_the_newest_of_a_kind_is_offered_then_the_one_before(marie, save, one) -> None:
    first = await save(by="email")
    form = await marie.get(CHANGES)
    second = await save(by="email", rhythm="none")
    page = await marie.get(CHANGES)
    assert page.text.count("Take this change back") == 1
    assert f"{second}/undo" in page.html
    page = await undo(marie, first, form)
    assert TOO_LATE in page.text
    assert one(HELD) == ("none", "email")
    await undo(marie, second)
    assert one(HELD) == ("annual", "email")
    page = await undo(marie, first)
    assert TAKEN_BACK in page.text
    assert one(HELD) == ("annual", "post")


async def test_a_change_of_another_kind_stands_in_nobodys_way(marie, save, one) -> None:
    change_id = await save()
    await send(marie, last_name="Durand")
    assert TAKEN_BACK in (await undo(marie, change_id)).text


async def test_pressing_twice_has_one_effect(marie, save, one) -> None:
    change_id = await save()
    form = await marie.get(CHANGES)
    for _ in range(2):
        await undo(marie, change_id, form)
    assert one("SELECT count(*) FROM journal WHERE kind = 'change.undone'") == (1,)
    assert one("SELECT count(*) FROM recorded_change") == (2,)


async def test_it_waits_while_the_sync_finishes_and_is_then_too_late(marie, save, owner, member_id, one) -> None:
    change_id = await save()
    form = await marie.get(CHANGES)
    with owner.transaction():
        name = f"changes of {member_id(MARIE)}"
        owner.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        owner.execute("UPDATE recorded_change SET status = 'confirmed'")
        pressing = asyncio.create_task(undo(marie, change_id, form))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if owner.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone():
                break
    assert TOO_LATE in (await pressing).text
    assert one("SELECT status, count(*) OVER () FROM recorded_change") == ("confirmed", 1)


async def test_the_sync_passes_nothing_on_that_is_taken_back_while_it_looks(
    marie, save, one, owner, sync_database, central_directory
) -> None:
    change_id = await save()
    read, pages = central_directory.read, []

    async def read_slowly(member, group):
        central_directory.read = read
        found = await read(member, group)
        pages.append(await undo(marie, change_id))
        return found

    central_directory.read = read_slowly
    await push(sync_database, central_directory)
    assert TAKEN_BACK in pages[0].text
    assert central_directory.writes == []
    assert owner.execute("SELECT status FROM recorded_change ORDER BY seq").fetchall() == [("undone",), ("confirmed",)]
    assert one(HELD) == ("annual", "post")


async def test_it_is_too_late_while_the_sync_is_writing(marie, save, one, sync_database, central_directory) -> None:
    change_id = await save()
    form, write, pages = await marie.get(CHANGES), central_directory.write, []

    async def write_slowly(*args, **kwargs):
        pages.append(await undo(marie, change_id, form))
        return await write(*args, **kwargs)

    central_directory.write = write_slowly
    await push(sync_database, central_directory)
    assert TOO_LATE in pages[0].text
    assert one("SELECT status, count(*) OVER () FROM recorded_change") == ("confirmed", 1)
    assert one(HELD) == ("annual", "email")


async def test_what_was_taken_back_writes_over_nothing_that_the_association_typed_meanwhile(
    marie, save, one, sync_database, central_directory
) -> None:
    await undo(marie, await save())
    typed = {"receipt_rhythm": "per_gift", "receipt_by": "post"}
    type_into_central(central_directory, "receipt_wish", MARIE.number, **typed)
    await push(sync_database, central_directory)
    assert await central_directory.read(MARIE.number, "receipt_wish") == typed
    assert one(HELD) == ("per_gift", "post")
    assert one("SELECT count(*) FROM sync_conflict") == (0,)


# Each field group


PLACE = {
    "unit": "", "building": "", "house_number": "5", "street": "place Bellecour", "locality": "", "postcode": "69002",
    "town": "Lyon", "region": "", "country": "FR",
}  # fmt: skip
AWAY = PLACE | {"purpose": "second_home", "season_from": "07-01", "season_to": "08-31"}
CHANGED: dict[str, Any] = {
    "address": PLACE,
    "other_addresses": {"items": [AWAY]},
    "phones": {"items": [{"number": "01 02 03 04 05", "kind": "home"}]},
    "identity": {"civility": "M.", "first_name": "A", "last_name": "B", "company_name": "", "legal_form": "",
                 "siren": None},
    "language": {"language": "en"},
    "objections": {"objections": ["appeals/post", "exchange/any"]},
    "consents": {"consents": ["commercial/any"]},
    "contact_rhythm": {"post_rhythm": "yearly", "paused_until": "2030-01-31"},
    "receipt_wish": {"receipt_rhythm": "none", "receipt_by": "post"},
}  # fmt: skip


async def change(database: Database, central: MemoryDirectory, person, group: str, member) -> Any:
    """As the feature does it; gives what held before."""
    from portal import changes
    from portal.consents import store as consents

    old = await central.read(person.number, group)
    actor = f"member:{member}"
    async with database.begin() as db:
        if group in CHOICES:
            codes = CHANGED[group][group]
            await consents.choose(db, member, group, codes, shown={}, source="portal", actor=actor)
        else:
            await PUT[group](db, member, CHANGED[group])
            await changes.record(db, member, group, old=old, new=CHANGED[group], actor=actor)
    return old


@pytest.mark.parametrize("group", sorted(UNDOABLE))
@pytest.mark.parametrize("person", [MARIE, NADIA], ids=["with everything", "with nothing"])
async def test_every_kind_of_change_is_taken_back_here_and_never_arrives(
    visitor, settings, sync_database, central_directory, member_id, one, group, person
) -> None:
    walker = visitor()
    await walker.enter(person)
    anybody = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    old = await change(anybody, central_directory, person, group, member_id(person))
    await anybody.close()
    page = await undo(walker, one(NEWEST)[0])
    assert TAKEN_BACK in page.text
    way_back = one("SELECT old, new FROM recorded_change ORDER BY seq DESC LIMIT 1")
    assert way_back == (CHANGED[group], old), "in the form in which the sync compares it"
    await push(sync_database, central_directory)
    assert await central_directory.read(person.number, group) == old
    assert one("SELECT count(*) FROM recorded_change WHERE status = 'confirmed'") == (1,)
    assert one("SELECT count(*) FROM sync_conflict") == (0,)


async def test_what_can_be_undone_can_be_put() -> None:
    assert set(PUT) | CHOICES >= UNDOABLE


async def test_a_consent_taken_back_is_given_again_only_where_its_words_are_read(
    marie, settings, central_directory, sync_database, member_id, one
) -> None:
    from portal.consents import store as consents

    anybody = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    await change(anybody, central_directory, MARIE, "consents", member_id(MARIE))
    await push(sync_database, central_directory)
    actor = f"member:{member_id(MARIE)}"
    async with anybody.begin() as db:
        await consents.choose(db, member_id(MARIE), "consents", [], shown={}, source="portal", actor=actor)
    await anybody.close()
    page = await marie.get(CHANGES)
    assert "Take this change back" not in page.text
    assert TAKEN_BACK not in (await undo(marie, one(NEWEST)[0])).text
    assert one("SELECT bool_and(consents = '{}') FROM contact_choice") == (True,)


async def test_an_objection_taken_back_stands_in_the_ledger_too(
    marie, settings, central_directory, member_id, one, owner
) -> None:
    anybody = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    await change(anybody, central_directory, MARIE, "objections", member_id(MARIE))
    await anybody.close()
    await undo(marie, one(NEWEST)[0])
    acts = owner.execute("SELECT act, source FROM consent_entry ORDER BY id").fetchall()
    assert acts == [("objected", "portal")] * 2 + [("objection_withdrawn", "portal")] * 2


@pytest.mark.parametrize("group", ["email", "other_emails"])
async def test_an_email_address_does_not_come_back_by_a_press_of_a_button(marie, recorded, one, group) -> None:
    value = {"address": "new@example.org"}
    change_id = recorded(group, None, value if group == "email" else {"items": [value]}, "saved")
    form = await marie.get(CHANGES)
    assert "Take this change back" not in form.text
    page = await undo(marie, change_id, form)
    assert TOO_LATE in page.text
    assert one("SELECT status FROM recorded_change") == ("saved",)


# Requests


async def test_a_request_is_taken_back_and_staff_see_it_no_more(marie, editor, one) -> None:
    await send(marie, last_name="Durand")
    (change_id,) = one(NEWEST)
    assert "Take my request back" in (await marie.get(CHANGES)).text
    page = await undo(marie, change_id)
    assert "Your request is taken back. Nothing was changed." in page.text
    assert "Name and registration Taken back by you" in page.text
    assert one("SELECT count(*) FROM recorded_change") == (1,)
    assert one("SELECT count(*) FROM field_in_motion") == (0,)
    assert "Nothing waits" in (await editor.get("/staff/corrections")).text
    assert "Taken back by you" in (await editor.get(f"/staff/corrections/{change_id}")).text
    assert "last_name" in (await marie.get("/profile/name")).form("/profile/name"), "one may ask for another"


async def test_a_decided_request_is_taken_back_no_more(marie, editor, one) -> None:
    await send(marie, last_name="Durand")
    (change_id,) = one(NEWEST)
    form = await marie.get(CHANGES)
    path = f"/staff/corrections/{change_id}"
    await editor.submit(await editor.get(path), f"{path}/refusal", reason="Non")
    page = await undo(marie, change_id, form)
    assert TOO_LATE in page.text
    assert one("SELECT status FROM recorded_change") == ("refused",)


async def test_an_accepted_request_is_taken_back_like_any_change(marie, editor, one) -> None:
    await send(marie, last_name="Durand")
    (change_id,) = one(NEWEST)
    path = f"/staff/corrections/{change_id}"
    await editor.submit(await editor.get(path), f"{path}/approval")
    assert TAKEN_BACK in (await undo(marie, change_id)).text
    assert one("SELECT last_name FROM member WHERE number = '1001'") == ("Dupont",)


# Nobody else's


async def test_a_strangers_change_is_not_there_even_without_the_second_wall(settings, owner, recorded, one) -> None:
    theirs = recorded("language", {"language": "fr"}, {"language": "en"}, "saved")
    own = recorded("language", {"language": "fr"}, {"language": "en"}, "saved", person=STRANGER)
    staffs = recorded("memo", None, {"body": "x"}, "saved", actor="staff", person=STRANGER)
    linked = recorded("objections", {"objections": []}, {"objections": ["appeals/post"]}, "saved")
    owner.execute("UPDATE recorded_change SET actor = 'unsubscribe link' WHERE id = %s", [linked])
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    walker = Walker(build(settings, database), settings, owner)
    await walker.enter(STRANGER)
    form = await walker.get(CHANGES)
    assert "Appeals for gifts" not in form.text
    for change_id in (theirs, staffs, linked):
        assert (await undo(walker, change_id, form)).status == 404
    assert one("SELECT count(*) FROM recorded_change WHERE status = 'undone'") == (0,)
    await undo(walker, own)
    assert one("SELECT id FROM recorded_change WHERE status = 'undone'") == (own,)
    await database.close()


async def test_the_form_takes_nothing_else(marie, save, one) -> None:
    change_id = await save()
    assert (await undo(marie, change_id, old=json.dumps({"receipt_by": "pigeon"}))).status == 400
    assert one("SELECT status FROM recorded_change") == ("saved",)


async def test_a_company_takes_back_a_correction_made_at_once(settings, database, owner, one) -> None:
    from dataclasses import replace

    altered = replace(settings, profile_fields="company=edit")
    walker = Walker(build(altered, database), altered, owner)
    await walker.enter(BAKERY)
    await walker.submit(await walker.get("/profile/company"), "/profile/company", siren="732829320")
    await undo(walker, one(NEWEST)[0])
    assert one("SELECT siren FROM member WHERE number = '1006'") == ("123456782",)
