"""All that the central base has on somebody, ordered here and carried out by the sync."""

import json
from dataclasses import replace

import pytest

from backoffice_sync.directory import DirectoryUnreachable
from backoffice_sync.inward import extracts
from backoffice_sync.inward.extracts import CANNOT, FAILED, GONE, carry_out
from portal.database import Database, role_url
from portal.extracts import queries, store
from tests.conftest import SECRET
from tests.personas import MARIE, STRANGER


@pytest.fixture
async def worker(settings):
    made = Database(role_url(settings.database_url, SECRET, "portal_worker"))
    yield made
    await made.close()


@pytest.fixture
async def ordered(worker, member_id):
    async with worker.begin() as db:
        return await store.order(db, member_id(MARIE))


@pytest.fixture
def look(worker):
    async def look(order_id):
        async with worker.begin() as db:
            return await queries.state(db, order_id), [row async for row in queries.rows(db, order_id)]

    return look


async def test_an_order_brings_all_on_this_person_also_what_is_not_mirrored(
    sync_database, central_directory, ordered, look
) -> None:
    central_directory.beyond[MARIE.number] = [
        ("score", {"segment": "faithful", "points": 12}),
        ("account", {"iban": "FR7630004000031234567890143", "note": "FR76 3000 4000 0312 3456 7890 143"}),
    ]
    central_directory.beyond[STRANGER.number] = [("score", {"segment": "Serge"})]
    state, rows = await look(ordered)
    assert (state.is_waiting, rows) == (True, [])
    assert await carry_out(sync_database, central_directory) == 1
    state, rows = await look(ordered)
    assert (state.is_waiting, state.problem) == (False, "")
    told = json.dumps(rows, ensure_ascii=False)
    assert rows[0][0] == "member"
    assert ("score", {"segment": "faithful", "points": 12}) in rows
    assert "rue des Lilas" in told
    assert "Étranger" not in told
    assert "Serge" not in told
    assert rows[-1] == ("account", {"iban": "FR•• •••• 0143", "note": "FR•• •••• 0143"})
    assert await carry_out(sync_database, central_directory) == 0, "once"


async def test_one_that_was_cut_short_begins_anew_and_doubles_nothing(
    sync_database, central_directory, ordered, look, monkeypatch
) -> None:
    monkeypatch.setattr(extracts, "AT_ONCE", 5)
    central_directory.beyond[MARIE.number] = [("score", {"points": 1})]
    central_directory.answers_are_cut = True
    with pytest.raises(DirectoryUnreachable):
        await carry_out(sync_database, central_directory)
    state, rows = await look(ordered)
    assert state.is_waiting
    assert rows, "some had come"
    central_directory.answers_are_cut = False
    await carry_out(sync_database, central_directory)
    _, rows = await look(ordered)
    assert [json.dumps(row) for row in rows] == list(dict.fromkeys(json.dumps(row) for row in rows))
    assert rows[-1] == ("score", {"points": 1})


async def test_why_there_are_no_rows_is_said(sync_database, central_directory, worker, look, member_id) -> None:
    async def ended():
        async with worker.begin() as db:
            order_id = await store.order(db, member_id(MARIE))
        await carry_out(sync_database, central_directory)
        state, rows = await look(order_id)
        return state.problem, rows

    def burst(_):
        raise ValueError("secret value")

    central_directory.everything_of = burst
    assert await ended() == (FAILED, [])
    del central_directory.everything_of
    able = central_directory.capabilities
    central_directory.capabilities = replace(able, tells_everything=False)
    assert await ended() == (CANNOT, [])
    central_directory.capabilities = able
    central_directory.drop("member", MARIE.number)
    assert await ended() == (GONE, [])


async def test_an_extract_is_forgotten_when_it_is_used_and_after_a_week(
    sync_database, central_directory, ordered, worker, owner, member_id
) -> None:
    await carry_out(sync_database, central_directory)
    async with worker.begin() as db:
        await store.purge(db, ordered)
        assert await queries.state(db, ordered) is None
        await store.order(db, member_id(MARIE))
        kept = await store.order(db, member_id(MARIE))
    assert owner.execute("SELECT count(*) FROM extract_row").fetchone() == (0,)
    owner.execute("UPDATE extract_order SET ordered_at = now() - interval '8 days' WHERE id <> %s", [kept])
    async with worker.begin() as db:
        await store.purge_old(db)
    assert owner.execute("SELECT id FROM extract_order").fetchall() == [(kept,)]
