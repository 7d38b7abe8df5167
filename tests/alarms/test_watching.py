"""The worker looks each minute; the administrator gets one mail when it begins, one a day, one when it is over."""

from dataclasses import replace

import pytest

from portal import changes, jobs, work
from portal.i18n import N_
from tests.personas import MARIE
from tests.reviews.conftest import move

ADMIN = "admin@association.example"


@pytest.fixture
def watch(settings, postbox):
    """The minute's look."""

    async def watch(to=ADMIN, port=postbox[1]):
        known = replace(settings, alarm_mail=to, smtp_url=f"smtp://127.0.0.1:{port}")
        await work.as_owner(known, lambda db: jobs.defer(db, "alarms.watch", timestamp=0))
        await work.run(known, until_idle=True)

    return watch


@pytest.fixture
async def running(owner, sync_database):
    """A sync that works."""
    owner.execute("UPDATE sync_cursor SET pushes = true")
    async with sync_database.begin() as db:
        for duty in ("push", "pull", "reconcile"):
            await changes.beat(db, duty)


@pytest.fixture
def stop(owner):
    return lambda: owner.execute("UPDATE sync_heartbeat SET at = now() - interval '1 hour' WHERE duty <> 'reconcile'")


@pytest.fixture
def told(mails):
    return lambda: [mail["Subject"] for mail in mails.to(ADMIN)]


async def test_while_all_is_well_nobody_is_told(running, watch, told, owner) -> None:
    await watch()
    assert told() == []
    assert owner.execute("SELECT count(*) FROM alarm").fetchone() == (0,)


async def test_a_sync_that_died_is_told_once_and_once_more_when_it_is_back(
    running, watch, stop, told, mails, owner, sync_database
) -> None:
    stop()
    await watch()
    await watch()
    assert len(told()) == 1
    [mail] = mails.mails
    for kind in ("plain", "html"):
        content = mail.get_body((kind,)).get_content()
        assert "backoffice-sync run" in content
    assert owner.execute("SELECT array_agg(name ORDER BY name) FROM alarm").fetchone() == (
        ["silent pull", "silent push"],
    )
    async with sync_database.begin() as db:
        for duty in ("push", "pull"):
            await changes.beat(db, duty)
    await watch()
    await watch()
    assert len(told()) == 2
    assert owner.execute("SELECT count(*) FROM alarm").fetchone() == (0,)


async def test_what_lasts_is_told_again_after_a_day(running, watch, stop, told, owner) -> None:
    stop()
    await watch()
    owner.execute("UPDATE alarm SET told_at = now() - interval '23 hours'")
    await watch()
    assert len(told()) == 1
    owner.execute("UPDATE alarm SET told_at = now() - interval '25 hours'")
    await watch()
    assert len(told()) == 2


async def test_what_begins_later_is_told_by_itself(running, watch, stop, told, mails, sync_database) -> None:
    stop()
    await watch()
    async with sync_database.begin() as db:
        await changes.beat(db, "reconcile", missed=4, lost=0)
    await watch()
    assert len(told()) == 2
    second = mails.mails[1].get_body(("plain",)).get_content()
    assert "4" in second
    assert "backoffice-sync run" not in second


async def test_while_a_part_still_holds_the_mail_says_so(running, watch, stop, mails, sync_database) -> None:
    stop()
    await watch()
    async with sync_database.begin() as db:
        await changes.beat(db, "pull")
    await watch()
    content = mails.mails[1].get_body(("plain",)).get_content()
    assert content.count("\n- ") == 1


async def test_a_mail_that_could_not_be_sent_is_sent_the_next_minute(running, watch, stop, told, owner) -> None:
    stop()
    await watch(port=9)
    assert owner.execute("SELECT count(*) FROM alarm").fetchone() == (0,), "nobody was told"
    await watch()
    assert len(told()) == 1


async def test_without_an_address_nothing_is_sent_or_noted(running, watch, stop, mails, owner) -> None:
    stop()
    await watch(to="")
    assert mails.mails == []
    assert owner.execute("SELECT count(*) FROM alarm").fetchone() == (0,)


async def test_no_mail_names_a_donor(running, watch, visitor, owner, mails, sync_database) -> None:
    marie = visitor()
    await marie.enter(MARIE)
    await move(marie, "rue Neuve")
    owner.execute("UPDATE recorded_change SET recorded_at = now() - interval '1 hour'")
    owner.execute(
        "INSERT INTO recorded_change (id, member_id, field_group, new, actor, status, parked_at) SELECT "
        "gen_random_uuid(), id, 'memo', '{}', 'x', 'refused', now() FROM member, generate_series(1, 4) "
        "WHERE number < '1007'"
    )
    async with sync_database.begin() as db:
        await changes.stumble(db, "pull", N_("the central base does not let us in"))
    await watch()
    [mail] = mails.mails
    content = mail.as_string() + mail.get_body(("plain",)).get_content()
    assert "/staff/reviews" in content
    assert "backoffice-sync status" in content
    for private in (MARIE.number, "Dupont", "Neuve", MARIE.email):
        assert private not in content
