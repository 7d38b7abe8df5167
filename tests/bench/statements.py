"""How many SQL statements a page takes, its session's included (BEGIN and COMMIT not counted)."""

from typing import Any

import httpx2
from sqlalchemy import event

from portal.app import build
from portal.database import Database, role_url
from tests.bench.data import Bench


async def count(bench: Bench, path: str) -> int:
    settings = bench.settings
    database = Database(role_url(settings.database_url, settings.secret_key, "portal_web"))
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    app: Any = build(settings, database)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        await client.get(path, headers={"Cookie": bench.cookie})  # the pool's first connection asks things of its own
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        answer = await client.get(path, headers={"Cookie": bench.cookie})
    await database.close()
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return len(seen)
