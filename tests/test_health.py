from typing import Any, cast

import httpx2

from portal.app import build
from portal.database import Database, role_url
from tests.backoffice_sync.test_push import change_address


async def test_health_says_that_the_process_lives(visitor) -> None:
    answer = await visitor().client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_ready_wants_database_migrations_and_a_worker(visitor, owner) -> None:
    walker = visitor()
    answer = await walker.client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["worker"] == "not seen"
    owner.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    answer = await walker.client.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["migrations"] == "current"
    owner.execute("UPDATE alembic_version SET version_num = '0001'")
    assert (await walker.client.get("/ready")).status_code == 503


async def test_anybody_may_read_the_age_of_the_oldest_change_and_of_the_last_pull(visitor, owner) -> None:
    await change_address(visitor)
    owner.execute("UPDATE recorded_change SET recorded_at = now() - interval '20 minutes'")
    sync = (await visitor().client.get("/ready")).json()["sync"]
    assert sync["oldest_open_change_seconds"] > 1100
    assert sync["late"] is True
    assert sync["last_pull_seconds"] >= 0


async def test_ready_says_when_the_database_is_not_reached(settings) -> None:
    url = role_url(settings.database_url, settings.secret_key, "portal_web").set(database="nowhere")
    database = Database(url)
    transport = httpx2.ASGITransport(cast("Any", build(settings, database)))
    async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")
        assert (await client.get("/health")).status_code == 200
        cookies = {"Cookie": "__Host-session=00000000-0000-0000-0000-000000000000.x"}
        page = await client.get("/gifts", headers=cookies)
        assert page.status_code == 503
        assert page.headers["retry-after"] == "5"
    await database.close()
