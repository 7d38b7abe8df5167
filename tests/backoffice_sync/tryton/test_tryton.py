"""What is Tryton's own, against a real one: merging of people, its rules on values, its users, the whole sync."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from backoffice_sync.connectors.tryton.client import Fault
from backoffice_sync.connectors.tryton.connector import TrytonDirectory
from backoffice_sync.connectors.tryton.sources import SOURCES
from backoffice_sync.connectors.tryton.writer import Unwritable
from backoffice_sync.directory import (
    Applied,
    Conflict,
    CredentialsRefused,
    DirectoryUnreachable,
    MemberGone,
    Rejected,
    SchemaChanged,
)
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from portal import changes
from portal.profile import store


async def write(directory, member: str, group: str, **fields) -> object:
    old = await directory.read(member, group)
    return await directory.write(member, group, (old or {}) | fields, expected=old, change_id="1")


async def test_an_address_keeps_what_staff_told_apart(directory, hands) -> None:
    anne = await hands.make("member")
    home = await hands.make("address", anne, unit_number="4", floor_number="2", post_box="12")
    assert await write(directory, anne, "address", street="rue Basse", town="Nice") == Applied()
    [kept] = await hands.client.call("party.address.read", [int(home)], ["unit_number", "floor_number", "street"])
    assert (kept["unit_number"], kept["floor_number"]) == ("4", "2")
    assert kept["street"].splitlines()[-1] == "BP 12"


async def test_a_province_is_found_by_name_or_code_and_an_unknown_country_refused(directory, hands) -> None:
    anne = await hands.make("member")
    await hands.make("address", anne)
    assert await write(directory, anne, "address", country="CA", region="QC") == Applied()
    assert (await directory.read(anne, "address"))["region"] == "Quebec"
    for nowhere in ({"country": "XX"}, {"country": "CA", "region": "Atlantis"}):
        assert isinstance(await write(directory, anne, "address", **nowhere), Rejected)


async def test_a_value_at_which_tryton_fails_holds_up_nobody_else(directory, hands) -> None:
    anne = await hands.make("member")
    await hands.make("address", anne)
    with pytest.raises(Unwritable):
        await write(directory, anne, "address", town="Ni\x00ce")
    assert not issubclass(Unwritable, DirectoryUnreachable)


async def test_what_tryton_trims_is_read_back_as_it_was_kept(directory, hands) -> None:
    anne = await hands.make("member")
    await hands.make("address", anne)
    assert await write(directory, anne, "address", town=" Nice ") == Applied()
    assert (await directory.read(anne, "address"))["town"] == "Nice"


async def test_a_phone_that_nobody_can_call_is_refused_and_a_french_one_kept_as_dialled_from_anywhere(
    directory, hands
) -> None:
    anne = await hands.make("member")
    await hands.make("address", anne)
    await hands.make("phone", anne, value="06 12 34 56 78")
    there = {"number": "+33612345678", "kind": "mobile"}
    assert await directory.read(anne, "phones") == {"items": [there]}
    bad = await write(directory, anne, "phones", items=[there, {"number": "12", "kind": "home"}])
    assert isinstance(bad, Rejected)
    assert await directory.read(anne, "phones") == {"items": [there]}, "one transaction: nothing of it was written"


async def test_one_of_the_other_addresses_becomes_the_main_one_and_comments_stay(directory, hands) -> None:
    anne = await hands.make("member")
    await hands.make("email", anne, comment="Her daughter's")
    await hands.make("email", anne, value="other@example.org")
    value = {"address": "other@example.org", "confirmed_on": "2026-05-04"}
    assert await write(directory, anne, "email", **value) == Applied()
    assert await directory.read(anne, "email") == value, "with the day on which its mailbox was proved"
    assert await directory.read(anne, "other_emails") == {"items": [{"address": "anne@example.org"}]}
    value["address"] = "anne@example.org"
    assert await write(directory, anne, "email", **value) == Applied()
    records = await hands.client.call(
        "party.contact_mechanism.search_read", [["party", "=", int(anne)]], 0, None, None, ["comment"]
    )
    assert "[extranet] anne@example.org confirmed_on=2026-05-04\nHer daughter's" in [one["comment"] for one in records]


async def test_an_address_that_staff_typed_over_is_no_longer_proved(directory, hands) -> None:
    anne = await hands.make("member")
    mail = await hands.make("email", anne)
    await write(directory, anne, "email", confirmed_on="2026-05-04")
    await hands.edit("email", mail, value="else@example.org")
    assert await directory.read(anne, "email") == {"address": "else@example.org", "confirmed_on": None}


async def test_a_change_of_the_party_itself_meanwhile_is_a_conflict(directory, hands, monkeypatch) -> None:
    """Also when what was compared is as it was: whoever works on the form in Tryton saves all of it."""
    anne = await hands.make("member")
    await hands.make("address", anne)
    places = directory._writer._places

    async def meanwhile(address):
        await hands.edit("member", anne)
        return await places(address)

    monkeypatch.setattr(directory._writer, "_places", meanwhile)
    assert await write(directory, anne, "address", town="Nice") == Conflict()


async def test_an_archived_party_is_closed_and_takes_nothing(directory, hands) -> None:
    anne = await hands.make("member")
    await hands.edit("member", anne, active=False)
    assert (await directory.rows("member", [anne]))[0][-1] is True
    with pytest.raises(MemberGone):
        await directory.read(anne, "address")


async def test_only_parties_of_the_category_are_members_if_there_is_one(tryton, hands) -> None:
    donors = await hands.create("party.category", name="Donors")
    anne = await hands.make("member", categories=[["add", [donors]]])
    luc = await hands.make("member")
    for one in (anne, luc):
        await hands.make("address", one)
        await hands.make("memo", one)
    scoped = TrytonDirectory(f"{tryton.url}?category=Donors")
    for entity in ("member", "address", "memo"):
        assert await scoped.count(entity) == 1
        assert len([row async for rows in scoped.scan(entity) for row in rows]) == 1
        assert await scoped.rows_of(entity, luc) == []
    with pytest.raises(MemberGone):
        await scoped.read(luc, "address")
    await scoped.close()


async def test_the_main_address_is_told_when_another_takes_its_place(directory, hands) -> None:
    anne = await hands.make("member")
    first = await hands.make("address", anne, sequence=5)
    position = (await directory.news(await directory.position())).position
    await hands.make("address", anne, sequence=1)
    news = await directory.news(position)
    assert first in news.ids["address"]
    assert [row[11] for row in await directory.rows("address", [first])] == [False]


async def test_records_that_were_deleted_are_told_by_their_numbers(directory, hands) -> None:
    anne = await hands.make("member")
    phones = [await hands.make("phone", anne) for _ in range(12)]
    position = (await directory.news(await directory.position())).position
    gone = {phones[3], phones[9], phones[11]}
    for key in gone:
        await hands.drop("phone", key)
    assert set((await directory.news(position)).ids["phone"]) == gone


async def test_a_wrong_password_is_said_to_be_one(tryton) -> None:
    stranger = TrytonDirectory(tryton.url.replace(quote("a password for tests"), "wrong"))
    with pytest.raises(CredentialsRefused):
        await stranger.position()
    await stranger.close()


async def test_a_session_that_ended_is_opened_anew(directory, hands) -> None:
    await directory.position()
    directory._client._session = "Session bm9ib2R5OjE6eA=="
    assert await directory.position()


async def test_a_field_that_is_gone_stops_the_sync_by_name(directory, monkeypatch) -> None:
    address = SOURCES["address"]
    changed = replace(address, fields=(*address.fields, "postbox.name"))
    monkeypatch.setitem(SOURCES, "address", changed)
    with pytest.raises(SchemaChanged, match=r"^party\.address\.postbox$"):
        await directory.position()


async def test_a_field_that_goes_while_the_sync_runs_is_named_as_soon_as_a_question_fails(
    directory, monkeypatch
) -> None:
    position = await directory.position()
    phone = SOURCES["phone"]
    monkeypatch.setitem(SOURCES, "phone", replace(phone, fields=(*phone.fields, "speed_dial")))
    assert await directory.news(position), "nobody has looked yet"

    async def fail(_: str) -> None:
        raise Fault

    monkeypatch.setattr(directory._follower, "since", fail)
    with pytest.raises(Fault):
        await directory.news(position)
    with pytest.raises(SchemaChanged, match=r"^party\.contact_mechanism\.speed_dial$"):
        await directory.news(position)


async def test_the_catalogue_follows_fields_to_other_models_and_misses_none_of_them(directory, monkeypatch) -> None:
    made = await directory.catalogue()
    assert made.used["account.payment.sepa.mandate.identification"] == "char, at most 35"
    assert made.used["party.address.country"] == "many2one, country.country"
    assert made.used["country.country.code"] == "char, at most 2"
    assert made.used["party.contact_mechanism.value"] == "char, required"
    assert made.others["party.party.full_name"] == "char"
    read = {f"{source.model}.{name}" for source in SOURCES.values() for name in source.names}
    assert read <= made.used.keys()
    address = SOURCES["address"]
    fields = tuple(name.replace("country.code", "country.sign") for name in address.fields)
    monkeypatch.setitem(SOURCES, "address", replace(address, fields=fields))
    with pytest.raises(SchemaChanged, match=r"^country\.country\.sign$"):
        await directory.catalogue()


async def test_a_model_that_is_not_installed_is_named(directory, monkeypatch) -> None:
    monkeypatch.setitem(SOURCES, "memo", replace(SOURCES["memo"], model="ir.memo"))
    with pytest.raises(SchemaChanged, match=r"^ir\.memo$"):
        await directory.position()


async def test_an_address_without_a_country_is_a_french_one(directory, hands) -> None:
    anne = await hands.make("member")
    nowhere = await hands.create("country.country", name="Atlantis")
    for country in (None, nowhere):
        home = await hands.create("party.address", party=int(anne), street_name="rue Basse", country=country)
        assert (await directory.read(anne, "address"))["country"] == "FR"
        assert await write(directory, anne, "address", town=f"Nice {home}") == Applied()
        [kept] = await hands.client.call("party.address.read", [home], ["country", "city"])
        assert (kept["country"], kept["city"]) == (country, f"Nice {home}"), "and staff's own is left as it is"
        await hands.client.call("party.address.write", [home], {"active": False})


async def test_a_user_who_may_not_look_for_what_we_need_is_said_to_be_one(tryton, hands) -> None:
    await hands.create("res.user", name="Extranet", login="extranet", password="nothing but letters")
    user = TrytonDirectory(
        tryton.url.replace("admin", "extranet").replace(quote("a password for tests"), quote("nothing but letters"))
    )
    with pytest.raises(CredentialsRefused):
        await user.position()
    await user.close()


@pytest.fixture
async def mirrored(hands, directory, sync_database, owner) -> str:
    """Anne, whom the portal has from Tryton."""
    anne: str = await hands.make("member")
    for entity in ("address", "email", "phone", "memo", "mandate"):
        await hands.make(entity, anne)
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, directory)
    return anne


async def test_a_portal_takes_everything_from_a_tryton_and_nothing_twice(
    mirrored, directory, hands, sync_database, owner
) -> None:
    tables = ("member", "postal_address", "email_address", "phone", "memo", "mandate")
    for table in tables:
        assert owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= 1
    assert owner.execute("SELECT count(*) FROM sync_set_aside").fetchone() == (0,)
    assert not any((await pull(sync_database, directory)).values())
    await hands.edit("address", (await directory.rows_of("address", mirrored))[0][0], city="Brest")
    assert (await pull(sync_database, directory))["address"] == 1


async def test_a_change_made_in_the_portal_arrives_in_a_tryton(mirrored, directory, sync_database, owner) -> None:
    [(member_id,)] = owner.execute("SELECT id FROM member WHERE central_id = %s", [mirrored]).fetchall()
    old = await directory.read(mirrored, "address")
    new = old | {"street": "rue Basse"}
    async with sync_database.begin() as db:
        await changes.lock(db, member_id)
        await store.put_address(db, member_id, new)
        await changes.record(db, member_id, "address", old=old, new=new, actor="member:x")
    assert await push(sync_database, directory) == 1
    assert owner.execute("SELECT status FROM recorded_change").fetchone() == ("confirmed",)
    assert await directory.read(mirrored, "address") == new
    assert not any((await pull(sync_database, directory)).values()), "what comes back is what we have"
