"""Vouching for an address after a proof, and attaching it once its reader has confirmed it."""

from uuid import UUID

from sqlalchemy import delete, func, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, clock, crypto, i18n, jobs, journal
from portal.duplicates import store as duplicates
from portal.emails import queries as emails
from portal.emails import rules as addresses
from portal.emails.rules import BESIDE, MAIN, Email
from portal.items import in_order
from portal.members.models import Member
from portal.members.queries import may_come_in
from portal.profile import store
from portal.requests.store import AlreadyAsked
from portal.signin_help.models import VouchedEmail
from portal.signin_help.queries import vouched
from portal.signin_help.rules import MOST_TRIES, Wanted, frozen_until
from portal.web import session
from portal.web.donor import Donor
from portal.web.session import WebSession

GROUPS = {MAIN: "email", BESIDE: "other_emails"}


async def vouch(db: AsyncSession, member_id: UUID, wanted: Wanted, *, shared: bool, actor: str) -> None:
    """Have a mail sent to the address; nothing is attached before its reader confirms it. A newer one ends an older."""
    await changes.lock(db, member_id)
    waiting = delete(VouchedEmail).where(VouchedEmail.member_id == member_id, VouchedEmail.confirmed_at.is_(None))
    await db.execute(waiting)
    row = insert(VouchedEmail).values(
        member_id=member_id,
        address=wanted.address,
        use=wanted.use,
        proof=wanted.proof,
        note=wanted.note,
        shared=shared,
        vouched_by=actor,
    )
    vouched_id = (await db.execute(row.returning(VouchedEmail.id))).scalar_one()
    noted = {"address": wanted.address, "proof": wanted.proof, "reason": wanted.note}
    await journal.write(db, "email.vouched", actor=actor, member_id=member_id, **noted)
    await jobs.defer(db, "signin_help.send_link", vouched_id=str(vouched_id))


async def propose_merge(db: AsyncSession, member_id: UUID, other_id: UUID, reason: str, *, actor: str) -> bool:
    """Ask the central base to make one record of two; False when it has been asked already."""
    try:
        await duplicates.propose_merge(db, member_id, other_id, reason, actor)
    except AlreadyAsked:
        return False
    return True


async def find(db: AsyncSession, token: str, *, locked: bool = False) -> VouchedEmail | None:
    """What the link of this token confirms, if it can be confirmed or has been."""
    hashed = crypto.digest(token)
    await session.reveal(db, proof=hashed)
    row = await vouched.held_by_link(db, hashed, locked=locked)
    if row is None or row.tries >= MOST_TRIES or row.expires_at is None:
        return None
    return row if row.confirmed_at or row.expires_at > clock.now() else None


async def confirm(db: AsyncSession, token: str, number: str) -> bool | None:
    """Attach the address; False for a number that is not the member's, None when the link has ended.

    The mail does not tell the number, so whoever gets it by a slip of the pen attaches nothing.
    """
    found = await find(db, token)
    if found is None:
        return None
    await changes.lock(db, found.member_id)
    row = await find(db, token, locked=True)
    if row is None:
        return None
    await session.reveal(db, member_id=row.member_id, mailbox=row.address, proof=row.token_hash or b"")
    member = await db.get(Member, row.member_id)
    mine = update(VouchedEmail).where(VouchedEmail.id == row.id)
    if member is None or member.number.casefold() != number.casefold():
        await db.execute(mine.values(tries=VouchedEmail.tries + 1))
        await journal.write(db, "signin.refused", actor="visitor", member_id=row.member_id, why="number")
        return False
    if not await may_come_in(db, member.id) or (not row.shared and await vouched.others_have(db, row)):
        return None
    if row.confirmed_at is None:
        await db.execute(mine.values(confirmed_at=func.now()))
        await _attach(db, row, i18n.choose(member.language))
    return True


async def _attach(db: AsyncSession, row: VouchedEmail, language: str) -> None:
    """It holds here at once and goes to the central base, as when the member adds it; the other addresses are told."""
    donor = Donor(row.member_id)
    held = await emails.emails(db, donor)
    if addresses.find(held, row.address):
        return
    former = addresses.main_of(held)
    if row.use == MAIN:
        old = addresses.main_value(former.address, former.confirmed_on) if former else None
        new = addresses.main_value(row.address, clock.today())
        await store.put_email(db, donor.id, new)
    else:
        old = addresses.others_value(held)
        new = {"items": in_order([*old["items"], {"address": row.address}])}
        await store.put_other_emails(db, donor.id, new)
    change_id = await changes.record(db, donor.id, GROUPS[row.use], old=old, new=new, actor=row.vouched_by)
    until = frozen_until(clock.today()).isoformat()
    noted = {"address": row.address, "proof": row.proof, "reason": row.note, "frozen_until": until}
    await journal.write(db, "email.attached", actor=row.vouched_by, member_id=donor.id, **noted)
    what = "by-team" if row.use == MAIN and former else "added"
    told = {"change_id": str(change_id), "what": what, "at": clock.now().isoformat(), "language": language}
    await jobs.defer(db, "emails.tell", **told)
    if row.use == MAIN and former:
        await _sign_out(db, donor, former)


async def _sign_out(db: AsyncSession, donor: Donor, gone: Email) -> None:
    """End the visits that began with the mailbox that is no longer theirs."""
    await db.execute(delete(WebSession).where(WebSession.member_id == donor.id, WebSession.mailbox == gone.mailbox))
