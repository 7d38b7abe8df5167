"""The desks that there are, and who sits at which; what is told of a member beside what they see."""

from dataclasses import dataclass

from portal.i18n import N_
from portal.settings import STAFF_ROLES

EDITORS = ("editor", "administrator")
OFFICERS = ("compliance", "administrator")
DECIDERS = ("editor", "compliance", "administrator")


@dataclass(frozen=True)
class Desk:
    """A page of the staff's; `path` is its address, and its name among the counts of what waits."""

    path: str
    label: str
    about: str
    roles: tuple[str, ...] = STAFF_ROLES


WAITING = (
    Desk("/staff/reviews", N_("Changes to look at"), N_("What could not be passed on, and what two sides changed."),
         EDITORS),
    Desk("/staff/corrections", N_("Corrections asked for"), N_("Names and registrations."), EDITORS),
    Desk("/staff/requests", N_("Requests of donors"), N_("Direct debits, documents, any other wish."), DECIDERS),
    Desk("/staff/data-requests", N_("Requests about personal data"), N_("Each against its legal date."), OFFICERS),
    Desk("/staff/sign-in-help", N_("Help with signing in"), N_("No record, two records, an address that fails."),
         EDITORS),
)  # fmt: skip
WRITING = (
    Desk("/staff/messages", N_("Messages to donors"), N_("To some or to all, with a preview of each."), EDITORS),
    Desk("/staff/memo", N_("General message"), N_("For whoever has no message of their own."), EDITORS),
    Desk("/staff/letters", N_("First-access letters"), N_("With a code, for donors without e-mail."), EDITORS),
)
READING = (
    Desk("/staff/figures", N_("Figures"), N_("Sign-ins, postage saved, what waits, the sync.")),
    Desk("/staff/receipts", N_("Tax receipts in figures"), N_("By year of the gifts.")),
    Desk("/staff/declarations", N_("Declaration of receipts to the tax office"), N_("Once each financial year.")),
    Desk("/staff/retention", N_("How long we keep what"), N_("The rules, and what they would erase."), OFFICERS),
    Desk("/staff/dictionary", N_("Data dictionary"), N_("Which field moves where, and who decides.")),
)
GROUPS = ((N_("What waits"), WAITING), (N_("Writing to donors"), WRITING), (N_("Figures and rules"), READING))


def desks(role: str) -> list[tuple[str, list[Desk]]]:
    """What somebody with this role may open, in groups; none is empty."""
    open_to = [(title, [desk for desk in group if role in desk.roles]) for title, group in GROUPS]
    return [(title, group) for title, group in open_to if group]


EMAIL_STATES = (
    ("bounced_on", N_("our e-mails come back since %(day)s")),
    ("soft_bounced_on", N_("our e-mails do not get through at present, since %(day)s")),
    ("complained_on", N_("called an e-mail of ours unwanted on %(day)s")),
    ("confirmed_on", N_("confirmed on %(day)s")),
)
"""What is known of an e-mail address, by the day in its column: the worst first."""
TABS = (
    ("", N_("Record"), STAFF_ROLES),
    ("/giving", N_("Gifts, debits, receipts"), STAFF_ROLES),
    ("/changes", N_("Changes and requests"), STAFF_ROLES),
    ("/documents", N_("Documents"), DECIDERS),
    ("/links", N_("Other links"), STAFF_ROLES),
    ("/journal", N_("Journal"), STAFF_ROLES),
)
"""The pages of one member: the end of their address, their name, and whose they are."""
