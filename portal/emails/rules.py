"""E-mail addresses of a member: what can be typed, which slips are likely, and the values that are passed on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Any

from email_validator import EmailNotValidError, validate_email

from portal import items

MOST = 5
MAIN, BESIDE = "main", "beside"
"""What a new address is to be: the main one in place of the former, or another beside it."""

PROVIDERS = (
    "gmail.com", "googlemail.com", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "neuf.fr", "laposte.net", "bbox.fr",
    "club-internet.fr", "numericable.fr", "aliceadsl.fr", "cegetel.net", "yahoo.fr", "yahoo.com", "ymail.com",
    "hotmail.fr", "hotmail.com", "hotmail.be", "outlook.fr", "outlook.com", "live.fr", "live.com", "msn.com",
    "icloud.com", "me.com", "mac.com", "aol.com", "mail.com", "gmx.fr", "gmx.de", "gmx.net", "gmx.com", "proton.me",
    "protonmail.com", "skynet.be", "bluewin.ch",
)  # fmt: skip
"""Where most donors have their mailbox."""
ALIKE = 0.85
"""How much of a name must be the same to take it for a slip (difflib's ratio): gmial.com is, grail.com is not."""


@dataclass(frozen=True)
class Email:
    """An address as the pages show it."""

    address: str
    mailbox: str
    is_main: bool
    origin: str
    recorded_on: date
    confirmed_on: date | None
    bounced_on: date | None
    soft_bounced_on: date | None
    complained_on: date | None
    held: bool

    @property
    def is_proved(self) -> bool:
        """The member has shown that they read it, and mails still arrive."""
        return self.confirmed_on is not None and self.bounced_on is None


def read(typed: str) -> str | None:
    """The address as we look it up, or None when no mail can ever reach it: wrong form, or a name nobody can have."""
    try:
        return validate_email(typed, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def meant(address: str) -> str | None:
    """The address that was probably meant where the name after the @ is almost that of a large provider; else None."""
    user, _, domain = address.rpartition("@")
    if domain in PROVIDERS:
        return None
    found = get_close_matches(domain, PROVIDERS, n=1, cutoff=ALIKE)
    return f"{user}@{found[0]}" if found else None


def main_of(emails: Sequence[Email]) -> Email | None:
    return next((email for email in emails if email.is_main), None)


def find(emails: Sequence[Email], address: str) -> Email | None:
    return next((email for email in emails if email.mailbox == address.strip().lower()), None)


def swapped(emails: Sequence[Email], main: Email) -> list[Email]:
    """The same with this one as the main one, and the former beside it."""
    return [replace(email, is_main=email is main) for email in emails]


def may_be_removed(email: Email, emails: Sequence[Email]) -> bool:
    """The main address is replaced, never removed; nor is the last one."""
    return not email.is_main and len(emails) > 1


def main_value(address: str, confirmed_on: date | None) -> dict[str, Any]:
    """The group `email` of the data dictionary."""
    return {"address": address, "confirmed_on": confirmed_on.isoformat() if confirmed_on else None}


def others_value(emails: Sequence[Email]) -> dict[str, Any]:
    """The group `other_emails` of the data dictionary."""
    return items.group((email for email in emails if not email.is_main), ("address",))


def told(old: dict[str, Any] | None, new: dict[str, Any] | None, known: set[str]) -> set[str]:
    """Who learns of a change: every address of before it; `known` are those on the record since."""
    before = _addresses(old)
    return (before | known) - (_addresses(new) - before)


def in_short(old: dict[str, Any] | None, new: dict[str, Any] | None) -> str:
    """How the mail names a change; nothing where the addresses are the same."""
    before, after = _addresses(old), _addresses(new)
    if before < after:
        return "added"
    return "replaced" if after - before else "removed" if before - after else ""


def _addresses(value: dict[str, Any] | None) -> set[str]:
    if value is None:
        return set()
    return {element["address"] for element in value.get("items", [value])}
