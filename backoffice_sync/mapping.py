"""The data dictionary: what is mirrored, what flows both ways, who decides. A field not in it never moves."""

import enum
from dataclasses import dataclass

from sqlalchemy import Table

from portal.database import Base
from portal.gifts.models import Campaign, Gift
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.memos.models import Memo
from portal.profile.models import EmailAddress, Phone, PostalAddress
from portal.profile.rules import FIELDS as ADDRESS_FIELDS
from portal.receipts.models import Receipt, ReceiptWish


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
    group: str | None = None
    removable: bool = True

    @property
    def incoming(self) -> tuple[str, ...]:
        """What a connector delivers of a row, in this order."""
        return ("central_id", *(reference.name for reference in self.references), *self.columns)


class Rule(enum.StrEnum):
    """Who wins when both sides changed a group since they last agreed."""

    DONOR_WINS = "donor wins, the conflict is noted"
    CENTRAL_WINS = "the central base wins, ours is kept in the note of the conflict"


@dataclass(frozen=True)
class Group:
    """Fields that change together and flow both ways."""

    name: str
    entity: str
    fields: tuple[str, ...]
    rule: Rule


def _table(model: type[Base]) -> Table:
    found = model.__table__
    assert isinstance(found, Table)  # noqa: S101 - for the type checker: our models map plain tables
    return found


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
            removable=False,
        ),
        Entity(
            "receipt_wish",
            _table(ReceiptWish),
            ("receipt_rhythm", "receipt_by"),
            (MEMBER,),
            key="member_id",
            group="receipt_wish",
        ),
        Entity(
            "address",
            _table(PostalAddress),
            (*ADDRESS_FIELDS, "is_main", "returned_on", "returned_reason"),
            (MEMBER,),
            group="address",
        ),
        Entity(
            "email",
            _table(EmailAddress),
            ("address", "is_main", "origin", "recorded_on", "confirmed_on", "bounced_on"),
            (MEMBER,),
            group="email",
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
        Entity("memo", _table(Memo), ("body", "starts_on", "ends_on"), (MEMBER,), key="member_id", group="memo"),
    )
}  # fmt: skip
"""In the order in which they are loaded: what others refer to comes first."""

GROUPS = {
    group.name: group
    for group in (
        Group("address", "address", ADDRESS_FIELDS, Rule.DONOR_WINS),
        Group("email", "email", ("address", "confirmed_on"), Rule.DONOR_WINS),
        Group("receipt_wish", "receipt_wish", ("receipt_rhythm", "receipt_by"), Rule.DONOR_WINS),
        Group("memo", "memo", ("body", "starts_on", "ends_on"), Rule.CENTRAL_WINS),
    )
}
