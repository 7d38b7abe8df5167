"""Receipts that the central base does not take: shown, and told again when somebody has mended what was wrong."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from backoffice_sync.outward.receipts import retry_refused
from backoffice_sync.watch.report import in_words
from backoffice_sync.watch.status import status
from tests.backoffice_sync.bases import ANNE, TWIN, all_of, set_aside
from tests.issuing.givers import LAST_YEAR, environment


async def test_a_number_that_somebody_took_there_is_refused_shown_and_told_again_when_it_is_mended(
    base,
    issue,
    tell,
    bring,
    sync_database,
    owner,
    here,
    of,
) -> None:
    await issue()
    owner.execute("UPDATE sync_cursor SET pushes = true")
    base.add("receipt", 77, member=TWIN, number=of(ANNE), fiscal_year=LAST_YEAR, kind="gift", article="200",
             issued_on=date(2020, 1, 1), amount="9.00", donor_name="x", donor_address="y")  # fmt: skip
    before, taken = all_of(owner), of(ANNE)
    theirs = base.receipt(taken)
    assert await tell() == 1, "the others go on"
    shown = await status(sync_database)
    assert shown["receipts_refused"] == [taken]
    assert f"1 ({taken})" in in_words(shown)
    refused = owner.execute("SELECT undelivered FROM receipt WHERE number = %s", [taken]).fetchone()
    assert refused == ("Another receipt has this number already.",)
    await bring()
    assert all_of(owner) == before, "theirs does not become ours"
    assert set_aside(owner) == [("receipt", "CheckViolation")]
    assert base.receipt(taken) == theirs, "ours does not become theirs"
    base.edit("receipt", 77, number="OTHER-1")
    assert await tell() == 0, "it waits for people"
    await retry_refused(sync_database)
    assert await tell() == 1
    await bring()
    assert set_aside(owner) == []
    assert (await status(sync_database))["receipts_refused"] == []


async def test_a_gift_that_is_not_there_is_refused_in_words(base, issue, tell, owner, of) -> None:
    member = owner.execute("SELECT id FROM member WHERE central_id = '2'").fetchone()[0]
    owner.execute(
        "INSERT INTO gift (central_id, member_id, given_on, amount, currency, means, state, state_reason) "
        "VALUES ('999', %s, %s, 50, 'EUR', 'card', 'received', '')",
        [member, date(LAST_YEAR, 5, 5)],
    )
    await issue()
    assert await tell() == 2
    words = owner.execute("SELECT undelivered FROM receipt WHERE number = %s", [of(TWIN)]).fetchone()
    assert words == ("Our records cannot take this receipt: its member or gifts are not there.",)
    with pytest.raises((KeyError, ValueError)):
        base.receipt(of(TWIN))


@pytest.mark.parametrize("base", ["reference"], indirect=True)
async def test_the_command_tells_what_waits_and_what_was_refused_again(
    base, issue, settings, central_url, of, owner
) -> None:
    def command(word: str) -> str:
        made = environment(settings, CENTRAL_URL=central_url)
        path = Path(sys.executable).with_name("backoffice-sync")
        return subprocess.run([path, word], env=made, text=True, capture_output=True, check=True).stdout

    await issue()
    owner.execute("UPDATE sync_cursor SET pushes = true")
    base.add("receipt", 77, member=TWIN, number=of(ANNE), fiscal_year=LAST_YEAR, kind="gift", article="200",
             issued_on=date(2020, 1, 1), amount="9.00", donor_name="x", donor_address="y")  # fmt: skip
    assert "1 receipts told" in command("push")
    assert re.search(rf"receipts refused there +1 \({of(ANNE)}\)", command("status"))
    assert "0 receipts told" in command("push")
    base.edit("receipt", 77, number="OTHER-1")
    assert "1 receipts told" in command("push")
    assert re.search("receipts refused there +0", command("status"))
