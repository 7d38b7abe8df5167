"""What makes two records look like one, in words."""

from portal.i18n import N_

SIGNS = {
    "email": N_("the same e-mail address"),
    "home": N_("the same name at the same address"),
    "phone": N_("the same phone number and last name"),
}
COUPLE = N_("The first names differ: probably two people of one household, who share a mailbox or a phone.")
ALIKE = N_("The first names do not differ: probably one person with two records.")
LONGEST_REASON = 300
MOST_SHARING = 6
"""More than this many members with one mailbox or phone are no duplicates: it is a town hall's, or a family's."""


def likeness(*, same_first_name: bool) -> str:
    """What staff should think of it first."""
    return ALIKE if same_first_name else COUPLE
