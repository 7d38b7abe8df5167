"""Amounts that a donor types to see what would be."""

import re
from collections.abc import Iterable
from decimal import Decimal

from portal.i18n import N_
from portal.web.forms import Form

OF_A_PERSON = ("aid", "other", "income")
OF_A_COMPANY = ("other", "turnover")
FIELDS = {"year", *OF_A_PERSON, *OF_A_COMPANY}
AMOUNT = r"[0-9]{1,12}(\.[0-9]{1,2})?"
"""Twelve digits: more than any company turns over."""


def parse(form: Form, fields: Iterable[str]) -> dict[str, Decimal]:
    """The amounts of the fields that have one; in `form.errors` what is wrong with the others."""
    amounts = {}
    for name in fields:
        plain = re.sub(r"\s|€|euros?|eur", "", form[name].lower()).replace(",", ".")
        if re.fullmatch(AMOUNT, plain):
            amounts[name] = Decimal(plain)
        elif plain:
            form.refuse(name, N_("Enter an amount in euros, such as 150 or 1 234.50."))
    return amounts


def year(form: Form) -> int | None:
    """The hidden field of the year that the page showed."""
    return int(form["year"]) if re.fullmatch(r"[0-9]{4}", form["year"]) else None
