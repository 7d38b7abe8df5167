"""What is thrown away when its time is over, and what is picked up again."""

from datetime import timedelta

from procrastinate import JobContext
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from sqlalchemy import delete, func, or_, update

from portal.activation.models import ActivationCode, LetterBatch
from portal.bounces.models import MailFailure
from portal.bounces.rules import KEPT as REPORTS_KEPT
from portal.corrections.models import CorrectionRequest
from portal.jobs import queue, workshop
from portal.signin_help.models import VouchedEmail
from portal.signin_help.queries.vouched import OVER
from portal.web.draft import KEPT_FOR, Draft
from portal.web.formkey import FormKey
from portal.web.proof import SignInRequest
from portal.web.session import WebSession
from portal.web.throttle import Throttle

DOCUMENTS_KEPT_FOR = timedelta(days=30)
"""After the decision for which they were sent, in case it is asked about; where the member decided, nobody will."""


@queue.periodic(cron="17 * * * *")
@queue.task(name="housekeeping.purge", pass_context=True, queueing_lock="purge")
async def purge(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Sessions past their end, drafts after an hour, wishes to sign in and letters after a day, and so on."""
    shop = workshop(context)
    ended = func.now() - timedelta(hours=max(shop.settings.session_hours, shop.settings.staff_session_hours))
    async with shop.database.begin() as db:
        await db.execute(delete(WebSession).where(WebSession.created_at < ended))
        await db.execute(delete(SignInRequest).where(SignInRequest.asked_at < func.now() - timedelta(days=1)))
        await db.execute(delete(Draft).where(Draft.at < func.now() - KEPT_FOR))
        await db.execute(delete(FormKey).where(FormKey.at < func.now() - timedelta(days=1)))
        await db.execute(delete(ActivationCode).where(ActivationCode.expires_at < func.now()))
        await db.execute(delete(VouchedEmail).where(OVER))
        await db.execute(delete(LetterBatch).where(LetterBatch.asked_at < func.now() - timedelta(days=1)))
        over = or_(
            CorrectionRequest.decided_at < func.now() - DOCUMENTS_KEPT_FOR,
            CorrectionRequest.decided_by.startswith("member:"),
        )
        held = CorrectionRequest.document.is_not(None)
        await db.execute(update(CorrectionRequest).where(held, over).values(document=None))
        await db.execute(delete(MailFailure).where(MailFailure.failed_at < func.now() - REPORTS_KEPT))
        await db.execute(delete(Throttle).where(Throttle.started_at < func.now() - timedelta(days=2)))
    await queue.job_manager.delete_old_jobs(nb_hours=72, include_failed=True)


@queue.periodic(cron="* * * * *")
@queue.task(name="housekeeping.revive", queueing_lock="revive")
async def revive(timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Jobs whose worker died go back into the queue; a worker is dead when its heartbeat has stopped.

    Where the same work waits in the queue already, the dead job has nothing left to do and is ended.
    """
    for job in await queue.job_manager.get_stalled_jobs():
        try:
            await queue.job_manager.retry_job(job)
        except UniqueViolation:
            await queue.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)
