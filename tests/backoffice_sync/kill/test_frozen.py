"""A worker stops breathing in the middle of a write, and is revived after others went on; sessions are torn away."""

import asyncio
import signal

from sqlalchemy import text

from tests.backoffice_sync.kill.conftest import through
from tests.backoffice_sync.kill.people import live
from tests.backoffice_sync.kill.scene import until

STATUS = "SELECT status FROM recorded_change ORDER BY seq DESC LIMIT 1"
HOLDERS = """
    SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()
    WHERE locktype = 'advisory' AND classid = 7105 AND granted"""
TEAR = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'portal_sync'"""


async def frozen_in_a_write(scene, line, address):
    """A worker that has noted what it sends, has sent it, and hears and does nothing more."""
    worker = scene.workers.prepare("run", CENTRAL_URL=through(line, address), PULL_SECONDS="60")
    scene.workers._ready = [worker]
    worker = scene.workers.hire()

    async def is_at_rest() -> bool:
        return bool(await scene.asked("SELECT FROM sync_heartbeat WHERE duty = 'push'"))

    await until(is_at_rest, 30, "its first round does not end")
    line.delay = 0.5  # so that there is a middle of it
    await scene.people[0].move()

    async def is_sent() -> bool:
        return [tuple(row) for row in await scene.asked(STATUS)] == [("sent",)]

    await until(is_sent, 30, "it sends nothing")
    line.answers.clear()
    line.delay = 0.0
    worker.send_signal(signal.SIGSTOP)
    return worker


async def test_a_frozen_worker_keeps_its_member_and_no_other_waits(scene, line, address) -> None:
    frozen = await frozen_in_a_write(scene, line, address)
    other = scene.workers.hire()
    await scene.people[1].move()

    async def only_one_waits() -> bool:
        [[waiting]] = await scene.asked("SELECT count(*) FROM recorded_change WHERE status IN ('saved', 'sent')")
        return bool(waiting == 1)

    await until(only_one_waits, 30, "the others' changes wait too")
    line.answers.set()
    frozen.send_signal(signal.SIGCONT)
    await scene.drained()
    assert [scene.workers.dismiss(one) for one in (frozen, other)] == [0, 0]
    assert await scene.check() == (0, 0)


async def test_when_the_frozen_ones_session_ends_another_takes_over_and_the_revived_one_does_no_harm(
    scene, line, address
) -> None:
    frozen = await frozen_in_a_write(scene, line, address)
    other = scene.workers.hire()
    async with scene.portal.begin() as db:  # as PostgreSQL does when the machine is gone, or the session idle too long
        for (pid,) in await db.execute(text(HOLDERS)):
            await db.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    await scene.drained(30)
    await scene.people[0].move()
    await scene.drained(30)
    line.answers.set()
    frozen.send_signal(signal.SIGCONT)
    await scene.people[0].change_phone()
    await scene.drained(30)
    assert frozen.poll() is None, scene.workers.log.read_text()
    assert [scene.workers.dismiss(one) for one in (frozen, other)] == [0, 0]
    assert await scene.check() == (0, 0)


async def test_sessions_torn_away_again_and_again_end_no_worker_and_lose_nothing(scene) -> None:
    """As a restart of the portal's database does."""
    worker = scene.workers.hire()
    tearing = asyncio.create_task(_tear(scene))
    await live(scene.people, scene.type_town, 8)
    tearing.cancel()
    await scene.drained()
    assert scene.workers.dismiss(worker) == 0, scene.workers.log.read_text()
    await scene.check()


async def _tear(scene) -> None:
    while True:
        await asyncio.sleep(1.5)
        async with scene.portal.begin() as db:
            await db.execute(text(TEAR))
