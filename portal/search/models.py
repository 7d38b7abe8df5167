"""What members are found by: words only, in a table of the portal's own that triggers keep."""

from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base

NOTHING = text("''")


class MemberSearch(Base):
    """Derived from other tables, and read through `found_members` and `resembling_names` alone."""

    __tablename__ = "member_search"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    names: Mapped[str] = mapped_column(TSVECTOR, server_default=NOTHING)
    places: Mapped[str] = mapped_column(TSVECTOR, server_default=NOTHING)
    mailboxes: Mapped[str] = mapped_column(TSVECTOR, server_default=NOTHING)
    phones: Mapped[str] = mapped_column(TSVECTOR, server_default=NOTHING)
    words: Mapped[str] = mapped_column(
        TSVECTOR, Computed("names || places || mailboxes || phones", persisted=True), doc="all of them"
    )

    __table_args__ = (
        Index("ix_member_search_words", "words", postgresql_using="gin"),
        Index(
            "ix_member_search_names",
            func.spelled_names(names).label("spelled"),
            postgresql_using="gin",
            postgresql_ops={"spelled": "gin_trgm_ops"},
        ),
    )
