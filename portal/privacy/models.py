"""What the law asks of us about one request: its clock, who asked, what was checked, and that the answer arrived."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import SQL_TODAY
from portal.database import Base

KNOWN = "identity IN ('signed_in', 'proved')"
UNKNOWN = ("unproved", "asked")


class DataCase(Base):
    """One for each request about data, from the moment it is made: a trigger opens it, or staff who enter a letter."""

    __tablename__ = "data_case"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("member_request.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    received_on: Mapped[date] = mapped_column(doc="the clock's first day; of a letter the day on which it came")
    entered_on: Mapped[date] = mapped_column(server_default=text(SQL_TODAY))
    entered_by: Mapped[str] = mapped_column(server_default="", doc="staff:<id>; nobody where the member asked here")
    channel: Mapped[str] = mapped_column(doc="portal, central (recorded there), letter, phone, email, counter")
    identity: Mapped[str] = mapped_column(doc="signed_in, unproved, asked, proved")
    identity_proof: Mapped[str] = mapped_column(server_default="", doc="what was seen, in words; never a copy of it")
    paused_on: Mapped[date | None] = mapped_column(doc="a proof was asked for: the clock stands still …")
    resumed_on: Mapped[date | None] = mapped_column(doc="… until it was seen")
    extended_on: Mapped[date | None]
    extension_reason: Mapped[str] = mapped_column(server_default="", doc="for the member to read")
    notice_sent_at: Mapped[datetime | None] = mapped_column(doc="from when on the extension holds")
    checklist: Mapped[list[str]] = mapped_column(JSONB, server_default="[]", doc="what was looked after")
    third_parties: Mapped[bool | None] = mapped_column(doc="the answer holds data of others; null: nobody has looked")
    ordered_on: Mapped[date | None] = mapped_column(doc="the answer is being built, or is")
    signed_by: Mapped[str] = mapped_column(server_default="", doc="who lets the answer go …")
    countersigned_by: Mapped[str] = mapped_column(server_default="", doc="… and, with data of others, who else")
    released_on: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(server_default="", doc="granted, refused")
    refusal: Mapped[str] = mapped_column(server_default="", doc="the ground, a key of `rules.answers.REFUSALS`")
    answered_on: Mapped[date | None] = mapped_column(doc="the clock has done its work")
    delivered_on: Mapped[date | None]
    delivered_by: Mapped[str] = mapped_column(server_default="", doc="portal, letter, counter")
    delivery_proof: Mapped[str] = mapped_column(server_default="", doc="how we know that it arrived")
    closed_on: Mapped[date | None]
    restricted_on: Mapped[date | None] = mapped_column(doc="from then on the data is kept and not used …")
    lifted_on: Mapped[date | None] = mapped_column(doc="… until the restriction is lifted")
    warned_of: Mapped[date | None] = mapped_column(doc="the last day of which officers were told …")
    warned_at: Mapped[int | None] = mapped_column(Integer, doc="… with so many days left")

    __table_args__ = (
        CheckConstraint("channel IN ('portal', 'central', 'letter', 'phone', 'email', 'counter')", name="channel"),
        CheckConstraint("identity IN ('signed_in', 'unproved', 'asked', 'proved')", name="identity"),
        CheckConstraint("(identity = 'signed_in') = (channel = 'portal')", name="signed_in"),
        CheckConstraint("identity <> 'proved' OR identity_proof <> ''", name="proof"),
        CheckConstraint(
            f"{KNOWN} OR (ordered_on IS NULL AND signed_by = '' AND released_on IS NULL "
            "AND (answered_on IS NULL OR (refusal = 'identity' AND paused_on IS NOT NULL)))",
            name="known",
        ),
        CheckConstraint("received_on <= entered_on", name="received"),
        CheckConstraint(
            "released_on IS NULL OR (third_parties IS NOT NULL AND signed_by <> '' AND "
            "(NOT third_parties OR (countersigned_by <> '' AND countersigned_by <> signed_by)))",
            name="two_people",
        ),
        CheckConstraint("(answered_on IS NULL) = (outcome = '')", name="answered"),
        CheckConstraint("(outcome = 'refused') = (refusal <> '')", name="refusal"),
        CheckConstraint(
            "closed_on IS NULL OR (answered_on IS NOT NULL AND delivered_on IS NOT NULL AND delivery_proof <> '')",
            name="closed",
        ),
    )

    @property
    def is_known(self) -> bool:
        """Nothing more is asked of whoever was signed in."""
        return self.identity not in UNKNOWN
