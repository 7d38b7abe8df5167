"""The data dictionary in words: whose each field is, which way it goes, how it is written, how private it is.

One row for each field group of `mapping.GROUPS`, and one for what is only mirrored; every column that the mirror
fills stands in one of them. Staff and donors read these texts.
"""

import enum
from dataclasses import dataclass

from backoffice_sync.mapping import GROUPS
from portal.i18n import N_


class Owner(enum.StrEnum):
    """Who has the say on it."""

    ASSOCIATION = "association"
    DONOR = "donor"
    SHARED = "shared"


class Direction(enum.StrEnum):
    PULL = "pull"
    BOTH = "both"
    PUSH = "push"


class Sensitivity(enum.StrEnum):
    """What knowing it tells of the person; wishes and messages are free text, which may hold anything."""

    ORDINARY = "ordinary"
    CONTACT = "contact"
    FINANCIAL = "financial"
    CHOICE = "choice"
    FREE_TEXT = "free_text"


AT_ONCE = N_("passed on within a minute; what is changed there is here a few minutes later")
SOON = N_("a few minutes after it changes there")
CENTRAL_DECIDES = N_("the central base decides; it is only shown here")
BY_MEMBER = N_("given here, by post or by phone")
BY_TEAM = N_("noted by our team")
AS_IT_IS = N_("as it is there")


@dataclass(frozen=True)
class Description:
    name: str
    owner: Owner
    direction: Direction
    sensitivity: Sensitivity
    source: str
    normal_form: str
    freshness: str = AT_ONCE
    rule: str = CENTRAL_DECIDES
    entity: str = ""
    fields: tuple[str, ...] = ()


def _both(name: str, owner: Owner, sensitivity: Sensitivity, source: str, normal_form: str) -> Description:
    """A field group that flows both ways: its fields and its rule are those by which the sync works."""
    group = GROUPS[name]
    fields = group.items or group.fields
    return Description(
        name, owner, Direction.BOTH, sensitivity, source, normal_form, rule=group.rule, entity=group.entity,
        fields=fields,
    )  # fmt: skip


def _pull(name: str, entity: str, fields: tuple[str, ...], sensitivity: Sensitivity, source: str) -> Description:
    return Description(
        name, Owner.ASSOCIATION, Direction.PULL, sensitivity, source, AS_IT_IS, SOON, entity=entity, fields=fields
    )


DONOR, SHARED = Owner.DONOR, Owner.SHARED
ORDINARY, CONTACT, FINANCIAL = Sensitivity.ORDINARY, Sensitivity.CONTACT, Sensitivity.FINANCIAL
CHOICE, FREE_TEXT = Sensitivity.CHOICE, Sensitivity.FREE_TEXT

TABLE = (
    _both("identity", Owner.ASSOCIATION, ORDINARY, BY_MEMBER, N_("single spaces, none at the ends; SIREN of 9 digits")),
    _both("address", SHARED, CONTACT, BY_MEMBER, N_("one value of all fields; single spaces; country of two letters")),
    _both("other_addresses", SHARED, CONTACT, BY_MEMBER, N_("a list in a fixed order; each as the main address")),
    _pull("returned_post", "address", ("returned_on", "returned_reason"), CONTACT, N_("said by the post")),
    _both("email", DONOR, CONTACT, BY_MEMBER, N_("as typed; compared in small letters; proved by a link or code")),
    _both("other_emails", DONOR, CONTACT, BY_MEMBER, N_("a list in a fixed order; as typed")),
    _pull(
        "email_state",
        "email",
        ("origin", "recorded_on", "confirmed_on", "bounced_on", "soft_bounced_on", "complained_on"),
        CONTACT,
        N_("noted when an address is given, and when mails come back"),
    ),
    _both("phones", SHARED, CONTACT, BY_MEMBER, N_("a list in a fixed order; international or as dialled in France")),
    _both("language", DONOR, ORDINARY, BY_MEMBER, N_("fr or en")),
    _both("objections", DONOR, CHOICE, BY_MEMBER, N_("a list of purpose/channel; silence is no objection")),
    _both("consents", DONOR, CHOICE, BY_MEMBER, N_("a list of purpose/channel; silence is no consent")),
    _both("contact_rhythm", DONOR, CHOICE, BY_MEMBER, N_("one of four rhythms; the last day of a pause")),
    _both("details_check", DONOR, ORDINARY, BY_MEMBER, N_("a day")),
    _both("receipt_wish", DONOR, ORDINARY, BY_MEMBER, N_("one of the rhythms; by post or by e-mail")),
    _both("memo", Owner.ASSOCIATION, FREE_TEXT, BY_TEAM, N_("plain text; first and last day")),
    _pull(
        "record",
        "member",
        ("number", "kind", "deceased_on", "suspension_code", "stop_promo", "closed"),
        ORDINARY,
        BY_TEAM,
    ),
    _pull("gift", "gift", ("given_on", "amount", "currency", "means", "state", "state_reason", "deductible", "form",
                           "nature"), FINANCIAL, N_("booked when the gift arrives")),
    _pull("campaign", "campaign", ("name",), ORDINARY, BY_TEAM),
    _pull("mandate", "mandate", ("reference", "creditor_identifier", "masked_iban", "bank_name", "amount", "currency",
                                 "rhythm", "signed_on", "next_debit_on", "state", "ended_on"), FINANCIAL,
          N_("from the signed mandate; of the account number only the ends are kept here")),
    _pull("receipt", "receipt", ("number", "fiscal_year", "kind", "article", "issued_on", "amount", "currency", "state",
                                 "donor_name", "donor_address", "donor_siren", "lines", "cancelled_on", "cancel_reason",
                                 "replaced_by"), FINANCIAL, N_("made from the gifts by the association")),
    _pull("document", "document", ("title", "kind", "direction", "dated_on", "author", "for_member", "media_type",
                                   "size", "sha256"), FREE_TEXT, N_("filed by our team when it is sent or arrives")),
    _pull("link", "link", ("kind", "title", "detail", "starts_on", "ends_on", "amount", "currency", "state"), CHOICE,
          N_("noted by our team: events, petitions, orders, subscriptions, sponsorships, legacies")),
    Description(
        "request", DONOR, Direction.PUSH, FREE_TEXT, BY_MEMBER, N_("in the member's words, with a key that is ours"),
        rule=N_("people decide; their answer comes back"), entity="request",
        fields=("key", "kind", "about", "wish", "state", "answer", "asked_on", "seen_on", "decided_on"),
    ),
)  # fmt: skip

DESCRIPTIONS = {description.name: description for description in TABLE}
