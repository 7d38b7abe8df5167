"""Every field group of the data dictionary makes its way there and back, in the twin and in the reference schema."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import DirectoryUnreachable, Rejected
from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import ENTITIES, GROUPS
from backoffice_sync.outward.push import push
from portal import changes, clock
from portal.consents.models import ContactChoice
from portal.members.models import Member
from portal.preferences import store as preferences
from portal.profile import store
from tests.backoffice_sync.bases import ANNE, LUC

TODAY = clock.today().isoformat()
HOLIDAY_HOME = {
    "unit": "", "building": "", "house_number": "3", "street": "chemin des Dunes", "locality": "", "postcode": "85100",
    "town": "Les Sables-d'Olonne", "region": "", "country": "FR", "purpose": "second_home", "season_from": "07-01",
    "season_to": "08-31",
}  # fmt: skip
OFFICE = HOLIDAY_HOME | {"street": "rue de Lyon", "purpose": "work", "season_from": None, "season_to": None}
MOBILE, HOME_PHONE = {"number": "+33612345678", "kind": "mobile"}, {"number": "+33478000000", "kind": "home"}
NAME = {"civility": "Mme", "first_name": "Anne", "last_name": "Durand-Petit", "company_name": "", "legal_form": ""}


async def put_choice(db: AsyncSession, member_id: UUID, value: dict[str, Any]) -> None:
    mine = update(ContactChoice).where(ContactChoice.member_id == member_id)
    await db.execute(mine.values(**value, held=True))


WAYS: dict[str, tuple[Any, dict[str, Any]]] = {
    "address": (store.put_address, {name: HOLIDAY_HOME[name] for name in GROUPS["address"].fields}),
    "other_addresses": (store.put_other_addresses, {"items": [HOLIDAY_HOME]}),
    "email": (store.put_email, {"address": "anne@example.org", "confirmed_on": TODAY}),
    "other_emails": (store.put_other_emails, {"items": [{"address": "anne@work.example"}]}),
    "phones": (store.put_phones, {"items": [HOME_PHONE, MOBILE]}),
    "identity": (store.put_member, NAME | {"siren": None}),
    "language": (store.put_member, {"language": "en"}),
    "objections": (put_choice, {"objections": ["appeals/email", "exchange/any"]}),
    "consents": (put_choice, {"consents": ["commercial/any"]}),
    "contact_rhythm": (put_choice, {"post_rhythm": "yearly", "paused_until": TODAY}),
    "details_check": (put_choice, {"checked_on": TODAY}),
    "receipt_wish": (preferences.put_wish, {"receipt_rhythm": "per_gift", "receipt_by": "email"}),
}


PAIRS: dict[str, list[dict[str, Any]]] = {
    "other_addresses": [HOLIDAY_HOME, OFFICE],
    "other_emails": [{"address": "a@example.org"}, {"address": "b@example.org"}],
    "phones": [HOME_PHONE, MOBILE],
}


@pytest.fixture
def change(sync_database, base):
    """A change of a member's, recorded as the pages do; gives the member's id."""

    async def do(group: str, value: dict[str, Any], member: int = ANNE, old: dict[str, Any] | None = None) -> None:
        old = old or await base.directory.read(str(member), group)
        async with sync_database.begin() as db:
            member_id = (await db.scalars(select(Member.id).where(Member.central_id == str(member)))).one()
            await changes.lock(db, member_id)
            await WAYS[group][0](db, member_id, value)
            await changes.record(db, member_id, group, old=old, new=value, actor=f"member:{member_id}")

    return do


def rows(owner, group: str) -> list[tuple[Any, ...]]:
    """What the portal holds of it, in the order of the group's fields, without the mark of a change under way."""
    entity = ENTITIES[GROUPS[group].entity]
    names = ", ".join(f"t.{name}" for name in (GROUPS[group].items or GROUPS[group].fields))
    member = "t" if entity.owner == "id" else "m"
    only = " AND ".join(f"t.{name} = {value}" for name, value in GROUPS[group].only)
    found: list[tuple[Any, ...]] = owner.execute(
        f"SELECT {names}, t.held, t.central_id IS NULL FROM {entity.table.name} t "
        f"JOIN member m ON m.id = t.{entity.owner} "
        f"WHERE {member}.central_id = '{ANNE}' {'AND ' + only if only else ''} ORDER BY 1"
    ).fetchall()
    return found


def statuses(owner) -> list[str]:
    return [status for (status,) in owner.execute("SELECT status FROM recorded_change ORDER BY seq")]


@pytest.mark.parametrize("group", WAYS)
async def test_a_change_of_any_group_arrives_and_both_sides_hold_the_same(
    base, change, bring, owner, sync_database, group
) -> None:
    value = WAYS[group][1]
    await change(group, value)
    assert await push(sync_database, base.directory) == 1
    assert statuses(owner) == ["confirmed"]
    assert await base.directory.read(str(ANNE), group) == value
    after = rows(owner, group)
    assert all(row[-2:] == (False, False) for row in after), "nothing is held, and each row has its number there"
    assert await bring() == dict.fromkeys(ENTITIES, 0), "what comes back is what we have"
    assert rows(owner, group) == after


@pytest.mark.parametrize("group", PAIRS)
async def test_of_a_list_what_stays_keeps_its_number_there_and_what_is_taken_away_goes(
    base, change, owner, sync_database, group
) -> None:
    both = PAIRS[group]
    await change(group, {"items": both})
    await push(sync_database, base.directory)
    numbers = {row[0] for row in await base.directory.rows_of(GROUPS[group].entity, str(ANNE))}
    await change(group, {"items": both[:1]})
    await push(sync_database, base.directory)
    assert await base.directory.read(str(ANNE), group) == {"items": both[:1]}
    assert {row[0] for row in await base.directory.rows_of(GROUPS[group].entity, str(ANNE))} < numbers
    assert len(rows(owner, group)) == 1


async def test_what_the_association_added_meanwhile_stays_beside_what_the_donor_added(
    base, change, owner, sync_database
) -> None:
    await change("phones", {"items": [MOBILE]})
    base.add("phone", 77, member=ANNE, number="01 02 03 04 05", kind="work")
    await push(sync_database, base.directory)
    kept = await base.directory.read(str(ANNE), "phones")
    assert {item["number"] for item in kept["items"]} == {MOBILE["number"], "01 02 03 04 05"}
    assert statuses(owner) == ["confirmed"]
    assert {row[0] for row in rows(owner, "phones")} == {MOBILE["number"], "01 02 03 04 05"}


async def test_a_second_change_made_before_the_first_arrived_takes_away_nothing_of_the_association(
    base, change, owner, sync_database
) -> None:
    await change("phones", {"items": [MOBILE]})
    base.add("phone", 77, member=ANNE, number="01 02 03 04 05", kind="work")
    async with sync_database.begin() as db:
        member_id = (await db.scalars(select(Member.id).where(Member.central_id == str(ANNE)))).one()
        await store.put_phones(db, member_id, {"items": [HOME_PHONE]})
        value = {"items": [HOME_PHONE]}
        await changes.record(db, member_id, "phones", old={"items": [MOBILE]}, new=value, actor="member:x")
    await push(sync_database, base.directory)
    kept = await base.directory.read(str(ANNE), "phones")
    assert {item["number"] for item in kept["items"]} == {HOME_PHONE["number"], "01 02 03 04 05"}


async def test_two_groups_of_one_kind_of_row_do_not_disturb_each_other(base, change, owner, sync_database) -> None:
    await change("email", {"address": "anne@example.org", "confirmed_on": TODAY})
    await change("other_emails", {"items": [{"address": "anne@work.example"}]})
    await push(sync_database, base.directory)
    assert statuses(owner) == ["confirmed", "confirmed"]
    assert [row[0] for row in rows(owner, "email")] == ["anne@example.org"]
    assert [row[0] for row in rows(owner, "other_emails")] == ["anne@work.example"]


async def test_one_of_the_other_addresses_becomes_the_main_one_and_the_former_stays(
    base, change, owner, sync_database
) -> None:
    await change("email", {"address": "old@example.org", "confirmed_on": TODAY})
    await change("other_emails", {"items": [{"address": "new@example.org"}]})
    await push(sync_database, base.directory)
    await change("email", {"address": "new@example.org", "confirmed_on": TODAY})
    await change("other_emails", {"items": [{"address": "old@example.org"}]})
    await push(sync_database, base.directory)
    assert (await base.directory.read(str(ANNE), "email"))["address"] == "new@example.org"
    assert await base.directory.read(str(ANNE), "other_emails") == {"items": [{"address": "old@example.org"}]}
    assert statuses(owner)[-2:] == ["confirmed", "confirmed"]
    assert len(await base.directory.rows_of("email", str(ANNE))) == 2


async def test_a_new_main_address_takes_the_place_of_the_former(base, change, owner, sync_database) -> None:
    for address in ("old@example.org", "new@example.org"):
        await change("email", {"address": address, "confirmed_on": TODAY})
        await push(sync_database, base.directory)
    assert len(await base.directory.rows_of("email", str(ANNE))) == 1


async def test_a_change_of_the_language_keeps_the_rest_of_the_record_and_others_alone(
    base, change, bring, owner, sync_database
) -> None:
    await change("language", {"language": "en"})
    base.edit("member", LUC, first_name="Lucien")
    await bring()
    assert owner.execute("SELECT first_name FROM member WHERE central_id = %s", [str(LUC)]).fetchone() == ("Lucien",)
    assert owner.execute("SELECT language FROM member WHERE central_id = %s", [str(ANNE)]).fetchone() == ("en",)
    await push(sync_database, base.directory)
    assert owner.execute("SELECT count(*) FROM member").fetchone() == (3,)


async def test_a_list_that_could_never_be_passed_on_shows_again_what_is_there(
    base, change, owner, sync_database, monkeypatch
) -> None:
    await change("phones", {"items": [HOME_PHONE]})
    await push(sync_database, base.directory)
    before = rows(owner, "phones")
    await change("phones", {"items": [MOBILE]})

    async def broken(*_: object, **__: object) -> None:
        raise ValueError("no answer that anybody understands")

    monkeypatch.setattr(base.directory, "write", broken)
    for _ in range(2):
        owner.execute("UPDATE recorded_change SET not_before = now()")
        await push(sync_database, base.directory)
    assert statuses(owner)[-1] == "review"
    assert [row[:2] for row in rows(owner, "phones")] == [row[:2] for row in before]


async def test_a_pull_brings_choices_that_were_typed_there(base, bring, owner, sync_database) -> None:
    query = (
        "SELECT objections, post_rhythm, paused_until FROM contact_choice c JOIN member m ON m.id = c.member_id "
        "WHERE m.central_id = %s"
    )
    until = clock.today() + timedelta(days=30)
    base.choose(ANNE, ["appeals/phone", "news/sms"], post_rhythm="yearly", paused_until=until)
    await bring()
    assert owner.execute(query, [str(ANNE)]).fetchone() == (["appeals/phone", "news/sms"], "yearly", until)
    entries = "SELECT purpose, channel, act, source, text_id FROM consent_entry ORDER BY purpose"
    typed = [("appeals", "phone", "objected", "central", None), ("news", "sms", "objected", "central", None)]
    assert owner.execute(entries).fetchall() == typed
    await pull(sync_database, base.directory)
    assert owner.execute(entries).fetchall() == typed, "once"


async def test_an_objection_that_the_central_base_does_not_take_stays_in_force_here(
    base, change, bring, owner, sync_database, monkeypatch
) -> None:
    query = "SELECT objections, post_rhythm FROM contact_choice WHERE central_id = '1'"

    async def refuse(*_: object, **__: object) -> Rejected:
        return Rejected("no")

    write = base.directory.write
    monkeypatch.setattr(base.directory, "write", refuse)
    await change("objections", {"objections": ["appeals/email"]})
    await push(sync_database, base.directory)
    assert statuses(owner) == ["review"]
    monkeypatch.setattr(base.directory, "write", write)
    await change("contact_rhythm", {"post_rhythm": "yearly", "paused_until": None})
    await push(sync_database, base.directory)
    base.edit("member", ANNE, first_name="Annette")
    base.choose(ANNE, ["news/sms"])
    await bring()
    assert owner.execute(query).fetchone() == (["appeals/email"], "yearly")
    held = {"objections": ["appeals/email"]}
    await change("objections", {"objections": ["appeals/email", "appeals/sms"]}, old=held)
    await push(sync_database, base.directory)
    wanted = {"objections": ["appeals/email", "appeals/sms", "news/sms"]}
    assert await base.directory.read("1", "objections") == wanted, "both sides' objections, in the end"
    assert owner.execute(query).fetchone()[0] == wanted["objections"]


@pytest.fixture
def lose_the_answer(base, monkeypatch):
    """The next write arrives, and nobody here learns of it."""

    def lose() -> None:
        write = base.directory.write

        async def unheard(*args: object, **more: object) -> None:
            monkeypatch.setattr(base.directory, "write", write)
            await write(*args, **more)
            raise DirectoryUnreachable

        monkeypatch.setattr(base.directory, "write", unheard)

    return lose


@pytest.mark.parametrize("group", ["phones", "consents", "objections"])
@pytest.mark.parametrize("began_with_it", [True, False], ids=["away and back", "there and away"])
async def test_the_last_word_holds_when_the_answer_to_the_one_before_was_lost(
    base, change, owner, sync_database, lose_the_answer, group, began_with_it
) -> None:
    [name], one = GROUPS[group].fields, WAYS[group][1]
    nothing: dict[str, Any] = {name: []}
    first, last = (nothing, one) if began_with_it else (one, nothing)
    await change(group, last)
    await push(sync_database, base.directory)
    await change(group, first)
    lose_the_answer()
    await push(sync_database, base.directory)
    assert statuses(owner)[-1] == "sent"
    await change(group, last, old=first)
    owner.execute("UPDATE recorded_change SET not_before = now()")
    await push(sync_database, base.directory)
    assert await base.directory.read(str(ANNE), group) == last
    assert set(statuses(owner)) == {"confirmed"}


async def test_what_the_association_decides_on_gives_no_way_to_our_own_write_of_before(
    base, change, owner, sync_database, lose_the_answer, monkeypatch
) -> None:
    """The answers to two were lost: the first arrived, the second did not."""
    named: list[dict[str, Any]] = [{**NAME, "siren": None, "last_name": name} for name in ("Un", "Deux")]
    await change("identity", named[0])
    lose_the_answer()
    await push(sync_database, base.directory)
    await change("identity", named[1], old=named[0])
    owner.execute("UPDATE recorded_change SET not_before = now()")

    async def down(*_: object, **__: object) -> None:
        raise DirectoryUnreachable

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(base.directory, "write", down)
        await push(sync_database, base.directory)
    owner.execute("UPDATE recorded_change SET not_before = now()")
    await push(sync_database, base.directory)
    assert (await base.directory.read(str(ANNE), "identity"))["last_name"] == "Deux"
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)


async def test_what_somebody_adds_between_our_write_and_our_look_is_no_other_form_of_it(
    base, change, owner, sync_database, monkeypatch
) -> None:
    write = base.directory.write

    async def write_and_type(*args: object, **more: object) -> object:
        answer = await write(*args, **more)
        base.add("phone", 77, member=ANNE, number="01 02 03 04 05", kind="work")
        return answer

    monkeypatch.setattr(base.directory, "write", write_and_type)
    await change("phones", {"items": [MOBILE]})
    await push(sync_database, base.directory)
    assert statuses(owner) == ["confirmed"]
    assert len(rows(owner, "phones")) == 2


async def give_up(base, owner, sync_database, monkeypatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ValueError

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(base.directory, "write", broken)
        for _ in range(2):
            owner.execute("UPDATE recorded_change SET not_before = now()")
            await push(sync_database, base.directory)


async def test_two_groups_of_one_row_are_given_up_together(base, change, owner, sync_database, monkeypatch) -> None:
    before = rows(owner, "contact_rhythm"), rows(owner, "details_check")
    for group in ("contact_rhythm", "details_check"):
        await change(group, WAYS[group][1])
    await give_up(base, owner, sync_database, monkeypatch)
    assert statuses(owner) == ["review", "review"]
    assert (rows(owner, "contact_rhythm"), rows(owner, "details_check")) == before


async def test_what_the_association_typed_while_a_change_failed_is_shown_once_it_is_given_up(
    base, change, bring, owner, sync_database, monkeypatch
) -> None:
    await change("language", {"language": "en"})
    await change("phones", {"items": [MOBILE]})
    base.add("phone", 77, member=ANNE, number="01 02 03 04 05", kind="work")
    base.edit("member", ANNE, first_name="Annette")
    await bring()
    await give_up(base, owner, sync_database, monkeypatch)
    await bring()
    assert [row[0] for row in rows(owner, "phones")] == ["01 02 03 04 05"]
    assert owner.execute("SELECT first_name, language FROM member WHERE central_id = '1'").fetchone() == (
        "Annette",
        "fr",
    )


async def test_a_consent_that_people_had_to_type_is_taken_back_there_all_the_same(
    base, change, owner, sync_database, monkeypatch
) -> None:
    said: dict[str, Any] = {"consents": ["commercial/any"]}
    nothing: dict[str, Any] = {"consents": []}
    await change("consents", said)
    await give_up(base, owner, sync_database, monkeypatch)
    assert statuses(owner) == ["review"]
    await base.directory.write(str(ANNE), "consents", said, expected=nothing, change_id="typed")
    await change("consents", nothing, old=said)
    await push(sync_database, base.directory)
    assert await base.directory.read(str(ANNE), "consents") == nothing
    assert rows(owner, "consents") == [([], False, False)]


async def test_a_member_whose_record_is_merged_while_a_change_is_under_way_is_closed(
    base, change, bring, owner, sync_database
) -> None:
    query = "SELECT language, closed, held FROM member WHERE central_id = '1'"
    await change("language", {"language": "en"})
    base.merge(ANNE, into=LUC)
    await bring()
    assert owner.execute(query).fetchone() == ("en", False, True), "not yet: the own change is under way"
    await push(sync_database, base.directory)
    assert owner.execute(query).fetchone()[1:] == (True, False)
