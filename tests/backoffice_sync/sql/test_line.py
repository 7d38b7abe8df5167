"""A base that does not answer, and is there."""

import asyncio
import time

import pytest
from sqlalchemy import text

from backoffice_sync.connectors.sql.line import Line
from backoffice_sync.directory import DirectoryUnreachable

SILENT = text("SELECT pg_sleep(5)")


@pytest.fixture
async def line(association_url):
    made = Line(association_url)
    yield made
    await made.close()


async def test_a_base_that_falls_silent_is_not_waited_for_and_asked_anew(line, monkeypatch) -> None:
    assert await line.run(lambda connection: connection.scalar(text("SELECT 1"))) == 1
    monkeypatch.setattr("backoffice_sync.connectors.sql.line.ANSWER_SECONDS", 0.3)
    begun = time.monotonic()
    with pytest.raises(DirectoryUnreachable):
        await line.run(lambda connection: connection.execute(SILENT))
    assert await line.run(lambda connection: connection.scalar(text("SELECT 2"))) == 2
    assert time.monotonic() - begun < 3


async def test_much_work_that_goes_on_is_waited_for(line, monkeypatch) -> None:
    monkeypatch.setattr("backoffice_sync.connectors.sql.line.ANSWER_SECONDS", 0.4)

    def long(connection) -> int:
        return sum(connection.scalar(text("SELECT 1 FROM pg_sleep(0.15)")) for _ in range(5))

    assert await line.run(long) == 5


async def test_whoever_is_told_to_stop_keeps_no_thread_waiting(line) -> None:
    waiting = asyncio.create_task(line.run(lambda connection: connection.execute(SILENT)))
    await asyncio.sleep(0.3)
    waiting.cancel()
    begun = time.monotonic()
    assert await line.run(lambda connection: connection.scalar(text("SELECT 1"))) == 1
    assert time.monotonic() - begun < 2
