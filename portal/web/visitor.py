"""Who is at the door: nobody, somebody who proved a mailbox, a donor, or staff."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Visitor:
    session_id: UUID | None = None
    csrf_token: str = ""
    mailbox: str | None = None
    member_id: UUID | None = None
    member_name: str = ""
    staff_id: UUID | None = None
    staff_name: str = ""
    role: str = ""
    viewing: bool = False
    flash: str | None = None

    @property
    def is_staff(self) -> bool:
        return self.staff_id is not None

    @property
    def sees_member_pages(self) -> bool:
        """A donor at home, or staff who look at the portal as that donor sees it."""
        return self.member_id is not None

    @property
    def must_choose(self) -> bool:
        """The mailbox is proved, but not yet for which of its members."""
        return self.mailbox is not None and not self.sees_member_pages and not self.is_staff

    @property
    def actor(self) -> str:
        """How this visitor is named in the journal."""
        return f"staff:{self.staff_id}" if self.is_staff else f"member:{self.member_id}"


ANONYMOUS = Visitor()
