"""What is due on a day. The simulator counts and the task erases by the same conditions, set by set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Date, Row, and_, case, cast, func, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from portal.changes import OPEN as UNDER_WAY
from portal.changes import RecordedChange
from portal.consents.models import ContactChoice
from portal.database import Base
from portal.erasure.models import Erasure
from portal.gifts.models import Gift
from portal.journal import JournalEntry
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.memos.models import MemoShown
from portal.privacy.models import DataCase
from portal.profile.models import EmailAddress
from portal.receipts.models import Receipt, ReceiptFile
from portal.requests.models import MemberRequest
from portal.requests.rules import UNDECIDED
from portal.retention.models import RetentionRun
from portal.retention.rules import Quiet, Term
from portal.reviews.models import SyncConflict

LATEST_RUNS = 6
ZONE = "Europe/Paris"


def _day(moment: Any) -> ColumnElement[date]:
    return cast(func.timezone(ZONE, moment), Date)


@dataclass(frozen=True)
class Contact:
    """One kind of sign of life: whose, and on which day."""

    member_id: Any
    on: Any
    where: tuple[ColumnElement[bool], ...] = ()


CONTACTS = (
    Contact(Gift.member_id, Gift.given_on),
    Contact(Mandate.member_id, func.coalesce(Mandate.ended_on, Mandate.signed_on)),
    Contact(MemberRequest.member_id, MemberRequest.asked_on, (MemberRequest.kind.not_in(["change", "merge"]),)),
    Contact(ContactChoice.member_id, ContactChoice.checked_on),
    Contact(EmailAddress.member_id, func.greatest(EmailAddress.recorded_on, EmailAddress.confirmed_on)),
    Contact(
        RecordedChange.member_id,
        _day(RecordedChange.recorded_at),
        (RecordedChange.actor == func.concat("member:", RecordedChange.member_id),),
    ),
    Contact(JournalEntry.member_id, _day(JournalEntry.at), (JournalEntry.kind == "signin.completed",)),
)
last_contact = func.greatest(
    *(select(func.max(one.on)).where(one.member_id == Member.id, *one.where).scalar_subquery() for one in CONTACTS)
)

erased = select(Erasure.member_id)
has_mandate = select(Mandate.id).where(Mandate.member_id == Member.id, Mandate.state == "active").exists()
has_request = (
    select(MemberRequest.id).where(MemberRequest.member_id == Member.id, MemberRequest.state.in_(UNDECIDED)).exists()
)
has_change = (
    select(RecordedChange.id)
    .where(RecordedChange.member_id == Member.id, RecordedChange.status.in_(UNDER_WAY))
    .exists()
)


def _silent(cutoff: date, *where: ColumnElement[bool]) -> CTE:
    """Those of whom nothing was heard after that day, erased people apart, with what keeps them.

    Whoever was heard of is left out first, set by set; the very last day is then looked up for few.
    """
    heard = union_all(
        *(select(one.member_id.label("member_id")).where(one.on > cutoff, *one.where) for one in CONTACTS)
    ).subquery()
    was_heard = select(heard.c.member_id).where(heard.c.member_id == Member.id).exists()
    silent = (
        select(
            Member.id,
            Member.number,
            last_contact.label("last_contact"),
            has_mandate.label("mandate"),
            has_request.label("request"),
            has_change.label("change"),
        )
        .where(~was_heard, Member.id.not_in(erased), *where)
        .cte("silent")
        .prefix_with("MATERIALIZED")
    )
    kept_by = case(
        (silent.c.last_contact.is_(None), "unknown"),
        *((silent.c[name], name) for name in ("mandate", "request", "change")),
        else_="due",
    )
    return select(silent.c.id, silent.c.number, silent.c.last_contact, kept_by.label("kept_by")).cte("quiet")


async def quiet(
    db: AsyncSession, cutoff: date, *, offset: int = 0, limit: int | None = None
) -> tuple[Quiet, list[Row]]:  # type: ignore[type-arg]
    """How many are due and what keeps the others; and those who are due, the longest unheard of first.

    One statement, for it reads most of what there is. Of the people: id, number, last_contact.
    """
    found = _silent(cutoff)
    by_reason = select(found.c.kept_by, func.count().label("number")).group_by(found.c.kept_by).subquery()
    counts = select(func.jsonb_object_agg(by_reason.c.kept_by, by_reason.c.number).label("counts")).subquery()
    people = (
        select(found.c.id, found.c.number, found.c.last_contact)
        .where(found.c.kept_by == "due")
        .order_by(found.c.last_contact, found.c.id)
        .offset(offset)
        .limit(limit)
        .subquery()
    )
    query = select(counts.c.counts, people).select_from(counts.outerjoin(people, true()))
    rows = (await db.execute(query.order_by(people.c.last_contact, people.c.id))).all()
    return Quiet(**(rows[0].counts or {})), [row for row in rows if row.id]


async def is_due(db: AsyncSession, cutoff: date, member_id: UUID) -> bool:
    """Still, now that it is their turn."""
    found = _silent(cutoff, Member.id == member_id)
    return await db.scalar(select(found.c.kept_by)) == "due"


def due_rows(term: Term, cutoff: date) -> tuple[type[Base], ColumnElement[bool]]:
    """Of a term of rows: the model, and which of its rows are due.

    A mandate without its last day ended with the person's erasure at the latest; data that is set apart stays so.
    """
    has_file = select(ReceiptFile.receipt_id).where(ReceiptFile.receipt_id == Receipt.id).exists()
    erased_on = select(_day(Erasure.erased_at)).where(Erasure.member_id == Mandate.member_id).scalar_subquery()
    in_force = DataCase.restricted_on.is_not(None), DataCase.lifted_on.is_(None)
    sets_apart = select(DataCase.request_id).where(DataCase.request_id == MemberRequest.id, *in_force).exists()
    settled = RecordedChange.status.not_in([*UNDER_WAY, "review"]), RecordedChange.parked_at.is_(None)
    answered = MemberRequest.state.in_(["accepted", "refused"]), MemberRequest.central_id.is_(None)
    rows: dict[str, tuple[type[Base], ColumnElement[bool]]] = {
        "receipts": (
            Receipt,
            and_(Receipt.member_id.in_(erased), Receipt.issued_on <= cutoff, or_(Receipt.donor_name != "", has_file)),
        ),
        "gifts": (Gift, and_(Gift.member_id.in_(erased), Gift.given_on <= cutoff)),
        "mandates": (
            Mandate,
            and_(Mandate.member_id.in_(erased), func.coalesce(Mandate.ended_on, erased_on) <= cutoff),
        ),
        "old_receipts": (Receipt, and_(Receipt.member_id.in_(erased), Receipt.issued_on <= cutoff)),
        "changes": (RecordedChange, and_(*settled, _day(RecordedChange.status_at) <= cutoff)),
        "conflicts": (SyncConflict, _day(SyncConflict.looked_at) <= cutoff),
        "requests": (MemberRequest, and_(*answered, ~sets_apart, MemberRequest.decided_on <= cutoff)),
        "messages": (MemoShown, _day(MemoShown.first_shown_at) <= cutoff),
        "journal": (JournalEntry, _day(JournalEntry.at) <= cutoff),
    }
    return rows[term.name]


async def count_rows(db: AsyncSession, terms: Sequence[tuple[Term, date]]) -> dict[str, int]:
    """By term, in one statement."""
    each = []
    for term, cutoff in terms:
        model, due = due_rows(term, cutoff)
        each.append(select(func.count()).select_from(model).where(due).scalar_subquery().label(term.name))
    return dict((await db.execute(select(*each))).mappings().one()) if each else {}


async def count_erased(db: AsyncSession) -> int:
    return await db.scalar(select(func.count()).select_from(Erasure)) or 0


async def latest_runs(db: AsyncSession) -> Sequence[RetentionRun]:
    return (await db.scalars(select(RetentionRun).order_by(RetentionRun.started_at.desc()).limit(LATEST_RUNS))).all()


async def unfinished_run(db: AsyncSession) -> RetentionRun | None:
    return await db.scalar(select(RetentionRun).where(RetentionRun.ended_at.is_(None)))
