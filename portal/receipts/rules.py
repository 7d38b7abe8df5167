"""Who gets a receipt for what. Pure: the same rules issue receipts and tell a donor why there is none.

Sources: articles 200, 238 bis and 1740 A of the French tax code (CGI); BOI-IR-RICI-250-40.
"""

import enum
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from stdnum.fr import siren as siren_number

from portal.i18n import N_
from portal.profile.rules import Address, postal
from portal.web.throttle import Limit

VERIFICATIONS = Limit("receipt verified", 30, timedelta(minutes=10))
"""Of one network: an inspector's stack of receipts, and no guessing of codes."""


class Reason(enum.StrEnum):
    """Why a gift stands on no receipt."""

    EXPECTED = "expected"
    REFUSED = "refused"
    REFUNDED = "refunded"
    NO_RIGHT = "no-right"
    CURRENCY = "currency"
    AMOUNT = "amount"
    NO_RECEIPT_WISHED = "no-receipt-wished"
    NAME = "name"
    ADDRESS = "address"
    SIREN = "siren"
    YEAR_NOT_OVER = "year-not-over"
    BELOW_THRESHOLD = "below-threshold"
    SOON = "soon"


REASON_WORDS = {
    Reason.EXPECTED: N_("The gift has not arrived yet"),
    Reason.REFUSED: N_("The bank refused the payment"),
    Reason.REFUNDED: N_("The gift was refunded"),
    Reason.NO_RIGHT: N_("Something was given in return: no right to a receipt"),
    Reason.CURRENCY: N_("The gift was not in euros"),
    Reason.AMOUNT: N_("The gift has no amount"),
    Reason.NO_RECEIPT_WISHED: N_("The donor wishes no receipt"),
    Reason.NAME: N_("The donor's name is missing"),
    Reason.ADDRESS: N_("The postal address is missing or not complete"),
    Reason.SIREN: N_("The company's SIREN number is missing or wrong"),
    Reason.YEAR_NOT_OVER: N_("It will stand on the receipt for the whole year"),
    Reason.BELOW_THRESHOLD: N_("The sum is too small for a receipt"),
    Reason.SOON: N_("The receipt has not been made yet"),
}
"""For staff and reports; the donor's page says more, with what can be done."""


@dataclass(frozen=True)
class Given:
    """A gift as far as receipts go."""

    number: str = field(metadata={"doc": "in the central base"})
    on: date
    amount: Decimal
    currency: str
    means: str
    state: str
    deductible: bool
    form: str
    nature: str
    is_regular: bool


@dataclass(frozen=True)
class Giver:
    """What of a member decides about receipts."""

    is_company: bool
    rhythm: str
    has_address: bool
    siren: str
    has_name: bool = True

    @property
    def article(self) -> str:
        return "238bis" if self.is_company else "200"


@dataclass(frozen=True)
class Draft:
    """A receipt that may be issued: `kind` is gift or annual."""

    kind: str
    gifts: tuple[Given, ...]

    @property
    def amount(self) -> Decimal:
        return sum((gift.amount for gift in self.gifts), Decimal(0))


def settle(
    giver: Giver, gifts: Iterable[Given], *, year: int, today: date, threshold: int
) -> tuple[list[Draft], dict[str, Reason]]:
    """Of one year's gifts that stand on no receipt: the receipts due now, and for every gift why it has none.

    Regular gifts always stand on the receipt for the year, and so does everything of whoever wishes so; that one
    comes when the year is over. The threshold holds for each receipt, not for each gift on it.
    """
    reasons: dict[str, Reason] = {}
    groups: dict[str | None, list[Given]] = defaultdict(list)  # by the gift that stands alone; None: the year's
    for gift in gifts:
        reasons[gift.number] = obstacle(giver, gift)
        if reasons[gift.number] is Reason.SOON:
            groups[None if stands_with_others(giver, gift) else gift.number].append(gift)
    drafts = []
    for alone, group in groups.items():
        draft = Draft("annual" if alone is None else "gift", tuple(group))
        if alone is None and year >= today.year:
            reasons |= dict.fromkeys((gift.number for gift in group), Reason.YEAR_NOT_OVER)
        elif draft.amount < threshold:
            reasons |= dict.fromkeys((gift.number for gift in group), Reason.BELOW_THRESHOLD)
        else:
            drafts.append(draft)
    return drafts, reasons


def stands_with_others(giver: Giver, gift: Given) -> bool:
    """On the receipt for the whole year."""
    return giver.rhythm == "annual" or gift.is_regular


def obstacle(giver: Giver, gift: Given) -> Reason:
    """What keeps this gift off any receipt; `SOON` when nothing does."""
    hurdles = {
        Reason.EXPECTED: gift.state == "pending",
        Reason.REFUSED: gift.state == "refused",
        Reason.REFUNDED: gift.state == "refunded",
        Reason.NO_RIGHT: not gift.deductible,
        Reason.CURRENCY: gift.currency != "EUR",
        Reason.AMOUNT: gift.amount <= 0,
        Reason.NO_RECEIPT_WISHED: giver.rhythm == "none",
        Reason.SIREN: giver.is_company and not is_siren(giver.siren),
        Reason.NAME: not giver.has_name,
        Reason.ADDRESS: not giver.has_address,
    }
    return next((reason for reason, stands in hurdles.items() if stands), Reason.SOON)


def is_located(address: Address | None) -> bool:
    """Complete enough for a receipt: where, and in which town, in France with its postcode; Singapore has no towns."""
    if address is None:
        return False
    written = postal if address.is_french else str.strip  # what is left of it on the receipt
    has_place = written(address.street) or written(address.locality)
    has_town = written(address.town) and address.postcode if address.is_french else address.town or address.postcode
    return bool(has_place and has_town)


def is_siren(text: str) -> bool:
    """Nine digits with a right check digit (Luhn, as INSEE gives them)."""
    return bool(siren_number.is_valid(text))


def is_body_number(text: str) -> bool:
    """The SIREN or RNA number that a receipt must name (order of 28 March 2023): W and nine digits, or a SIREN."""
    compact = "".join(text.split()).upper()
    return is_siren(compact) or (len(compact) == 10 and compact[0] == "W" and compact[1:].isalnum())  # noqa: PLR2004 - RNA


def read_code(typed: str) -> str:
    """The hexadecimal digits of a verification code, however they were spaced; the letter O is read as a zero."""
    return "".join(character for character in typed.upper().replace("O", "0") if character in "0123456789ABCDEF")
