"""The code of a letter, and the detail that the letter does not tell."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portal.i18n import N_

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which look alike: 32 characters, 5 bits each."""
LENGTH = 12
LIFE = timedelta(days=60)
MOST_TRIES = 5
MOST_LETTERS = 200

ACCOUNT, PHONE, GIFT = "account", "phone", "gift"
QUESTIONS = {
    ACCOUNT: N_("The last four digits of the IBAN of the account from which your direct debits are taken"),
    PHONE: N_("The last four digits of your phone number, as you gave it to us"),
    GIFT: N_("The amount of your last gift"),
}


@dataclass(frozen=True)
class Known:
    """What we know of a member that a stranger who opened their letter does not."""

    accounts: Sequence[str] = ()
    phones: Sequence[str] = ()
    last_gift: tuple[date, Decimal] | None = None

    @property
    def detail(self) -> str | None:
        """The one that is hardest to guess; None when there is nothing to ask for."""
        if any(_last_four(account) for account in self.accounts):
            return ACCOUNT
        if any(_last_four(phone) for phone in self.phones):
            return PHONE
        return GIFT if self.last_gift else None

    def is_proved_by(self, detail: str, typed: str, month: str) -> bool:
        """Is this the detail? A gift is known by its amount and its month, however the amount is written."""
        if detail in {ACCOUNT, PHONE}:
            held = self.accounts if detail == ACCOUNT else self.phones
            digits = re.sub(r"\D", "", typed)
            return len(digits) == 4 and digits in {_last_four(one) for one in held}  # noqa: PLR2004 - as asked
        if self.last_gift is None:
            return False
        given_on, amount = self.last_gift
        return _amount(typed) == amount and _month(month) == f"{given_on:%Y-%m}"


def new_code() -> str:
    """60 bits, as ABCD-EFGH-JKLM."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, LENGTH, 4))


def read_code(typed: str) -> str:
    """The code however it was spaced, in small letters or capitals; nothing for what cannot be one."""
    plain = re.sub(r"[^A-Z0-9]", "", typed.upper())
    return plain[:LENGTH] if len(plain) == LENGTH else ""


def _last_four(number: str) -> str:
    found = re.sub(r"\D", "", number)[-4:]
    return found if len(found) == 4 else ""  # noqa: PLR2004 - fewer digits would be guessed


def _amount(typed: str) -> Decimal | None:
    """35, 35,00 or 1 234.50, with or without the currency."""
    plain = re.sub(r"\s|€|euros?|eur", "", typed.lower()).replace(",", ".")
    return Decimal(plain) if re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", plain) else None


def _month(typed: str) -> str:
    """2026-03, also of 03/2026: several browsers have no field for a month and let people type it."""
    numbers = re.fullmatch("([0-9]+)[^0-9]+([0-9]+)", typed.strip())
    if numbers is None:
        return ""
    month, year = sorted(numbers.groups(), key=len)
    return f"{year}-{month:0>2}"
