"""The dated table of how long what is kept: a new law or a new decision makes new rows, never new code.

No law says how long a donor may be kept who is heard of no more: that is the association's decision (a setting), and
no claim of ours. Read the sources anew each January.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.figures.rules import financial_year
from portal.i18n import N_
from portal.mandates.rules import months_later

START, LAST = date(2020, 1, 1), date(2100, 12, 31)
CONTACT = "contact"
"""The term of whole people; the others are of rows."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """How long something is kept, counted from a day of its own."""

    name: str
    what: str
    counted_from: str
    months: int | None
    """None: the years that the association decided on (RETENTION_YEARS)."""
    first_day: date = START
    """From which day on the rule is in force."""
    last_day: date | None = None
    is_contact: bool = False
    """By such rows we know when somebody was last heard of, so they stay as long as that counts."""
    from_year_end: bool = False
    """Counted from the end of the financial year in which that day lies."""
    source: str


TERMS = (
    Term(
        name=CONTACT,
        what=N_("Donors of whom nothing was heard"),
        counted_from=N_("their last gift, visit, request, or detail confirmed or changed by themselves"),
        months=None,
        source=N_("GDPR, article 5(1)(e); the number of years is our own decision"),
    ),
    Term(
        name="receipts",
        what=N_("Names and files of the tax receipts of people erased"),
        counted_from=N_("the day of issue"),
        months=72,
        source=N_("French tax procedure code, article L102 E: six years"),
    ),
    Term(
        name="gifts",
        what=N_("Gifts of people erased"),
        counted_from=N_("the end of the financial year of the gift"),
        months=120,
        from_year_end=True,
        source=N_("French commercial code, article L123-22: ten years"),
    ),
    Term(
        name="mandates",
        what=N_("Direct debits of people erased"),
        counted_from=N_("the end of the financial year in which they ended"),
        months=120,
        from_year_end=True,
        source=N_("French commercial code, article L123-22: ten years"),
    ),
    Term(
        name="old_receipts",
        what=N_("Tax receipts of people erased, with number and amount"),
        counted_from=N_("the end of the financial year of issue"),
        months=120,
        from_year_end=True,
        source=N_("French commercial code, article L123-22: ten years"),
    ),
    Term(
        name="changes",
        what=N_("Changes of details, with the old and the new value"),
        counted_from=N_("the day on which they were settled"),
        months=36,
        is_contact=True,
        source=N_("GDPR, article 5(1)(c); our own decision"),
    ),
    Term(
        name="conflicts",
        what=N_("Details that were changed in two places"),
        counted_from=N_("the day on which staff looked at them"),
        months=12,
        source=N_("GDPR, article 5(1)(c); our own decision"),
    ),
    Term(
        name="requests",
        what=N_("Requests, with the answers, that the central base does not keep"),
        counted_from=N_("the day of the answer"),
        months=60,
        is_contact=True,
        source=N_("French civil code, article 2224: claims lapse after five years"),
    ),
    Term(
        name="messages",
        what=N_("What was shown on the home page"),
        counted_from=N_("the day on which it was first shown"),
        months=36,
        source=N_("GDPR, article 5(1)(c); our own decision"),
    ),
    Term(
        name="journal",
        what=N_("Entries of the journal"),
        counted_from=N_("their day"),
        months=36,
        is_contact=True,
        source=N_(
            "CNIL, recommendation 2021-122 on logs: six months to one year, three where a risk for people asks for it; "
            "ours also shows donors who looked at their record"
        ),
    ),
)
"""People first: what is left of them follows by its own terms, in later months."""


def in_force(day: date, terms: Iterable[Term] = TERMS) -> list[Term]:
    return [term for term in terms if term.first_day <= day and (term.last_day is None or day <= term.last_day)]


def cutoff(term: Term, day: date, years: int, year_end: str) -> date:
    """The last day that is long enough ago: what is counted from it, or from before, is due on `day`."""
    ago = months_later(day, -12 * years_kept(term, years))
    if not term.from_year_end:
        return ago
    first, last = financial_year(ago, year_end)
    return last if last == ago else first - timedelta(days=1)


def years_kept(term: Term, years: int) -> int:
    """In whole years, as every term of ours is."""
    if term.months is None:
        return years
    own = term.months // 12
    return max(own, years) if term.is_contact else own


@dataclass(frozen=True)
class Quiet:
    """Of those of whom nothing was heard since the cutoff: how many are due, and what keeps the others."""

    due: int = 0
    mandate: int = 0
    request: int = 0
    change: int = 0
    unknown: int = 0


KEEPS = (
    ("mandate", N_("a direct debit is active")),
    ("request", N_("a request is open")),
    ("change", N_("a change is on its way to the central records")),
    ("unknown", N_("no day of any contact is known: look at them by hand")),
)
"""What keeps somebody who is due otherwise; one who has several is counted at the first."""


def kept(quiet: Quiet) -> Sequence[tuple[str, int]]:
    return [(words, getattr(quiet, name)) for name, words in KEEPS if getattr(quiet, name)]
