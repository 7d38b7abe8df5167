"""The rows behind each figure: a member, a day, and a part by which they are told apart."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    DateTime,
    Select,
    String,
    TextClause,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from portal.changes import OPEN, RecordedChange
from portal.duplicates.models import SuspectedDuplicate
from portal.gifts.models import Gift
from portal.journal import JournalEntry
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.members.queries import SIGNS_IN
from portal.profile.models import EmailAddress, PostalAddress
from portal.receipts.models import Receipt
from portal.requests.models import OPEN as UNDECIDED
from portal.requests.models import MemberRequest
from portal.requests.rules import HANDLED
from portal.reviews.queries.parked import waits

WEEKS_FROM: BindParameter[date] = bindparam("weeks_from", type_=Date())
YEAR_FROM: BindParameter[date] = bindparam("year_from", type_=Date())
IDLE_SINCE: BindParameter[date] = bindparam("idle_since", type_=Date())


def day(moment: Any) -> ColumnElement[date]:
    """In Paris."""
    return cast(func.timezone("Europe/Paris", moment), Date)


def start(of: BindParameter[date]) -> ColumnElement[Any]:
    """The moment at which this day begins in Paris."""
    return func.timezone("Europe/Paris", cast(of, DateTime()))


def rows(member_id: Any, on: Any, part: Any, *conditions: ColumnElement[bool] | TextClause) -> Select[Any]:
    return select(member_id.label("member_id"), on.label("on_day"), part.label("part")).where(*conditions)


nothing = literal("", String())
entry, failed = JournalEntry, aliased(JournalEntry)
signed_in = entry.kind == "signin.completed", entry.member_id.is_not(None)
# Only of those who may still sign in, of whom the figure is a share.
first_visit = (
    select(entry.member_id, func.min(entry.at).label("at"))
    .join(Member, Member.id == entry.member_id)
    .where(*signed_in, *SIGNS_IN)
    .group_by(entry.member_id)
)
first = first_visit.subquery().c
former = entry.data["old"]["address"].astext
it_had_failed = (
    exists()
    .where(failed.member_id == entry.member_id, failed.kind == "email.failed", failed.at < entry.at)
    .where(or_(former.is_(None), failed.data["address"].astext == former))
)
replaced = entry.kind.in_(("profile.email.changed", "profile.email.added", "email.attached"))
latest_debit = (
    select(func.max(Gift.given_on))
    .where(Gift.member_id == Mandate.member_id, Gift.mandate_id == Mandate.id)
    .correlate(Mandate)
    .scalar_subquery()
)
debited_since = exists().where(
    Gift.member_id == Mandate.member_id, Gift.mandate_id == Mandate.id, Gift.given_on > IDLE_SINCE
)
# The rulebook counts from the last collection presented, even one that came back: every state of a gift counts.
idle = Mandate.state == "active", Mandate.signed_on <= IDLE_SINCE, ~debited_since
emailed = Receipt.state == "issued", Receipt.handed_by == "email", Receipt.handed_at.is_not(None)

ROWS: dict[str, Select[Any]] = {
    "activated": rows(first.member_id, day(first.at), nothing),
    "sign-ins": rows(
        entry.member_id, day(entry.at), entry.data["method"].astext, *signed_in, entry.at >= start(WEEKS_FROM)
    ),
    "emailed": rows(Receipt.member_id, day(Receipt.handed_at), nothing, *emailed),
    "mended-emails": rows(
        entry.member_id, day(entry.at), nothing, replaced, entry.at >= start(YEAR_FROM), it_had_failed
    ),
    "mended-places": rows(
        entry.member_id, day(entry.at), nothing, entry.kind == "profile.address.changed",
        entry.at >= start(YEAR_FROM), entry.data.has_key("returned_on"),
    ),
    "bounced": rows(EmailAddress.member_id, EmailAddress.bounced_on, nothing, EmailAddress.bounced_on.is_not(None)),
    "returned": rows(
        PostalAddress.member_id, PostalAddress.returned_on, nothing, PostalAddress.returned_on.is_not(None)
    ),
    "requests": rows(
        MemberRequest.member_id, MemberRequest.asked_on, MemberRequest.kind, UNDECIDED, MemberRequest.kind.in_(HANDLED)
    ),
    "under-way": rows(
        RecordedChange.member_id, day(RecordedChange.recorded_at), RecordedChange.group, RecordedChange.status.in_(OPEN)
    ),
    "parked": rows(RecordedChange.member_id, day(RecordedChange.parked_at), RecordedChange.group, waits),
    "ageing": rows(Mandate.member_id, func.coalesce(latest_debit, Mandate.signed_on), nothing, *idle),
    "duplicates": rows(
        SuspectedDuplicate.member_id, day(SuspectedDuplicate.found_at), nothing, SuspectedDuplicate.decision == ""
    ),
}  # fmt: skip
