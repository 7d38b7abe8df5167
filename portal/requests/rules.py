"""What can be asked of us, by when we answer, and the words for it."""

import re
from dataclasses import dataclass
from datetime import timedelta

from portal.i18n import N_

KINDS = {
    "mandate": N_("Change of a direct debit"),
    "document": N_("A document"),
    "data": N_("Personal data"),
    "legacy": N_("The brochure on legacies"),
    "other": N_("Something else"),
}
"""What a donor can ask."""
TITLES = KINDS | {
    "change": N_("A change that our team makes by hand"),
    "identity": N_("Name and registration"),
    "merge": N_("Two records to be made one"),
}
"""A `change` is made by staff, of one that could not be passed on; `identity` is a correction, with its own pages."""
INTERNAL = ("merge",)
"""Between our people: it names another member, so the one under whom it is filed neither sees nor hears of it."""
PURPOSES = {
    "mandate": N_("Another amount, another day, a pause, or the end of your regular gift."),
    "document": N_("A copy of a letter, an older tax receipt, a certificate."),
    "data": N_("See, erase or take away what we know about you: your rights under the GDPR."),
    "legacy": N_("What a legacy can do, and how it is made. Asking commits you to nothing, and nobody will press you."),
    "other": N_("Any other wish: tell us in your own words."),
}

WISHES = {
    "mandate": {
        "amount": (N_("Another amount"), N_("Tell us the new amount, and from when.")),
        "date": (N_("Another day or rhythm"), N_("Tell us which day of the month suits you, or how often.")),
        "pause": (N_("A pause"), N_("Tell us from when and until when.")),
        "stop": (N_("End this direct debit"), N_("We then ask your bank for nothing more.")),
        "else": (N_("Another change"), N_("Tell us in your own words.")),
    },
    "document": {
        "letter": (N_("A copy of a letter"), N_("Tell us which letter, and about when you had it.")),
        "receipt": (N_("A tax receipt that I do not find"), N_("Tell us for which year.")),
        "certificate": (N_("A certificate"), N_("Tell us what it must say, and for whom it is.")),
        "else": (N_("Another document"), N_("Tell us which one.")),
    },
    "legacy": {
        "post": (N_("By post"), N_("In a plain envelope, to the address that we have.")),
        "email": (N_("By e-mail"), N_("To the e-mail address that we have.")),
        "call": (N_("I would rather talk to somebody"), N_("We call you once, at the time that you tell us.")),
    },
    "data": {
        "access": (
            N_("A copy of what you know about me"),
            N_("With where we have it from, who else has it and how long we keep it (GDPR, article 15)."),
        ),
        "erasure": (
            N_("Erase what you know about me"),
            N_("We keep only what the law obliges us to, such as tax receipts and accounts (GDPR, article 17)."),
        ),
        "restriction": (
            N_("Leave what you know about me untouched"),
            N_("We keep it but do not use it, for example until an error is cleared up (GDPR, article 18)."),
        ),
        "portability": (
            N_("Take my details away with me"),
            N_("Your details as a file that a computer elsewhere can read (GDPR, article 20)."),
        ),
        "objection": (
            N_("Object to a use of what you know about me"),
            N_("Tell us which use, and why it is not right for you (GDPR, article 21)."),
        ),
    },
}
"""What exactly, by kind, each with one plain sentence; a name or an address is corrected elsewhere (article 16)."""
CHOSEN_BEFORE = {"legacy": "post"}
"""What most choose: it is chosen already when the form opens."""
SELF_EXPLANATORY = {
    ("legacy", "post"),
    ("legacy", "email"),
    ("mandate", "stop"),
    ("data", "access"),
    ("data", "erasure"),
    ("data", "portability"),
}
"""Those that need no words of the donor."""
LONGEST = 1_000

STATES = {
    "saved": N_("Saved for our team"),
    "received": N_("Received by our team"),
    "seen": N_("Being looked at by our team"),
    "accepted": N_("Accepted"),
    "refused": N_("Not accepted"),
}
UNDECIDED = ("saved", "received", "seen")

ANSWERED_WITHIN = timedelta(days=14)
"""What we set ourselves, where no law does; for rights over one's data one does (`portal.privacy`)."""


@dataclass(frozen=True)
class Wish:
    """What is asked: `about` what, one open request for each, and `text` for whoever reads it."""

    about: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What staff decided; `text` is for the donor, and needed to refuse."""

    accepted: bool
    text: str


def title(kind: str) -> str:
    """Of any request; the central base may know kinds of its own."""
    return TITLES.get(kind, TITLES["other"])


ROLES = ("editor", "compliance", "administrator")
"""The roles that decide on requests."""
HANDLED = [kind for kind in (*KINDS, "change", *INTERNAL) if kind != "data"]
"""At the desk of requests; rights over data have a desk of their own, under the law's clock."""


IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
RIB = re.compile(r"[0-9]{10}[A-Z0-9]{11}[0-9]{2}")
"""What stands after the first four characters of a French IBAN, which are always the same."""


def holds_iban(text: str) -> bool:
    """An account number stands in the text, however it is spaced; its check digits tell it from other words."""
    words = re.findall(r"[A-Z0-9]+", text.upper().replace("IBAN", " "))
    most = range(1, 35)
    return any(_is_iban("".join(words[first : first + count])) for first in range(len(words)) for count in most)


def _is_iban(text: str) -> bool:
    """ISO 13616: the country and check digits at the end, letters as 10 to 35, and a remainder of 1."""
    if RIB.fullmatch(text):
        text = f"FR76{text}"
    if not IBAN.fullmatch(text):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1
