"""Who is at the door: nobody, somebody who proved a mailbox, a donor, or staff."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

STEP_UP = timedelta(minutes=10)
"""How long a proof of who one is allows what is sensitive (quality goal: ten minutes)."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Visitor:
    session_id: UUID | None = None
    lineage: UUID | None = None
    csrf_token: str = ""
    mailbox: str | None = None
    member_id: UUID | None = None
    member_name: str = ""
    staff_id: UUID | None = None
    staff_name: str = ""
    role: str = ""
    viewing: bool = False
    shared: bool = False
    method: str = ""
    second_factor_due: bool = False
    proved_at: datetime = LONG_AGO
    ends_at: datetime = LONG_AGO
    now: datetime = LONG_AGO
    flash: str | None = None

    @property
    def is_staff(self) -> bool:
        """Signed in as staff, completely: who still owes the second factor is nobody yet."""
        return self.staff_id is not None and not self.second_factor_due

    @property
    def sees_member_pages(self) -> bool:
        """A donor at home, or staff who look at the portal as that donor sees it."""
        return self.member_id is not None

    @property
    def is_nobody(self) -> bool:
        """Has no visit, or one in which nothing is proved yet."""
        return self.member_id is None and self.staff_id is None and self.mailbox is None

    @property
    def is_signed_in(self) -> bool:
        return self.sees_member_pages or self.is_staff

    @property
    def must_choose(self) -> bool:
        """The mailbox is proved, but not yet for which of its members."""
        return self.mailbox is not None and not self.sees_member_pages and self.staff_id is None

    @property
    def proved_just_now(self) -> bool:
        """May do what is sensitive without proving once more who they are; the database's clock decides."""
        return self.now - self.proved_at < STEP_UP

    @property
    def actor(self) -> str:
        """How this visitor is named in the journal."""
        return f"staff:{self.staff_id}" if self.staff_id else f"member:{self.member_id}"


ANONYMOUS = Visitor()
