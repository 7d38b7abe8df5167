"""Who was erased, so that neither the central base nor a backup brings them back; and what they objected to."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import SQL_TODAY
from portal.database import Base


class Erasure(Base):
    """The ledger: one row a person, without anything that names them."""

    __tablename__ = "erasure"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    member_id: Mapped[UUID] = mapped_column(unique=True, doc="no foreign key: the ledger outlives the row")
    digest: Mapped[bytes] = mapped_column(unique=True, doc="of the number in the central base, keyed: for a replay")
    why: Mapped[str] = mapped_column(doc="asked, retention")
    rule: Mapped[str] = mapped_column(server_default="", doc="of retention: the name of the term that was over")
    request_id: Mapped[UUID | None] = mapped_column(doc="the member's own request, or ours to the central base")
    actor: Mapped[str] = mapped_column(doc="as in the journal")
    erased_at: Mapped[datetime] = mapped_column(server_default=func.now())
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", doc="rows by table: erased, kept")

    __table_args__ = (CheckConstraint("why IN ('asked', 'retention')", name="why"),)


class KeptObjection(Base):
    """What must go on being honoured after an erasure: nobody goes back from the digest to the address."""

    __tablename__ = "kept_objection"

    digest: Mapped[bytes] = mapped_column(primary_key=True, doc="of a mailbox, keyed")
    code: Mapped[str] = mapped_column(primary_key=True, doc="purpose/channel, as in contact_choice")
    kept_since: Mapped[date] = mapped_column(server_default=text(SQL_TODAY))
