"""The mail with the link and the code. Only here is it found out whether anybody has the address."""

from dataclasses import dataclass, field
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import crypto
from portal.jobs import Workshop, queue, workshop
from portal.settings import Settings
from portal.signin.queries import identities
from portal.signin.rules import UNKNOWN_ADDRESS
from portal.web import places, proof, throttle
from portal.web.proof import SignInRequest

LINKS = {proof.SIGN_IN: "/sign-in/link"} | dict.fromkeys(proof.NEW_EMAIL, "/profile/emails/link")


@dataclass(frozen=True)
class Letter:
    to: str
    name: str
    language: str
    secrets: dict[str, object] = field(default_factory=dict)


@queue.task(name="signin.send_mail", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def send_mail(context: JobContext, wish_id: str) -> None:
    """Make the secrets, store their hashes, send the mail.

    The link's life counts from the first attempt, not from the click. Secrets
    exist in this process and in the mail only; another attempt makes new ones.
    """
    shop = workshop(context)
    first_attempt = context.job is None or context.job.attempts == 0
    letter = await _prepare(shop, UUID(wish_id), first_attempt=first_attempt)
    if letter is not None:
        await shop.postman.send(letter.to, letter.name, letter.language, **letter.secrets)


async def _prepare(shop: Workshop, wish_id: UUID, *, first_attempt: bool) -> Letter | None:
    """All that a page could notice happens for unknown addresses too."""
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
        older = (
            SignInRequest.email == wish.email,
            SignInRequest.purpose == wish.purpose,
            SignInRequest.asked_at < wish.asked_at,
        )
        await db.execute(
            update(SignInRequest).where(*older, SignInRequest.used_at.is_(None)).values(used_at=func.now())
        )
        if wish.expires_at is None:
            life = func.make_interval(0, 0, 0, 0, 0, settings.link_minutes)
            wish.expires_at = await db.scalar(select(func.now() + life))
        return await _letter(db, settings, wish, first_attempt=first_attempt)


async def _letter(db: AsyncSession, settings: Settings, wish: SignInRequest, *, first_attempt: bool) -> Letter | None:
    if wish.purpose == proof.SIGN_IN and not await _is_known(db, settings, wish.email):
        if first_attempt and not await throttle.allow(db, settings, UNKNOWN_ADDRESS, wish.email):
            return None
        return Letter(wish.email, "no-member", wish.language)
    is_new = wish.purpose in proof.NEW_EMAIL
    if is_new and await _is_somebody_elses(db, wish):
        return Letter(wish.email, "email-taken", wish.language)
    return Letter(wish.email, "new-email" if is_new else wish.purpose, wish.language, _secrets(settings, wish))


async def _is_known(db: AsyncSession, settings: Settings, email: str) -> bool:
    return bool(await identities(db, email, with_staff=settings.staff_email_sign_in))


async def _is_somebody_elses(db: AsyncSession, wish: SignInRequest) -> bool:
    """Do others sign in with it, and the member who asked does not yet?"""
    people = {person.id for person in await identities(db, wish.email, with_staff=False)}
    return bool(people) and wish.member_id not in people


def _secrets(settings: Settings, wish: SignInRequest) -> dict[str, object]:
    """Make the code, and where there is a page for it the link; the wish keeps their hashes."""
    code = crypto.new_code()
    wish.code_hash = proof.code_hash(settings, wish.id, code)
    origin = {"asked_at": wish.asked_at, "device": places.device(wish.user_agent), "place": wish.place}
    secrets: dict[str, object] = {"code": code, "minutes": settings.link_minutes, **origin}
    if path := LINKS.get(wish.purpose):
        token = crypto.new_token()
        wish.token_hash = crypto.digest(token)
        secrets["link"] = f"{settings.base_url}{path}/{token}"
    return secrets
