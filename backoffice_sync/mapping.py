"""The data dictionary: what is mirrored, what flows both ways, who decides. A field not in it never moves."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table

from portal.consents.models import ContactChoice
from portal.database import Base
from portal.documents.models import Document
from portal.gifts.models import Campaign, Gift
from portal.i18n import N_
from portal.items import in_order
from portal.links.models import MemberLink
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.memos.models import Memo
from portal.profile.models import EmailAddress, Phone, PostalAddress
from portal.profile.rules import FIELDS as ADDRESS_FIELDS
from portal.receipts.models import Receipt, ReceiptWish
from portal.requests.models import MemberRequest


@dataclass(frozen=True)
class Reference:
    """A row that is named by its number in the central base and stored by ours."""

    name: str
    column: str
    table: Table
    required: bool = True


@dataclass(frozen=True)
class Entity:
    """A kind of row that the portal mirrors, in the columns that the portal keeps of it."""

    name: str
    table: Table
    columns: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    key: str = "central_id"
    owner: str = "member_id"
    removable: bool = True
    final: tuple[str, ...] = ()
    """States that a row here leaves for each other only: what a member was told is not taken back by an older word."""

    @property
    def incoming(self) -> tuple[str, ...]:
        """What a connector delivers of a row, in this order."""
        return ("central_id", *(reference.name for reference in self.references), *self.columns)

    @property
    def member_at(self) -> int | None:
        """Where a delivered row has the member's number; None where it has no member."""
        name = "central_id" if self.owner == "id" else MEMBER.name
        return self.incoming.index(name) if name in self.incoming else None

    @property
    def groups(self) -> list[str]:
        """The groups that donors and staff change here; the pull leaves its rows alone while one is under way."""
        return [group.name for group in GROUPS.values() if group.entity == self.name]


class Rule(enum.StrEnum):
    """Who wins when both sides changed a group since they last agreed."""

    DONOR_WINS = N_("donor wins, the conflict is noted")
    CENTRAL_WINS = N_("the central base wins, ours is kept in the note of the conflict")
    EACH_ITEM = N_("what either side added or took away holds: there is no conflict")


@dataclass(frozen=True)
class Group:
    """Fields that change together and flow both ways."""

    name: str
    entity: str
    fields: tuple[str, ...]
    rule: Rule
    only: tuple[tuple[str, object], ...] = ()
    """Which rows of the entity it is about, where it is not about all of a member's."""
    items: tuple[str, ...] = ()
    """Of a group of several rows: the fields of each; its one field is then `items`."""
    restricts: bool = False
    """Each element forbids something: said again here, it holds, though somebody took it away there meanwhile."""
    keeps_ours: bool = False
    """Once said it holds here, even when the central base cannot be told: an objection stays in motion until it is."""


def _table(model: type[Base]) -> Table:
    found = model.__table__
    assert isinstance(found, Table)  # noqa: S101 - for the type checker: our models map plain tables
    return found


STAY = ("purpose", "season_from", "season_to")
"""Of an address that is not the main one: what it is for, and from when to when in the year."""
IDENTITY = ("civility", "first_name", "last_name", "company_name", "legal_form", "siren")
ITEMS = ("items",)
MAIN, NOT_MAIN = (("is_main", True),), (("is_main", False),)
MEMBER = Reference("member", "member_id", _table(Member))

ENTITIES = {
    entity.name: entity
    for entity in (
        Entity("campaign", _table(Campaign), ("name",)),
        Entity(
            "member",
            _table(Member),
            (
                "number", "kind", "civility", "first_name", "last_name", "company_name", "legal_form", "siren",
                "language", "deceased_on", "suspension_code", "stop_promo", "closed",
            ),
            owner="id",
            removable=False,
        ),
        Entity(
            "contact_choice",
            _table(ContactChoice),
            ("objections", "consents", "post_rhythm", "paused_until", "checked_on"),
            (MEMBER,),
            key="member_id",
            removable=False,
        ),
        Entity(
            "receipt_wish",
            _table(ReceiptWish),
            ("receipt_rhythm", "receipt_by"),
            (MEMBER,),
            key="member_id",
            removable=False,
        ),
        Entity(
            "address",
            _table(PostalAddress),
            (*ADDRESS_FIELDS, "is_main", "returned_on", "returned_reason", *STAY),
            (MEMBER,),
        ),
        Entity(
            "email",
            _table(EmailAddress),
            (
                "address", "is_main", "origin", "recorded_on", "confirmed_on", "bounced_on", "soft_bounced_on",
                "complained_on",
            ),
            (MEMBER,),
        ),
        Entity("phone", _table(Phone), ("number", "kind"), (MEMBER,)),
        Entity(
            "mandate",
            _table(Mandate),
            (
                "reference", "creditor_identifier", "masked_iban", "bank_name", "amount", "currency", "rhythm",
                "signed_on", "next_debit_on", "state", "ended_on",
            ),
            (MEMBER,),
        ),
        Entity(
            "gift",
            _table(Gift),
            ("given_on", "amount", "currency", "means", "state", "state_reason", "deductible", "form", "nature"),
            (
                MEMBER,
                Reference("campaign", "campaign_id", _table(Campaign), required=False),
                Reference("mandate", "mandate_id", _table(Mandate), required=False),
            ),
        ),
        Entity(
            "receipt",
            _table(Receipt),
            (
                "number", "fiscal_year", "kind", "article", "issued_on", "amount", "currency", "state",
                "donor_name", "donor_address", "donor_siren", "lines", "cancelled_on", "cancel_reason", "replaced_by",
            ),
            (MEMBER,),
            key="number",
            removable=False,
        ),
        Entity(
            "request",
            _table(MemberRequest),
            ("key", "kind", "about", "wish", "state", "answer", "asked_on", "seen_on", "decided_on"),
            (MEMBER,),
            key="key",
            removable=False,
            final=("accepted", "refused"),
        ),
        Entity("memo", _table(Memo), ("body", "starts_on", "ends_on"), (MEMBER,), key="member_id"),
        Entity(
            "document",
            _table(Document),
            ("title", "kind", "direction", "dated_on", "author", "for_member", "media_type", "size", "sha256"),
            (MEMBER,),
        ),
        Entity(
            "link",
            _table(MemberLink),
            ("kind", "title", "detail", "starts_on", "ends_on", "amount", "currency", "state"),
            (MEMBER,),
        ),
    )
}  # fmt: skip
"""In the order in which they are loaded: what others refer to comes first."""

GROUPS = {
    group.name: group
    for group in (
        Group("address", "address", ADDRESS_FIELDS, Rule.DONOR_WINS, MAIN),
        Group("other_addresses", "address", ITEMS, Rule.EACH_ITEM, NOT_MAIN, (*ADDRESS_FIELDS, *STAY)),
        Group("email", "email", ("address", "confirmed_on"), Rule.DONOR_WINS, MAIN),
        Group("other_emails", "email", ITEMS, Rule.EACH_ITEM, NOT_MAIN, ("address",)),
        Group("phones", "phone", ITEMS, Rule.EACH_ITEM, (), ("number", "kind")),
        Group("identity", "member", IDENTITY, Rule.CENTRAL_WINS),
        Group("language", "member", ("language",), Rule.DONOR_WINS),
        Group("objections", "contact_choice", ("objections",), Rule.EACH_ITEM, restricts=True, keeps_ours=True),
        Group("consents", "contact_choice", ("consents",), Rule.EACH_ITEM, keeps_ours=True),
        Group("contact_rhythm", "contact_choice", ("post_rhythm", "paused_until"), Rule.DONOR_WINS),
        Group("details_check", "contact_choice", ("checked_on",), Rule.DONOR_WINS),
        Group("receipt_wish", "receipt_wish", ("receipt_rhythm", "receipt_by"), Rule.DONOR_WINS),
        Group("memo", "memo", ("body", "starts_on", "ends_on"), Rule.CENTRAL_WINS),
    )
}


def in_normal_form(group: Group, rows: Sequence[tuple[Any, ...]]) -> dict[str, Any] | None:
    """The value of a group from the rows found of it, each in the order of its fields (or of its items' fields).

    A group of one row holds nothing without one; a list is then empty.
    """
    if group.items:
        return {"items": in_order(dict(zip(group.items, row, strict=True)) for row in rows)}
    if group.rule is Rule.EACH_ITEM:
        return {group.fields[0]: in_order(code for (code,) in rows)}
    return dict(zip(group.fields, rows[0], strict=True)) if rows else None


def held_by(group: Group, rows: Sequence[tuple[Any, ...]]) -> dict[str, Any] | None:
    """The value of a group that a member's delivered rows of its entity hold, as `Directory.read` gives it."""
    named = [dict(zip(ENTITIES[group.entity].incoming, row, strict=True)) for row in rows]
    held = [row for row in named if row | dict(group.only) == row]
    if group.rule is Rule.EACH_ITEM and not group.items:
        return in_normal_form(group, [(code,) for row in held for code in row[group.fields[0]]])
    return in_normal_form(group, [tuple(_plain(row[name]) for name in group.items or group.fields) for row in held])


def _plain(held: object) -> object:
    return held.isoformat() if isinstance(held, date) else held
