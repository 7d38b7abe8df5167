"""Behind the pages the database itself lets nothing go to somebody unknown, nor by one person what needs two."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portal.web import session
from tests.personas import MARIE, NADIA

REFUSED = (
    ("known", "letter", "ordered_on = current_date"),
    ("known", "letter", "signed_by = 'staff:a'"),
    ("known", "letter", "outcome = 'granted', answered_on = current_date"),
    ("known", "letter", "outcome = 'refused', refusal = 'identity', answered_on = current_date"),
    ("proof", "letter", "identity = 'proved'"),
    ("signed_in", "letter", "identity = 'signed_in'"),
    ("received", "letter", "received_on = current_date + 1"),
    ("two_people", "portal", "released_on = current_date, signed_by = 'staff:a'"),
    ("two_people", "portal", "released_on = current_date, signed_by = 'staff:a', third_parties = true"),
    (
        "two_people", "portal",
        "released_on = current_date, third_parties = true, signed_by = 'staff:a', countersigned_by = 'staff:a'",
    ),
    ("answered", "portal", "answered_on = current_date"),
    ("refusal", "portal", "outcome = 'refused', answered_on = current_date"),
    ("closed", "portal", "closed_on = current_date, delivered_on = current_date, delivery_proof = 'x'"),
    ("closed", "portal", "closed_on = current_date, outcome = 'granted', answered_on = current_date"),
    (
        "closed", "portal",
        "closed_on = current_date, outcome = 'granted', answered_on = current_date, delivered_on = current_date",
    ),
)  # fmt: skip


def test_the_table_itself_refuses(owner, case) -> None:
    number = {"letter": case(channel="letter"), "portal": case(right="erasure")}
    for wall, channel, sets in REFUSED:
        with pytest.raises(psycopg.errors.CheckViolation, match=f"ck_data_case_{wall}"):
            owner.execute(f"UPDATE data_case SET {sets} WHERE request_id = %s", [number[channel]])


def test_every_request_about_data_has_a_case_from_the_first_moment(owner, case, one) -> None:
    owner.execute(
        "INSERT INTO member_request (key, member_id, kind, wish) SELECT 'o', id, 'other', '' FROM member LIMIT 1"
    )
    assert one("SELECT count(*) FROM data_case") == (0,)
    case()
    assert one("SELECT count(*) FROM data_case") == (1,)


async def test_a_member_reads_their_own_case_alone_and_changes_none(database, case, member_id) -> None:
    case()
    case(person=NADIA)
    async with database.begin() as db:
        await session.reveal(db, member_id=member_id(NADIA))
        assert (await db.scalars(text("SELECT member_id FROM data_case"))).all() == [member_id(NADIA)]
        changed = await db.execute(text("UPDATE data_case SET third_parties = false RETURNING 1"))
        assert changed.all() == []


@pytest.mark.parametrize(
    ("who", "person", "channel"),
    [("member_id", MARIE, "letter"), ("staff_id", NADIA, "letter"), ("staff_id", MARIE, "portal")],
)
async def test_staff_enter_a_case_for_whom_the_request_is_and_members_none(
    database, owner, case, member_id, who, person, channel
) -> None:
    number = case()
    owner.execute("DELETE FROM data_case")
    values = {"request": number, "member": member_id(person), "channel": channel}
    identity = "signed_in" if channel == "portal" else "unproved"
    row = text(
        "INSERT INTO data_case (request_id, member_id, received_on, channel, identity) "
        f"VALUES (:request, :member, current_date, :channel, '{identity}')"
    )
    async with database.begin() as db:
        await session.reveal(db, **{who: member_id(MARIE)})
        with pytest.raises(ProgrammingError, match="row-level security"):
            await db.execute(row, values)


async def test_how_and_when_a_request_came_is_written_once(database, case, member_id) -> None:
    case(channel="letter")
    for column in ("channel", "received_on", "entered_by", "member_id"):
        async with database.begin() as db:
            await session.reveal(db, staff_id=member_id(MARIE))
            with pytest.raises(ProgrammingError, match="permission denied"):
                await db.execute(text(f"UPDATE data_case SET {column} = {column}"))
