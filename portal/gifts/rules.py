"""The words for gifts, and which of them a list or a statement shows."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from portal.i18n import N_
from portal.mandates.rules import months_later

MEANS = {
    "cheque": N_("Cheque"),
    "card": N_("Bank card"),
    "transfer": N_("Bank transfer"),
    "debit": N_("Direct debit"),
    "cash": N_("Cash"),
    "other": N_("Other"),
}
STATES = {
    "received": N_("Received"),
    "pending": N_("Expected"),
    "refused": N_("Refused by the bank"),
    "refunded": N_("Refunded"),
}
MARKS = {"received": "good", "refused": "bad"}
"""Colours of the states; the others wait. Not by `ui.status`: a macro costs too much on every line of a list."""

NATURES = {
    "securities": N_("Listed securities"),
    "waived_income": N_("Income given up"),
    "expenses": N_("Expenses as a volunteer"),
    "other": N_("Other"),
}
FORMS = {
    "authentic_deed": N_("Deed before a notary"),
    "private_deed": N_("Private deed"),
    "other": N_("Other"),
}
"""Only what is worth a word: money, given by hand or by a bank, is what everybody expects."""

BANK_REASONS = {
    "AC01": N_("the account number was wrong"),
    "AC04": N_("the account has been closed"),
    "AC06": N_("the account is blocked"),
    "AG01": N_("the account does not allow direct debits"),
    "AM04": N_("there was not enough money on the account"),
    "AM05": N_("the bank took it for a duplicate"),
    "BE05": N_("the bank did not recognise us"),
    "MD01": N_("the bank had no mandate on file"),
    "MD06": N_("the refund was asked for at the bank"),
    "MD07": N_("the bank reported a death"),
    "MS02": N_("the bank gave no reason"),
    "MS03": N_("the bank gave no reason"),
    "SL01": N_("the account refuses our debits"),
}
"""SEPA return codes (ISO 20022 external reason codes) that a donor may meet."""


def reason_words(reason: str) -> str:
    """Words for a bank's code; what is not a code are words already."""
    return BANK_REASONS.get(reason, reason)


@dataclass(frozen=True)
class Period:
    """Days, the last one included."""

    first: date
    last: date


@dataclass(frozen=True)
class Choice:
    """Which gifts the list shows; nothing stands for any."""

    year: int | None = None
    means: str = ""
    campaign: str = ""
    state: str = ""

    @property
    def period(self) -> Period:
        return whole_year(self.year) if self.year else Period(date.min, date.max)

    @property
    def is_narrow(self) -> bool:
        """Is more chosen than a year?"""
        return bool(self.means or self.campaign or self.state)

    def address(self, year: int | None) -> str:
        """Of the list with this choice in that year, or in all years."""
        chosen = {"year": year, "means": self.means, "campaign": self.campaign, "state": self.state}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"/gifts?{query}" if query else "/gifts"


def whole_year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def this_year(today: date) -> Period:
    return Period(date(today.year, 1, 1), today)


def usual_periods(today: date) -> list[tuple[str, Period]]:
    """What a statement is mostly asked for."""
    return [
        (N_("This year"), this_year(today)),
        (N_("Last year"), whole_year(today.year - 1)),
        (N_("Last 12 months"), Period(months_later(today, -12) + timedelta(days=1), today)),
    ]
