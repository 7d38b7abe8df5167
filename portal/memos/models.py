"""The memo: what staff write to one member, shown on their home page ("information extranet donateur")."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Memo(Base):
    """One row a member, and one without member: the general memo, for whoever has none of their own."""

    __tablename__ = "memo"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    central_id: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    body: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    held: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="a change is under way: the pull leaves the row alone"
    )

    __table_args__ = (UniqueConstraint("member_id", postgresql_nulls_not_distinct=True),)


class MemoTranslation(Base):
    """The English of a memo, the portal's own: the central base has one text. It holds for that very text only."""

    __tablename__ = "memo_translation"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    of_body: Mapped[str] = mapped_column(doc="the text that it translates")
    body: Mapped[str]

    __table_args__ = (UniqueConstraint("member_id", postgresql_nulls_not_distinct=True),)


class MemoProposal(Base):
    """A memo that waits for a second editor, where the installation asks for four eyes."""

    __tablename__ = "memo_proposal"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    body: Mapped[str]
    english: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    seen: Mapped[str] = mapped_column(doc="fingerprint of the memo that its author had before them")
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"))
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (UniqueConstraint("member_id", postgresql_nulls_not_distinct=True),)


class MemoShown(Base):
    """What a member was shown on their home page, in the words and the language in which they first saw it."""

    __tablename__ = "memo_shown"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(
        primary_key=True, index=True, doc="the memo or message; no foreign key: what was shown outlives it"
    )
    text_hash: Mapped[str] = mapped_column(primary_key=True, doc="of language and body")
    kind: Mapped[str] = mapped_column(doc="memo, message or general")
    language: Mapped[str]
    body: Mapped[str] = mapped_column(doc="with the member's own values filled in")
    first_shown_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("kind IN ('memo', 'message', 'general')", name="kind"),)
