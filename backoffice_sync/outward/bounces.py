"""Telling the central base which mailboxes no longer take our mails: a fact, told again until it has arrived."""

from dataclasses import astuple

from sqlalchemy import func, select, update

from backoffice_sync.directory import Bounce, Directory
from portal import clock
from portal.bounces.models import MailVerdict
from portal.bounces.rules import Verdict, judge
from portal.database import Database
from portal.profile.models import EmailAddress

FACTS = (MailVerdict.mailbox, MailVerdict.bounced_on, MailVerdict.soft_bounced_on, MailVerdict.complained_on)


async def deliver_bounces(portal: Database, directory: Directory, *, limit: int = 100) -> int:
    """Tell what it has not been told yet; gives how many.

    Whoever has proved meanwhile that they read the mailbox is believed: nothing is held against it any more.

    Raises:
        DirectoryUnreachable: the rest waits.
    """
    if not directory.capabilities.keeps_bounces:
        return 0
    proved_on = select(func.max(EmailAddress.confirmed_on)).where(EmailAddress.mailbox == MailVerdict.mailbox)
    query = select(*FACTS, proved_on.scalar_subquery()).where(~MailVerdict.delivered).limit(limit)
    async with portal.begin() as db:
        due = (await db.execute(query)).all()
    for mailbox, *days, proved in due:
        verdict = judge((), Verdict(*days), proved_on=proved, today=clock.today())
        await directory.put_bounce(Bounce(mailbox, *astuple(verdict)))
        async with portal.begin() as db:  # unless a newer report has come meanwhile
            same = [column.is_not_distinct_from(value) for column, value in zip(FACTS, (mailbox, *days), strict=True)]
            await db.execute(update(MailVerdict).where(*same).values(delivered=True))
    return len(due)
