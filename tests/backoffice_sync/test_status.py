"""The status: what it measures, what it calls bad, and that it needs the portal alone."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import ENTITIES
from backoffice_sync.outward.push import push
from backoffice_sync.watch import report
from backoffice_sync.watch.report import Level, ago, in_words, is_well, lines
from backoffice_sync.watch.status import status
from portal import changes, clock
from portal.i18n import N_
from tests.conftest import SECRET
from tests.personas import MARIE, NADIA
from tests.reviews.conftest import move


@pytest.fixture
def heard(sync_database):
    """A duty that was done, or could not be, some seconds ago."""

    async def heard(duty, seconds=0, problem="", **figures):
        async with sync_database.begin() as db:
            await changes.beat(db, duty, **figures)
            if problem:
                await changes.stumble(db, duty, problem)

    return heard


@pytest.fixture
async def well(owner, heard):
    """An installation in which nothing is wrong."""
    owner.execute("UPDATE sync_cursor SET pushes = true, moved_at = now()")
    for duty in ("push", "pull", "reconcile"):
        await heard(duty, **({"missed": 0, "lost": 0, "gone": 0} if duty == "reconcile" else {}))


@pytest.fixture
def look(sync_database):
    async def look():
        return await status(sync_database)

    return look


def level(found, name) -> Level:
    return next(line.level for line in lines(found) if line.name == name)


async def test_all_is_well_when_all_is_well(well, look) -> None:
    found = await look()
    assert {line.level for line in lines(found)} == {Level.WELL}
    assert is_well(found)


async def test_before_the_first_pull_everything_wants_a_look_and_nothing_is_bad(owner, look) -> None:
    owner.execute("TRUNCATE sync_cursor, sync_heartbeat")
    found = await look()
    assert is_well(found)
    assert level(found, "last pull") is Level.LOOK
    assert "last pull                  never" in in_words(found)
    assert "no: backoffice-sync enable-push" in in_words(found)


@pytest.mark.parametrize(
    ("age", "expected"), [("50 seconds", Level.WELL), ("2 minutes", Level.LOOK), ("11 minutes", Level.BAD)]
)
async def test_an_open_change_grows_from_well_to_bad(well, look, visitor, owner, age, expected) -> None:
    marie = visitor()
    await marie.enter(MARIE)
    await move(marie, "rue Neuve")
    owner.execute(f"UPDATE recorded_change SET recorded_at = now() - interval '{age}'")
    found = await look()
    assert level(found, "oldest open change") is expected
    assert is_well(found) is (expected is not Level.BAD)


@pytest.mark.parametrize(
    ("duty", "look_at", "bad"), [("push", 2, 11), ("pull", 6, 31), ("reconcile", 27 * 60, 51 * 60)]
)
async def test_a_duty_that_was_not_done_for_long_is_told(well, look, owner, duty, look_at, bad) -> None:
    for minutes, expected in ((look_at, Level.LOOK), (bad, Level.BAD)):
        owner.execute(
            "UPDATE sync_heartbeat SET at = now() - make_interval(mins => %s) WHERE duty = %s", [minutes, duty]
        )
        assert level(await look(), f"last {duty}") is expected


async def test_a_trouble_says_what_it_is_and_since_when(well, look, heard, owner) -> None:
    await heard("push", problem="the central base is not reached (OSError)")
    owner.execute("UPDATE sync_heartbeat SET problem_since = now() - interval '3 minutes'")
    found = await look()
    assert "trouble: push              the central base is not reached (OSError) (since 3 min)" in in_words(found)
    assert level(found, "trouble: push") is Level.LOOK
    owner.execute("UPDATE sync_heartbeat SET problem_since = now() - interval '20 minutes'")
    assert not is_well(await look())


async def test_a_trouble_that_will_not_pass_by_itself_is_bad_at_once(well, look, heard) -> None:
    await heard("pull", problem="the central base is not made as it was: one field\nanother")
    assert "not made as it was: one field; another (since" in in_words(await look())
    await heard("pull", problem="the central base does not let us in")
    assert not is_well(await look())


async def test_what_is_parked_is_counted_by_group_with_its_members(
    well, look, visitor, sync_database, central_directory
) -> None:
    marie = visitor()
    await marie.enter(MARIE)
    await move(marie, "rue Neuve")
    central_directory.refuses = lambda _: N_("Our records cannot take this address.")
    await push(sync_database, central_directory)
    found = await look()
    assert found["parked"] == {"address": 1}
    assert "parked for people          1 (address 1)" in in_words(found)
    assert level(found, "parked for people") is Level.LOOK
    assert found["writes"] == {"applied": 0, "agreed": 0, "conflict": 0, "rejected": 1, "unknown": 0}


async def test_people_requests_and_conflicts_that_wait_are_counted(well, look, owner, member_id) -> None:
    for number, (state, undelivered) in enumerate((("saved", ""), ("saved", "no"), ("seen", ""), ("accepted", ""))):
        owner.execute(
            "INSERT INTO member_request (key, member_id, kind, wish, state, undelivered, about) "
            "VALUES (%s, %s, 'other', '', %s, %s, %s)",
            [f"k{number}", member_id(MARIE), state, undelivered, f"{number}"],
        )
    for person, looked in ((MARIE, None), (NADIA, "2026-01-01")):
        owner.execute(
            "INSERT INTO sync_conflict (member_id, field_group, rule, looked_at) VALUES (%s, 'memo', '', %s)",
            [member_id(person), looked],
        )
    found = await look()
    assert found["requests"] == {"not_handed_over": 1, "refused_there": 1, "with_people_there": 1}
    assert (found["conflicts"], found["conflicts_not_looked_at"]) == (2, 1)
    assert "1 to hand over, 1 refused there, 1 with people there" in in_words(found)


async def test_a_load_under_way_says_how_far_it_is(well, look, owner) -> None:
    owner.execute("INSERT INTO sync_load (system, position, entity) VALUES ('memory', '1', 'gift')")
    found = await look()
    share = round(100 * list(ENTITIES).index("gift") / len(ENTITIES))
    assert found["load"]["percent"] == share
    assert f"first load                 {share} %, at gift" in in_words(found)


async def test_drift_offset_echo_and_new_fields_are_told(well, look, heard, owner) -> None:
    await heard("pull", clock_offset=-3600.4)
    await heard("reconcile", missed=2, lost=1, gone=0, compared=100)
    owner.execute("INSERT INTO sync_tally (name, count) VALUES ('news', 200), ('echo', 50), ('applied', 7)")
    await heard("catalogue", fields=90, new=["member.shoe_size"])
    owner.execute("INSERT INTO sync_missing (entity, central_id) VALUES ('gift', 'g1')")
    found = await look()
    text = in_words(found)
    assert (found["drift"], found["echo_rate"], found["clock_offset_seconds"]) == (3, 0.25, -3600.4)
    for words in ("3 mended", "-3600 s from ours", "25.0% of 200", "7 applied", "1 (member.shoe_size)"):
        assert words in text
    assert level(found, "drift at last reconcile") is Level.LOOK


async def test_a_jump_of_the_central_clock_is_noted_and_a_steady_difference_is_not(
    sync_database, central_directory, owner
) -> None:
    async def offset(**units):
        async def now():
            return clock.now() + timedelta(**units)

        central_directory.now = now
        owner.execute("UPDATE sync_heartbeat SET figures = figures || '{\"measured_at\": 0}' WHERE duty = 'pull'")
        await pull(sync_database, central_directory)
        return owner.execute("SELECT figures FROM sync_heartbeat WHERE duty = 'pull'").fetchone()[0]

    owner.execute("UPDATE sync_heartbeat SET figures = '{}'")
    assert "jumped_at" not in await offset(hours=-1)
    assert "jumped_at" not in await offset(hours=-1, minutes=4)
    jumped = await offset(minutes=2)
    assert jumped["jumped_at"] == jumped["measured_at"]
    assert (await offset(minutes=2))["jumped_at"] == jumped["jumped_at"], "it stays known when it was"


def test_colours_go_with_a_word_that_says_the_same() -> None:
    line = report.Line("a", "b", Level.BAD)
    assert report._printed(line, coloured=False).startswith("BAD ")
    assert report._printed(line, coloured=True).startswith("\x1b[31;1mBAD ")


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "never"), (5, "5 s"), (300, "5 min"), (3 * 3600, "3 h"), (3 * 86400, "3 days")]
)
def test_an_age_is_said_as_one_says_it(seconds, words) -> None:
    assert ago(seconds) == words


def run(settings, *options, central="postgresql://nobody@127.0.0.1:1/nothing"):
    environment = os.environ | {"DATABASE_URL": settings.database_url, "SECRET_KEY": SECRET, "CENTRAL_URL": central}
    command = [sys.executable, "-c", "from backoffice_sync.cli import main; main()", "status", *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


async def test_the_command_needs_no_central_base_and_ends_with_1_when_something_is_bad(settings, well, owner) -> None:
    said = run(settings)
    assert (said.returncode, said.stderr) == (0, "")
    assert "\x1b" not in said.stdout, "colours are for terminals"
    assert json.loads(run(settings, "--json").stdout)["pushes_enabled"] is True
    assert "donor_sync_well 1\n" in run(settings, "--metrics").stdout
    owner.execute("UPDATE sync_heartbeat SET at = now() - interval '2 hours' WHERE duty = 'push'")
    assert run(settings).returncode == 1
    assert run(settings, "--json").returncode == 1
