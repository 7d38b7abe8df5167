"""What waits for people: how much is at risk, what they can do with it, and how its values are shown."""

from dataclasses import dataclass
from typing import Any, Protocol

from portal.i18n import N_
from portal.tracking.rules import LISTS, SHOWN

Value = dict[str, Any]
LONGEST_REASON = 500
WRITTEN_ELSEWHERE = {"memo", "objections", "consents"}
PROVED = {"email", "other_emails"}
"""They open the donor space: here nobody but the member puts one there, so it comes from the central records."""
CHOICES = {"objections", "consents"}
"""They have a ledger of their own."""
THE_MEMBERS_OWN = PROVED | WRITTEN_ELSEWHERE
"""Nobody puts back another value of these here."""
DECISIONS = {"ours": N_("what was changed here holds"), "theirs": N_("what the central records held stays")}
"""Whose value holds after a conflict."""
REQUESTED = N_("It could not be passed on as it is. Our team has made a request of it, and takes care of it.")

KINDS = {
    "mandate": N_("Direct debit"),
    "identity": N_("Name or company to correct"),
    "refused": N_("Did not reach the central records"),
    "conflict": N_("Changed on both sides"),
    "duplicate": N_("Perhaps two records of one person"),
}
PLACES = {
    "mandate": "/staff/requests",
    "identity": "/staff/corrections",
    "refused": "/staff/reviews",
    "conflict": "/staff/reviews/conflicts",
    "duplicate": "/staff/duplicates",
}
"""Below which address each has its own page."""


@dataclass(frozen=True)
class Risk:
    """How much is lost while it waits, from 1, the most; and what, in words."""

    level: int
    words: str


LEVELS = {1: N_("High"), 2: N_("Medium"), 3: N_("Low")}
TONES = {1: "refused", 2: "review", 3: "active"}
"""As which state a level is coloured."""
STILL_DISTURBED = N_("Somebody who said no may still be written to.")
WAY_IN = N_("Who reads this mailbox can open the donor space.")
RISKS = {
    ("mandate", ""): Risk(1, N_("Money is taken from an account.")),
    ("identity", ""): Risk(1, N_("The name stands on tax receipts, and may be somebody else’s.")),
    ("refused", ""): Risk(3, N_("What the member chose is not done yet.")),
    ("refused", "objections"): Risk(1, STILL_DISTURBED),
    ("refused", "consents"): Risk(1, STILL_DISTURBED),
    ("refused", "email"): Risk(1, WAY_IN),
    ("refused", "other_emails"): Risk(1, WAY_IN),
    ("refused", "identity"): Risk(1, N_("The name stands on tax receipts, and may be somebody else’s.")),
    ("refused", "address"): Risk(2, N_("Letters and tax receipts go to the wrong place.")),
    ("refused", "other_addresses"): Risk(2, N_("Letters and tax receipts go to the wrong place.")),
    ("refused", "receipt_wish"): Risk(2, N_("Tax receipts do not come as the member wants them.")),
    ("refused", "phones"): Risk(2, N_("A call may reach somebody else.")),
    ("conflict", ""): Risk(3, N_("The rule has decided already; somebody should know.")),
    ("conflict", "email"): Risk(2, WAY_IN),
    ("conflict", "address"): Risk(2, N_("Letters and tax receipts go to the wrong place.")),
    ("duplicate", ""): Risk(2, N_("Letters go out twice, and gifts are split over two receipts.")),
    ("duplicate", "household"): Risk(3, N_("Probably two people of one household.")),
}
"""By kind, and by what it is about where that has a risk of its own."""


class Parked(Protocol):
    """A change that the sync left to people; `is_held`: its value holds here until the central records have it too."""

    group: str
    is_held: bool


def risk(kind: str, subject: str) -> Risk:
    return RISKS.get((kind, subject), RISKS[kind, ""])


def can_be_sent_again(change: Parked) -> bool:
    """A message of ours is written anew on its own page; a choice that no longer holds here is the member's to make."""
    return change.is_held or change.group not in WRITTEN_ELSEWHERE


def can_be_ended(change: Parked) -> bool:
    """An objection holds here until the central records hold it too: nobody may give it up but the member."""
    return not change.is_held


def can_be_reversed(group: str, decision: str, theirs: Value | None) -> bool:
    """Of a conflict that ours won: choices and addresses that open the space are the member's alone."""
    return decision == "ours" and group not in THE_MEMBERS_OWN and (theirs is not None or group == "address")


def lines(group: str, value: Value | None) -> list[str]:
    """A value in words; nothing for none."""
    if not value:
        return []
    if group in LISTS:
        name, words, *_ = LISTS[group]
        return words(value[name])
    return SHOWN[group](value)


def wish(old: str, new: str) -> str:
    """The sentence that asks people to make a change by hand; either value may be nothing."""
    if not old:
        return N_("%(what)s: please add “%(new)s”.")
    if not new:
        return N_("%(what)s: please remove “%(old)s”.")
    return N_("%(what)s: please change “%(old)s” to “%(new)s”.")
