"""The service: how it follows, pauses and ends."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backoffice_sync.inward.pull import pull
from backoffice_sync.run import Service
from portal.database import role_url
from tests.backoffice_sync.bases import ANNE, Reference, fill
from tests.backoffice_sync.crowd import LEFT, gather
from tests.issuing.givers import LAST_YEAR

PATIENCE = 20


@pytest.fixture
def service(sync_database, central_directory, owner):
    owner.execute("UPDATE sync_cursor SET pushes = true")
    owner.execute("INSERT INTO sync_heartbeat (duty, at) VALUES ('reconcile', now())")  # not now
    return Service(sync_database, central_directory, central_directory, 10.0)


async def works_until(service, met) -> None:
    """Let the service work until something is true.

    Raises:
        TimeoutError: it does not become true.
    """
    work = asyncio.create_task(service.work())
    async with asyncio.timeout(PATIENCE):
        while not met():  # noqa: ASYNC110 - no event tells what is in the database
            await asyncio.sleep(0.05)
    service.stop.set()
    await work


async def test_after_some_failures_the_base_is_left_alone_and_status_says_until_when(
    service, owner, central_directory, monkeypatch
) -> None:
    monkeypatch.setattr("backoffice_sync.run.RECOVER_SECONDS", 0.0)
    central_directory.reachable = False
    problem = "SELECT problem FROM sync_heartbeat WHERE duty = 'push'"
    await works_until(service, lambda: "asked again in" in (owner.execute(problem).fetchone() or ("",))[0])
    assert service.breaker.seconds_left > 0
    assert "is not reached" in owner.execute(problem).fetchone()[0]


async def test_whatever_breaks_in_a_round_does_not_end_the_service(service, central_directory, monkeypatch) -> None:
    asked = []

    async def garbage(_):
        asked.append(1)
        raise KeyError

    monkeypatch.setattr("backoffice_sync.run.RECOVER_SECONDS", 0.0)
    monkeypatch.setattr(central_directory, "news", garbage)
    await works_until(service, lambda: len(asked) > 1)


async def test_while_both_sides_are_compared_changes_go_on_arriving(
    service, owner, central_directory, monkeypatch
) -> None:
    crowd = gather(owner, 3)
    service.directory = crowd
    owner.execute("UPDATE sync_heartbeat SET at = now() - interval '2 days' WHERE duty = 'reconcile'")
    begun, ended = asyncio.Event(), []

    async def endless(_, directory) -> None:
        assert directory is central_directory, "not by the line that the rounds need"
        begun.set()
        try:
            await asyncio.sleep(PATIENCE * 2)
        finally:
            ended.append(1)

    monkeypatch.setattr("backoffice_sync.run.reconcile.reconcile", endless)
    await works_until(service, lambda: begun.is_set() and owner.execute(LEFT).fetchone() == (0,))
    assert ended == [1], "it ends with the service"


async def test_a_comparison_that_breaks_is_begun_again(service, owner, monkeypatch) -> None:
    owner.execute("UPDATE sync_heartbeat SET at = now() - interval '2 days' WHERE duty = 'reconcile'")
    service.pull_seconds = 0.0
    begun = []

    async def breaks(*_) -> None:
        begun.append(1)
        raise KeyError

    monkeypatch.setattr("backoffice_sync.run.reconcile.reconcile", breaks)
    await works_until(service, lambda: len(begun) > 1)


async def test_nothing_is_passed_on_before_an_administrator_lets_it(service, owner, monkeypatch) -> None:
    crowd = gather(owner, 3)
    service.directory = crowd
    service.next_pull = float("inf")
    owner.execute("UPDATE sync_cursor SET pushes = false")
    pushes = []

    async def looked(*_) -> bool:
        pushes.append(1)
        return bool(owner.execute("SELECT pushes FROM sync_cursor").fetchone()[0])

    monkeypatch.setattr("backoffice_sync.run.may_push", looked)
    await works_until(service, lambda: len(pushes) > 1)
    assert owner.execute(LEFT).fetchone() == (3,)


async def test_a_full_queue_is_worked_off_without_pauses(service, owner) -> None:
    crowd = gather(owner, 450)
    service.directory = crowd
    service.next_pull = float("inf")
    begun = time.monotonic()
    await works_until(service, lambda: owner.execute(LEFT).fetchone() == (0,))
    assert time.monotonic() - begun < 4, "a hundred members at a time, one look a second, would take four"
    assert service.breaker.seconds_left == 0


def started(settings, central_url: str, log: Path) -> subprocess.Popen[bytes]:
    sync = role_url(settings.database_url, settings.secret_key, "portal_sync").render_as_string(hide_password=False)
    urls = {"PORTAL_DATABASE_URL": sync, "CENTRAL_URL": central_url}
    with log.open("wb") as output:
        command = [str(Path(sys.executable).parent / "backoffice-sync"), "run"]
        return subprocess.Popen(command, env=os.environ | urls, stdout=output, stderr=output)


async def test_asked_to_end_it_ends_well_and_leaves_nothing_half_done(
    settings, owner, sync_database, central, central_url, tmp_path
) -> None:
    base = Reference(central, central_url)
    fill(base, LAST_YEAR)
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, base.directory)
    await base.directory.close()
    owner.execute("UPDATE sync_cursor SET pushes = true")
    process = started(settings, central_url, tmp_path / "log")
    try:
        owner.execute(
            "WITH anne AS (UPDATE member SET language = 'en', held = true WHERE central_id = %s RETURNING id), "
            "moving AS (INSERT INTO field_in_motion (member_id, field_group, base) "
            "SELECT id, 'language', '{\"language\": \"fr\"}' FROM anne) "
            "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor) "
            "SELECT gen_random_uuid(), id, 'language', '{\"language\": \"fr\"}', '{\"language\": \"en\"}', 'tests' "
            "FROM anne",
            [str(ANNE)],
        )
        for _ in range(PATIENCE * 20):
            if owner.execute(LEFT).fetchone() == (0,):
                break
            await asyncio.sleep(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE)
    assert code == 0, (tmp_path / "log").read_text()
    assert owner.execute("SELECT status FROM recorded_change").fetchall() == [("confirmed",)]
    assert central.execute("SELECT language FROM member WHERE id = %s", [ANNE]).fetchone() == ("en",)
