"""Many members and several workers: who takes whom, what one poison change does, and what is left after an outage."""

import asyncio
from collections import Counter
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from backoffice_sync.directory import Applied, DirectoryUnreachable
from backoffice_sync.outward.push import pass_on, push
from portal.database import Database, role_url
from tests.backoffice_sync.crowd import LEFT, gather

LOCKED = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND datname = current_database()"""
POISON = "c5000"


async def drain(portal, directory) -> None:
    while await push(portal, directory):
        pass


async def test_of_ten_thousand_changes_with_a_poisonous_one_all_others_arrive(owner, sync_database) -> None:
    crowd = gather(owner, 10_000)
    write = crowd.write

    async def poisonous(member, *args, **kwargs):
        if member == POISON:
            raise RuntimeError
        return await write(member, *args, **kwargs)

    crowd.write = poisonous
    await drain(sync_database, crowd)
    owner.execute("UPDATE recorded_change SET not_before = now()")
    await drain(sync_database, crowd)
    by_status = dict(owner.execute("SELECT status, count(*) FROM recorded_change GROUP BY 1").fetchall())
    assert by_status == {"confirmed": 9_999, "review": 1}
    assert {member for member, _ in crowd.written} == set(crowd.spoken) - {POISON}
    assert len(crowd.written) == 9_999
    shown = owner.execute("SELECT count(*), bool_or(held) FROM member WHERE central_id LIKE 'c%' AND language = 'en'")
    assert shown.fetchone() == (9_999, False)


async def test_after_three_days_of_outage_all_is_passed_on_in_the_order_in_which_it_was_typed(
    owner, sync_database
) -> None:
    crowd = gather(owner, 200)
    for language in ("de", "es"):  # each member thought again, twice
        owner.execute(
            "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor) "
            "SELECT gen_random_uuid(), id, 'language', '{}', %s, 'tests' FROM member WHERE central_id LIKE 'c%%'",
            [f'{{"language": "{language}"}}'],
        )
    owner.execute("UPDATE recorded_change SET recorded_at = now() - interval '72 hours'")
    read = crowd.read

    async def down(*_):
        raise DirectoryUnreachable

    crowd.read = down
    for _ in range(20):
        await push(sync_database, crowd)
    assert owner.execute(LEFT).fetchone() == (600,)
    crowd.read = read
    waited = "SELECT max(not_before) - now() <= interval '10 minutes' FROM recorded_change"
    assert owner.execute(waited).fetchone() == (True,), "nobody waits longer, once it is back"
    owner.execute("UPDATE recorded_change SET not_before = now()")
    await drain(sync_database, crowd)
    assert owner.execute(LEFT).fetchone() == (0,)
    assert set(crowd.spoken.values()) == {"es"}, "the last word holds"
    assert len(crowd.written) == 200, "what came before it is not told"


async def test_workers_share_the_members_and_none_is_worked_on_twice(settings, owner) -> None:
    crowd = gather(owner, 600)
    workers = [Database(role_url(settings.database_url, settings.secret_key, "portal_sync")) for _ in range(4)]
    done = await asyncio.gather(*(_count(worker, crowd) for worker in workers))
    assert sum(done) == 600
    assert max(Counter(member for member, _ in crowd.written).values()) == 1
    assert sum(count > 0 for count in done) > 1, "they do not queue behind one of them"
    assert owner.execute(LEFT).fetchone() == (0,)
    assert owner.execute(LOCKED).fetchone() == (0,)
    assert owner.execute("SELECT count FROM sync_tally WHERE name = 'applied'").fetchone() == (600,)
    for worker in workers:
        await worker.close()


async def _count(worker: Database, crowd) -> int:
    total = 0
    while done := await pass_on(worker, crowd, limit=20):
        total += done
    return total


async def test_the_oldest_changes_go_first(owner, sync_database) -> None:
    crowd = gather(owner, 60)
    await push(sync_database, crowd, limit=50)
    assert {member for member, _ in crowd.written} == {f"c{number}" for number in range(1, 51)}


async def test_a_worker_that_is_asked_to_stop_finishes_what_it_has_begun(owner, sync_database) -> None:
    crowd = gather(owner, 100)
    await pass_on(sync_database, crowd, stopping=lambda: len(crowd.written) > 0)
    assert 0 < len(crowd.written) < 100
    assert owner.execute("SELECT count(*) FROM recorded_change WHERE status = 'sent'").fetchone() == (0,)


async def test_from_a_slow_base_few_members_are_taken_at_once(owner, sync_database, monkeypatch) -> None:
    """So that the first of them are told soon that it arrived, and whoever is asked to stop can."""
    crowd = gather(owner, 12)
    monkeypatch.setattr("backoffice_sync.outward.delivery.LOOK_SECONDS", 0.1)
    read, confirmed = crowd.read, []

    async def slow(*args):
        confirmed.append(owner.execute("SELECT count(*) FROM recorded_change WHERE status = 'confirmed'").fetchone()[0])
        await asyncio.sleep(0.06)
        return await read(*args)

    crowd.read = slow
    await push(sync_database, crowd)
    assert owner.execute(LEFT).fetchone() == (0,)
    assert sorted(set(confirmed)) == [0, 2, 4, 6, 8, 10]


async def test_a_worker_that_stands_still_loses_its_members_to_another(
    settings, owner, sync_database, monkeypatch
) -> None:
    """Its process is stopped, or its machine gone without a word: PostgreSQL does not wait for it for ever."""
    crowd = gather(owner, 1)
    monkeypatch.setattr("backoffice_sync.outward.push.STANDSTILL", "500ms")
    other = Database(role_url(settings.database_url, settings.secret_key, "portal_sync"))
    read, awake = crowd.read, asyncio.Event()

    async def stands_still(*args):
        crowd.read = read
        await awake.wait()
        return await read(*args)

    crowd.read = stands_still
    frozen = asyncio.create_task(pass_on(sync_database, crowd))
    await asyncio.sleep(0.2)
    assert await pass_on(other, crowd) == 0
    await asyncio.sleep(0.8)
    assert await pass_on(other, crowd) == 1
    awake.set()
    with pytest.raises(OperationalError):
        await frozen
    assert len(crowd.written) == 1
    assert owner.execute("SELECT status FROM recorded_change").fetchall() == [("confirmed",)]
    assert await pass_on(sync_database, crowd) == 0, "its pool has other connections"
    await other.close()


async def test_a_worker_that_stood_still_looks_again_before_it_writes(owner, sync_database, monkeypatch) -> None:
    """Not every base compares by itself what it is to replace."""
    crowd = gather(owner, 2)
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr("backoffice_sync.outward.delivery.time", SimpleNamespace(monotonic=lambda: clock.now))

    async def write(member, group, value, **_):
        if not crowd.written:
            clock.now += 300.0
            [other] = crowd.spoken.keys() - {member}
            crowd.spoken[other] = "de"  # typed by staff meanwhile
        crowd.written.append((member, value["language"]))
        crowd.spoken[member] = value["language"]
        return Applied()

    crowd.write = write
    await drain(sync_database, crowd)
    assert crowd.spoken == {"c1": "en", "c2": "en"}
    conflicts = owner.execute("SELECT theirs ->> 'language' FROM sync_conflict").fetchall()
    assert conflicts == [("de",)], "not written over in silence"
