"""Erasing a person: one transaction, which leaves what the law keeps and nothing else.

Whoever calls it holds the transaction, as the worker or as the owner of the tables: the web's own role may not.
"""

import uuid
from uuid import UUID

from sqlalchemy import Insert, case, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, clock, i18n, journal
from portal.consents.models import ContactChoice
from portal.duplicates.models import SuspectedDuplicate
from portal.erasure.models import Erasure, KeptObjection
from portal.erasure.queries import counts, is_erased, obstacles, own_mailboxes, owned
from portal.erasure.rules import (
    ASKED,
    DELETED,
    EMPTIED,
    RETENTION,
    SUBJECT,
    WISH,
    digest,
    mailbox_digest,
)
from portal.exports.models import DataExport, ExportFile, ExportPart, Redaction
from portal.members.models import Member
from portal.profile.models import EmailAddress
from portal.requests.models import MemberRequest
from portal.requests.rules import UNDECIDED
from portal.web.session import WebSession


class CannotErase(Exception):
    """Something stands in the way; `obstacles` are keys of `rules.OBSTACLES`. Nothing was written."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(", ".join(found))
        self.obstacles = found


async def erase(
    db: AsyncSession, member_id: UUID, *, request_id: UUID | None, actor: str, key: str, rule: str = ""
) -> bool:
    """Erase a member for good, and let the central base be asked to; False when there is nobody to erase.

    `key` is the installation's secret key, `rule` the term of retention that is over where nobody asked.

    Raises:
        CannotErase: nothing was written.
    """
    await changes.lock(db, member_id)
    central_id = await db.scalar(select(Member.central_id).where(Member.id == member_id).with_for_update())
    if central_id is None or await is_erased(db, member_id):
        return False
    if found := await obstacles(db, member_id, request_id):
        raise CannotErase(found)
    request_id = request_id or await _ask_the_central_base(db, member_id)
    there = await counts(db, member_id)
    await empty(db, member_id, key=key)
    entry = {
        "member_id": member_id,
        "digest": digest(key, central_id),
        "why": RETENTION if rule else ASKED,
        "rule": rule,
        "request_id": request_id,
        "actor": actor,
        "counts": {"before": there, "after": await counts(db, member_id)},
    }
    await db.execute(insert(Erasure).values(entry))
    await journal.write(db, "member.erased", actor=actor, member_id=member_id, rule=rule)
    return True


async def empty(db: AsyncSession, member_id: UUID, *, key: str) -> None:
    """Take away what tells of the person, in every table; the ledger is the caller's."""
    mailboxes = await own_mailboxes(db, member_id)
    await _keep_objections(db, member_id, key)
    await _end_sessions(db, member_id, mailboxes)
    await _forget_beside(db, member_id)
    for name in DELETED:
        rows, theirs = owned(name, member_id, mailboxes)
        await db.execute(delete(rows).where(theirs))
    for name, values in EMPTIED.items():
        rows, theirs = owned(name, member_id, mailboxes)
        await db.execute(update(rows).where(theirs).values(**values))
    done = {
        "wish": _wish(),
        "state": case((MemberRequest.state.in_(UNDECIDED), "accepted"), else_=MemberRequest.state),
        "decided_on": func.coalesce(MemberRequest.decided_on, clock.today()),
    }
    asked = MemberRequest.member_id == member_id, MemberRequest.kind == "data", MemberRequest.about == SUBJECT
    await db.execute(update(MemberRequest).where(*asked).values(**done))
    await db.execute(select(func.empty_journal(member_id)))


async def _ask_the_central_base(db: AsyncSession, member_id: UUID) -> UUID | None:
    """Where nobody asked us, the sync needs a request of ours to hand over; an open one is it."""
    open_one = select(MemberRequest.id).where(
        MemberRequest.member_id == member_id, MemberRequest.about == SUBJECT, MemberRequest.state.in_(UNDECIDED)
    )
    found = await db.scalar(open_one)
    return found or await db.scalar(_own_request(member_id).returning(MemberRequest.id))


def _own_request(member_id: UUID) -> Insert:
    """Decided as it is made: no clock of the law runs for what nobody asked."""
    request_id = uuid.uuid4()
    return insert(MemberRequest).values(
        id=request_id,
        key=str(request_id),
        member_id=member_id,
        kind="data",
        about=SUBJECT,
        wish=_wish(),
        state="accepted",
        asked_on=clock.today(),
        decided_on=clock.today(),
    )


def _wish() -> str:
    """In the language of the association, whose people read it."""
    return i18n.translations(i18n.DEFAULT).gettext(WISH)


async def _keep_objections(db: AsyncSession, member_id: UUID, key: str) -> None:
    """By e-mail, for every address: whoever comes into the mailing's list by it again is still left out."""
    objections = await db.scalar(select(ContactChoice.objections).where(ContactChoice.member_id == member_id)) or []
    mine = select(EmailAddress.mailbox).where(EmailAddress.member_id == member_id)
    kept = [
        {"digest": mailbox_digest(key, mailbox), "code": code}
        for mailbox in await db.scalars(mine)
        for code in objections
    ]
    if kept:
        await db.execute(upsert(KeptObjection).values(kept).on_conflict_do_nothing())


async def _forget_beside(db: AsyncSession, member_id: UUID) -> None:
    """What the one list cannot tell: requests that are no right, pairs of two members, answers to such requests."""
    number = select(Member.number).where(Member.id == member_id).scalar_subquery()
    theirs = (MemberRequest.member_id == member_id) & (MemberRequest.kind != "data")
    of_both = (MemberRequest.kind == "merge") & (MemberRequest.about == number)
    await db.execute(delete(MemberRequest).where(theirs | of_both))
    await db.execute(delete(SuspectedDuplicate).where(SuspectedDuplicate.other_id == member_id))
    exports = select(DataExport.id).where(DataExport.member_id == member_id)
    for part in (ExportFile, ExportPart, Redaction):
        await db.execute(delete(part).where(part.export_id.in_(exports)))


async def _end_sessions(db: AsyncSession, member_id: UUID, mailboxes: list[str]) -> None:
    """Theirs, those of staff who look at their pages, and those of an address that is nobody's now."""
    theirs = (WebSession.member_id == member_id) | (WebSession.viewing_id == member_id)
    await db.execute(delete(WebSession).where(theirs | WebSession.mailbox.in_(mailboxes)))
