"""Proposing to the central base that two records are made one. The portal never merges anybody by itself."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, i18n, journal
from portal.duplicates.models import SuspectedDuplicate
from portal.i18n import N_
from portal.members.models import Member
from portal.requests import store as requests
from portal.requests.models import OPEN, MemberRequest

WISH = N_("Please make one record of %(kept)s and %(other)s; %(kept)s stays. Reason: %(reason)s")


async def propose_merge(db: AsyncSession, member_id: UUID, other_id: UUID, reason: str, actor: str) -> UUID:
    """Ask the people of the central base to merge `other_id` into `member_id`; gives the request.

    Raises:
        AlreadyAsked: (of portal.requests.store) the same two are proposed already, whichever was to stay.
        ValueError: for a member and itself, or for one who is not there.
    """
    await changes.lock_all(db, (member_id, other_id))
    query = select(Member.id, Member.number).where(Member.id.in_([member_id, other_id]))
    numbers = {row.id: row.number for row in await db.execute(query)}
    if len(numbers) != 2:  # noqa: PLR2004 - both
        raise ValueError("two members are needed")
    kept, other = numbers[member_id], numbers[other_id]
    the_other_way = MemberRequest.member_id == other_id, MemberRequest.kind == "merge", MemberRequest.about == kept
    if await db.scalar(select(MemberRequest.id).where(*the_other_way, OPEN)) is not None:
        raise requests.AlreadyAsked
    wish = _wish(kept=kept, other=other, reason=reason)
    request_id = await requests.ask(db, member_id, "merge", about=other, wish=wish, actor=actor)
    await decide(db, member_id, other_id, "proposed", reason=reason, actor=actor)
    for one in (member_id, other_id):
        await journal.write(db, "merge.proposed", actor=actor, member_id=one, request=str(request_id), reason=reason)
    return request_id


async def decide(db: AsyncSession, member_id: UUID, other_id: UUID, decision: str, *, reason: str, actor: str) -> None:
    """Remember it of these two, whether they were found by night or by people."""
    first, second = sorted((member_id, other_id))
    decided = {"decision": decision, "reason": reason, "decided_at": func.now(), "decided_by": actor}
    row = upsert(SuspectedDuplicate).values(member_id=first, other_id=second, **decided)
    await db.execute(row.on_conflict_do_update(index_elements=["member_id", "other_id"], set_=decided))


def _wish(**names: str) -> str:
    """In the language of the association, whose people read it."""
    with i18n.speaking(i18n.DEFAULT):
        return i18n.gettext(WISH) % names
