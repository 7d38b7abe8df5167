"""Behind the pages the database lets members ask in their own name, and nothing more, whatever we ask of it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portal.web import session
from tests.personas import MARIE, NADIA

ASK = text("INSERT INTO member_request (key, member_id, kind, wish) VALUES ('mine', :member, 'other', 'Un vœu')")
WISHES = text("SELECT wish FROM member_request ORDER BY wish")


async def test_nobody_asks_in_anothers_name(database, member_id) -> None:
    async with database.begin() as db:
        await session.reveal(db, member_id=member_id(NADIA))
        with pytest.raises(ProgrammingError, match="row-level security"):
            await db.execute(ASK, {"member": member_id(MARIE)})


async def test_nobody_reads_what_another_asked(database, number, member_id) -> None:
    number(key="a", wish="A")
    number(key="b", wish="B", person=NADIA)
    async with database.begin() as db:
        for person, seen in ((MARIE, ["A"]), (NADIA, ["B"])):
            await session.reveal(db, member_id=member_id(person))
            assert (await db.scalars(WISHES)).all() == seen


@pytest.mark.parametrize("column", ["state", "answer", "central_id", "decided_on"])
async def test_nobody_answers_their_own_request_as_they_make_it(database, member_id, column) -> None:
    value = {"state": "'accepted'", "answer": "'Oui'", "central_id": "'17'", "decided_on": "current_date"}[column]
    query = (
        f"INSERT INTO member_request (key, member_id, kind, wish, {column}) VALUES ('k', :member, 'other', '', {value})"
    )
    async with database.begin() as db:
        await session.reveal(db, member_id=member_id(MARIE))
        with pytest.raises(ProgrammingError, match="permission denied"):
            await db.execute(text(query), {"member": member_id(MARIE)})


async def test_only_staff_decide_and_see_conflicts(database, owner, number, member_id) -> None:
    number()
    conflict = "INSERT INTO sync_conflict (member_id, field_group, rule) VALUES (%s, 'language', '')"
    owner.execute(conflict, [member_id(MARIE)])
    async with database.begin() as db:
        for who, may in (({"member_id": member_id(MARIE)}, 0), ({"staff_id": member_id(MARIE)}, 1)):
            await session.reveal(db, **who)
            decided = await db.execute(text("UPDATE member_request SET state = 'accepted' RETURNING id"))
            noted = await db.execute(text("UPDATE sync_conflict SET looked_at = now() RETURNING id"))
            assert (len(decided.all()), len(noted.all())) == (may, may)
