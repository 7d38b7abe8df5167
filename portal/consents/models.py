"""What a member objects and consents to, and the proof of each act."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class ContactChoice(Base):
    """How a member wishes to be written to at present: one row a member, changed by both sides."""

    __tablename__ = "contact_choice"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), unique=True)
    objections: Mapped[list[str]] = mapped_column(ARRAY(TEXT), doc="purpose/channel, in order: appeals/post")
    consents: Mapped[list[str]] = mapped_column(ARRAY(TEXT), doc="the same form: commercial/any")
    post_rhythm: Mapped[str] = mapped_column(doc="how often appeals come by post: all, quarterly, half_yearly, yearly")
    paused_until: Mapped[date | None] = mapped_column(doc="the last day without any appeal")
    checked_on: Mapped[date | None] = mapped_column(doc="the member last said that their details are right")
    held: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="a change is under way: the pull leaves the row alone"
    )


class ChoiceText(Base):
    """A text as it was shown when somebody chose; another wording is another row."""

    __tablename__ = "choice_text"

    id: Mapped[str] = mapped_column(primary_key=True, doc="SHA-256 of language and body, in hexadecimal")
    language: Mapped[str]
    body: Mapped[str]
    first_shown_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConsentEntry(Base):
    """The ledger: one act each, never altered, never deleted (GDPR art. 7(1): the controller can prove it)."""

    __tablename__ = "consent_entry"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(doc="no foreign key: the proof outlives the member")
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    purpose: Mapped[str]
    channel: Mapped[str] = mapped_column(doc="post, email, phone, sms, or any")
    act: Mapped[str]
    text_id: Mapped[str | None] = mapped_column(
        ForeignKey("choice_text.id"), doc="what they read; nothing when the act came from elsewhere"
    )
    source: Mapped[str] = mapped_column(doc="portal, central, unsubscribe link, complaint")
    actor: Mapped[str] = mapped_column(doc="as in the journal")

    __table_args__ = (
        CheckConstraint("act IN ('objected', 'objection_withdrawn', 'consented', 'consent_withdrawn')", name="act"),
        Index("ix_consent_entry_member_id_id", "member_id", "id"),
    )
