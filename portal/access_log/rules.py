"""Who looked at a donor's record, and what they did there: the words, and what is told.

The donor learns when, how often, why, and which sort of colleague; not the name. They have no right to it (Court of
Justice of the EU, C-579/21, Pankki S: the people who act on the controller's behalf are no recipients), and colleagues
are persons too; the journal keeps the name for whoever must answer a complaint.
"""

from datetime import datetime

from portal import clock
from portal.i18n import N_

ROLES = {
    "reader": N_("a person of our donor service who can only look"),
    "editor": N_("a person of our donor service"),
    "compliance": N_("a person who looks after data protection"),
    "administrator": N_("a person who looks after this space"),
}
SOMEBODY = N_("a person of our team")
"""Whose account is gone."""

VIEWING, STOPPED = "staff.viewing.started", "staff.viewing.ended"
"""Of all that the journal keeps, only the reason for a viewing was written to be read by the donor."""


def by_whom(role: str | None) -> str:
    return ROLES.get(role or "", SOMEBODY)


def time_of_day(moment: datetime) -> str:
    return f"{clock.paris(moment):%H:%M}"
