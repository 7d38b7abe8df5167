"""Tax receipts in a base in memory: a row by number, which a second telling changes but never doubles."""

import json
from typing import Any

from backoffice_sync.connectors.memory.tables import Tables
from backoffice_sync.directory import IssuedReceipt, Rejected, Row, Value
from backoffice_sync.mapping import ENTITIES

NAMES = ENTITIES["receipt"].incoming
LIFE = ("state", "cancelled_on", "cancel_reason", "replaced_by")
FIXED = ("member", "fiscal_year", "issued_on", "amount")
LINE = {"gift": "central_id", "on": "given_on", "amount": "amount", "means": "means", "form": "form",
        "nature": "nature"}  # fmt: skip


def row_of(base: Tables, receipt: IssuedReceipt) -> Row | Rejected:
    """The row that a receipt, or its new state, is to be from now on."""
    gifts = [gift for gift in base.named("gift") if gift["central_id"] in receipt.gifts]
    if len(gifts) < len(receipt.gifts) or receipt.member not in base.tables["member"]:
        return Rejected("Our records cannot take this receipt: its member or gifts are not there.")
    known = next((row for row in base.named("receipt") if row["number"] == receipt.number), None)
    told: dict[str, Any] = vars(receipt) | {"lines": json.dumps([_line(gift) for gift in gifts])}
    if known is None:
        told["central_id"] = f"receipt-{len(base.tables['receipt']) + 1}"
    elif any(known[name] != told[name] for name in FIXED):
        return Rejected("Another receipt has this number already.")
    else:
        kept = LIFE if known["state"] == "cancelled" else ()
        told = known | {name: told[name] for name in LIFE} | {name: known[name] for name in kept if known[name]}
    return tuple(told[name] for name in NAMES)


def _line(gift: Value) -> dict[str, str]:
    return {name: str(gift[column]) for name, column in LINE.items()}
