"""Four writers, some of whose transactions take long, while the portal pulls: nothing is missed, nothing stays old."""

import asyncio
import random
import threading
import time

import psycopg
import pytest

from backoffice_sync.compare.reconcile import reconcile
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.inward.pull import pull

SECONDS = 4.0
MEMBERS = 200
FILL = """
    INSERT INTO member (number, kind, last_name)
    SELECT 'N' || n, 'person', 'Durand' FROM generate_series(1, %s) n"""
THERE = "SELECT id::text, last_name FROM member"
HERE = "SELECT central_id, last_name FROM member"


def write(url: str, seed: int, until: float) -> None:
    """New members and new names; every twentieth transaction stays open while hundreds of others end."""
    chance = random.Random(seed)
    with psycopg.connect(url) as connection:
        while time.monotonic() < until:
            name = f"{seed}-{chance.random()}"
            if chance.random() < 0.3:
                connection.execute(
                    "INSERT INTO member (number, kind, last_name) VALUES (%s, 'person', %s)", [name, name]
                )
            else:
                # Each writer has its own members, so that none waits for another.
                which = chance.randrange(MEMBERS // 4) * 4 + seed + 1
                connection.execute("UPDATE member SET last_name = %s WHERE id = %s", [name, which])
            if chance.random() < 0.05:
                time.sleep(chance.uniform(0.1, 0.5))
            connection.commit()


@pytest.fixture
async def reference(central, central_url, owner):
    central.execute(FILL, [MEMBERS])
    central.commit()
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    directory = PostgresDirectory(central_url)
    yield directory
    await directory.close()


async def test_writers_that_end_late_are_neither_missed_nor_left_stale(
    reference, central, central_url, owner, sync_database
) -> None:
    until = time.monotonic() + SECONDS
    writers = [threading.Thread(target=write, args=(central_url, seed, until)) for seed in range(4)]
    for writer in writers:
        writer.start()
    pulls = 0
    while time.monotonic() < until:
        await pull(sync_database, reference)
        pulls += 1
        await asyncio.sleep(0.01)
    for writer in writers:
        await asyncio.to_thread(writer.join)
    await pull(sync_database, reference)
    there, here = dict(central.execute(THERE).fetchall()), dict(owner.execute(HERE).fetchall())
    assert pulls > 5
    assert len(there) > MEMBERS + 100
    assert {number for number in there if number not in here} == set()
    assert {number for number in there if here[number] != there[number]} == set()
    assert (await reconcile(sync_database, reference)).is_none
