"""A selection of members: what they have in common. It names no member, and is carried out anew each time."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from portal.i18n import N_

MANDATES = {"": N_("whatever"), "active": N_("an active one"), "none": N_("no active one")}
RECEIPTS = {"": N_("whatever"), "email": N_("by e-mail"), "post": N_("by post"), "none": N_("no receipts")}
LANGUAGES = {"": N_("whatever"), "fr": N_("French"), "en": N_("English")}
KINDS = {"": N_("whoever"), "person": N_("people"), "company": N_("companies")}
DAYS = ("last_gift_from", "last_gift_until")


@dataclass(frozen=True)
class Selection:
    """Empty criteria do not count; all others must hold. Gone and deceased members are never part of it."""

    last_gift_from: date | None = None
    last_gift_until: date | None = None
    campaign: str = ""
    mandate: str = ""
    receipts: str = ""
    postcode: str = ""
    language: str = ""
    kind: str = ""

    def as_json(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Selection":
        known = {field.name for field in fields(cls)}
        read: dict[str, Any] = {name: value for name, value in stored.items() if name in known}
        days = {name: date.fromisoformat(read[name]) for name in DAYS if name in read}
        return cls(**read | days)
