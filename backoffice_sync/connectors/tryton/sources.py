"""Where Tryton keeps what the portal mirrors: models, the fields we need of them, and whose record it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from backoffice_sync.connectors.tryton import shapes
from backoffice_sync.connectors.tryton.client import Record
from backoffice_sync.directory import Row

STAMPS = ("_timestamp", "create_date", "write_date")
CONTACT = ("party", "type", "value", "value_compact", "name", "comment", "sequence", "active", *STAMPS)
ADDRESS = (
    "party", "street_unstructured", "street_name", "building_name", "building_number", *shapes.UNIT, *shapes.PLACE,
    "postal_code", "city", "country.code", "subdivision.name", "sequence", "active", *STAMPS,
)  # fmt: skip
PARTY = (
    "code", "name", "active", "replaced_by", "lang.code", "identifiers.type", "identifiers.code",
    "identifiers.code_compact", "identifiers.active", *STAMPS,
)  # fmt: skip
MANDATE = (
    "party", "identification", "signature_date", "state", "account_number.number", "payments.date", "payments.amount",
    "payments.state", "payments.currency.code", "company.party.sepa_creditor_identifier_used", *STAMPS,
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """The records behind one entity."""

    model: str
    owner: str
    fields: tuple[str, ...]
    domain: tuple[Any, ...]
    rows: Callable[[Iterable[Record]], list[Row]]
    """From all records of one party."""

    @property
    def names(self) -> list[str]:
        """The model's own fields among those that we read."""
        return sorted({name.partition(".")[0] for name in self.fields} - {"_timestamp"})

    def of(self, parties: Iterable[int]) -> list[Any]:
        """The domain of these parties' records."""
        named = [f"party.party,{one}" if self.owner == "resource" else one for one in parties]
        return [[self.owner, "in", named], *self.domain]

    def party(self, record: Record) -> int:
        owner = record[self.owner]
        return int(owner.partition(",")[2]) if self.owner == "resource" else int(owner)


SOURCES = {
    "member": Source("party.party", "id", PARTY, (), lambda found: [shapes.member(one) for one in found]),
    "address": Source("party.address", "party", ADDRESS, (), shapes.address_rows),
    "email": Source("party.contact_mechanism", "party", CONTACT, (["type", "=", "email"],), shapes.email_rows),
    "phone": Source(
        "party.contact_mechanism", "party", CONTACT, (["type", "in", ["phone", "mobile"]],), shapes.phone_rows
    ),
    "mandate": Source("account.payment.sepa.mandate", "party", MANDATE, (), shapes.mandate_rows),
    "memo": Source(
        "ir.note", "resource", ("resource", "message", *STAMPS), (["message", "ilike", "[extranet]%"],),
        shapes.memo_rows,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Watch:
    """A model whose changes change what a party's rows say; `via` is the way to the dates, if they are another's."""

    model: str
    owner: str
    via: str = ""


WATCHES = (
    Watch("party.party", "id"),
    Watch("party.address", "party"),
    Watch("party.contact_mechanism", "party"),
    Watch("party.identifier", "party"),
    Watch("ir.note", "resource"),
    Watch("account.payment.sepa.mandate", "party"),
    Watch("account.payment.sepa.mandate", "party", via="account_number."),
    Watch("account.payment", "party"),
)
