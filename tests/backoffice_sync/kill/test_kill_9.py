"""Workers are killed while donors and staff are at work: nothing is lost, doubled, or different at the end."""

import asyncio
import random

from tests.backoffice_sync.kill.people import live
from tests.backoffice_sync.kill.workers import Worker, Workers

SECONDS = 30
PAUSE = 0.9
AT_ONCE = 2
LEAST = 15
"""Kills, of each of the two bases."""


async def kill_some(workers: Workers, alive: list[Worker]) -> int:
    killed, chance = 0, random.Random(1)
    while True:
        try:
            await asyncio.sleep(PAUSE)
        except asyncio.CancelledError:
            return killed
        victim = alive.pop(chance.randrange(len(alive)))
        assert victim.poll() is None, f"it ended by itself:\n{workers.log.read_text()}"
        victim.kill()
        killed += 1
        alive.append(workers.hire())


async def test_whoever_is_killed_nothing_is_lost_or_doubled(scene, address) -> None:
    alive = [scene.workers.hire() for _ in range(AT_ONCE)]
    killing = asyncio.create_task(kill_some(scene.workers, alive))
    made = await live(scene.people, scene.type_town, SECONDS)
    killing.cancel()
    killed = await killing
    await scene.drained()
    assert [scene.workers.dismiss(worker) for worker in alive] == [0] * AT_ONCE, scene.workers.log.read_text()
    conflicts, left = await scene.check()
    typed = sum(len(person.towns) for person in scene.people)
    base = address.partition(":")[0]
    print(f"{base}: {made} donor edits, {typed} staff edits, {killed} kills: 0 undelivered, 0 lost, 0 different")
    print(f"{conflicts} conflicts, {left} with people, all where staff had typed")
    assert killed >= LEAST
