"""Who shares a mailbox with another member finds both there, and writes in one's own record only, whatever we ask."""

from sqlalchemy import text

from portal.web import session
from tests.personas import MARIE, NADIA

RENAME = text("UPDATE member SET last_name = 'Changed' WHERE number = :number RETURNING number")


async def test_the_other_one_is_seen_and_cannot_be_changed(database, owner, member_id) -> None:
    owner.execute("UPDATE email_address SET address = %s WHERE member_id = %s", [MARIE.email, member_id(NADIA)])
    async with database.begin() as db:
        for signed_in, mine in ((MARIE, [MARIE.number]), (None, [])):
            await session.reveal(db, mailbox=MARIE.email, member_id=member_id(signed_in) if signed_in else None)
            seen = await db.scalars(text("SELECT number FROM member ORDER BY number"))
            assert seen.all() == sorted([MARIE.number, NADIA.number])
            changed = [(await db.scalars(RENAME, {"number": one.number})).all() for one in (MARIE, NADIA)]
            assert changed == [mine, []]
