"""Setting and removing a memo; a member's own one also goes to the central base."""

from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.memos.models import Memo, MemoProposal, MemoTranslation
from portal.memos.queries import GENERAL, english_of, proposal, text_of
from portal.memos.rules import MemoText, as_group, version
from portal.web.forms import Outdated, fingerprint

GROUP = "memo"


async def set_memo(
    db: AsyncSession, member_id: UUID | None, memo: MemoText, *, actor: str, seen: str, english: str = ""
) -> bool:
    """Replace the memo of a member, or the general one; False when it says the same already.

    Raises:
        Outdated: the memo is no longer the one that the editor saw.
    """
    if await _says_it_already(db, member_id, memo, english, seen):
        return False
    old = await text_of(db, member_id)
    if old != memo:
        await _put(db, member_id, memo)
    await _translate(db, member_id, memo, english)
    await _note(db, "memo.set", member_id, old=old, new=memo, actor=actor, english=english)
    return True


async def remove_memo(db: AsyncSession, member_id: UUID | None, *, actor: str) -> bool:
    """Taking down needs no second pair of eyes: it may be urgent, and shows nothing to anybody."""
    await changes.lock(db, member_id)
    old = await text_of(db, member_id)
    if old is None:
        return False
    await db.execute(delete(Memo).where(Memo.member_id.is_not_distinct_from(member_id)))
    await _translate(db, member_id, old, "")
    await _note(db, "memo.removed", member_id, old=old, new=None, actor=actor)
    return True


async def propose_memo(
    db: AsyncSession, member_id: UUID | None, memo: MemoText, *, actor: str, seen: str, english: str = ""
) -> bool:
    """Lay a memo before a second editor, in the place of one that waits; False when it says what is shown already.

    Raises:
        Outdated: the memo is no longer the one that the editor saw.
    """
    if await _says_it_already(db, member_id, memo, english, seen):
        return False
    values = {
        "body": memo.body,
        "english": english,
        "starts_on": memo.starts_on,
        "ends_on": memo.ends_on,
        "seen": seen,
        "author_id": UUID(actor.removeprefix("staff:")),
        "proposed_at": func.now(),
    }
    row = insert(MemoProposal).values(member_id=member_id, **values)
    await db.execute(row.on_conflict_do_update(index_elements=[MemoProposal.member_id], set_=values))
    await _write_down(db, "memo.proposed", member_id, actor=actor, new=as_group(memo), english=english)
    return True


async def approve_memo(db: AsyncSession, member_id: UUID | None, *, actor: str, seen: str) -> bool:
    """The proposed memo is the memo from now on; False for one's own.

    Raises:
        Outdated: the proposal, or the memo that it replaces, is no longer the one that was looked at.
    """
    await changes.lock(db, member_id)
    waiting = await proposal(db, member_id)
    if waiting is None or fingerprint(content_of(waiting)) != seen:
        raise Outdated
    if actor == f"staff:{waiting.author_id}":
        return False
    memo = MemoText(waiting.body, waiting.starts_on, waiting.ends_on)
    await set_memo(db, member_id, memo, actor=actor, seen=waiting.seen, english=waiting.english)
    await db.delete(waiting)
    return True


async def reject_memo(db: AsyncSession, member_id: UUID | None, *, actor: str) -> bool:
    await changes.lock(db, member_id)
    waiting = await proposal(db, member_id)
    if waiting is None:
        return False
    await db.delete(waiting)
    await _write_down(db, "memo.rejected", member_id, actor=actor, old=content_of(waiting))
    return True


def content_of(waiting: MemoProposal) -> dict[str, object]:
    memo = as_group(MemoText(waiting.body, waiting.starts_on, waiting.ends_on)) or {}
    return memo | {"english": waiting.english, "author": str(waiting.author_id)}


async def _says_it_already(db: AsyncSession, member_id: UUID | None, memo: MemoText, english: str, seen: str) -> bool:
    """From now on the memo is ours alone to change.

    Raises:
        Outdated: it says neither this nor what the editor saw.
    """
    await changes.lock(db, member_id)
    held, translated = await text_of(db, member_id), await english_of(db, member_id)
    if held == memo and translated == english:
        return True
    if fingerprint(version(held, translated)) != seen:
        raise Outdated
    return False


async def _put(db: AsyncSession, member_id: UUID | None, memo: MemoText) -> None:
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


async def _translate(db: AsyncSession, member_id: UUID | None, memo: MemoText, english: str) -> None:
    if not english:
        await db.execute(delete(MemoTranslation).where(MemoTranslation.member_id.is_not_distinct_from(member_id)))
        return
    values = {"of_body": memo.body, "body": english}
    row = insert(MemoTranslation).values(member_id=member_id, **values)
    await db.execute(row.on_conflict_do_update(index_elements=[MemoTranslation.member_id], set_=values))


async def _note(
    db: AsyncSession,
    kind: str,
    member_id: UUID | None,
    *,
    old: MemoText | None,
    new: MemoText | None,
    actor: str,
    english: str = "",
) -> None:
    before, after = as_group(old), as_group(new)
    await _write_down(db, kind, member_id, actor=actor, old=before, new=after, english=english)
    if member_id is not None and before != after:
        await changes.record(db, member_id, GROUP, old=before, new=after, actor=actor)


async def _write_down(db: AsyncSession, kind: str, member_id: UUID | None, *, actor: str, **data: object) -> None:
    """What is done to the general memo is nobody's, and found again by its name."""
    named = {} if member_id else {"message": GENERAL}
    await journal.write(db, kind, actor=actor, member_id=member_id, **named, **data)
