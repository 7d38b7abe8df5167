"""The worker erases whom an officer confirmed, and tells them: the web's own role has no right to."""

import logging
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n, jobs
from portal.erasure import store
from portal.jobs import queue, workshop
from portal.members.models import Member
from portal.privacy.queries import mail_address
from portal.privacy.rules.answers import REMEDIES

log = logging.getLogger("portal.erasure")


@queue.task(name="erasure.carry_out", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def carry_out(context: JobContext, *, member_id: str, request_id: str, actor: str) -> None:
    """Once, however often it is asked; what has come into the way meanwhile shows on the page again.

    The person is told where they were reached until then; the order for that mail is gone in three days, as all are.
    """
    shop = workshop(context)
    try:
        async with shop.database.begin() as db:
            key = shop.settings.secret_key
            to, language = await _reached(db, UUID(member_id))
            erased = await store.erase(db, UUID(member_id), request_id=UUID(request_id), actor=actor, key=key)
            if erased and to:
                await jobs.defer(db, "erasure.tell", to=to, language=language)
    except store.CannotErase as problem:
        log.warning("the erasure of request %s waits: %s", request_id, problem)


@queue.task(name="erasure.tell", pass_context=True, retry=RetryStrategy(max_attempts=8, exponential_wait=3))
async def tell(context: JobContext, *, to: str, language: str) -> None:
    """GDPR, art. 12 (3): whoever asked is told what was done."""
    await workshop(context).postman.send(to, "erased", language, remedies=REMEDIES)


async def _reached(db: AsyncSession, member_id: UUID) -> tuple[str | None, str]:
    language = await db.scalar(select(Member.language).where(Member.id == member_id))
    return await mail_address(db, member_id), i18n.choose(language or "")
