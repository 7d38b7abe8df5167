"""How an answer says what the tables hold in codes."""

from datetime import date
from decimal import Decimal

from portal.exports.paper.words import in_words
from portal.i18n import day, gettext, money


def test_codes_are_read_as_words() -> None:
    appeals = f"{gettext('Appeals for gifts')} – {gettext('By phone')}"
    assert in_words("phones", "kind", {"kind": "home"}) == gettext("At home")
    assert in_words("choices", "objections", {"objections": ["appeals/phone", "exchange/any"]}) == (
        f"{appeals}; {gettext('Exchange with other associations')}"
    )
    assert in_words("links", "state", {"state": "of another base"}) == "of another base"


def test_the_gifts_on_a_receipt_are_read_one_by_one() -> None:
    lines = [{"on": "2025-02-05", "amount": "15.00", "means": "debit", "form": "manual"}]
    said = in_words("receipts", "lines", {"lines": lines, "currency": "EUR"})
    assert said == f"{day(date(2025, 2, 5))}, {money(Decimal(15), 'EUR')}, {gettext('Direct debit')}"
