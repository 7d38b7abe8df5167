"""The memo: what staff write to one member, shown on their home page ("information extranet donateur")."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, func, text
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
