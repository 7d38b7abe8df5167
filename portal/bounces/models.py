"""Mails that came back: each report, and what was concluded for the mailbox."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class MailFailure(Base):
    """One report of one mail, from the mailing tool or a delivery status notification (RFC 3464)."""

    __tablename__ = "mail_failure"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    event: Mapped[str] = mapped_column(unique=True, doc="its number at the sender: a report counts once")
    mailbox: Mapped[str] = mapped_column(doc="the address as it is looked up")
    kind: Mapped[str]
    failed_at: Mapped[datetime]
    reported_at: Mapped[datetime] = mapped_column(server_default=func.now())
    status: Mapped[str] = mapped_column(server_default="", doc="enhanced status code (RFC 3463), such as 5.1.1")

    __table_args__ = (
        CheckConstraint("kind IN ('hard', 'soft', 'complaint')", name="kind"),
        Index("ix_mail_failure_mailbox_failed_at", "mailbox", "failed_at"),
    )


class MailVerdict(Base):
    """What the reports on a mailbox come to, on its way to the central base."""

    __tablename__ = "mail_verdict"

    mailbox: Mapped[str] = mapped_column(primary_key=True)
    bounced_on: Mapped[date | None]
    soft_bounced_on: Mapped[date | None]
    complained_on: Mapped[date | None]
    delivered: Mapped[bool] = mapped_column(server_default=text("false"), doc="the central base has it")

    __table_args__ = (Index("ix_mail_verdict_to_deliver", "mailbox", postgresql_where=text("NOT delivered")),)
