"""What an answer must hold, by right, and the words for the state of a case."""

from dataclasses import dataclass
from datetime import date

from portal.i18n import N_

RIGHTS = {
    "access": N_("Access to the data (article 15)"),
    "portability": N_("The data to take away (article 20)"),
    "erasure": N_("Erasure (article 17)"),
    "restriction": N_("Restriction of use (article 18)"),
    "objection": N_("Objection to a use (article 21)"),
}
"""As staff call them."""
BUILT = ("access", "portability")
"""Those that are answered with a file."""

CHECKLIST = {
    "access": {
        "purposes": N_("What the data is used for (a)"),
        "categories": N_("Which kinds of data we hold (b)"),
        "recipients": N_("Who else has it, or had it (c)"),
        "retention": N_("How long each kind is kept (d)"),
        "rights": N_("The rights to correct, erase, restrict and object (e)"),
        "complaint": N_("The right to complain to the CNIL (f)"),
        "source": N_("Where we have it from, where not from the person (g)"),
        "automated": N_("Automated decisions, or that there are none (h)"),
        "transfers": N_("Transfers outside the European Union, or that there are none (2)"),
        "copy": N_("The copy of all data: notes of staff, messages and scores too (3)"),
    },
    "portability": {
        "given": N_("Only what the person gave us, under consent or contract"),
        "format": N_("A usual format that a computer can read"),
    },
    "erasure": {
        "kept": N_("What the law makes us keep, and why, stands in the answer (17 (3))"),
        "told": N_("Whoever had the data from us was told (19)"),
    },
    "restriction": {
        "told": N_("Whoever had the data from us was told (19)"),
        "lifting": N_("The person knows that we write before the restriction is lifted (18 (3))"),
    },
    "objection": {
        "stopped": N_("The use has stopped, in the central base too"),
        "noted": N_("The objection stands in the member's choices, so that it holds for good"),
    },
}
"""Letters and numbers are those of the article; all of it must be done before a request is granted."""

REFUSALS = {
    "others": (N_("Rights of others"), N_("The answer would harm somebody else's rights (15 (4)).")),
    "law": (N_("The law makes us keep it"), N_("Tax receipts for six years, accounts for ten (17 (3) b).")),
    "unfounded": (N_("Manifestly unfounded"), N_("We must be able to prove it (12 (5)).")),
    "excessive": (N_("Excessive"), N_("Above all by its repetition; we must be able to prove it (12 (5)).")),
    "grounds": (N_("Compelling grounds of ours"), N_("They weigh more than the person's interests (21 (1)).")),
    "identity": (N_("We do not know who asks"), N_("We asked for a proof, and none came (12 (2) and (6)).")),
}
"""Grounds, each with when it holds."""
OF_SOME_RIGHTS = {"others": BUILT, "law": ("erasure",), "grounds": ("erasure", "objection")}
"""Grounds that stand in the articles of these rights only."""
REMEDIES = N_(
    "If you do not agree, you can complain to the CNIL (3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07, "
    "www.cnil.fr), and you can take the matter to court."
)
"""GDPR art. 12 (4): nobody is refused without them."""
READY = N_("Your answer is ready: you can download it under “My data and my rights”.")

CHANNELS = {
    "portal": N_("In the donor space"),
    "central": N_("Recorded in the central base"),
    "letter": N_("By letter"),
    "phone": N_("By phone"),
    "email": N_("By e-mail"),
    "counter": N_("At the counter"),
}
ENTERED = ("letter", "phone", "email", "counter")
"""What staff enter."""
DELIVERIES = {
    "portal": (N_("In the donor space"), N_("For example: downloaded on 3 March.")),
    "letter": (N_("By registered letter"), N_("The number of the registered letter, and the day of its receipt.")),
    "counter": (N_("By hand"), N_("Who took it, and who gave it.")),
}
OUTCOMES = {"granted": N_("Granted"), "refused": N_("Refused")}
IDENTITY = {
    "signed_in": N_("Signed in: nothing more is asked"),
    "unproved": N_("Not proved yet"),
    "asked": N_("Proof asked for"),
    "proved": N_("Proved"),
}

UNKNOWN = N_("First somebody must note how we know that it is the member who asks.")
UNCHECKED = N_("First tick all that belongs to the answer.")
NOT_LOOKED = N_("First look whether the answer holds data of other people, and note it.")
UNBUILT = N_("First build the answer, and wait until it is built.")
BUILD_ANEW = N_("This answer was built before that was left out: build it anew.")
BUILT_LATELY = N_("An answer of this kind was built in the last seven days: please wait until they are over.")
SAME_PERSON = N_("You have signed already: the answer holds data of others, so a second person must look at it.")
RELEASED_INSTEAD = N_("This is granted by releasing the answer that was built.")
NOT_ERASED = N_("First have the person erased: the answer says that it is done.")
NOT_FETCHED = N_("The member has not downloaded the answer yet: it has not arrived.")
NEVER_ASKED = N_("First ask for a proof of identity.")
"""Why a step cannot be taken yet."""


@dataclass(frozen=True)
class Received:
    """What came by letter, phone, e-mail or at the counter."""

    right: str
    channel: str
    received_on: date
    wish: str


@dataclass(frozen=True)
class Decision:
    """`refusal` names the ground; `text` is for the member."""

    outcome: str
    refusal: str
    text: str


@dataclass(frozen=True)
class Delivery:
    delivered_on: date
    delivered_by: str
    proof: str


def refusals(right: str) -> dict[str, tuple[str, str]]:
    """The grounds on which this right can be refused."""
    return {name: words for name, words in REFUSALS.items() if right in OF_SOME_RIGHTS.get(name, RIGHTS)}


def missing(right: str, done: list[str]) -> list[str]:
    """Items of the checklist that nobody has ticked yet."""
    return [item for item in CHECKLIST.get(right, {}) if item not in done]
