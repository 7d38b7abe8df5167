"""Finding members: by the exact number of something of theirs first, then by words."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, String, Uuid, bindparam, cast, func, literal, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.profile.models import EmailAddress, Phone, PostalAddress
from portal.receipts.models import Receipt
from portal.search import rules
from portal.search.models import MemberSearch

MOST_FOUND, MOST_ALIKE = 50, 3

member, receipt, mandate = Member.__table__.c, Receipt.__table__.c, Mandate.__table__.c
place, mailbox, phone = PostalAddress.__table__.c, EmailAddress.__table__.c, Phone.__table__.c

numbers = func.any(bindparam("numbers", type_=ARRAY(String)))
by_words = func.found_members(
    cast(bindparam("wanted", type_=String), TSQUERY),
    bindparam("most"),
    type_=MemberSearch.__table__.c.member_id.type,
).column_valued("by_words")
IDS = union_all(
    select(member.id.label("id"), literal(rules.NUMBER).label("reason")).where(member.number == numbers),
    select(receipt.member_id, literal(rules.RECEIPT)).where(receipt.number == numbers),
    select(mandate.member_id, literal(rules.MANDATE)).where(mandate.reference == numbers),
    select(by_words, literal("")),
)

word = func.unnest(bindparam("typed", type_=ARRAY(String))).column_valued("word")
name = func.resembling_names(word, MOST_ALIKE, type_=String).table_valued("name").lateral("alike")
NAMES = select(word, name.c.name).join(name, true())

line = func.concat_ws(" ", place.house_number, place.street)
town = func.concat_ws(" ", place.postcode, place.town)
written = func.concat_ws(", ", func.nullif(line, ""), func.nullif(place.locality, ""), func.nullif(town, ""))


def of_member(column: Any, table: Any) -> Any:
    """What a member has of something, as a list."""
    return select(func.array_agg(column)).where(table.member_id == member.id).scalar_subquery()


main = select(town).where(place.member_id == member.id, place.is_main).limit(1).scalar_subquery()
DETAILS = select(
    member.id, member.number, member.kind, member.civility, member.first_name, member.last_name, member.company_name,
    member.siren, member.closed, member.deceased_on, func.coalesce(main, "").label("town"),
    func.coalesce(of_member(written, place), cast([], ARRAY(String))).label("places"),
    func.coalesce(of_member(mailbox.address, mailbox), cast([], ARRAY(String))).label("mailboxes"),
    func.coalesce(of_member(phone.number, phone), cast([], ARRAY(String))).label("phones"),
).where(member.id == func.any(bindparam("ids", type_=ARRAY(Uuid)))).order_by(
    member.last_name, member.first_name, member.company_name, member.number
)  # fmt: skip

Found = tuple[Row[*tuple[Any, ...]], list[rules.Reason]]


async def find(db: AsyncSession, typed: str) -> tuple[Sequence[Found], bool]:
    """Members with the reasons why they were found, and whether there are more; for staff: nobody else finds any."""
    return await _found(db, typed, rules.wanted(typed))


async def find_alike(db: AsyncSession, typed: str) -> tuple[Sequence[Found], bool]:
    """As `find`, when it found nobody: members whose names resemble what is typed."""
    resembling: dict[str, list[str]] = {}
    for word, name in await db.execute(NAMES, {"typed": rules.spelled(typed)}):
        resembling.setdefault(word, []).append(name)
    if not resembling:
        return [], False
    ways = rules.instead(typed, resembling)
    return await _found(db, " ".join(ways), " | ".join(f"({rules.wanted(way)})" for way in ways))


async def _found(db: AsyncSession, typed: str, wanted: str) -> tuple[Sequence[Found], bool]:
    asked = {"numbers": rules.numbers(typed), "wanted": wanted, "most": MOST_FOUND + 1}
    exact: dict[Any, list[rules.Reason]] = {}
    others = []
    for member_id, reason in await db.execute(IDS, asked):
        if reason:
            exact.setdefault(member_id, []).append((reason, "" if reason == rules.NUMBER else typed.strip()))
        else:
            others.append(member_id)
    ids = [*exact, *(one for one in others if one not in exact)]
    rows = (await db.execute(DETAILS, {"ids": ids[:MOST_FOUND]})).all() if ids else []
    found = [(row, exact.get(row.id) or rules.reasons(typed, row)) for row in rows]
    return sorted(found, key=lambda item: item[0].id not in exact), len(ids) > MOST_FOUND
