"""`python -m portal.demo.requests`: three requests about data, at different points of the legal clock."""

import asyncio
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, settings, work
from portal.members.models import Member
from portal.privacy.models import DataCase
from portal.profile.models import EmailAddress
from portal.requests.models import MemberRequest


async def fill(db: AsyncSession) -> None:
    """One of a donor who was signed in, one letter whose sender must still prove who they are, one that is late."""
    await _ask(db, "marie.dupont@example.org", "access", 24, channel="portal", identity="signed_in")
    await _ask(db, "simone.lefebvre@example.org", "erasure", 20, channel="letter", identity="asked", paused_on=_ago(17))
    await _ask(
        db, "henri.moreau@example.org", "objection", 38, channel="phone", identity="proved",
        identity_proof="Rappelé au numéro que nous connaissons.",
    )  # fmt: skip


async def _ask(db: AsyncSession, address: str, right: str, days: int, **known: Any) -> None:
    whose = select(Member.id).join(EmailAddress, EmailAddress.member_id == Member.id)
    member_id = await db.scalar(whose.where(EmailAddress.mailbox == address))
    row = insert(MemberRequest).values(
        key=f"demo-{right}", member_id=member_id, kind="data", about=right, wish=WISHES[right], asked_on=_ago(days),
        state="seen", seen_on=_ago(days - 1),
    )  # fmt: skip
    request_id = await db.scalar(row.returning(MemberRequest.id))
    case = update(DataCase).where(DataCase.request_id == request_id)
    await db.execute(case.values(entered_on=_ago(days - 1), **known))


WISHES = {
    "access": "Une copie de ce que vous savez de moi",
    "erasure": "Je vous prie d’effacer tout ce que vous avez sur moi.",
    "objection": "Je ne veux plus que vous analysiez mes dons.",
}


def _ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


if __name__ == "__main__":
    asyncio.run(work.as_owner(settings.load(), fill))
