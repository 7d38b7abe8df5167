"""Which way a member's receipts go, and the order in which the post wants its letters."""

import enum
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from portal.i18n import N_
from portal.profile.rules import LINE_LENGTH, Address, envelope, postal
from portal.receipts.rules import REASON_WORDS, Reason, is_located

LINES = 6


class Way(enum.StrEnum):
    EMAIL = "email"
    POST = "post"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Recipient:
    """A member with receipts that nobody has handed over yet."""

    id: UUID
    number: str
    name: str
    receipt_by: str
    has_email: bool
    address: Address | None
    returned_on: date | None
    deceased_on: date | None
    suspension_code: str
    receipts: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """The six lines of NF Z10-011 and no more: what is longer than 38 characters is cut for the window only.

        Of more lines those below the name go, for what stands lowest leads the letter to its town and country.
        """
        assert self.address is not None  # noqa: S101 - for the type checker: who has none gets no letter
        name, *place = filter(None, (line[:LINE_LENGTH].strip() for line in envelope(self.address, self.name)))
        return [name, *place[1 - LINES :]]

    def has_moved_from(self, window: list[str]) -> bool:
        """Is another address than today's on the receipt? Capitals and accents make no other one."""
        assert self.address is not None  # noqa: S101 - for the type checker: who has none gets no letter
        today, then = (list(filter(None, map(postal, lines))) for lines in (envelope(self.address, ""), window))
        return today != then


@dataclass
class Report:
    """One run in figures."""

    rendered: int = 0
    set_aside: int = 0
    mailed: int = 0
    printed: int = 0
    nothing: Counter[str] = field(default_factory=Counter)

    @property
    def figures(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in ("rendered", "set_aside", "mailed", "printed")}
        return counts | {"nothing": dict(self.nothing.most_common())}


def way(recipient: Recipient) -> tuple[Way, str]:
    """By e-mail or by post, or why neither; a wish for e-mails without a working address falls back on paper."""
    by_email = recipient.receipt_by == "email"
    if by_email and recipient.has_email and not recipient.deceased_on:
        return Way.EMAIL, ""
    obstacles = {
        N_("The donor has died: the family should be asked."): recipient.deceased_on is not None,
        N_("Letters are suspended on this record."): bool(recipient.suspension_code),
        REASON_WORDS[Reason.ADDRESS]: not is_located(recipient.address),
        N_("Letters to this address come back."): recipient.returned_on is not None,
    }
    for reason, stands in obstacles.items():
        if stands:
            return Way.NOTHING, reason
    return Way.POST, N_("E-mail was wished, but no working address is known.") if by_email else ""


def postal_order(address: Address) -> tuple[str, ...]:
    """France first by postcode, then the other countries: what the post sorts by."""
    country = "" if address.is_french else address.country
    number = re.sub(r"^\d+", lambda found: found[0].zfill(5), address.house_number)  # 2 bis before 10
    return country, address.postcode, address.town.upper(), address.street.upper(), number
