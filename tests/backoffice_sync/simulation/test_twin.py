"""The twin does have the habits that its switches say, or the simulation would prove nothing."""

import pytest

from backoffice_sync.connectors.memory import MemoryDirectory, Quirks
from backoffice_sync.connectors.memory.quirks import DatabaseError
from backoffice_sync.directory import Applied, Conflict, DirectoryUnreachable, Rejected
from tests.backoffice_sync.bases import Twin

MEMO = {"body": " <b>Bonjour</b> ", "starts_on": None, "ends_on": None}
HOME = {"house_number": "5", "street": "rue des Lilas", "postcode": "69003", "town": "Lyon"}


def base_of(**quirks) -> Twin:
    base, hours = Twin(), iter(range(10_000, 10_000_000, 3_600))
    base.directory = MemoryDirectory(Quirks(**quirks), lambda: float(next(hours)))
    base.add("member", 1, number="N1", kind="person", last_name="Durand")
    base.add("address", 1, member=1, **HOME)
    return base


async def write(base: Twin, group: str, value, expected=None):
    return await base.directory.write("1", group, value, expected=expected, change_id="c")


@pytest.mark.parametrize("noop_is_news", [True, False])
async def test_a_save_that_changes_nothing_is_news_or_not(noop_is_news) -> None:
    base = base_of(noop_is_news=noop_is_news)
    since = await base.directory.position()
    base.edit("address", 1)
    assert bool((await base.directory.news(since)).ids) is noop_is_news


@pytest.mark.parametrize(("overlap", "is_missed"), [(0.0, True), (7_200.0, False)])
async def test_what_a_slow_transaction_wrote_is_missed_by_whoever_does_not_look_back(overlap, is_missed) -> None:
    base = base_of(stamps=True, overlap=overlap)
    with base.directory.slowly("phone", ("p1", "1", "+33612345678", "mobile")):
        base.edit("address", 1, town="Nice")
        position = (await base.directory.news(await base.directory.position())).position
    assert ("phone" not in (await base.directory.news(position)).ids) is is_missed


async def test_dates_that_are_coarse_are_told_again_rather_than_missed() -> None:
    base = base_of(stamps=True, grain=36_000.0)
    position = (await base.directory.news(await base.directory.position())).position
    base.edit("address", 1, town="Nice")
    assert (await base.directory.news(position)).ids["address"] == ["1"]


async def test_its_clock_moves_every_date_by_as_much() -> None:
    ahead, exact = (base_of(stamps=True, skew=skew) for skew in (3_600.0, 0.0))
    assert float(await ahead.directory.position()) - float(await exact.directory.position()) == 3_600.0


async def test_child_rows_tell_of_their_member_or_of_nothing() -> None:
    entity = frozenset({"address"})
    for quirks, told in (({"told_by_parent": entity}, {"member", "address"}), ({"told_by_nobody": entity}, set())):
        base = base_of(**quirks)
        since = await base.directory.position()
        base.edit("address", 1, town="Nice")
        assert (await base.directory.news(since)).ids.keys() == told


async def test_news_come_again_and_in_the_wrong_order() -> None:
    base = base_of(told_again=True, told_backwards=True)
    since = await base.directory.position()
    base.edit("member", 1, last_name="Petit")
    base.edit("address", 1, town="Nice")
    first = await base.directory.news(since)
    assert list(first.ids) == ["address", "member"]
    assert (await base.directory.news(first.position)).ids == first.ids


async def test_what_is_deleted_is_told_or_just_gone() -> None:
    for tells in (True, False):
        base = base_of(tells_deletions=tells)
        since = await base.directory.position()
        base.directory.drop("address", "1")
        assert bool((await base.directory.news(since)).ids) is tells


@pytest.mark.parametrize(("quirks", "town"), [({}, "Brest"), ({"whole_rows": True}, "Lyon")])
async def test_a_whole_row_written_back_undoes_what_another_typed_into_another_field(quirks, town) -> None:
    base = base_of(locks=False, **quirks)
    base.directory.meanwhile = lambda: typed(base, returned_reason="moved")
    there = base.directory.group("1", "address") or {}
    assert await write(base, "address", there | {"town": town}, there) == Applied()
    assert base._row("address", "1")["returned_reason"] == ("" if quirks else "moved")


async def test_with_a_lock_whoever_typed_meanwhile_is_noticed() -> None:
    base = base_of()
    base.directory.meanwhile = lambda: typed(base, town="Nice")
    there = base.directory.group("1", "address") or {}
    assert await write(base, "address", there | {"town": "Brest"}, there) == Conflict()


async def typed(base: Twin, **fields) -> None:
    base.edit("address", 1, **fields)


@pytest.mark.parametrize(
    ("quirks", "body", "kept"),
    [
        ({"trims": True}, " a ", "a"),
        ({"strips_html": True}, "<b>a</b>", "a"),
        ({"empties_zero": True}, "0", ""),
        ({}, " <b>0</b> ", " <b>0</b> "),
    ],
)
async def test_a_value_is_altered_and_nobody_told(quirks, body, kept) -> None:
    base = base_of(**quirks)
    assert await write(base, "memo", MEMO | {"body": body}) == Applied()
    assert (base.directory.group("1", "memo") or {})["body"] == kept


async def test_ok_is_said_and_nothing_kept() -> None:
    base = base_of(forgets=True)
    assert await write(base, "memo", MEMO) == Applied()
    assert await base.directory.read("1", "memo") is None


async def test_what_is_too_long_is_refused_or_bursts_with_the_value_in_the_error() -> None:
    assert isinstance(await write(base_of(longest=5), "memo", MEMO), Rejected)
    with pytest.raises(DatabaseError, match="Bonjour"):
        await write(base_of(longest=5, bursts=True), "memo", MEMO)


@pytest.mark.parametrize(("trouble", "arrived"), [("questions_get_lost", False), ("answers_get_lost", True)])
async def test_a_lost_question_leaves_nothing_and_a_lost_answer_leaves_it_all(trouble, arrived) -> None:
    base = base_of()
    setattr(base.directory, trouble, True)
    with pytest.raises(DirectoryUnreachable):
        await write(base, "memo", MEMO)
    assert (await base.directory.read("1", "memo") is not None) is arrived


async def test_it_says_of_itself_only_what_it_can_do() -> None:
    can = Quirks(locks=False, stamps=True, tells_deletions=False, finds_requests=False).capabilities
    assert not any((can.conditional_write, can.exact_news, can.tells_deletions, can.keeps_requests))
    assert Quirks().capabilities.exact_news
