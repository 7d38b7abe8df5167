"""The first load: cut short anywhere it goes on where it stopped, and what changes meanwhile is not missed."""

import asyncio
import os
import re
import subprocess
import sys
import time

import psycopg
import pytest

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.directory import DirectoryUnreachable
from backoffice_sync.inward import load as loading
from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import ENTITIES
from portal.database import role_url
from tests.backoffice_sync.test_push import type_into_central

EMPTY = "TRUNCATE member, campaign, sync_cursor CASCADE"
FILL = """
    INSERT INTO member (number, kind, last_name)
    SELECT 'N' || n, 'person', 'Durand' FROM generate_series(1, %(members)s) n;
    INSERT INTO gift (member_id, given_on, amount, means, state)
    SELECT 1 + n %% %(members)s, '2025-03-09', 10, 'card', 'received' FROM generate_series(1, %(gifts)s) n"""
ENDED = "SELECT (SELECT count(*) FROM sync_load), (SELECT count(*) FROM sync_cursor)"


def fill(central, *, members: int, gifts: int) -> None:
    psycopg.ClientCursor(central).execute(FILL, {"members": members, "gifts": gifts})
    central.commit()


@pytest.fixture
async def reference(central_url, owner):
    directory = PostgresDirectory(central_url)
    owner.execute(EMPTY)
    yield directory
    await directory.close()


@pytest.fixture
def small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(loading, "CHUNK", 100)
    monkeypatch.setattr("backoffice_sync.connectors.postgresql.connector.BATCH", 50)


class Cut:
    """A central base that is gone after some batches of gifts."""

    def __init__(self, directory: PostgresDirectory, after: int) -> None:
        self.directory, self.left = directory, after
        self.scanned: list[tuple[str, str]] = []
        self.name, self.capabilities = directory.name, directory.capabilities

    def __getattr__(self, name):
        return getattr(self.directory, name)

    async def scan(self, entity, after=""):
        self.scanned.append((entity, after))
        async for rows in self.directory.scan(entity, after):
            if entity == "gift":
                if not self.left:
                    raise DirectoryUnreachable
                self.left -= 1
            yield rows


async def test_a_load_that_was_cut_short_goes_on_behind_its_last_chunk(
    reference, central, sync_database, owner, small_chunks
) -> None:
    fill(central, members=30, gifts=1000)
    with pytest.raises(DirectoryUnreachable):
        await pull(sync_database, Cut(reference, after=7))
    assert owner.execute("SELECT entity, after FROM sync_load").fetchall() == [("gift", "300")]
    assert owner.execute("SELECT count(*) FROM gift").fetchone() == (300,)
    central.execute("UPDATE gift SET amount = 99 WHERE id = 1; UPDATE member SET last_name = 'Petit' WHERE id = 1")
    central.commit()
    again = Cut(reference, after=1000)
    written = await pull(sync_database, again)
    assert again.scanned[0] == ("gift", "300")
    assert "member" not in dict(again.scanned)
    assert written["gift"] == 700
    assert owner.execute(ENDED).fetchone() == (0, 1)
    assert {name: n for name, n in (await pull(sync_database, reference)).items() if n} == {"member": 1, "gift": 1}
    assert owner.execute("SELECT count(*), max(amount)::text FROM gift").fetchone() == (1000, "99.00")


async def test_a_load_over_what_is_there_already_writes_nothing(
    reference, central, sync_database, owner, small_chunks
) -> None:
    fill(central, members=30, gifts=1000)
    await pull(sync_database, reference)
    assert set((await pull(sync_database, reference, everything=True)).values()) == {0}
    assert owner.execute(ENDED).fetchone() == (0, 1)


async def test_rows_that_cannot_be_taken_keep_no_others_of_their_chunk_out(
    reference, central, sync_database, owner
) -> None:
    fill(central, members=30, gifts=1000)
    owner.execute("ALTER TABLE gift ADD CONSTRAINT small CHECK (amount < 100)")
    central.execute("UPDATE gift SET amount = 1000 WHERE id IN (1, 500, 501)")
    central.commit()
    await pull(sync_database, reference)
    assert owner.execute("SELECT count(*) FROM gift").fetchone() == (997,)
    aside = "SELECT central_id, problem FROM sync_set_aside ORDER BY central_id"
    assert owner.execute(aside).fetchall() == [(number, "CheckViolation") for number in ("1", "500", "501")]


async def test_a_history_that_was_lost_while_loading_is_noticed_and_all_is_read_anew(
    reference, central, sync_database, owner, small_chunks
) -> None:
    fill(central, members=30, gifts=1000)
    with pytest.raises(DirectoryUnreachable):
        await pull(sync_database, Cut(reference, after=7))
    owner.execute("UPDATE sync_load SET position = '999999999:999999999:'")  # the base was restored from a copy
    central.execute("SET session_replication_role = replica; UPDATE gift SET amount = 99 WHERE id = 1")
    central.commit()
    await pull(sync_database, reference)
    await pull(sync_database, reference)
    assert owner.execute("SELECT count(*), max(amount)::text FROM gift").fetchone() == (1000, "99.00")
    assert set((await pull(sync_database, reference)).values()) == {0}


async def test_the_progress_counts_every_row_of_every_kind(sync_database, central_directory, owner) -> None:
    owner.execute(EMPTY)
    done, totals = dict.fromkeys(ENTITIES, 0), {}

    def progress(entity: str, rows: int, total: int) -> None:
        done[entity] += rows
        totals[entity] = total

    await pull(sync_database, central_directory, progress)
    assert done == totals == {name: len(central_directory.tables[name]) for name in ENTITIES}


async def test_while_one_process_pulls_another_leaves_it_to_it(sync_database, central_directory, owner) -> None:
    type_into_central(central_directory, "gift", "g2", amount="16.00")
    answer, asked, go_on = central_directory.rows, asyncio.Event(), asyncio.Event()

    async def slow(entity, ids):
        asked.set()
        await go_on.wait()
        return await answer(entity, ids)

    central_directory.rows = slow
    first = asyncio.create_task(pull(sync_database, central_directory))
    await asked.wait()
    assert set((await pull(sync_database, central_directory)).values()) == {0}
    go_on.set()
    assert (await first)["gift"] == 1


def test_a_load_that_was_killed_goes_on_where_it_was(central, central_url, settings, owner) -> None:
    owner.execute(EMPTY)
    fill(central, members=2_000, gifts=120_000)
    url = role_url(settings.database_url, settings.secret_key, "portal_sync")
    own = url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = os.environ | {"CENTRAL_URL": central_url, "PORTAL_DATABASE_URL": own}
    command = [sys.executable, "-c", "from backoffice_sync.cli import main; main()", "pull"]
    killed = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    under_way = "SELECT after::int FROM sync_load WHERE entity = 'gift' AND after <> ''"
    deadline = time.monotonic() + 60
    while not (after := owner.execute(under_way).fetchone()):
        assert time.monotonic() < deadline
        assert killed.poll() is None, "it must not end before it is killed"
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    (written,) = re.findall(r"(\d+) gift", ended.stdout)
    assert 0 < int(written) <= 120_000 - after[0]
    assert "backoffice-sync enable-push" in ended.stdout, "it says what to do next"
    assert owner.execute("SELECT count(*), count(DISTINCT central_id) FROM gift").fetchone() == (120_000, 120_000)
    assert owner.execute(ENDED).fetchone() == (0, 1)
