"""A mail that tells the member what became of their request."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import select

from portal import i18n
from portal.changes import RecordedChange, Status
from portal.jobs import queue, workshop
from portal.members.models import Member
from portal.profile.models import EmailAddress


@queue.task(
    name="corrections.tell_decision", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2)
)
async def tell_decision(context: JobContext, *, change_id: str, corrected: bool = False) -> None:
    """To the main address, in the member's language; to nobody when mails to it come back."""
    shop = workshop(context)
    query = (
        select(
            RecordedChange.status, RecordedChange.reason, RecordedChange.recorded_at, Member.language,
            EmailAddress.address,
        )
        .join(Member, Member.id == RecordedChange.member_id)
        .join(EmailAddress, EmailAddress.member_id == Member.id)
        .where(RecordedChange.id == UUID(change_id), EmailAddress.is_main, EmailAddress.bounced_on.is_(None))
        .limit(1)
    )  # fmt: skip
    async with shop.database.begin() as db:
        row = (await db.execute(query)).first()
    if row is not None:
        refusal = row.reason if row.status == Status.REFUSED else ""
        language = i18n.choose(row.language)
        facts = {"refusal": refusal, "corrected": corrected, "at": row.recorded_at}
        await shop.postman.send(row.address, "correction-decided", language, **facts)
