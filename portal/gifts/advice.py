"""Why a gift has no receipt, in the donor's words, with what mends it."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.i18n import N_
from portal.receipts.rules import Given, Giver, Reason, stands_with_others


@dataclass(frozen=True)
class Advice:
    """Why a gift has no receipt, and what helps: a button, or a call.

    The words may name `year` and `next_year`, `sum` (the threshold) and `day` (by which the receipt comes).
    """

    words: str
    path: str = ""
    button: str = ""
    may_call: bool = False


ADVICE = {
    Reason.EXPECTED: Advice(N_("This gift has not arrived yet. We see to the receipt once we have received it.")),
    Reason.REFUSED: Advice(N_("This payment was refused, so we received nothing."), may_call=True),
    Reason.REFUNDED: Advice(N_("This gift was paid back, so there is no receipt for it."), may_call=True),
    Reason.NO_RIGHT: Advice(
        N_("You received something in return for this payment, and the law allows a receipt for pure gifts only."),
        may_call=True,
    ),
    Reason.CURRENCY: Advice(N_("This gift was not in euros, and our receipts are made in euros only."), may_call=True),
    Reason.AMOUNT: Advice(N_("We do not know what this gift amounts to."), may_call=True),
    Reason.NO_RECEIPT_WISHED: Advice(
        N_("You told us that you do not wish to have tax receipts."), "/preferences/receipts", N_("Change my wish")
    ),
    Reason.NAME: Advice(N_("A receipt must name you in full, and we do not have your name."), may_call=True),
    Reason.ADDRESS: Advice(
        N_("A receipt must name your full postal address, and the one that we have is missing or not complete."),
        "/profile/address",
        N_("Complete my postal address"),
    ),
    Reason.SIREN: Advice(
        N_("A company's receipt must name its SIREN number of nine digits. Please tell us yours."),
        may_call=True,
    ),
    Reason.YEAR_NOT_OVER: Advice(
        N_("It will stand on your receipt for the whole of %(year)s, which comes in January %(next_year)s."),
        "/preferences/receipts",
        N_("Ask for a receipt for each gift"),
    ),
    Reason.BELOW_THRESHOLD: Advice(
        N_("Receipts are made from %(sum)s on, and the gifts of %(year)s that would stand on it come to less.")
    ),
    Reason.SOON: Advice(
        N_("Nothing is missing: the receipt comes by %(day)s. Otherwise please call us."), may_call=True
    ),
}
SPECIAL_ADVICE = {
    Reason.REFUSED: Advice(
        N_("The bank refused this debit, so we received nothing."), "/mandates", N_("See my direct debits")
    ),
    Reason.YEAR_NOT_OVER: Advice(
        N_("Regular gifts stand together on one receipt: the one for %(year)s comes in January %(next_year)s.")
    ),
    Reason.BELOW_THRESHOLD: Advice(
        N_("Receipts are made from %(sum)s on. On one receipt for the whole year, small gifts count together."),
        "/preferences/receipts",
        N_("Ask for one receipt a year"),
    ),
    Reason.SOON: Advice(
        N_("Nothing is missing, and the receipt should be here by now. Please call us."), may_call=True
    ),
}
RECEIPT_WITHIN = timedelta(days=31)
"""After the end of the year, or after a gift with a receipt of its own: who has waited longer should ask."""


def advise(reason: Reason, giver: Giver, gift: Given, today: date) -> Advice:
    """What to tell the donor about a gift that stands on no receipt."""
    is_special = {
        Reason.REFUSED: gift.means == "debit",
        Reason.YEAR_NOT_OVER: gift.is_regular,
        Reason.BELOW_THRESHOLD: not stands_with_others(giver, gift),
        Reason.SOON: today > receipt_due(giver, gift),
    }
    return (SPECIAL_ADVICE if is_special.get(reason) else ADVICE)[reason]


def receipt_due(giver: Giver, gift: Given) -> date:
    """The day by which it comes, when nothing is missing."""
    start = date(gift.on.year, 12, 31) if stands_with_others(giver, gift) else gift.on
    return start + RECEIPT_WITHIN
