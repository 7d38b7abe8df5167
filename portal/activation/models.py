"""First access by letter: a code for a member whom no mail reaches, and the letters that carry the codes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class ActivationCode(Base):
    """One a member: a new letter ends the code of the one before."""

    __tablename__ = "activation_code"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    detail: Mapped[str] = mapped_column(doc="what only the member knows: account, phone or gift")
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default="0", doc="wrong details")
    used_at: Mapped[datetime | None]


class LetterBatch(Base):
    """Letters for a list of members, written by the worker; the file is gone a day later."""

    __tablename__ = "letter_batch"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    numbers: Mapped[list[str]] = mapped_column(JSONB)
    written: Mapped[int] = mapped_column(server_default="0")
    left_out: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]", doc="number and reason")
    done_at: Mapped[datetime | None]
    content: Mapped[bytes | None] = mapped_column(doc="the PDF, sealed: it holds the codes")
