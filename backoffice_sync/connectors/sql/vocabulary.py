"""What the mapping file must say of each entity, may leave out, and in which words. Pure."""

OPTIONAL = {
    "member": {"civility", "first_name", "company_name", "legal_form", "siren", "deceased_on", "suspension_code",
               "stop_promo", "closed"},
    "address": {"unit", "building", "house_number", "locality", "region", "returned_on", "returned_reason",
                "season_from", "season_to"},
    "email": {"origin", "confirmed_on", "bounced_on", "soft_bounced_on", "complained_on"},
    "mandate": {"creditor_identifier", "next_debit_on", "ended_on"},
    "gift": {"state_reason"},
    "receipt": {"donor_siren", "lines", "cancelled_on", "cancel_reason", "replaced_by"},
    "request": {"about", "answer", "seen_on", "decided_on"},
    "memo": {"starts_on", "ends_on"},
    "document": {"kind", "author", "for_member", "media_type", "size", "sha256"},
    "link": {"detail", "starts_on", "ends_on", "amount", "currency", "state"},
}  # fmt: skip
"""Fields of which a base may know nothing: they are then empty here."""

CODES = {
    "member": {"kind": "person company"},
    "contact_choice": {"post_rhythm": "all quarterly half_yearly yearly"},
    "receipt_wish": {"receipt_rhythm": "per_gift annual none", "receipt_by": "post email"},
    "address": {"purpose": "home second_home work other"},
    "phone": {"kind": "home mobile work"},
    "mandate": {"rhythm": "monthly quarterly half_yearly yearly",
                "state": "active suspended lapsed cancelled refused"},
    "gift": {"means": "cheque card transfer debit cash other", "state": "received pending refused refunded",
             "form": "authentic_deed private_deed manual other",
             "nature": "cash securities waived_income expenses other"},
    "receipt": {"kind": "gift annual", "article": "200 238bis", "state": "issued cancelled"},
    "request": {"state": "received seen accepted refused"},
    "document": {"direction": "sent received"},
    "link": {"kind": "sponsorship subscription event petition order legacy"},
}  # fmt: skip
"""The words of the fields that know only a few."""

TEXTS = {"address": ("street", "postcode", "town"), "email": ("address",), "phone": ("number",), "memo": ("body",)}
"""Where the member's own row has room for such a thing, it holds one only if these are not all empty."""


def codes(entity: str, name: str) -> frozenset[str]:
    return frozenset(CODES.get(entity, {}).get(name, "").split())
