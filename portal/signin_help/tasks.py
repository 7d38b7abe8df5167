"""The mail to an address that staff vouched for. The secret of its link exists in this process and in the mail only."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import func, select, update

from portal import crypto, i18n
from portal.jobs import queue, workshop
from portal.members.models import Member
from portal.signin_help.models import VouchedEmail
from portal.signin_help.rules import LIFE


@queue.task(name="signin_help.send_link", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def send_link(context: JobContext, *, vouched_id: str) -> None:
    """The link's life counts from here; another attempt makes another secret. A newer address leaves nothing to do."""
    shop = workshop(context)
    token = crypto.new_token()
    waiting = VouchedEmail.id == UUID(vouched_id), VouchedEmail.confirmed_at.is_(None)
    async with shop.database.begin() as db:
        values = {"token_hash": crypto.digest(token), "expires_at": func.now() + LIFE}
        row = update(VouchedEmail).where(*waiting).values(**values)
        found = (await db.execute(row.returning(VouchedEmail.address, VouchedEmail.member_id))).one_or_none()
        if found is None:
            return
        language = await db.scalar(select(Member.language).where(Member.id == found.member_id))
    link = f"{shop.settings.base_url}/new-address/{token}"
    hours = int(LIFE.total_seconds() // 3600)
    await shop.postman.send(found.address, "vouched-email", i18n.choose(language), link=link, hours=hours)
