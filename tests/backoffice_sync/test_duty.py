"""What a pull leaves for status, metrics and alarms; in whatever way it fails, no value of anybody is in it."""

from datetime import timedelta

import pytest

from backoffice_sync.directory import CredentialsRefused, DirectoryUnreachable, SchemaChanged
from backoffice_sync.duty import alone
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from portal import clock
from tests.backoffice_sync.test_push import change_address, type_into_central

PULL = "SELECT problem, problem_since IS NOT NULL, figures FROM sync_heartbeat WHERE duty = 'pull'"
TROUBLES = [
    (CredentialsRefused("password of donor-sync"), "the central base does not let us in"),
    (SchemaChanged("member.last_name"), "the central base is not made as it was: member.last_name"),
    (DirectoryUnreachable(), "the central base is not reached (DirectoryUnreachable)"),
    (KeyError("Marie Dupont"), "KeyError"),
]


@pytest.mark.parametrize(("trouble", "words"), TROUBLES, ids=lambda value: type(value).__name__)
async def test_whatever_fails_is_noted_by_its_kind_and_cleared_by_the_next_success(
    sync_database, central_directory, owner, trouble, words
) -> None:
    news = central_directory.news

    async def fail(_since):
        raise trouble

    central_directory.news = fail
    with pytest.raises(type(trouble)):
        await pull(sync_database, central_directory)
    assert owner.execute(PULL).fetchone()[:2] == (words, True)
    central_directory.news = news
    await pull(sync_database, central_directory)
    assert owner.execute(PULL).fetchone()[:2] == ("", False)


async def test_the_clock_of_the_central_base_is_looked_at_once_in_five_minutes(
    sync_database, central_directory, owner, monkeypatch
) -> None:
    owner.execute("DELETE FROM sync_heartbeat")
    begin, asked = clock.now(), []

    async def an_hour_behind():
        asked.append(1)
        return clock.now() - timedelta(hours=1)

    central_directory.now = an_hour_behind
    for minutes, looks in ((0, 1), (4, 1), (6, 2)):
        monkeypatch.setattr(clock, "now", lambda at=begin + timedelta(minutes=minutes): at)
        await pull(sync_database, central_directory)
        assert owner.execute(PULL).fetchone()[2]["clock_offset"] == -3600.0
        assert len(asked) == looks


async def test_news_that_are_our_own_echo_are_counted(sync_database, central_directory, visitor, owner) -> None:
    await pull(sync_database, central_directory)
    counts = "SELECT name, count FROM sync_tally WHERE name IN ('news', 'echo')"
    before = dict(owner.execute(counts).fetchall())
    await change_address(visitor)
    await push(sync_database, central_directory)
    type_into_central(central_directory, "gift", "g2", amount="16.00")
    await pull(sync_database, central_directory)
    after = dict(owner.execute(counts).fetchall())
    assert {name: after[name] - before.get(name, 0) for name in after} == {"news": 2, "echo": 1}


async def test_who_waits_for_a_lock_gets_it_once_it_is_free(sync_database) -> None:
    async with alone(sync_database, "something") as first, alone(sync_database, "something") as second:
        assert (first, second) == (True, False)
    async with alone(sync_database, "something", wait=True) as third:
        assert third
