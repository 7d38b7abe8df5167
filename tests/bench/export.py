"""`make bench-export`: the answer to a donor of forty years (480 gifts, 500 documents): how long, and how much memory.

Nothing here fails on a number.
"""

import asyncio
import os
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psutil  # type: ignore[import-untyped]
import psycopg

from portal import crypto, embedded, migrations, work
from portal.database import Database, role_url
from portal.exports import store
from portal.settings import Settings
from portal.web import session
from tests.conftest import _people, fresh, settings_for
from tests.personas import MARIE

MEBIBYTE = 1024 * 1024
DOCUMENTS = int(os.environ.get("DOCUMENTS", "500"))
WEIGHT = 200_000  # bytes of a document
LIFE = """
INSERT INTO gift (central_id, member_id, given_on, amount, currency, means, state, state_reason)
    SELECT 'b' || n, id, current_date - n * 30, 15, 'EUR', 'debit', 'received', ''
    FROM member, generate_series(1, 480) AS n WHERE number = '1001';
INSERT INTO consent_entry (member_id, purpose, channel, act, source, actor)
    SELECT id, 'appeals', 'post', 'objected', 'portal', 'member:x'
    FROM member, generate_series(1, 100) WHERE number = '1001';
INSERT INTO journal (kind, actor, member_id)
    SELECT 'signin.completed', 'member:x', id FROM member, generate_series(1, 2000) WHERE number = '1001';
"""
DOCUMENT = """
WITH filed AS (INSERT INTO document (member_id, title, direction, dated_on, for_member, held)
    SELECT id, 'Lettre', 'sent', current_date, true, 'x' FROM member WHERE number = '1001' RETURNING id, member_id)
INSERT INTO document_file (document_id, member_id, sealed) SELECT id, member_id, %s FROM filed
"""


def lead_a_long_life(settings: Settings) -> None:
    with psycopg.connect(settings.database_url) as owner:
        owner.execute(LIFE)
        for _ in range(DOCUMENTS):
            content = b"%PDF-" + os.urandom(WEIGHT)
            owner.execute(DOCUMENT, [crypto.seal(settings.secret_key, "document", content)])


async def order(settings: Settings) -> None:
    database = Database(role_url(settings.database_url, settings.secret_key, "portal_web"))
    with psycopg.connect(settings.database_url) as owner:
        row = owner.execute("SELECT id FROM member WHERE number = %s", [MARIE.number]).fetchone()
    assert row is not None
    async with database.begin() as db:
        await session.reveal(db, staff_id=uuid4())
        await store.order(db, member_id=row[0], kind="access", request_id=None, actor="staff:bench")
    await database.close()
    with psycopg.connect(settings.database_url) as owner:
        owner.execute("UPDATE extract_order SET done_at = now()")


class Memory(threading.Thread):
    """The most that this process, and those it started, took."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own = self.others = 0
        self.over = threading.Event()

    def run(self) -> None:
        me = psutil.Process()
        while not self.over.wait(0.05):
            self.own = max(self.own, me.memory_info().rss)
            with suppress(psutil.Error):  # one that has just ended
                renderers = [child for child in me.children() if "multiprocessing" in " ".join(child.cmdline())]
                self.others = max([self.others, *(child.memory_info().rss for child in renderers)])


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-export-") as folder:
        server = embedded.start(Path(folder), durable=False)
        try:
            fresh(server, "bench", "template0")
            settings = settings_for(server, "bench")
            migrations.migrate(settings)
            asyncio.run(_people(settings))
            lead_a_long_life(settings)
            asyncio.run(work.run(settings, until_idle=True))  # an idle worker, warm
            asyncio.run(order(settings))
            base = psutil.Process().memory_info().rss
            memory = Memory()
            memory.start()
            began = time.perf_counter()
            asyncio.run(work.run(settings, until_idle=True))
            seconds = time.perf_counter() - began
            memory.over.set()
            with psycopg.connect(settings.database_url) as owner:
                state = owner.execute("SELECT state, size FROM data_export").fetchone()
        finally:
            server.stop()
    assert state is not None
    print(f"{state[0]}: {state[1] / MEBIBYTE:.0f} MiB in {seconds:.1f} s")
    print(f"worker: {(memory.own - base) / MEBIBYTE:.0f} MiB over its base of {base / MEBIBYTE:.0f} MiB")
    print(f"renderer of the PDF, a process of its own: {memory.others / MEBIBYTE:.0f} MiB")


if __name__ == "__main__":
    main()
