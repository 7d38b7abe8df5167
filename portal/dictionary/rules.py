"""The data dictionary in plain words: what each thing is called, who may change it, where it is to be seen."""

from portal.changes import GROUP_WORDS
from portal.i18n import N_

NAMES = GROUP_WORDS | {
    "returned_post": N_("Letters that came back"),
    "email_state": N_("What became of our e-mails"),
    "record": N_("Your record: number, and whether sending is held back"),
    "gift": N_("Your gifts"),
    "campaign": N_("Names of our appeals"),
    "mandate": N_("Your direct debits"),
    "receipt": N_("Your tax receipts"),
    "request": N_("What you have asked of us"),
    "document": N_("Letters and documents"),
    "link": N_("Your other links with us"),
}
"""Everything that the dictionary names."""

PLACES = {
    "address": "/profile",
    "other_addresses": "/profile",
    "returned_post": "/profile",
    "email": "/profile",
    "other_emails": "/profile",
    "email_state": "/profile",
    "phones": "/profile",
    "identity": "/profile",
    "record": "/profile",
    "language": "/preferences",
    "objections": "/preferences",
    "consents": "/preferences",
    "contact_rhythm": "/preferences",
    "details_check": "/",
    "memo": "/",
    "receipt_wish": "/preferences",
    "gift": "/gifts",
    "mandate": "/mandates",
    "receipt": "/receipts",
    "request": "/requests",
    "document": "/documents",
    "link": "/links",
}
"""Where a member sees it; what is about nobody has no place."""
PAGES = {
    "/": N_("Home"),
    "/profile": N_("My details"),
    "/preferences": N_("My preferences"),
    "/gifts": N_("My gifts"),
    "/mandates": N_("My direct debits"),
    "/receipts": N_("My tax receipts"),
    "/requests": N_("My requests"),
    "/documents": N_("My documents"),
    "/links": N_("My other links with us"),
}

WHO = {
    "association": N_("our team; tell us if something is wrong"),
    "donor": N_("you, here"),
    "shared": N_("you, here, and our team"),
}
"""Who may change it, told to a member."""
OWNERS = {
    "association": N_("the association"),
    "donor": N_("the member"),
    "shared": N_("both"),
}
DIRECTIONS = {
    "pull": N_("from the central base to here"),
    "both": N_("both ways"),
    "push": N_("from here to the central base"),
}
SENSITIVITIES = {
    "ordinary": N_("ordinary"),
    "contact": N_("how to reach somebody"),
    "financial": N_("about money"),
    "choice": N_("wishes and convictions"),
    "free_text": N_("free text, may hold anything"),
}
