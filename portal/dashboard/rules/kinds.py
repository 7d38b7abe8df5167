"""The figures of staff: what each is called, and what it counts."""

from dataclasses import dataclass

from portal.i18n import N_


@dataclass(frozen=True)
class Kind:
    """A figure: its title, what it counts, and by which periods."""

    title: str
    words: str
    step: str
    is_series: bool = True


KINDS = {
    "activated": Kind(
        N_("Members who have come in"),
        N_("Each counts once, in the month of the first visit."),
        "month",
    ),
    "sign-ins": Kind(
        N_("Visits"),
        N_("Of members, in the last twelve weeks, by the way in which they came."),
        "week",
    ),
    "emailed": Kind(
        N_("Tax receipts sent by e-mail"),
        N_("By the year in which they were sent; cancelled ones are left out."),
        "year",
    ),
    "mended-emails": Kind(
        N_("E-mail addresses mended"),
        N_("Mails came back, and then the address was replaced or proved, in the last twelve months."),
        "month",
    ),
    "mended-places": Kind(
        N_("Postal addresses mended"),
        N_("A letter had come back, and then the member corrected the address, in the last twelve months."),
        "month",
    ),
    "bounced": Kind(N_("E-mail addresses from which mails come back"), N_("At present."), "year", is_series=False),
    "returned": Kind(N_("Postal addresses from which letters came back"), N_("At present."), "year", is_series=False),
    "requests": Kind(
        N_("Requests of members that wait for an answer"),
        N_("At present, by the day on which they were made."),
        "month",
        is_series=False,
    ),
    "under-way": Kind(
        N_("Changes on their way to the central records"),
        N_("At present. Those of earlier days should be few."),
        "day",
        is_series=False,
    ),
    "parked": Kind(
        N_("Changes that the central records did not take"),
        N_("At present. People decide on each."),
        "month",
        is_series=False,
    ),
    "ageing": Kind(
        N_("Direct debits that will lapse soon"),
        N_("Active mandates without a debit for 33 months or more; after 36 they lapse, and must be signed anew."),
        "month",
        is_series=False,
    ),
    "duplicates": Kind(
        N_("Records that may be one person twice"),
        N_("Found by night, and nobody has decided yet."),
        "month",
        is_series=False,
    ),
}  # fmt: skip
"""In the order in which they stand on the page."""


HEAD = (N_("Figure"), N_("From"), N_("Before"), N_("Part"), N_("Number"))
MEMBERS = N_("Members who may sign in")
WEEK_OF = N_("Week of %(day)s")
"""Of the file, and of tables."""
