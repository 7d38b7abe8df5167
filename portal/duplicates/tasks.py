"""By night: members who look like one, all found at once by the database."""

from typing import Any

from procrastinate import JobContext
from sqlalchemy import ColumnElement, Select, and_, delete, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from portal.duplicates.models import UNDECIDED, SuspectedDuplicate
from portal.duplicates.rules import MOST_SHARING
from portal.jobs import queue, workshop
from portal.members.models import Member
from portal.profile.models import EmailAddress, Phone, PostalAddress

ACCENTS = "àâäáãçéèêëíìîïñóòôöõúùûüÿ-'’", "aaaaaceeeeiiiinooooouuuuy   "
SAME_DIGITS = 9
"""At the end of a phone number, after 0 or +33."""


def folded(*parts: Any) -> ColumnElement[str]:
    """One spelling of accents, capitals, hyphens and spaces."""
    plain = func.translate(func.lower(func.concat_ws(" ", *parts)), *ACCENTS)
    return func.btrim(func.regexp_replace(plain, r"\s+", " ", "g"))


def _sign(name: str, key: Any, member_id: Any) -> Select[Any]:
    return select(literal(name).label("sign"), key.label("key"), member_id.label("member_id"))


last_name = folded(Member.last_name, Member.company_name)
digits = func.right(func.regexp_replace(Phone.number, r"\D", "", "g"), SAME_DIGITS)
home = func.concat_ws(
    "/",
    folded(Member.first_name, Member.last_name, Member.company_name),
    PostalAddress.postcode,
    folded(PostalAddress.house_number, PostalAddress.street),
)
signs = union_all(
    _sign("email", EmailAddress.mailbox, EmailAddress.member_id),
    _sign("home", home, Member.id)
    .join(PostalAddress, and_(PostalAddress.member_id == Member.id, PostalAddress.is_main))
    .where(PostalAddress.postcode != "", PostalAddress.street != "", last_name != ""),
    _sign("phone", func.concat_ws("/", digits, last_name), Member.id)
    .join(Phone, Phone.member_id == Member.id)
    .where(func.length(digits) == SAME_DIGITS, last_name != ""),
).subquery()
alive = (
    select(signs.c.sign, signs.c.key, signs.c.member_id, Member.kind, folded(Member.first_name).label("first_name"))
    .join(Member, Member.id == signs.c.member_id)
    .where(~Member.closed)
    .distinct()
    .subquery()
)
crowds = func.count().over(partition_by=(alive.c.sign, alive.c.key)).label("crowd")
sharing = select(alive, crowds).cte("sharing")
one, two = aliased(sharing, name="one"), aliased(sharing, name="two")
same_first_name = or_(one.c.first_name == two.c.first_name, one.c.first_name == "", two.c.first_name == "")
PAIRS = (
    select(
        one.c.member_id,
        two.c.member_id,
        func.array_agg(one.c.sign.distinct()),
        func.bool_and(same_first_name),
        func.now(),
    )
    .join(two, and_(one.c.sign == two.c.sign, one.c.key == two.c.key, one.c.member_id < two.c.member_id))
    .where(one.c.kind == two.c.kind, one.c.crowd <= MOST_SHARING)
    .group_by(one.c.member_id, two.c.member_id)
)
"""Each pair once, with all that both have."""


@queue.periodic(cron="40 3 * * *")
@queue.task(name="duplicates.find", pass_context=True, queueing_lock="duplicates.find")
async def find(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Note new pairs; one that is decided stays so, and one that is alike no more is forgotten."""
    rows = upsert(SuspectedDuplicate).from_select(
        ["member_id", "other_id", "signs", "same_first_name", "seen_at"], PAIRS
    )
    found = {name: rows.excluded[name] for name in ("signs", "same_first_name", "seen_at")}
    noted = rows.on_conflict_do_update(
        index_elements=["member_id", "other_id"], set_=found, where=SuspectedDuplicate.decision == ""
    )
    async with workshop(context).database.begin() as db:
        await db.execute(noted)
        await db.execute(delete(SuspectedDuplicate).where(UNDECIDED, SuspectedDuplicate.seen_at < func.now()))
