"""A wish to sign in: one address, one asking browser, one link and one code, used at most once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class SignInRequest(Base):
    __tablename__ = "sign_in_request"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    email: Mapped[str] = mapped_column(doc="lower case")
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("web_session.id", ondelete="SET NULL"), doc="the browser that asked"
    )
    language: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    token_hash: Mapped[bytes | None] = mapped_column(unique=True, doc="set by the worker that writes the mail")
    code_hash: Mapped[bytes | None]
    expires_at: Mapped[datetime | None] = mapped_column(doc="counted from the first attempt to send the mail")
    tries: Mapped[int] = mapped_column(server_default="0", doc="wrong codes and wrong addresses")
    used_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_sign_in_request_session_id", "session_id"),
        Index("ix_sign_in_request_email", "email"),
    )
