"""Cancelled here or there, a receipt stays cancelled, and both sides know its successor."""

from datetime import date

import pytest

from backoffice_sync.directory import DirectoryUnreachable
from backoffice_sync.outward.receipts import retry_refused
from portal import clock
from tests.backoffice_sync.bases import ANNE, LUC, all_of, key_of
from tests.issuing.givers import LAST_YEAR


async def test_a_cancelled_one_and_its_successor_arrive_and_know_each_other(
    base,
    issue,
    cancel,
    tell,
    bring,
    owner,
    of,
) -> None:
    await issue()
    await tell()
    first = of(ANNE)
    second = await cancel(first, "wrong amount")
    assert await tell() == 2
    there = base.receipt(first)
    assert (there["state"], there["cancelled_on"], there["cancel_reason"]) == (
        "cancelled", clock.today(), "wrong amount",
    )  # fmt: skip
    assert there["replaced_by"] == second
    assert there["gifts"] == base.receipt(second)["gifts"] == ["9", "10", "11"]
    before = all_of(owner)
    await bring()
    assert all_of(owner) == before


@pytest.mark.parametrize("limit", [1, 100])
async def test_a_whole_chain_that_was_never_told_arrives_with_each_successor(
    base,
    issue,
    cancel,
    tell,
    of,
    limit,
) -> None:
    await issue()
    chain = [of(ANNE)]
    for _ in range(3):
        chain.append(await cancel(chain[-1]))
    for _ in range(12):
        await tell(limit=limit)
    assert [base.receipt(one)["replaced_by"] for one in chain] == [*chain[1:], ""]
    assert [base.receipt(one)["state"] for one in chain] == ["cancelled"] * 3 + ["issued"]
    assert await tell() == 0


async def test_a_successor_that_was_refused_at_first_is_named_in_the_end(
    base,
    issue,
    cancel,
    tell,
    sync_database,
    of,
) -> None:
    await issue()
    await tell()
    first = of(ANNE)
    second = await cancel(first)
    base.add("receipt", 77, member=LUC, number=second, fiscal_year=LAST_YEAR, kind="gift", article="200",
             issued_on=date(2020, 1, 1), amount="9.00", donor_name="x", donor_address="y")  # fmt: skip
    await tell()
    assert base.receipt(first)["state"] == "cancelled", "whoever asks there must know that it is not valid"
    base.edit("receipt", 77, number="OTHER-1")
    await retry_refused(sync_database)
    await tell()
    await tell()
    assert base.receipt(first)["replaced_by"] == second


async def test_what_is_cancelled_there_comes_back_and_stays_as_it_was_typed(
    base,
    issue,
    tell,
    bring,
    owner,
    of,
) -> None:
    await issue()
    await tell()
    mine = of(ANNE)
    at = key_of(base, mine)
    base.edit("receipt", at, state="cancelled", cancelled_on=date(2026, 2, 2), cancel_reason="typed there")
    await bring()
    query = "SELECT state, cancelled_on, cancel_reason, replaced_by FROM receipt WHERE number = %s"
    assert owner.execute(query, [mine]).fetchone() == ("cancelled", date(2026, 2, 2), "typed there", "")
    base.edit("receipt", at, replaced_by=of(LUC))
    await tell()
    assert base.receipt(mine)["replaced_by"] == of(LUC), "what was added there meanwhile is not wiped out"
    await bring()
    assert owner.execute(query, [mine]).fetchone()[3] == of(LUC)


async def test_a_receipt_withdrawn_there_is_not_made_valid_by_telling_again(
    base, issue, tell, bring, owner, of
) -> None:
    owner.execute("DELETE FROM gift WHERE central_id = '12'")
    await issue()
    mine = of(ANNE)
    base.directory.answers_get_lost = True
    with pytest.raises(DirectoryUnreachable):
        await tell()
    base.edit(
        "receipt", key_of(base, mine), state="cancelled", cancelled_on=date(2026, 2, 2), cancel_reason="typed there"
    )
    base.directory.answers_get_lost = False
    await tell()
    assert base.receipt(mine)["state"] == "cancelled"
    assert base.receipt(mine)["cancel_reason"] == "typed there"
    await bring()
    assert owner.execute("SELECT state FROM receipt WHERE number = %s", [mine]).fetchone() == ("cancelled",)


async def test_a_receipt_withdrawn_here_is_not_made_valid_by_a_pull(
    base,
    issue,
    cancel,
    tell,
    bring,
    owner,
    of,
) -> None:
    await issue()
    await tell()
    mine = of(ANNE)
    await cancel(mine, "ours")
    base.edit("receipt", key_of(base, mine), donor_name="touched there")
    await bring()
    query = "SELECT state, cancel_reason FROM receipt WHERE number = %s"
    assert owner.execute(query, [mine]).fetchone() == ("cancelled", "ours")
    await tell()
    assert base.receipt(mine)["state"] == "cancelled"
