"""What people can do with a change that did not arrive, and how the values of a conflict are shown."""

from typing import Any, Protocol

from portal.i18n import N_
from portal.tracking.rules import LISTS, SHOWN

Value = dict[str, Any]
LONGEST_REASON = 500
WRITTEN_ELSEWHERE = {"memo", "objections", "consents"}
PROVED = {"email", "other_emails"}
"""They open the donor space: here nobody but the member puts one there, so it comes from the central records."""
DECISIONS = {"ours": N_("what was changed here holds"), "theirs": N_("what the central records held stays")}
"""Whose value holds after a conflict."""
REQUESTED = N_("It could not be passed on as it is. Our team has made a request of it, and takes care of it.")


class Parked(Protocol):
    """A change that the sync left to people; `is_held`: its value holds here until the central records have it too."""

    group: str
    is_held: bool


def can_be_sent_again(change: Parked) -> bool:
    """A message of ours is written anew on its own page; a choice that no longer holds here is the member's to make."""
    return change.is_held or change.group not in WRITTEN_ELSEWHERE


def can_be_ended(change: Parked) -> bool:
    """An objection holds here until the central records hold it too: nobody may give it up but the member."""
    return not change.is_held


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
