"""An e-mail address that staff vouch for, until its reader has confirmed it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class VouchedEmail(Base):
    """Whose it is was proved to staff; that they read it, the link in a mail proves. Kept 30 days after that."""

    __tablename__ = "vouched_email"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    address: Mapped[str]
    use: Mapped[str] = mapped_column(doc="main, in place of the former main address, or beside the others")
    proof: Mapped[str] = mapped_column(doc="how the member proved who they are, a key of rules.PROOFS")
    note: Mapped[str] = mapped_column(doc="what exactly was proved; the member may read it")
    shared: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="staff saw that others have this address, and meant it"
    )
    vouched_by: Mapped[str] = mapped_column(doc="actor, as in the journal")
    vouched_at: Mapped[datetime] = mapped_column(server_default=func.now())
    token_hash: Mapped[bytes | None] = mapped_column(unique=True, doc="set by the worker that writes the mail")
    expires_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0", doc="wrong member numbers")
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("use IN ('main', 'beside')", name="use"),)
