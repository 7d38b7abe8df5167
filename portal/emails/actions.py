"""Changing a member's e-mail addresses. Every address of before a change is told of it by mail.

Each address also opens the donor space: whoever came in with one that is gone is signed out.
"""

from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, clock, i18n, jobs, journal
from portal.emails import queries, rules
from portal.emails.rules import Email
from portal.items import in_order
from portal.profile import store
from portal.web import proof, session
from portal.web.donor import Donor
from portal.web.proof import Proved
from portal.web.session import HTTPRequest, WebSession

MAIN, OTHERS = "email", "other_emails"
JOURNALLED = {MAIN: "profile.email.changed", OTHERS: "profile.emails.changed"}


async def use(db: AsyncSession, request: HTTPRequest, donor: Donor, proved: Proved) -> None:
    """The member has shown that they read it: now it becomes the main address, or stands beside it."""
    if proved.purpose == proof.NEW_MAIN:
        await make_main(db, request, donor, proved.email, confirmed_on=clock.today())
    else:
        await _keep_beside(db, request, donor, proved.email)


async def make_main(
    db: AsyncSession, request: HTTPRequest, donor: Donor, address: str, *, confirmed_on: date | None
) -> None:
    """A new address takes the place of the main one; one of the others changes places with it."""
    await changes.lock(db, donor.id)
    emails = await queries.emails(db, donor)
    former, known = rules.main_of(emails), rules.find(emails, address)
    old = rules.main_value(former.address, former.confirmed_on) if former else None
    new = rules.main_value(known.address if known else address, confirmed_on)
    if old != new:
        await store.put_email(db, donor.id, new)
    if known and known is not former:
        beside, after = rules.others_value(emails), rules.others_value(rules.swapped(emails, known))
        await store.put_other_emails(db, donor.id, after)
        await _record(db, donor, OTHERS, beside, after)
    change_id = await _record(db, donor, MAIN, old, new)
    if known is former:
        await session.flash(db, request.user, "email-confirmed")
        return
    await _tell(db, change_id, "main" if known else "replaced")
    await session.flash(db, request.user, "email-main")
    if former and known is None:
        await _sign_out(db, request, donor, former, instead=address)


async def _keep_beside(db: AsyncSession, request: HTTPRequest, donor: Donor, address: str) -> None:
    await changes.lock(db, donor.id)
    emails = await queries.emails(db, donor)
    if rules.find(emails, address):
        await session.flash(db, request.user, "nothing-changed")
        return
    if len(emails) >= rules.MOST:  # several were asked for at the same time
        await session.flash(db, request.user, "addresses-enough")
        return
    old = rules.others_value(emails)
    new = {"items": in_order([*old["items"], {"address": address}])}
    await store.put_other_emails(db, donor.id, new)
    await _tell(db, await _record(db, donor, OTHERS, old, new), "added")
    await session.flash(db, request.user, "email-added")


async def remove(db: AsyncSession, request: HTTPRequest, donor: Donor, mailbox: str) -> bool:
    """Take one of the other addresses away; False when it is not there to be removed."""
    await changes.lock(db, donor.id)
    emails = await queries.emails(db, donor)
    email = rules.find(emails, mailbox)
    if email is None or not rules.may_be_removed(email, emails):
        return False
    old = rules.others_value(emails)
    new = {"items": [item for item in old["items"] if item["address"] != email.address]}
    await store.put_other_emails(db, donor.id, new)
    await _tell(db, await _record(db, donor, OTHERS, old, new), "removed")
    await session.flash(db, request.user, "email-removed")
    await _sign_out(db, request, donor, email, instead=None)
    return True


async def _record(
    db: AsyncSession, donor: Donor, group: str, old: dict[str, Any] | None, new: dict[str, Any]
) -> str | None:
    if old == new:
        return None
    actor = f"member:{donor.id}"
    await journal.write(db, JOURNALLED[group], actor=actor, member_id=donor.id, old=old, new=new)
    return str(await changes.record(db, donor.id, group, old=old, new=new, actor=actor))


async def _tell(db: AsyncSession, change_id: str | None, what: str) -> None:
    if change_id is not None:
        at = clock.now().isoformat()
        await jobs.defer(db, "emails.tell", change_id=change_id, what=what, at=at, language=i18n.language.get())


async def _sign_out(db: AsyncSession, request: HTTPRequest, donor: Donor, gone: Email, *, instead: str | None) -> None:
    """End the visits that began with this mailbox; the one here goes on, with the mailbox just proved or with none."""
    here = WebSession.id == request.user.session_id
    visits = WebSession.member_id == donor.id, WebSession.mailbox == gone.mailbox
    await db.execute(delete(WebSession).where(*visits, ~here))
    if request.user.mailbox == gone.mailbox:
        await session.rotate(db, request, mailbox=instead, shared=False)
