"""Whom letters are for, what only they know, and the codes that are out."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from portal.activation.models import ActivationCode, LetterBatch
from portal.activation.rules import MOST_TRIES, Known
from portal.gifts.models import Gift
from portal.i18n import N_
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.members.queries import SIGNS_IN
from portal.profile.models import EmailAddress, Phone, PostalAddress


@dataclass(frozen=True)
class Addressee:
    member: Member
    address: PostalAddress | None
    known: Known
    has_mailbox: bool
    """Does a mail reach them, as far as we know?"""


async def addressees(db: AsyncSession, numbers: Sequence[str]) -> dict[str, Addressee]:
    """The members with these numbers who may sign in, in five statements however many they are."""
    query = (
        select(Member, PostalAddress)
        .outerjoin(PostalAddress, (PostalAddress.member_id == Member.id) & PostalAddress.is_main)
        .where(Member.number.in_(numbers), *SIGNS_IN)
        .order_by(PostalAddress.id)
    )
    rows = (await db.execute(query)).all()
    known = await _known(db, [row.Member.id for row in rows])
    working = select(EmailAddress.member_id).where(EmailAddress.member_id.in_(known), EmailAddress.bounced_on.is_(None))
    reached = set(await db.scalars(working))
    return {
        row.Member.number: Addressee(row.Member, row.PostalAddress, known[row.Member.id], row.Member.id in reached)
        for row in rows
    }


def reason_against(found: Addressee | None) -> str:
    """Why no letter is written; nothing when one is."""
    if found is None:
        return N_("No open record has this number.")
    if found.has_mailbox:
        return N_("A working e-mail address is known. If it is theirs no longer, have the central records drop it.")
    if found.address is None:
        return N_("No postal address is known.")
    if found.known.detail is None:
        return N_("Nothing is known that could be asked for: no account, no phone, no gift.")
    return ""


async def known_of(db: AsyncSession, member_id: UUID) -> Known:
    return (await _known(db, [member_id]))[member_id]


async def _known(db: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Known]:
    accounts: dict[UUID, list[str]] = {}
    phones: dict[UUID, list[str]] = {}
    for row in await db.execute(select(Mandate.member_id, Mandate.masked_iban).where(Mandate.member_id.in_(ids))):
        accounts.setdefault(row.member_id, []).append(row.masked_iban)
    for row in await db.execute(select(Phone.member_id, Phone.number).where(Phone.member_id.in_(ids))):
        phones.setdefault(row.member_id, []).append(row.number)
    newest = (
        select(Gift.member_id, Gift.given_on, Gift.amount)
        .where(Gift.member_id.in_(ids), Gift.state == "received")
        .order_by(Gift.member_id, Gift.given_on.desc(), Gift.amount.desc())
        .ext(distinct_on(Gift.member_id))
    )
    gifts = {row.member_id: (row.given_on, row.amount) for row in await db.execute(newest)}
    return {one: Known(accounts.get(one, ()), phones.get(one, ()), gifts.get(one)) for one in ids}


async def live_code(db: AsyncSession, code_hash: bytes) -> ActivationCode | None:
    """The code, if it can still be used; row-level security shows it to whoever has revealed that they hold it.

    One at a time looks at it: of guesses sent at the same moment each sees the tries of the ones before.
    """
    query = select(ActivationCode).where(
        ActivationCode.code_hash == code_hash,
        ActivationCode.used_at.is_(None),
        ActivationCode.expires_at > func.now(),
        ActivationCode.tries < MOST_TRIES,
    )
    return (await db.scalars(query.with_for_update())).one_or_none()


async def batch(db: AsyncSession, staff_id: UUID, batch_id: UUID) -> LetterBatch | None:
    """A batch of this very person's: the letters hold the codes."""
    query = select(LetterBatch).where(LetterBatch.id == batch_id, LetterBatch.staff_id == staff_id)
    return (await db.scalars(query)).one_or_none()
