"""What is known of mailboxes, for all of them at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.bounces.models import MailFailure, MailVerdict
from portal.bounces.rules import COMPLAINT, KEPT, Report, Verdict
from portal.members.models import Member
from portal.profile.models import EmailAddress

Mailboxes = Select[str]


@dataclass(frozen=True)
class Case:
    """An address that some member has: its reports, what held until now, and when its reader last proved to be one."""

    mailbox: str
    former: Verdict
    proved_on: date | None
    reports: Sequence[Report]


def reported_since(moment: datetime) -> Mailboxes:
    return select(MailFailure.mailbox).where(MailFailure.reported_at >= moment)


def softly_bounced() -> Mailboxes:
    """Those whose mark goes by itself when nothing more is heard."""
    return select(MailVerdict.mailbox).where(MailVerdict.soft_bounced_on.is_not(None))


async def cases(db: AsyncSession, mailboxes: Mailboxes) -> list[Case]:
    """In two statements, however many they are."""
    reports: dict[str, list[Report]] = defaultdict(list)
    told = select(MailFailure.mailbox, MailFailure.kind, MailFailure.failed_at).where(
        MailFailure.mailbox.in_(mailboxes), MailFailure.failed_at > clock.now() - KEPT
    )
    for mailbox, kind, failed_at in await db.execute(told):
        reports[mailbox].append(Report(kind, clock.paris(failed_at).date()))
    held = (
        select(
            EmailAddress.mailbox, func.max(EmailAddress.bounced_on), func.max(EmailAddress.soft_bounced_on),
            func.max(EmailAddress.complained_on), func.max(EmailAddress.confirmed_on),
        )
        .where(EmailAddress.mailbox.in_(mailboxes))
        .group_by(EmailAddress.mailbox)
    )  # fmt: skip
    return [
        Case(mailbox, Verdict(*days), proved_on, reports[mailbox])
        for mailbox, *days, proved_on in await db.execute(held)
    ]


async def complained_of(db: AsyncSession, since: datetime) -> Sequence[UUID]:
    """The members at whose address a mail was called unwanted, as reported since then."""
    query = (
        select(EmailAddress.member_id)
        .join(MailFailure, MailFailure.mailbox == EmailAddress.mailbox)
        .join(Member, Member.id == EmailAddress.member_id)
        .where(MailFailure.kind == COMPLAINT, MailFailure.reported_at >= since, Member.closed.is_(False))
        .distinct()
        .order_by(EmailAddress.member_id)
    )
    return (await db.scalars(query)).all()
