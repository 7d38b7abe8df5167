"""Receipts that the portal issued on their way to the central base: the same over both kinds of base."""

from datetime import date

import pytest

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.directory import DirectoryUnreachable
from backoffice_sync.outward.receipts import deliver_receipts
from portal import clock
from tests.backoffice_sync.bases import ANNE, LUC, TWIN, all_of, give, key_of, set_aside
from tests.issuing.givers import LAST_YEAR


async def test_number_content_gifts_and_state_arrive(base, issue, tell, of) -> None:
    await issue()
    assert await tell() == 2
    there = base.receipt(of(ANNE))
    assert there["gifts"] == ["9", "10", "11"]
    assert there["member"] == str(ANNE)
    assert (there["fiscal_year"], there["kind"], there["article"]) == (LAST_YEAR, "annual", "200")
    assert (there["amount"], there["currency"], there["state"]) == (150, "EUR", "issued")
    assert there["donor_name"] == "Anne Durand"
    assert there["donor_address"] == "5 RUE DES LILAS\n69003 LYON"
    assert there["issued_on"] == clock.today()
    assert (there["cancelled_on"], there["cancel_reason"], there["replaced_by"]) == (None, "", "")


async def test_told_twice_changes_nothing_there(base, issue, tell, owner) -> None:
    await issue()
    await tell()
    before = base.everything()
    assert await tell() == 0
    owner.execute("UPDATE receipt SET delivered = ''")
    assert await tell() == 2
    assert base.everything() == before


async def test_the_pull_that_follows_finds_our_own_receipt(base, issue, tell, bring, owner) -> None:
    await issue()
    before = all_of(owner)
    await tell()
    assert (await bring())["receipt"] == 0, "nothing differs, gifts of one day included"
    assert all_of(owner) == before
    assert set_aside(owner) == []


async def test_a_lost_answer_is_made_good_by_the_pull_and_by_telling_again(
    base,
    issue,
    tell,
    bring,
    owner,
    here,
) -> None:
    owner.execute("DELETE FROM gift WHERE central_id = '12'")
    await issue()
    before = all_of(owner)
    base.directory.answers_get_lost = True
    with pytest.raises(DirectoryUnreachable):
        await tell()
    assert here() == [(False, "issued", "", "")]
    await bring()
    assert here() == [(True, "issued", "", "")]
    base.directory.answers_get_lost = False
    assert await tell() == 1
    assert here() == [(True, "issued", "issued", "")]
    await bring()
    assert all_of(owner) == before
    assert set_aside(owner) == []


async def test_while_the_central_base_is_down_receipts_wait(base, issue, tell, sync_database, here) -> None:
    await issue()
    nowhere = PostgresDirectory("postgresql://nobody@/nothing?host=/nonexistent")
    with pytest.raises(DirectoryUnreachable):
        await deliver_receipts(sync_database, nowhere)
    assert here() == [(False, "issued", "", "")] * 2
    assert await tell() == 2


async def test_another_spelling_there_changes_nothing_here(base, issue, tell, bring, owner, of) -> None:
    await issue()
    await tell()
    before = all_of(owner)
    base.edit("receipt", key_of(base, of(ANNE)), donor_address="5, rue des Lilas\n69003 Lyon", donor_name="DURAND Anne")
    await bring()
    assert all_of(owner) == before
    assert set_aside(owner) == []


async def test_a_receipt_goes_along_when_its_member_s_record_is_merged(
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
    base.merge(ANNE, into=TWIN)
    await bring()
    assert of(TWIN) == mine
    assert set_aside(owner) == []
    assert owner.execute("SELECT count(*) FROM receipt_gift g JOIN member m ON m.id = member_id "
                         "WHERE m.central_id = '2'").fetchone() == (3,)  # fmt: skip
    second = await cancel(mine)
    assert await tell() == 2
    assert (base.receipt(mine)["state"], base.receipt(mine)["replaced_by"]) == ("cancelled", second)
    assert base.receipt(second)["member"] == str(TWIN)


async def test_a_rendered_receipt_of_the_central_base_goes_along_too(base, bring, owner) -> None:
    base.add("receipt", 77, member=ANNE, number="C-1", fiscal_year=LAST_YEAR, kind="gift", article="200",
             issued_on=date(2020, 1, 1), amount="9.00", donor_name="x", donor_address="y")  # fmt: skip
    await bring()
    owner.execute(
        "INSERT INTO receipt_file (receipt_id, member_id, content, sha256) SELECT id, member_id, '', '' FROM receipt"
    )
    base.merge(ANNE, into=TWIN)
    await bring()
    assert set_aside(owner) == []
    for table in ("receipt", "receipt_file"):
        holder = owner.execute(f"SELECT m.central_id FROM {table} JOIN member m ON m.id = member_id").fetchall()
        assert holder == [("2",)]


async def test_where_the_central_base_issues_its_receipts_are_mirrored_and_never_told_back(
    base,
    bring,
    tell,
    issue,
    owner,
) -> None:
    official = {"fiscal_year": LAST_YEAR, "kind": "annual", "article": "200", "issued_on": date(2020, 1, 1)}
    donor = {"donor_name": "Mme DURAND Anne", "donor_address": "5 rue des Lilas\n69003 Lyon"}
    base.add("receipt", 77, member=ANNE, number="RF/2025-A-17", amount="100.00", **official, **donor)
    await bring()
    row = owner.execute("SELECT number, amount, donor_name, donor_address, by_portal FROM receipt").fetchone()
    assert row == ("RF/2025-A-17", 100, "Mme DURAND Anne", "5 rue des Lilas\n69003 Lyon", False)
    assert await tell() == 0
    base.edit("receipt", 77, state="cancelled", cancelled_on=date(2026, 2, 2), cancel_reason="typed there")
    await bring()
    assert owner.execute("SELECT state, cancel_reason FROM receipt").fetchone() == ("cancelled", "typed there")


async def test_gifts_that_come_later_get_a_receipt_of_their_own(base, issue, tell, bring, of, owner) -> None:
    await issue()
    await tell()
    give(base, 13, date(LAST_YEAR, 3, 5))
    await bring()
    await issue()
    assert await tell() == 1
    [late] = owner.execute("SELECT number FROM receipt WHERE lines -> 0 ->> 'gift' = '13'").fetchone()
    assert base.receipt(late)["gifts"] == ["13"]
    assert base.receipt(of(LUC))["gifts"] == ["12"]
