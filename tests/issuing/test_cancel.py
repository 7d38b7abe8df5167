"""Cancelling a receipt of ours: its number stays, its successor gets the next one."""

import asyncio

import pytest

from portal import clock
from portal.issuing.actions import CannotCancel, CannotIssue
from tests.issuing.givers import COMPANY, covered, gift, number, numbers, put_gift, put_receipt
from tests.personas import THIS_YEAR


def receipts(owner):
    return owner.execute("SELECT number, state, amount::text, replaced_by FROM receipt ORDER BY number").fetchall()


async def test_the_cancelled_one_keeps_its_number_and_the_next_one_takes_its_place(giver, issue, cancel, owner) -> None:
    giver("m1", gift("1"), gift("2"))
    await issue()
    giver("m2", gift("3"))
    await issue()
    owner.execute("UPDATE gift SET amount = 40 WHERE central_id = '1'")
    assert await cancel(number(1)) == number(3)
    assert receipts(owner) == [
        (number(1), "cancelled", "100.00", number(3)),
        (number(2), "issued", "50.00", ""),
        (number(3), "issued", "90.00", ""),
    ]
    assert covered(owner) == ["1", "2", "3"]
    day = owner.execute("SELECT cancelled_on, cancel_reason FROM receipt WHERE state = 'cancelled'").fetchone()
    assert day == (clock.today(), "wrong amount")


async def test_a_chain_of_cancelled_ones_names_each_successor(giver, issue, cancel, owner) -> None:
    giver("m1", gift("1"))
    await issue()
    assert await cancel(number(1)) == number(2)
    assert await cancel(number(2)) == number(3)
    assert [(row[1], row[3]) for row in receipts(owner)] == [
        ("cancelled", number(2)), ("cancelled", number(3)), ("issued", ""),
    ]  # fmt: skip
    assert (await issue()).issued == 0


async def test_cancelling_is_refused_twice_for_a_mirrored_one_and_for_an_unknown_number(
    giver, issue, cancel, owner, settings
) -> None:
    member = giver("m1", gift("1"))
    await issue()
    await cancel(number(1))
    put_receipt(owner, member, "C-9")
    before = receipts(owner)
    for refused in (number(1), "C-9", "nonsense"):
        with pytest.raises(CannotCancel, match=refused):
            await cancel(refused)
    assert receipts(owner) == before


async def test_a_gift_that_was_refunded_leaves_no_successor(giver, issue, cancel, owner) -> None:
    giver("m1", gift("1"), rhythm="per_gift")
    await issue()
    owner.execute("UPDATE gift SET state = 'refunded'")
    assert await cancel(number(1)) == ""
    assert receipts(owner) == [(number(1), "cancelled", "50.00", "")]
    giver("m2", gift("2"), rhythm="per_gift")
    await issue()
    assert numbers(owner) == [number(1), number(2)], "the number of a cancelled one is never given again"


@pytest.mark.parametrize(("rhythm", "now"), [("annual", "none"), ("per_gift", "annual"), ("annual", "per_gift")])
async def test_what_had_a_receipt_has_one_of_its_kind_again_whatever_the_donor_wishes_by_now(
    giver, issue, cancel, owner, rhythm, now
) -> None:
    giver("m1", gift("1"), gift("2"), rhythm=rhythm)
    await issue()
    before = owner.execute("SELECT kind, jsonb_array_length(lines) FROM receipt WHERE number = %s", [number(1)])
    was = before.fetchone()
    owner.execute("UPDATE receipt_wish SET receipt_rhythm = %s", [now])
    successor = await cancel(number(1))
    row = owner.execute("SELECT kind, jsonb_array_length(lines) FROM receipt WHERE number = %s", [successor])
    assert row.fetchone() == was


async def test_what_came_meanwhile_does_not_slip_onto_the_successor(giver, issue, cancel, owner) -> None:
    member = giver("m1", gift("1"), rhythm="per_gift")
    await issue()
    put_gift(owner, member, gift("2"))
    assert await cancel(number(1)) == number(2)
    assert covered(owner) == ["1"]


async def test_nothing_is_cancelled_when_the_successor_cannot_be_issued(giver, issue, cancel, owner) -> None:
    giver("m1", gift("1"), **COMPANY)
    await issue()
    before = receipts(owner)
    with pytest.raises(CannotIssue):
        await cancel(number(1), organisation_address="")
    assert receipts(owner) == before
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'receipt.cancelled'").fetchone() == (0,)


async def test_the_successor_of_a_merged_record_s_receipt_goes_to_who_has_the_gifts_now(
    giver, issue, cancel, owner
) -> None:
    twin, one = giver("m1", gift("1")), giver("m2")
    await issue()
    owner.execute("UPDATE gift SET member_id = %s", [one])
    owner.execute("UPDATE receipt SET member_id = %s", [one])
    owner.execute("UPDATE member SET closed = true WHERE id = %s", [twin])
    assert await cancel(number(1)) == number(2)
    assert owner.execute("SELECT DISTINCT member_id FROM receipt_gift").fetchall() == [(one,)]


async def test_cancelling_while_others_issue_to_the_same_donor_waits_its_turn(giver, issue, cancel, owner) -> None:
    member = giver("m1", gift("1", year=THIS_YEAR, on="01-01"), rhythm="per_gift")
    await issue(THIS_YEAR)
    for count in range(2, 12):
        owner.execute(
            "INSERT INTO gift (central_id, member_id, given_on, amount, currency, means, state, state_reason) "
            "SELECT %s, %s, given_on, 50, 'EUR', means, state, '' FROM gift WHERE central_id = '1'",
            [str(count), member],
        )
        last = owner.execute("SELECT max(number) FROM receipt WHERE state = 'issued'").fetchone()[0]
        await asyncio.gather(issue(THIS_YEAR), cancel(last))
    assert numbers(owner) == [number(count, THIS_YEAR) for count in range(1, 22)]
    assert sorted(covered(owner), key=int) == [str(count) for count in range(1, 12)]


async def test_cancelling_stands_in_the_journal_with_its_reason(giver, issue, cancel, owner) -> None:
    member = giver("m1", gift("1"))
    await issue()
    await cancel(number(1), "name misspelt")
    entry = owner.execute("SELECT actor, member_id, data FROM journal WHERE kind = 'receipt.cancelled'").fetchall()
    assert entry == [("receipts", member, {"number": number(1), "reason": "name misspelt"})]
