"""What the page says is what the task does; what keeps somebody keeps them; it does nothing unless switched on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal import clock, journal, work
from portal.database import Database, role_url
from portal.erasure import store
from portal.jobs import defer
from portal.retention import actions
from tests.personas import COMPLIANCE, GEORGES, MARIE, NADIA, STRANGER

TODAY = clock.today()
LONG_AGO = TODAY - timedelta(days=3 * 366 + 1)
PAGE, LIST = "/staff/retention", "/staff/retention.csv"


@pytest.fixture
async def worker(settings):
    made = Database(role_url(settings.database_url, settings.secret_key, "portal_worker"))
    yield made
    await made.close()


@pytest.fixture
def silence(owner):
    """Nothing was heard of anybody for long, and Marie's direct debit is active."""
    for column, table in (
        ("given_on", "gift"), ("checked_on", "contact_choice"), ("recorded_on", "email_address"),
        ("confirmed_on", "email_address"), ("signed_on", "mandate"),
    ):  # fmt: skip
        owner.execute(f"UPDATE {table} SET {column} = least({column}, %s)", [LONG_AGO])


@pytest.fixture
async def officer(visitor):
    walker = visitor()
    await walker.enter(COMPLIANCE)
    return walker


def erased(owner) -> set[str]:
    rows = owner.execute("SELECT number FROM member JOIN erasure ON member_id = member.id")
    return {number for (number,) in rows}


async def test_whoever_was_heard_of_lately_stays(owner, settings, worker, silence) -> None:
    owner.execute("UPDATE email_address SET confirmed_on = %s WHERE address = %s", [TODAY, NADIA.email])
    done = await actions.run(worker, settings, TODAY)
    assert done["contact"] == 5
    assert erased(owner) == {"1003", "1004", "1005", "1006", "1007"}


async def test_a_visit_is_a_contact(owner, settings, worker, silence, member_id) -> None:
    stranger = member_id(STRANGER)
    await work.as_owner(settings, lambda db: journal.write(db, "signin.completed", actor="x", member_id=stranger))
    await actions.run(worker, settings, TODAY)
    assert STRANGER.number not in erased(owner)
    assert GEORGES.number in erased(owner)


async def test_the_page_says_what_the_task_then_does(owner, settings, worker, silence, officer) -> None:
    told = await officer.get(f"{PAGE}?day={TODAY}")
    assert "6 donors would be erased" in told.text
    assert "a direct debit is active" in told.text
    listed = (await officer.get(f"{LIST}?day={TODAY}")).html
    assert "1002;" in listed
    assert MARIE.number not in listed
    assert (await actions.run(worker, settings, TODAY))["contact"] == 6
    after = (await officer.get(PAGE)).text
    assert "0 donors would be erased" in after
    assert "6 people are erased so far" in after
    assert await work.as_owner(settings, journal.verify) == []


async def test_a_day_to_come_is_counted_by_that_day(officer) -> None:
    assert "0 donors would be erased" in (await officer.get(PAGE)).text
    assert "0 donors would be erased" not in (await officer.get(f"{PAGE}?day=01/01/2060")).text


async def test_what_is_no_day_is_said_beside_the_field(officer) -> None:
    answer = await officer.get(f"{PAGE}?day=soon")
    assert answer.status == 422
    assert "Type a day such as" in answer.text


@pytest.mark.parametrize(("is_on", "expected"), [(False, 0), (True, 6)])
async def test_the_task_erases_only_where_it_is_switched_on(owner, settings, silence, is_on, expected) -> None:
    await work.as_owner(settings, lambda db: defer(db, "retention.erase_due", timestamp=0))
    await work.run(replace(settings, retention_enabled=is_on), until_idle=True)
    assert len(erased(owner)) == expected


async def test_a_run_that_was_cut_short_goes_on_and_counts_once(owner, settings, worker, silence, monkeypatch) -> None:
    real, calls = store.erase, []

    async def dies_at_the_third(*given, **more):
        calls.append(given)
        if len(calls) == 3:
            raise RuntimeError
        return await real(*given, **more)

    monkeypatch.setattr(store, "erase", dies_at_the_third)
    with pytest.raises(RuntimeError):
        await actions.run(worker, settings, TODAY)
    assert len(erased(owner)) == 2
    monkeypatch.setattr(store, "erase", real)
    assert (await actions.run(worker, settings, TODAY))["contact"] == 6
    assert owner.execute("SELECT count(*) FROM retention_run").fetchone() == (1,)


async def test_what_is_left_of_the_erased_goes_when_the_law_lets_it(owner, settings, worker, silence) -> None:
    owner.execute("UPDATE mandate SET state = 'cancelled'")
    owner.execute("UPDATE receipt SET issued_on = %s", [date(TODAY.year - 7, 1, 2)])
    owner.execute("UPDATE gift SET given_on = %s WHERE central_id = 's1'", [date(TODAY.year - 12, 6, 1)])
    done = await actions.run(worker, settings, TODAY)
    assert (done["receipts"], done["gifts"]) == (1, 1)
    assert owner.execute("SELECT donor_name, donor_address, amount FROM receipt").fetchone()[:2] == ("", "")
    assert owner.execute("SELECT count(*) FROM gift").fetchone() == (44,)


async def test_data_that_is_set_apart_stays_so_however_old_the_request(owner, settings, worker, member_id) -> None:
    old = date(TODAY.year - 7, 1, 1)
    owner.execute(
        "INSERT INTO member_request (key, member_id, kind, about, wish, asked_on) "
        "VALUES ('r', %s, 'data', 'restriction', 'x', %s)",
        [member_id(MARIE), old],
    )
    owner.execute("UPDATE member_request SET state = 'accepted', decided_on = %s", [old])
    granted = "UPDATE data_case SET channel = 'portal', identity = 'signed_in', outcome = 'granted', "
    owner.execute(f"{granted} answered_on = %s, restricted_on = %s", [old, old])
    assert (await actions.run(worker, settings, TODAY))["requests"] == 0
    owner.execute("UPDATE data_case SET lifted_on = %s", [TODAY])
    assert (await actions.run(worker, settings, TODAY))["requests"] == 1


async def test_a_mandate_without_its_last_day_ended_with_the_erasure_at_the_latest(
    owner, settings, worker, silence
) -> None:
    owner.execute("UPDATE mandate SET state = 'cancelled', ended_on = NULL, signed_on = '2001-01-01'")
    assert (await actions.run(worker, settings, TODAY))["mandates"] == 0
    owner.execute("UPDATE erasure SET erased_at = '2012-01-01'")
    assert (await actions.run(worker, settings, TODAY))["mandates"] == 1


OLD_ENTRY = """
WITH entry AS (SELECT nextval('journal_number') AS id, now() - interval '5 years' AS at),
     head AS (SELECT coalesce((SELECT hash FROM journal_head WHERE chain = %(member)s::text), '') AS hash),
     written AS (
         INSERT INTO journal (id, at, kind, actor, member_id, data, chain, hash)
         SELECT id, at, 'memo.set', 'tests', %(member)s, '{}', %(member)s::text,
                journal_hash(head.hash, id, at, 'memo.set', 'tests', %(member)s, '{}') FROM entry, head
         RETURNING id, hash)
INSERT INTO journal_head SELECT %(member)s::text, id, hash FROM written
ON CONFLICT (chain) DO UPDATE SET id = EXCLUDED.id, hash = EXCLUDED.hash
"""


async def test_the_journal_goes_from_its_beginning_and_stays_whole(owner, settings, worker, member_id) -> None:
    nadia, stranger = member_id(NADIA), member_id(STRANGER)
    owner.execute("SET session_replication_role = replica")
    for member in (nadia, nadia, stranger):
        owner.execute(OLD_ENTRY, {"member": member})
    owner.execute("SET session_replication_role = origin")
    await work.as_owner(settings, lambda db: journal.write(db, "memo.set", actor="tests", member_id=nadia))
    assert (await actions.run(worker, settings, TODAY))["journal"] == 3
    left = "SELECT count(*) FROM journal WHERE member_id IN (%s, %s)"
    assert owner.execute(left, [nadia, stranger]).fetchone() == (1,)
    await work.as_owner(settings, lambda db: journal.write(db, "memo.set", actor="tests", member_id=stranger))
    assert await work.as_owner(settings, journal.verify) == []
    owner.execute("UPDATE journal SET actor = 'somebody' WHERE member_id = %s", [nadia])
    assert len(await work.as_owner(settings, journal.verify)) == 1


async def test_nobody_purges_the_journal_of_the_last_year(worker, settings) -> None:
    with pytest.raises(Exception, match="the last year stays"):
        await actions.run(worker, settings, date(TODAY.year + 4, 1, 1))
