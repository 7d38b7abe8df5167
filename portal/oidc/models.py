"""What we keep of a sign-in at an OpenID Connect provider."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class OidcGrant(Base):
    """One row for each session that a provider vouches for; it goes with the session."""

    __tablename__ = "oidc_grant"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("web_session.id", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True
    )
    issuer: Mapped[str]
    subject: Mapped[str]
    sid: Mapped[str | None] = mapped_column(doc="the provider's own session, for back-channel logout")
    tokens: Mapped[bytes | None] = mapped_column(doc="sealed: with them the worker asks for the groups again")
    checked_at: Mapped[datetime] = mapped_column(server_default=func.now(), doc="when the groups were last read")

    __table_args__ = (Index("ix_oidc_grant_issuer_subject", "issuer", "subject"),)


class DonorIdentity(Base):
    """A donor's name at a provider. The pair of issuer and subject is the key; an e-mail address never is."""

    __tablename__ = "donor_identity"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime] = mapped_column(server_default=func.now())
