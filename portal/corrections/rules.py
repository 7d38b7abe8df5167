"""Names and registrations: what can be corrected, what is wrong with it, and what a document may be.

Both are one field group of the data dictionary (`identity`); the central base decides on it.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from portal import i18n
from portal.i18n import N_
from portal.receipts.rules import is_siren

Identity = dict[str, Any]
IDENTITY = ("civility", "first_name", "last_name", "company_name", "legal_form", "siren")
GROUP = "identity"

FIELDS = {
    ("name", "person"): ("civility", "first_name", "last_name"),
    ("name", "company"): ("company_name",),
    ("company", "company"): ("legal_form", "siren"),
}
"""What can be corrected of each part (of the setting PROFILE_FIELDS), by kind of member."""
LABELS = {
    "civility": N_("Title"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "company_name": N_("Name of the company"),
    "legal_form": N_("Legal form"),
    "siren": N_("SIREN number"),
}
CIVILITIES = ("Mme", "M.", "M. et Mme", "Dr")
LEGAL_FORMS = {
    "SARL": N_("SARL (limited liability company)"),
    "EURL": N_("EURL (one-person limited liability company)"),
    "SAS": N_("SAS (simplified joint-stock company)"),
    "SASU": N_("SASU (one-person simplified joint-stock company)"),
    "SA": N_("SA (public limited company)"),
    "SCI": N_("SCI (property company)"),
    "SNC": N_("SNC (general partnership)"),
    "SELARL": N_("SELARL (professional practice)"),
    "EI": N_("EI (sole trader)"),
    "Association": N_("Association"),
    "Fondation": N_("Foundation"),
    "Autre": N_("Another form"),
}
OFFERED = {"civility": list(CIVILITIES), "legal_form": list(LEGAL_FORMS)}
"""Fields with a list to choose from; what a member has is theirs to keep all the same."""
MISSING = {
    "last_name": N_("Enter the last name."),
    "company_name": N_("Enter the name of the company."),
    "legal_form": N_("Choose the legal form."),
}
LONGEST_NAME, LONGEST_REASON = 60, 500
IN_NAMES = " -'’."

LARGEST_DOCUMENT = 2 * 1024 * 1024
KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
"""What a document begins with, and the ending of its file; what its sender calls it proves nothing."""
MEDIA_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True)
class Decision:
    """What staff decided on a request; `reason` is for the donor, and needed to refuse."""

    accepted: bool
    reason: str = ""
    corrected: Identity = field(default_factory=dict)
    """What they put right in it, by field."""


def fields_of(kind: str) -> tuple[str, ...]:
    """All that can be corrected of such a member."""
    return tuple(name for (_, of), several in FIELDS.items() if of == kind for name in several)


def tidy(text: str) -> str:
    """The normal form in which two names are compared: composed accents, single spaces, none at the ends."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def offered(name: str, held: str | None) -> list[tuple[str, str]]:
    """What can be chosen, and what the member has at present; none for what is typed."""
    listed = OFFERED.get(name, [])
    own = [held] if listed and held and held not in listed else []
    return [(value, i18n.gettext(LEGAL_FORMS.get(value, value))) for value in (*own, *listed)]


def is_a_name(text: str) -> bool:
    """Of a person: letters of any script, spaces, hyphens, apostrophes, full stops."""
    return all(letter.isalpha() or unicodedata.combining(letter) or letter in IN_NAMES for letter in text)


def problem(name: str, value: str) -> tuple[str, dict[str, object]] | None:
    """What is wrong with a field of the identity: a message with its values."""
    if name in MISSING and not value:
        return MISSING[name], {}
    if len(value) > LONGEST_NAME:
        return N_("At most %(most)s characters fit here."), {"most": LONGEST_NAME}
    if name in {"first_name", "last_name"} and not is_a_name(value):
        return N_("A name has letters, spaces, hyphens and apostrophes only."), {}
    if name == "siren" and value and not is_siren(value):
        return N_("A SIREN number has nine digits, such as 732 829 320. Please compare it with your papers."), {}
    return None


def digits(siren: str) -> str | None:
    """A SIREN number as it is kept."""
    return "".join(filter(str.isdigit, siren)) or None


def merged(present: Identity, *, old: Identity, new: Identity) -> Identity:
    """What the member asked to change, on what holds today: the rest may have been corrected meanwhile."""
    return present | {name: new[name] for name in IDENTITY if new[name] != old[name]}


def kind_of(document: bytes) -> str | None:
    """By its first bytes; None for what we do not take."""
    return next((ending for start, ending in KINDS.items() if document.startswith(start)), None)


def in_words(identity: Identity) -> list[str]:
    """The name as on an envelope, then a company's legal form and SIREN."""
    name = " ".join(identity[part] for part in ("civility", "first_name", "last_name") if identity[part])
    registration = " ".join(filter(None, (identity["legal_form"], identity["siren"])))
    return [line for line in (name, identity["company_name"], registration) if line]
