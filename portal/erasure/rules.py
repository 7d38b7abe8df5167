"""What erasing a person does to each table, and until when the law keeps the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portal import crypto
from portal.figures.rules import financial_year
from portal.holdings.rules import EXCLUDED, HOLDINGS, Fate, RecordSet
from portal.i18n import N_
from portal.mandates.rules import months_later

SUBJECT = "erasure"
"""Of a request for one's data: what it is about."""
ASKED, RETENTION = "asked", "retention"
RECEIPTS_MONTHS = 6 * 12
"""From the day of issue: LPF, art. L102 E."""
ACCOUNTS_MONTHS = 10 * 12
"""From the end of the financial year: code de commerce, art. L123-22."""
GONE = "–"
"""In the place of words that a constraint of the database asks for."""
WISH = N_("Erase this person, except for what the law obliges us to keep (GDPR, article 17).")
"""What the central base is asked, in the place of the person's own words."""

EMPTIED: Mapping[str, Mapping[str, object]] = {
    "member": {
        "civility": "", "first_name": "", "last_name": "", "company_name": "", "legal_form": "", "siren": None,
        "deceased_on": None, "suspension_code": "", "stop_promo": True, "closed": True, "held": False,
    },
    "gift": {"state_reason": ""},
    "member_request": {"wish": GONE, "answer": ""},
    "data_case": {"identity_proof": GONE, "extension_reason": GONE, "delivery_proof": GONE},
    "data_export": {"state": "purged", "problem": "", "sha256": ""},
}  # fmt: skip
"""By table, what stays of a row without what tells of the person: they are then a number in the accounts."""
BY_FUNCTION = {"journal"}
"""What the database empties itself, for no role of ours may change it."""
EXCLUDED_OWNERS = {"activation_code": "member_id", "extract_order": "member_id", "sign_in_request": "email"}
"""Of what a person is given nothing of, whose it is; other such tables go with what they hang on."""
OWNERS = {one.table: one.owner for one in HOLDINGS} | EXCLUDED_OWNERS
"""The column of each table that says whose a row is."""
BY_MAILBOX = {*(one.table for one in HOLDINGS if one.by_mailbox), "sign_in_request"}
"""Tables that know addresses, not members: of an address that nobody else has, its rows go."""
FATES = {one.table: one.fate for one in HOLDINGS} | {one.table: one.fate for one in EXCLUDED}
DELETED = tuple(table for table in OWNERS if FATES[table] is Fate.DELETE)
"""Where each row of the member's goes, and with it what hangs on it."""

OBSTACLES = {
    "mandate": N_("A direct debit is active: it must end first, or gifts would go on coming from nobody."),
    "request": N_("Another request of this person is open: answer it first."),
    "identity": N_("First note on the page of the request how we know that it is this person who asks."),
    "change": N_("A change of theirs is on its way to the central records: wait until it has arrived."),
}


@dataclass(frozen=True)
class Line:
    """One set of records in the preview; `until` is its last day where a law keeps it."""

    title: str
    count: int
    fate: Fate
    law: str
    until: date | None = None


@dataclass(frozen=True)
class Dates:
    """The newest receipt and the newest gift: by them the law counts."""

    last_receipt: date | None
    last_gift: date | None


def digest(key: str, central_id: str) -> bytes:
    return crypto.keyed_digest(key, "erasure", central_id)


def mailbox_digest(key: str, mailbox: str) -> bytes:
    return crypto.keyed_digest(key, "kept objection", mailbox.strip().lower())


def is_number(typed: str, number: str) -> bool:
    """What was typed to confirm is the number of the member, however it is spaced."""
    return bool(number) and "".join(typed.split()) == "".join(number.split())


def receipts_until(issued_on: date) -> date:
    return months_later(issued_on, RECEIPTS_MONTHS)


def accounts_until(given_on: date, year_end: str) -> date:
    return months_later(financial_year(given_on, year_end)[1], ACCOUNTS_MONTHS)


def preview(counts: Mapping[str, int], dates: Dates, year_end: str) -> list[Line]:
    """What there is of a person, in the order of the one list; empty sets are left out."""
    found = ((one, counts[one.table]) for one in HOLDINGS if counts.get(one.table))
    return [Line(one.title, count, one.fate, one.law, _until(one, dates, year_end)) for one, count in found]


def of_fate(lines: Iterable[Line], fate: Fate) -> list[Line]:
    return [line for line in lines if line.fate is fate]


def _until(one: RecordSet, dates: Dates, year_end: str) -> date | None:
    if one.table.startswith("receipt") and one.fate is not Fate.DELETE:
        return receipts_until(dates.last_receipt) if dates.last_receipt else None
    if one.table in {"gift", "mandate"}:
        return accounts_until(dates.last_gift, year_end) if dates.last_gift else None
    return None
