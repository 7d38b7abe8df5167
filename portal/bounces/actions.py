"""Keeping reports of mails that came back, and letting hold what they come to."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import any_, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, clock, jobs
from portal.bounces import queries
from portal.bounces.models import MailFailure, MailVerdict
from portal.bounces.queries import Mailboxes
from portal.bounces.rules import Failure, Verdict, judge, kind_of
from portal.consents import queries as choices
from portal.consents.rules import boxes
from portal.consents.store import choose
from portal.journal import JournalEntry
from portal.profile.models import EmailAddress
from portal.unsubscribe.rules import EVERYTHING

ACTOR = "mail program"
FACTS = ("bounced_on", "soft_bounced_on", "complained_on")


async def keep(db: AsyncSession, failures: Sequence[Failure]) -> int:
    """Store what is new and have it judged; gives how many. What was reported before changes nothing."""
    if not failures:
        return 0
    since = clock.now()
    rows = [
        {
            "event": failure.event,
            "mailbox": failure.address.strip().lower(),
            "kind": kind_of(failure.kind, failure.status),
            "failed_at": failure.at,
            "reported_at": since,
            "status": failure.status,
        }
        for failure in failures
    ]
    # The rows apart from the statement: as many statements as they need, however many there are.
    row = upsert(MailFailure).on_conflict_do_nothing(index_elements=[MailFailure.event])
    new = len((await db.scalars(row.returning(MailFailure.id), rows)).all())
    if new:
        await jobs.defer(db, "bounces.judge", since=since.isoformat())
    return new


async def honour_complaints(db: AsyncSession, since: datetime) -> None:
    """Who calls a mail of ours unwanted wants no more of them: everybody with that address objects to all of it."""
    for member_id in await queries.complained_of(db, since):
        await changes.lock(db, member_id)
        standing = await choices.standing(db, member_id, locked=True)
        former = standing.choice.objections if standing else ()
        wanted = [*former, *(code for code in EVERYTHING if code not in boxes(former))]
        await choose(db, member_id, "objections", wanted, shown={}, source="complaint", actor=ACTOR)


async def conclude(db: AsyncSession, mailboxes: Mailboxes) -> None:
    """Judge these mailboxes; a verdict that is new holds for everybody who has the address, and goes to the centre."""
    today = clock.today()
    new: dict[str, Verdict] = {}
    worse: list[str] = []
    for case in await queries.cases(db, mailboxes):
        verdict = judge(case.reports, case.former, proved_on=case.proved_on, today=today)
        if verdict != case.former:
            new[case.mailbox] = verdict
            worse += [case.mailbox] * verdict.is_worse_than(case.former)
    if not new:
        return
    row = upsert(MailVerdict)
    told = {name: row.excluded[name] for name in FACTS} | {"delivered": False}
    rows = [{"mailbox": mailbox, **asdict(verdict)} for mailbox, verdict in sorted(new.items())]
    held = row.on_conflict_do_update(index_elements=[MailVerdict.mailbox], set_=told)
    await db.execute(held, rows, execution_options={"render_nulls": True})
    addresses = update(EmailAddress).where(
        EmailAddress.mailbox == MailVerdict.mailbox, MailVerdict.mailbox == _any(sorted(new))
    )
    facts = {name: getattr(MailVerdict, name) for name in FACTS}
    await db.execute(addresses.values(facts), execution_options={"synchronize_session": False})
    await _note(db, worse)


async def _note(db: AsyncSession, mailboxes: list[str]) -> None:
    """In the journal of each member concerned, all at once; in one order, so that nobody waits in a ring."""
    data = func.jsonb_build_object(
        "address", EmailAddress.address, *(part for name in FACTS for part in (name, getattr(EmailAddress, name)))
    )
    entries = (
        select(literal("email.failed"), literal(ACTOR), EmailAddress.member_id, data)
        .where(EmailAddress.mailbox == _any(mailboxes))
        .order_by(EmailAddress.member_id)
    )
    table = JournalEntry.__table__.c
    columns = [table.kind, table.actor, table.member_id, table.data]
    await db.execute(insert(JournalEntry).from_select(columns, entries, include_defaults=False).inline())


def _any(mailboxes: list[str]) -> object:
    return any_(literal(mailboxes, ARRAY(TEXT)))
