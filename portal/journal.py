"""What happened, for good: append-only rows, each chained to the one before by its hash.

A database trigger numbers the rows and computes the chain (see the first
migration), and no role of ours may update or delete them, so neither a bug nor
the web process can rewrite history. `portal journal verify` names a row that
was altered all the same.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, FetchedValue, Index, func, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base
from portal.i18n import N_

KINDS = {
    "signin.completed": N_("Signed in"),
    "signin.ended": N_("Signed out"),
    "signin.refused": N_("A sign-in was refused"),
    "request.refused": N_("A request was refused"),
    "session.ended": N_("A visit on another device was ended"),
    "session.all_ended": N_("All visits were ended by the association"),
    "security.confirmed": N_("Confirmed who you are"),
    "passkey.added": N_("Passkey added"),
    "passkey.renamed": N_("Passkey renamed"),
    "passkey.removed": N_("Passkey removed"),
    "identity.linked": N_("Sign-in by another service connected"),
    "identity.removed": N_("Sign-in by another service taken away"),
    "activation.letter.printed": N_("Letter with a first-access code printed"),
    "activation.completed": N_("First access with the code of a letter"),
    "profile.email.added": N_("E-mail address added"),
    "email.vouched": N_("Our team was shown a proof, and wrote to a new e-mail address"),
    "email.attached": N_("E-mail address added by our team after a proof"),
    "staff.role.changed": N_("Role of a staff member changed"),
    "profile.address.changed": N_("Postal address changed"),
    "profile.addresses.changed": N_("Other postal addresses changed"),
    "profile.email.changed": N_("E-mail address changed"),
    "profile.emails.changed": N_("Other e-mail addresses changed"),
    "profile.phones.changed": N_("Phone numbers changed"),
    "profile.identity.changed": N_("Name or registration corrected"),
    "profile.language.changed": N_("Language changed"),
    "profile.checked": N_("Details said to be right"),
    "correction.asked": N_("Correction asked for"),
    "correction.decided": N_("Correction decided by staff"),
    "change.retried": N_("Change sent to the central records again"),
    "change.dropped": N_("Change that could not be passed on given up"),
    "change.corrected": N_("Change corrected by staff and sent again"),
    "change.reversed": N_("Change put back by staff as the central records had it"),
    "conflict.noted": N_("Change made on both sides looked at by staff"),
    "merge.proposed": N_("Asked whether two records are one person's"),
    "duplicate.denied": N_("Found to be another person than one with a similar record"),
    "request.asked": N_("Request made"),
    "request.answered": N_("Request answered"),
    "data.identity.asked": N_("Proof asked for that it is you who asks for your data"),
    "data.identity.proved": N_("Noted how we know that it is you who asks for your data"),
    "data.request.extended": N_("More time taken for a request about your data"),
    "data.request.closed": N_("Answer to a request about your data known to have arrived"),
    "data.restriction.lifted": N_("Restriction of the use of your data lifted"),
    "data.register.made": N_("Register of requests about data made"),
    "change.undone": N_("Change taken back"),
    "consent.changed": N_("Choice about what we may send changed"),
    "contact.rhythm.changed": N_("How often we write changed"),
    "consent.proof.made": N_("Proof of consents and objections made"),
    "email.failed": N_("Mails to an address come back"),
    "memo.set": N_("Personal message written"),
    "memo.removed": N_("Personal message removed"),
    "memo.proposed": N_("Personal message written, for a colleague to approve"),
    "memo.rejected": N_("Personal message not approved by a colleague"),
    "memo.previewed": N_("A staff member looked at your home page to prepare a message"),
    "message.written": N_("Message to several members written"),
    "message.sent_for_approval": N_("Message to several members sent to a colleague for approval"),
    "message.returned": N_("Message to several members returned to be written again"),
    "message.published": N_("Message to several members published"),
    "message.addressed": N_("Message to several members: the list of members is complete"),
    "message.withdrawn": N_("Message to several members withdrawn"),
    "selection.saved": N_("Selection of members saved"),
    "selection.removed": N_("Selection of members removed"),
    "document.added": N_("Document added by our team"),
    "document.downloaded": N_("Document downloaded"),
    "document.removed": N_("Document taken away by our team"),
    "legacy.noted": N_("Days about a legacy noted by our team"),
    "receipt.downloaded": N_("Tax receipt downloaded"),
    "receipt.duplicate.made": N_("Duplicate of a tax receipt made"),
    "receipt.issued": N_("Tax receipt issued"),
    "receipt.cancelled": N_("Tax receipt cancelled"),
    "receipt.wish.changed": N_("Wish for tax receipts changed"),
    "receipt.declaration.made": N_("Receipts of a financial year declared"),
    "export.ordered": N_("Answer to a request about data ordered"),
    "export.built": N_("Answer to a request about data built"),
    "export.looked_at": N_("Answer looked at by staff before it was given"),
    "export.cut": N_("Something about other people left out of an answer"),
    "export.uncut": N_("Something that was left out put back into an answer"),
    "export.released": N_("Answer to a request about data made ready for you"),
    "export.downloaded": N_("Answer to a request about data downloaded"),
    "export.purged": N_("Answer to a request about data no longer kept"),
    "staff.member.viewed": N_("A staff member opened the record"),
    "staff.viewing.started": N_("A staff member looked at the portal as the member sees it"),
    "staff.viewing.ended": N_("A staff member stopped looking"),
    "staff.account.created": N_("Staff account created"),
    "staff.account.ended": N_("Staff account ended"),
    "member.erased": N_("The person was erased"),
    "erasure.confirmed": N_("Erasure confirmed by staff"),
    "erasure.lifted": N_("Erasure lifted: the central records may bring the person back"),
    "journal.emptied": N_("Journal of an erased person emptied"),
    "retention.listed": N_("List of donors due to be erased downloaded"),
    "retention.run": N_("What had reached the end of its time was erased"),
}
"""Every kind of event with its label in plain words."""


class JournalEntry(Base):
    __tablename__ = "journal"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, server_default=FetchedValue())
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    kind: Mapped[str]
    actor: Mapped[str] = mapped_column(doc="member:<id>, staff:<id>, or the name of a system")
    member_id: Mapped[UUID | None] = mapped_column(index=True, doc="no foreign key: the journal outlives the member")
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    chain: Mapped[str] = mapped_column(server_default=FetchedValue(), doc="the member, or 'system': rows of one chain")
    hash: Mapped[bytes] = mapped_column(server_default=FetchedValue())

    __table_args__ = (
        Index(
            "ix_journal_message",
            text("(data ->> 'message')"),
            postgresql_where=text("(data ->> 'message') IS NOT NULL"),
        ),
        Index("ix_journal_kind_at", "kind", "at"),
    )


async def write(db: AsyncSession, kind: str, *, actor: str, member_id: UUID | None = None, **data: Any) -> None:
    """Add an entry in the transaction of `db`.

    Raises:
        KeyError: for a kind that has no label.
    """
    KINDS[kind]
    row = insert(JournalEntry).values(kind=kind, actor=actor, member_id=member_id, data=data)
    await db.execute(row.inline())  # whoever may write an entry may not always read it


ALTERED = text(
    "SELECT id FROM ("
    "  SELECT j.*, lag(j.hash, 1, coalesce(start.hash, '')) OVER (PARTITION BY chain ORDER BY j.id) AS previous"
    "  FROM journal j LEFT JOIN journal_start AS start USING (chain)"
    ") AS j WHERE hash <> journal_hash(previous, id, at, kind, actor, member_id, data) "
    "UNION SELECT head.id FROM journal_head AS head WHERE NOT EXISTS ("
    "  SELECT FROM journal j WHERE j.chain = head.chain AND j.id = head.id AND j.hash = head.hash"
    "  UNION ALL SELECT FROM journal_start AS start WHERE start.chain = head.chain AND start.id = head.id"
    ") ORDER BY id"
)


async def verify(db: AsyncSession) -> list[int]:
    """Numbers of the rows that do not follow from their content and the row before, or are gone from a chain's end."""
    return list(await db.scalars(ALTERED))
