"""The line between the sync and the central base is cut, silent, slow or closed, at whatever byte."""

import asyncio
import time

import pytest

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.connectors.tryton.connector import TrytonDirectory
from backoffice_sync.outward.push import push
from tests.backoffice_sync.kill.conftest import through

POINTS = 24
"""At so many places of an exchange it is cut."""


@pytest.fixture
async def far(scene, line, address):
    """The central base as the sync reaches it: through the line."""
    connect = TrytonDirectory if address.startswith("tryton") else PostgresDirectory
    made = connect(through(line, address))
    yield made
    await made.close()


async def test_an_answer_cut_after_any_byte_neither_loses_nor_doubles_a_change(scene, line, far) -> None:
    person = scene.people[0]
    await person.move()
    await person.change_phone()
    await push(scene.sync, far)
    assert await scene.is_through()
    whole, line.answered = line.answered, 0
    await person.move()
    await person.change_phone()
    await push(scene.sync, far)
    whole = line.answered
    cut = 0
    for after in range(0, whole + 1, max(1, whole // POINTS)):
        line.answer_left = after
        await person.move()
        await person.change_phone()
        await push(scene.sync, far)
        cut += line.answer_left <= 0
        line.answer_left = None
        await scene.retry()
        await push(scene.sync, far)
        assert await scene.is_through(), f"cut after {after} bytes"
    conflicts, left = await scene.check()
    assert (conflicts, left) == (0, 0)
    print(f"{far.name}: {whole} bytes of answers, cut at {cut} places")
    assert cut >= POINTS - 2


async def test_a_base_that_hangs_delays_a_change_but_does_not_stop_the_worker(scene, line, far, monkeypatch) -> None:
    person = scene.people[0]
    await push(scene.sync, far)
    for moment in ("at once", "after the question"):
        await person.move()
        line.hangs = moment == "at once"
        patient(far, monkeypatch, seconds=1)
        line.asked.clear()
        pushing, began = asyncio.create_task(push(scene.sync, far)), time.monotonic()
        await line.asked.wait()
        line.hangs = True
        await asyncio.wait_for(pushing, 20)
        assert time.monotonic() - began < 15
        assert not await scene.is_through()
        line.hangs = False
        patient(far, monkeypatch, seconds=60)
        await scene.retry()
        await push(scene.sync, far)
        assert await scene.is_through()
    assert await scene.check() == (0, 0)


async def test_a_base_that_turns_everybody_away_or_is_slow_loses_nothing(scene, line, far) -> None:
    for person in scene.people:
        await person.move()
    line.refuses = True
    line.break_lines()
    await push(scene.sync, far)
    assert not await scene.is_through()
    line.refuses = False
    line.delay = 0.01
    await scene.retry()
    await push(scene.sync, far)
    assert await scene.is_through()
    assert await scene.check() == (0, 0)


def patient(far, monkeypatch, *, seconds: float) -> None:
    """Wait only so long for an answer."""
    if far.name == "tryton":
        far._client._http.timeout = seconds
    else:
        monkeypatch.setattr("backoffice_sync.connectors.postgresql.line.ANSWER_SECONDS", seconds)
