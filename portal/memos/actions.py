"""Setting and removing a memo; a member's own one also goes to the central base."""

from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.memos.models import Memo
from portal.memos.queries import text_of
from portal.memos.rules import MemoText, as_group
from portal.web.forms import Outdated, fingerprint

GROUP = "memo"


async def set_memo(db: AsyncSession, member_id: UUID | None, memo: MemoText, *, actor: str, seen: str) -> bool:
    """Replace the memo of a member, or the general one; False when it says the same already.

    Raises:
        Outdated: the memo is no longer the one that the editor saw.
    """
    await changes.lock(db, member_id)
    old = await text_of(db, member_id)
    if old == memo:
        return False
    if fingerprint(as_group(old)) != seen:
        raise Outdated
    values = {
        "body": memo.body,
        "starts_on": memo.starts_on,
        "ends_on": memo.ends_on,
        "held": member_id is not None,
    }
    row = insert(Memo).values(member_id=member_id, **values)
    await db.execute(
        row.on_conflict_do_update(index_elements=[Memo.member_id], set_=values | {"updated_at": func.now()})
    )
    await _note(db, "memo.set", member_id, old=old, new=memo, actor=actor)
    return True


async def remove_memo(db: AsyncSession, member_id: UUID | None, *, actor: str) -> bool:
    await changes.lock(db, member_id)
    old = await text_of(db, member_id)
    if old is None:
        return False
    await db.execute(delete(Memo).where(Memo.member_id.is_not_distinct_from(member_id)))
    await _note(db, "memo.removed", member_id, old=old, new=None, actor=actor)
    return True


async def _note(
    db: AsyncSession,
    kind: str,
    member_id: UUID | None,
    *,
    old: MemoText | None,
    new: MemoText | None,
    actor: str,
) -> None:
    before, after = as_group(old), as_group(new)
    await journal.write(db, kind, actor=actor, member_id=member_id, old=before, new=after)
    if member_id is not None:
        await changes.record(db, member_id, GROUP, old=before, new=after, actor=actor)
