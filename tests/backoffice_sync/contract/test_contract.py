"""What every connector promises, and that it can do just what its capabilities say: no more, no less."""

import asyncio
import hashlib
import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from backoffice_sync.compare.checksums import add_up
from backoffice_sync.directory import (
    Applied,
    Bounce,
    Conflict,
    Directory,
    IssuedReceipt,
    MemberGone,
    Rejected,
    Request,
    Row,
)
from backoffice_sync.mapping import ENTITIES, GROUPS
from portal import clock
from tests.backoffice_sync.contract.staff import ON, Staff
from tests.backoffice_sync.test_groups import HOLIDAY_HOME, HOME_PHONE, MOBILE, NAME, OFFICE, TODAY

ADDRESS = {name: HOLIDAY_HOME[name] for name in GROUPS["address"].fields}
SAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "address": (ADDRESS, ADDRESS | {"street": "rue Basse", "locality": "BP 12"}),
    "other_addresses": ({"items": [HOLIDAY_HOME]}, {"items": [OFFICE]}),
    "email": (
        {"address": "one@example.org", "confirmed_on": TODAY},
        {"address": "two@example.org", "confirmed_on": TODAY},
    ),
    "other_emails": ({"items": [{"address": "three@example.org"}]}, {"items": [{"address": "four@example.org"}]}),
    "phones": ({"items": [HOME_PHONE]}, {"items": [HOME_PHONE, MOBILE]}),
    "identity": (NAME | {"siren": None}, NAME | {"first_name": "Marie", "siren": None}),
    "language": ({"language": "en"}, {"language": "fr"}),
    "objections": ({"objections": ["appeals/email"]}, {"objections": ["exchange/any"]}),
    "consents": ({"consents": ["commercial/any"]}, {"consents": ["commercial/post"]}),
    "contact_rhythm": (
        {"post_rhythm": "yearly", "paused_until": TODAY},
        {"post_rhythm": "quarterly", "paused_until": None},
    ),
    "details_check": ({"checked_on": TODAY}, {"checked_on": "2026-01-01"}),
    "receipt_wish": (
        {"receipt_rhythm": "per_gift", "receipt_by": "email"},
        {"receipt_rhythm": "none", "receipt_by": "post"},
    ),
    "memo": (
        {"body": "Thank you", "starts_on": None, "ends_on": TODAY},
        {"body": "See you\nsoon", "starts_on": "2026-01-01", "ends_on": None},
    ),
}
"""Of each group two values that differ."""


FILE = b"%PDF-1.7 bienvenue \x00\xff"


async def person(staff: Staff) -> str:
    """Somebody with an address, an e-mail address, a second one, and a phone."""
    made = await staff.make("member")
    for entity in ("address", "email", "phone"):
        await staff.make(entity, made)
    return made


async def scanned(directory: Directory, entity: str, after: str = "") -> list[Row]:
    return [row async for rows in directory.scan(entity, after) for row in rows]


async def someone_with(staff: Staff, entity: str) -> tuple[str, str]:
    member = await staff.make("member")
    if entity == "member":
        return member, member
    if entity == "mandate":
        await staff.make("address", member)
    return member, await staff.make(entity, None if entity == "campaign" else member)


@pytest.mark.parametrize("entity", ENTITIES)
async def test_an_entity_is_delivered_by_a_base_that_says_so(staff, entity) -> None:
    directory = staff.connect()
    assert (entity in directory.capabilities.entities) is (entity in staff.entities)
    before = await directory.count(entity)
    if entity not in staff.entities:
        assert before == 0
        assert await scanned(directory, entity) == []
        assert await directory.rows(entity, ["1"]) == await directory.rows_of(entity, "1") == []
        return
    member, key = await someone_with(staff, entity)
    assert await directory.count(entity) == before + 1
    [row] = [row for row in await scanned(directory, entity) if row[0] == key]
    assert len(row) == len(ENTITIES[entity].incoming)
    assert await directory.rows(entity, [key]) == [row]
    if entity != "campaign":
        assert await directory.rows_of(entity, member) == [row]


@pytest.mark.parametrize("group", GROUPS)
async def test_a_group_is_kept_by_a_base_that_says_so_and_rejected_by_any_other(staff, group) -> None:
    directory, member = staff.connect(), await person(staff)
    can = directory.capabilities
    assert can.writes <= can.reads
    if group not in can.reads:
        assert GROUPS[group].entity not in staff.entities
    before = await directory.read(member, group)
    first, second = SAMPLES[group]
    outcome = await directory.write(member, group, first, expected=before, change_id="1")
    if group not in can.writes:
        assert isinstance(outcome, Rejected)
        return
    assert outcome == Applied()
    assert await directory.read(member, group) == first
    assert await directory.write(member, group, second, expected=first, change_id="2") == Applied()
    assert await directory.read(member, group) == second


@pytest.mark.parametrize("group", GROUPS)
async def test_what_was_changed_meanwhile_is_never_written_over(staff, group) -> None:
    directory, member = staff.connect(), await person(staff)
    if group not in directory.capabilities.writes:
        return
    first, second = SAMPLES[group]
    before = await directory.read(member, group)
    await directory.write(member, group, first, expected=before, change_id="1")
    assert await directory.write(member, group, second, expected=before, change_id="2") == Conflict()
    assert await directory.read(member, group) == first


@pytest.mark.parametrize("group", ["address", "email", "phones", "language", "memo"])
async def test_of_two_who_write_at_once_at_most_one_succeeds(staff, group) -> None:
    one, other = staff.connect(), staff.connect()
    assert one.capabilities.conditional_write
    member = await person(staff)
    first, second = SAMPLES[group]
    before = await one.read(member, group)
    await one.write(member, group, first, expected=before, change_id="0")
    for round_ in range(3):
        values = [{**second, **extra} for extra in AT_ONCE[group]]
        outcomes = await asyncio.gather(
            one.write(member, group, values[0], expected=first, change_id=f"{round_}a"),
            other.write(member, group, values[1], expected=first, change_id=f"{round_}b"),
        )
        assert Conflict() in outcomes
        won = values[outcomes.index(Applied())] if Applied() in outcomes else first
        assert await one.read(member, group) == won
        assert await one.write(member, group, first, expected=won, change_id=f"{round_}c") == Applied()


AT_ONCE: dict[str, list[dict[str, Any]]] = {
    "address": [{"town": "Brest"}, {"street": "rue Haute"}],
    "email": [{}, {"address": "five@example.org"}],
    "phones": [{}, {"items": [MOBILE]}],
    "language": [{}, {"language": "de"}],
    "memo": [{}, {"body": "Soon"}],
}


@pytest.mark.parametrize("entity", ["member", "address", "email", "phone", "mandate", "memo"])
async def test_news_names_what_was_changed_since_the_position(staff, entity) -> None:
    directory = staff.connect()
    _, key = await someone_with(staff, entity)
    position = await directory.position()
    await staff.edit(entity, key)
    news = await directory.news(position)
    told = news.ids[entity]
    assert key in told or entity == "memo", "a note is replaced by another"
    assert told
    assert (await directory.news(news.position)).ids == {}
    _, fresh = await someone_with(staff, entity)
    assert fresh in (await directory.news(news.position)).ids[entity]


async def test_who_could_not_keep_what_was_told_is_told_again(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    position = (await directory.news(await directory.position())).position
    await staff.edit("member", member)
    for _ in range(2):
        assert member in (await directory.news(position)).ids["member"]


async def test_who_forgot_what_was_told_is_told_again_where_news_are_not_exact(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    position = (await directory.news(await directory.position())).position
    await staff.edit("member", member)
    position = (await directory.news(position)).position
    anew = staff.connect()
    told = member in (await anew.news(position)).ids.get("member", [])
    assert told is not directory.capabilities.exact_news


async def test_what_an_unfinished_transaction_writes_is_told_when_it_has_ended(staff) -> None:
    directory, slow, quick = staff.connect(), await staff.make("member"), await staff.make("member")
    position = (await directory.news(await directory.position())).position
    async with staff.slowly(slow):
        await staff.edit("member", quick)
        news = await directory.news(position)
        assert quick in news.ids["member"]
        assert slow not in news.ids["member"]
    assert slow in (await directory.news(news.position)).ids["member"]


async def test_only_a_base_of_exact_news_tells_what_ended_after_any_time(staff) -> None:
    slow, quick = await staff.make("member"), await staff.make("member")
    directory, overlap = staff.hasty()
    position = (await directory.news(await directory.position())).position
    async with staff.slowly(slow):
        await asyncio.sleep(overlap * 1.5)
        await staff.edit("member", quick)
        position = (await directory.news(position)).position
    told = slow in (await directory.news(position)).ids.get("member", [])
    assert told is directory.capabilities.exact_news


async def test_a_save_that_changes_nothing_is_news_where_the_base_says_so(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    position = (await directory.news(await directory.position())).position
    await staff.touch("member", member)
    told = member in (await directory.news(position)).ids.get("member", [])
    assert told is directory.capabilities.noop_is_news


@pytest.mark.parametrize("entity", sorted(set(ENTITIES) - {"receipt_wish", "contact_choice"}))
async def test_a_row_that_was_deleted_is_told_and_gone_where_the_base_says_so(staff, entity) -> None:
    directory = staff.connect()
    if entity not in directory.capabilities.entities:
        return
    _, key = await someone_with(staff, entity)
    position = (await directory.news(await directory.position())).position
    await staff.drop(entity, key)
    told = key in (await directory.news(position)).ids.get(entity, [])
    assert told is (entity in directory.capabilities.tells_deletions)
    assert await directory.rows(entity, [key]) == []


async def test_a_merge_closes_the_one_and_tells_what_the_other_got(staff) -> None:
    directory = staff.connect()
    assert directory.capabilities.tells_merges
    twin, moved = await someone_with(staff, staff.moves)
    into = await staff.make("member")
    position = (await directory.news(await directory.position())).position
    await staff.merge(twin, into)
    news = await directory.news(position)
    assert twin in news.ids["member"]
    assert (await directory.rows("member", [twin]))[0][-1] is True
    assert moved in news.ids[staff.moves]
    assert (await directory.rows(staff.moves, [moved]))[0][1] == into
    with pytest.raises(MemberGone):
        await directory.read(twin, "address")


async def test_a_member_that_never_was_is_gone(staff) -> None:
    directory = staff.connect()
    with pytest.raises(MemberGone):
        await directory.read("999999", "address")


@pytest.mark.parametrize("entity", ENTITIES)
async def test_a_scan_goes_on_behind_a_number(staff, entity) -> None:
    directory = staff.connect()
    if entity not in directory.capabilities.entities:
        return
    for _ in range(3):
        await someone_with(staff, entity)
    everything = await scanned(directory, entity)
    assert await scanned(directory, entity) == everything, "in the same order"
    for at in (-3, -2, -1):
        assert await scanned(directory, entity, everything[at][0]) == everything[len(everything) + at + 1 :]


@pytest.mark.parametrize("entity", ENTITIES)
async def test_checksums_are_those_of_the_rows_that_are_delivered(staff, entity) -> None:
    directory = staff.connect()
    assert directory.capabilities.sums <= directory.capabilities.entities
    if entity not in directory.capabilities.sums:
        return
    await someone_with(staff, entity)
    await someone_with(staff, entity)
    sums = await directory.checksums(entity)
    assert sums == add_up(ENTITIES[entity], await scanned(directory, entity))
    assert sum(count for count, _ in sums.values()) == await directory.count(entity)


async def test_the_catalogue_tells_of_fields_that_are_used_and_of_others(staff) -> None:
    directory = staff.connect()
    made = await directory.catalogue()
    assert made.used
    assert all(made.used.values())
    assert made.used.keys().isdisjoint(made.others)
    assert await directory.catalogue() == made


async def test_the_clock_there_is_told(staff) -> None:
    assert abs(await staff.connect().now() - clock.now()) < timedelta(seconds=20)


async def test_a_request_is_kept_once_and_what_became_of_it_told_where_the_base_keeps_requests(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    request = Request("one key", member, "mandate", "RUM1", "Ten euros less, please", ON)
    number = await directory.submit(request)
    assert isinstance(number, str) is directory.capabilities.keeps_requests
    if isinstance(number, Rejected):
        return
    position = await directory.position()
    await staff.edit("request", number)
    assert await directory.submit(request) == number, "found by its key, as people have worked on it"
    assert (await directory.news(position)).ids == {"request": [number]}
    [row] = await directory.rows_of("request", member)
    named = dict(zip(ENTITIES["request"].incoming, row, strict=True))
    assert (named["key"], named["about"], named["wish"]) == ("one key", "RUM1", "Ten euros less, please")
    assert (named["state"], named["answer"]) == ("accepted", "We have called you")


async def test_a_receipt_is_taken_by_a_base_that_keeps_receipts(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    gifts = (await staff.make("gift", member),) if "gift" in directory.capabilities.entities else ()
    receipt = IssuedReceipt(
        member, "P1", 2026, "gift", "200", ON, Decimal(50), "EUR", "issued", None, "", "", "Anne", "Lyon", "", gifts
    )
    assert isinstance(await directory.put_receipt(receipt), str) is directory.capabilities.keeps_receipts


async def test_a_bounce_is_noted_by_a_base_that_keeps_bounces(staff) -> None:
    directory, member = staff.connect(), await person(staff)
    await directory.put_bounce(Bounce("anne@example.org", clock.today(), None, None))
    [row] = await directory.rows_of("email", member)
    noted = row[ENTITIES["email"].incoming.index("bounced_on")] == clock.today()
    assert noted is directory.capabilities.keeps_bounces
    await directory.put_bounce(Bounce("anne@example.org", None, None, None))
    assert (await directory.rows_of("email", member))[0][-3:] == (None, None, None)


async def test_the_file_of_a_document_is_given_as_its_checksum_says(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    if "document" not in directory.capabilities.entities:
        assert await directory.content("1") is None
        return
    number = await staff.make("document", member)
    assert await directory.content(number) is None
    await staff.attach(number, FILE)
    [row] = await directory.rows_of("document", member)
    named = dict(zip(ENTITIES["document"].incoming, row, strict=True))
    assert (named["size"], named["sha256"]) == (len(FILE), hashlib.sha256(FILE).hexdigest())
    assert await directory.content(number) == FILE
    assert await directory.content("999999") is None


async def test_all_on_one_person_is_given_by_a_base_that_says_so_and_no_account_number(staff) -> None:
    directory, twin = staff.connect(), await staff.make("member")
    _, other = await someone_with(staff, "memo"), await staff.make("member")
    into = await person(staff)
    await staff.make("mandate", into)
    await staff.remark(into, "Prefers mornings")
    await staff.remark(twin, "Recorded twice")
    await staff.remark(other, "Nobody else's business")
    await staff.merge(twin, into)
    found = [json.dumps(record) async for _, record in directory.everything_of(into)]
    told = "\n".join(found)
    everything = all(words in told for words in ("rue des Lilas", "anne@example.org", "Prefers mornings", "Recorded"))
    assert everything is directory.capabilities.tells_everything
    assert "Nobody else" not in told
    assert "Good morning" not in told, "another's memo"
    assert not re.search(r"FR76|30004", told), "an account number leaves the base masked only"
    with pytest.raises(MemberGone):
        [record async for record in directory.everything_of("999999")]
