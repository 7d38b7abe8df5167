"""The mail with the link and the code. Only here is it found out whether anybody has the address."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import func, select, update

from portal import crypto
from portal.jobs import Workshop, queue, workshop
from portal.signin.models import SignInRequest
from portal.signin.queries import identities
from portal.signin.rules import UNKNOWN_ADDRESS
from portal.web import throttle


@queue.task(
    name="signin.send_mail",
    pass_context=True,
    retry=RetryStrategy(max_attempts=6, exponential_wait=2, retry_exceptions=(OSError,)),
)
async def send_mail(context: JobContext, wish_id: str) -> None:
    """Make the secrets, store their hashes, send the mail.

    The link's life counts from the first attempt, not from the click. Secrets
    exist in this process and in the mail only; another attempt makes new ones.
    """
    shop = workshop(context)
    prepared = await _prepare(shop, UUID(wish_id))
    if prepared is not None:
        to, name, language, secrets = prepared
        await shop.mailer.send(to, name, language, **secrets)


async def _prepare(shop: Workshop, wish_id: UUID) -> tuple[str, str, str, dict[str, object]] | None:
    settings = shop.settings
    async with shop.database.begin() as db:
        wish = (await db.execute(select(SignInRequest).where(SignInRequest.id == wish_id))).scalar_one_or_none()
        if wish is None:
            return None
        # One wish for an address at a time: each ends the ones before it.
        await db.execute(select(func.pg_advisory_xact_lock(func.hashtext(wish.email))))
        await db.refresh(wish)
        if wish.used_at is not None:
            return None
        people = await identities(db, wish.email, with_staff=settings.staff_email_sign_in)
        if not people:
            first_today = await throttle.allow(db, settings, UNKNOWN_ADDRESS, wish.email)
            return (wish.email, "no-member", wish.language, {}) if first_today else None
        token, code = crypto.new_token(), crypto.new_code()
        older = (
            SignInRequest.email == wish.email,
            SignInRequest.id != wish.id,
            SignInRequest.used_at.is_(None),
        )
        await db.execute(update(SignInRequest).where(*older).values(used_at=func.now()))
        wish.token_hash = crypto.digest(token)
        wish.code_hash = crypto.keyed_digest(settings.secret_key, "sign-in code", str(wish.id), code)
        if wish.expires_at is None:
            wish.expires_at = await db.scalar(
                select(func.now() + func.make_interval(0, 0, 0, 0, 0, settings.link_minutes))
            )
        link = f"{settings.base_url}/sign-in/link/{token}"
        return (
            wish.email,
            "sign-in",
            wish.language,
            {"link": link, "code": code, "minutes": settings.link_minutes},
        )
