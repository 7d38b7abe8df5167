"""What the reports come to: for everybody who has the address, for the donor's eyes, and for the central base."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import ENTITIES
from backoffice_sync.outward.bounces import deliver_bounces
from backoffice_sync.outward.push import push
from portal import clock, jobs, journal, work
from portal.unsubscribe.rules import EVERYTHING
from tests.backoffice_sync.test_receipt_wish import central_base
from tests.personas import CLAIRE, MARIE, NADIA, PAUL, Person
from tests.test_housekeeping import run_now

__all__ = ["central_base"]
TODAY = clock.today()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def told(mailing_tool, work_off) -> Callable[..., Any]:
    """Let the mailing tool report failures of these days, and the worker judge them."""

    async def tell(address: str, kind: str, *days: int, **more: str) -> None:
        for day in days:
            await mailing_tool.tell(mailing_tool.event(address, kind, days_ago=day, **more))
        await work_off()

    return tell


@pytest.fixture
def marks(owner) -> Callable[[Person], tuple[Any, ...]]:
    query = (
        "SELECT bounced_on, soft_bounced_on, complained_on FROM email_address e JOIN member m ON m.id = e.member_id "
        "WHERE m.number = %s AND e.is_main"
    )
    return lambda person: owner.execute(query, [person.number]).fetchone()


@pytest.fixture
def objections(owner) -> Callable[[Person], list[str]]:
    query = "SELECT objections FROM contact_choice c JOIN member m ON m.id = c.member_id WHERE m.number = %s"
    return lambda person: owner.execute(query, [person.number]).fetchone()[0]


async def test_on_the_third_day_the_donor_is_told(told, marks, visitor) -> None:
    await told(MARIE.email, "hard", 9, 5)
    assert marks(MARIE) == (None, None, None)
    await told(MARIE.email, "hard", 1)
    assert marks(MARIE) == (ago(1), None, None)
    walker = visitor()
    await walker.enter(MARIE)
    assert f"Our e-mail to {MARIE.email} came back on" in (await walker.get("/")).text


async def test_everybody_who_has_the_address_is_marked_and_nobody_else(told, marks, owner) -> None:
    await told("COUPLE@example.org", "hard", 9, 5, 1)
    assert (marks(CLAIRE), marks(PAUL), marks(NADIA)) == ((ago(1), None, None),) * 2 + ((None, None, None),)
    noted = owner.execute(
        "SELECT m.number, j.actor, j.data ->> 'address', j.data ->> 'bounced_on' FROM journal j "
        "JOIN member m ON m.id = j.member_id WHERE j.kind = 'email.failed' ORDER BY m.number"
    ).fetchall()
    assert noted == [(person.number, "mail program", PAUL.email, ago(1).isoformat()) for person in (CLAIRE, PAUL)]


async def test_a_verdict_is_noted_once(told, owner) -> None:
    await told(MARIE.email, "hard", 9, 5, 3)
    await told(MARIE.email, "hard", 2, 1)
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'email.failed'").fetchone() == (1,)


async def test_the_journal_is_whole(told, settings) -> None:
    await told("couple@example.org", "complaint", 1)
    assert await work.as_owner(settings, journal.verify) == []


async def test_a_complaint_stops_all_mails_of_everybody_with_the_address(told, marks, objections, owner) -> None:
    owner.execute("UPDATE contact_choice SET objections = ARRAY['news/post', 'news/email']")
    await told(PAUL.email, "complaint", 1)
    for person in (CLAIRE, PAUL):
        assert marks(person) == (None, None, ago(1))
        assert objections(person) == sorted({*EVERYTHING, "news/post"})
    assert objections(NADIA) == ["news/post", "news/email"]
    ledger = owner.execute(
        "SELECT source, actor, text_id, count(*) FROM consent_entry WHERE source <> 'central' GROUP BY 1, 2, 3"
    ).fetchall()
    assert ledger == [("complaint", "mail program", None, 2 * (len(EVERYTHING) - 1))]


async def test_who_wants_mails_again_after_a_complaint_is_not_overruled(told, objections, owner) -> None:
    await told(MARIE.email, "complaint", 3)
    owner.execute("UPDATE contact_choice SET objections = '{}'")
    await told(MARIE.email, "soft", 0)
    assert objections(MARIE) == []
    await told(MARIE.email, "complaint", 0)
    assert objections(MARIE) == sorted(EVERYTHING)


async def test_what_a_job_has_judged_already_changes_nothing(told, settings, owner, marks) -> None:
    await told(MARIE.email, "hard", 9, 5, 1)
    owner.execute("UPDATE mail_verdict SET delivered = true")
    await work.as_owner(settings, lambda db: jobs.defer(db, "bounces.judge", since="2020-01-01T00:00:00+00:00"))
    await work.run(settings, until_idle=True)
    assert owner.execute("SELECT delivered FROM mail_verdict").fetchall() == [(True,)]
    assert marks(MARIE) == (ago(1), None, None)


async def test_an_address_that_nobody_has_gets_no_verdict(told, owner) -> None:
    await told("unknown@example.org", "hard", 9, 5, 1)
    assert owner.execute("SELECT count(*) FROM mail_verdict").fetchone() == (0,)


async def test_an_address_of_a_closed_record_complains_for_nobody(told, objections, owner) -> None:
    owner.execute("UPDATE member SET closed = true WHERE number = %s", [PAUL.number])
    await told(PAUL.email, "complaint", 1)
    assert (objections(CLAIRE), objections(PAUL)) == (sorted(EVERYTHING), [])


async def test_who_proves_the_address_again_starts_anew(told, marks, owner) -> None:
    await told(MARIE.email, "hard", 9, 5, 3)
    owner.execute("UPDATE email_address SET confirmed_on = %s WHERE mailbox = %s", [ago(2), MARIE.email])
    await told(MARIE.email, "hard", 1)
    assert marks(MARIE) == (None, None, None)


async def test_what_the_central_base_knows_of_an_address_stays(told, marks, owner) -> None:
    owner.execute("UPDATE email_address SET bounced_on = %s", [ago(400)])
    owner.execute("UPDATE email_address SET confirmed_on = NULL")
    await told(MARIE.email, "soft", 5, 3, 1)
    assert marks(MARIE) == (ago(400), ago(1), None)
    assert owner.execute("SELECT bounced_on FROM mail_verdict").fetchall() == [(ago(400),)]


async def test_a_soft_mark_goes_after_a_silence(told, marks, owner, settings) -> None:
    await told(MARIE.email, "soft", 9, 5, 1)
    await run_now(settings, "bounces.forgive")
    assert marks(MARIE) == (None, ago(1), None)
    owner.execute("UPDATE mail_failure SET failed_at = failed_at - interval '31 days'")
    owner.execute("UPDATE email_address SET soft_bounced_on = soft_bounced_on - 31")
    await run_now(settings, "bounces.forgive")
    assert marks(MARIE) == (None, None, None)
    assert owner.execute("SELECT soft_bounced_on, delivered FROM mail_verdict").fetchall() == [(None, False)]


async def test_reports_are_deleted_after_a_year_and_what_they_came_to_stays(told, marks, owner, settings) -> None:
    await told(MARIE.email, "hard", 9, 5, 1)
    owner.execute("UPDATE mail_failure SET failed_at = failed_at - interval '358 days'")
    await run_now(settings, "housekeeping.purge")
    assert owner.execute("SELECT count(*) FROM mail_failure").fetchone() == (2,)
    await told(MARIE.email, "soft", 0)
    assert marks(MARIE) == (ago(1), None, None)


async def test_many_addresses_cost_no_more_statements(mailing_tool, work_off, owner) -> None:
    owner.execute(
        "INSERT INTO email_address (member_id, address, is_main, origin, recorded_on) "
        "SELECT id, 'd' || n || '@example.org', false, '', current_date FROM member, generate_series(1, 300) n "
        "WHERE number = %s",
        [NADIA.number],
    )
    owner.execute("UPDATE email_address SET confirmed_on = NULL")
    for day in (3, 2, 1):
        addresses = [f"d{number}@example.org" for number in range(1, 301)]
        await mailing_tool.tell(*(mailing_tool.event(address, days_ago=day) for address in addresses))
    await work_off()
    query = "SELECT count(*) FROM email_address WHERE bounced_on = %s"
    assert owner.execute(query, [ago(1)]).fetchone() == (300,)
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'email.failed'").fetchone() == (300,)


THEIRS = ("bounced_on", "soft_bounced_on", "complained_on")


async def in_central_base(central_base, person: Person) -> tuple[Any, ...]:
    names = ENTITIES["email"].incoming
    [row] = [dict(zip(names, row, strict=True)) for row in await central_base.directory.rows_of("email", person.number)]
    return tuple(row[name] for name in THEIRS)


async def test_the_central_base_is_told_and_the_pull_that_brings_it_back_changes_nothing(
    central_base, told, marks, owner, sync_database
) -> None:
    await told(PAUL.email, "hard", 9, 5, 1)
    await told(MARIE.email, "complaint", 2)
    assert await deliver_bounces(sync_database, central_base.directory) == 2
    assert await deliver_bounces(sync_database, central_base.directory) == 0
    for person in (CLAIRE, PAUL):
        assert await in_central_base(central_base, person) == (ago(1), None, None)
    assert await in_central_base(central_base, MARIE) == (None, None, ago(2))
    await push(sync_database, central_base.directory)
    assert set(owner.execute("SELECT status FROM recorded_change").fetchall()) == {("confirmed",)}
    before = owner.execute("SELECT * FROM email_address ORDER BY id").fetchall()
    await pull(sync_database, central_base.directory)
    assert owner.execute("SELECT * FROM email_address ORDER BY id").fetchall() == before
    assert marks(MARIE) == (None, None, ago(2))


async def test_who_proved_their_address_before_the_central_base_could_be_told_is_believed(
    central_base, told, marks, owner, sync_database
) -> None:
    await told(MARIE.email, "hard", 9, 5, 1)
    owner.execute(
        "UPDATE email_address SET confirmed_on = %s, bounced_on = NULL WHERE address = %s", [TODAY, MARIE.email]
    )
    await deliver_bounces(sync_database, central_base.directory)
    assert await in_central_base(central_base, MARIE) == (None, None, None)
    await pull(sync_database, central_base.directory)
    assert marks(MARIE) == (None, None, None)


async def test_the_objections_of_a_complaint_arrive_in_the_central_base(central_base, told, sync_database) -> None:
    await told(MARIE.email, "complaint", 2)
    await push(sync_database, central_base.directory)
    held = await central_base.directory.read(MARIE.number, "objections")
    assert held == {"objections": sorted(EVERYTHING)}
