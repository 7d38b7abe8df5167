"""A correction that people must look at before it holds: a name, a legal form, a registration number."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class CorrectionRequest(Base):
    """What the donor adds to the recorded change that waits for staff; its outcome stands on that change."""

    __tablename__ = "correction_request"

    change_id: Mapped[UUID] = mapped_column(ForeignKey("recorded_change.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(doc="in the donor's words")
    document: Mapped[bytes | None] = mapped_column(doc="a scan that proves it, sealed with the secret key")
    decided_by: Mapped[str] = mapped_column(server_default="", doc="actor, as in the journal")
    decided_at: Mapped[datetime | None]
