"""One row of each table of the reference schema: the same names, the same defaults.

What a column means is said in the schema (connectors/postgresql/schema.sql).
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar


@dataclass(kw_only=True, slots=True)
class Row:
    table: ClassVar[str]
    id: int = field(default=0, init=False)


@dataclass(kw_only=True, slots=True)
class Campaign(Row):
    table: ClassVar[str] = "campaign"
    code: str
    name: str
    starts_on: date | None = None


@dataclass(kw_only=True, slots=True)
class Member(Row):
    table: ClassVar[str] = "member"
    number: str
    kind: str
    civility: str = ""
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    legal_form: str = ""
    siren: str | None = None
    household_id: int | None = None
    language: str = "fr"
    joined_on: date | None = None
    deceased_on: date | None = None
    suspension_code: str = ""
    stop_promo: bool = False
    receipt_rhythm: str = "annual"
    receipt_by: str = "post"
    appeals_rhythm: str = "all"
    paused_until: date | None = None
    details_checked_on: date | None = None
    merged_into: int | None = None


@dataclass(kw_only=True, slots=True)
class Address(Row):
    table: ClassVar[str] = "address"
    member_id: int
    is_main: bool = True
    unit: str = ""
    building: str = ""
    house_number: str = ""
    street: str = ""
    locality: str = ""
    postcode: str = ""
    town: str = ""
    region: str = ""
    country: str = "FR"
    purpose: str = "home"
    season_from: str | None = None
    season_to: str | None = None
    returned_on: date | None = None
    returned_reason: str = ""
    origin: str = ""
    recorded_on: date


@dataclass(kw_only=True, slots=True)
class Email(Row):
    table: ClassVar[str] = "email"
    member_id: int
    address: str
    is_main: bool = True
    origin: str = ""
    recorded_on: date
    confirmed_on: date | None = None
    bounced_on: date | None = None
    soft_bounced_on: date | None = None
    complained_on: date | None = None


@dataclass(kw_only=True, slots=True)
class Phone(Row):
    table: ClassVar[str] = "phone"
    member_id: int
    number: str
    kind: str = "home"
    origin: str = ""
    recorded_on: date


@dataclass(kw_only=True, slots=True)
class Objection(Row):
    table: ClassVar[str] = "objection"
    member_id: int
    purpose: str
    channel: str
    recorded_on: date
    origin: str = ""


@dataclass(kw_only=True, slots=True)
class Mandate(Row):
    table: ClassVar[str] = "mandate"
    member_id: int
    reference: str
    creditor_identifier: str
    iban: str
    amount: Decimal
    currency: str = "EUR"
    rhythm: str
    signed_on: date
    next_debit_on: date | None = None
    last_debit_on: date | None = None
    state: str
    ended_on: date | None = None


@dataclass(kw_only=True, slots=True)
class Gift(Row):
    table: ClassVar[str] = "gift"
    member_id: int
    given_on: date
    amount: Decimal
    currency: str = "EUR"
    means: str
    state: str = "received"
    state_reason: str = ""
    deductible: bool = True
    form: str = "manual"
    nature: str = "cash"
    campaign_id: int | None = None
    mandate_id: int | None = None


@dataclass(kw_only=True, slots=True)
class Receipt(Row):
    table: ClassVar[str] = "receipt"
    member_id: int
    number: str
    fiscal_year: int
    kind: str
    article: str
    issued_on: date
    amount: Decimal
    currency: str = "EUR"
    state: str = "issued"
    cancelled_on: date | None = None
    cancel_reason: str = ""
    replaced_by: int | None = None
    donor_name: str
    donor_address: str
    donor_siren: str = ""


@dataclass(kw_only=True, slots=True)
class Document(Row):
    table: ClassVar[str] = "document"
    member_id: int
    title: str
    kind: str = ""
    direction: str
    dated_on: date
    author: str = ""
    for_member: bool = False
    media_type: str = ""
    content: bytes | None = None


@dataclass(kw_only=True, slots=True)
class Link(Row):
    table: ClassVar[str] = "link"
    member_id: int
    kind: str
    title: str
    detail: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    amount: Decimal | None = None
    currency: str = "EUR"
    state: str = ""


@dataclass(kw_only=True, slots=True)
class Memo(Row):
    table: ClassVar[str] = "memo"
    member_id: int
    kind: str
    body: str
    starts_on: date | None = None
    ends_on: date | None = None
