"""What a member has chosen."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.consents.models import ContactChoice
from portal.consents.rules import Choice, restrictions
from portal.members.models import Member

choice, member = ContactChoice.__table__, Member.__table__

STANDING = (
    select(
        choice.c.objections, choice.c.consents, choice.c.post_rhythm, choice.c.paused_until, choice.c.held,
        member.c.stop_promo, member.c.suspension_code,
    )
    .join(member, member.c.id == choice.c.member_id)
    .where(choice.c.member_id == bindparam("member"))
)  # fmt: skip
LOCKED = STANDING.with_for_update(of=choice)


@dataclass(frozen=True)
class Standing:
    """What holds at present; `held` says that some of it is still on its way to the central base."""

    choice: Choice
    held: bool
    restrictions: list[str]


async def standing(db: AsyncSession, member_id: UUID, *, locked: bool = False) -> Standing | None:
    """Nothing while the first load of the central base has not brought it yet; `locked` for who is about to write."""
    row = (await db.execute(LOCKED if locked else STANDING, {"member": member_id})).first()
    if row is None:
        return None
    chosen = Choice(tuple(row.objections), tuple(row.consents), row.post_rhythm, row.paused_until)
    held_back = restrictions(stop_promo=row.stop_promo, suspension_code=row.suspension_code)
    return Standing(chosen, row.held, held_back)
