"""What a member can object and consent to, and the words for it.

Own appeals of a charity rest on information and objection, so does handing the
address to other charities; passing it on for commercial use needs consent
beforehand (CNIL, 20 June 2022; GDPR art. 6, 7 and 21). The defaults of the two
are opposite and are never mixed: silence is no objection, and it is no consent.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from portal.i18n import N_, gettext
from portal.items import in_order

PURPOSES = {
    "appeals": N_("Appeals for gifts"),
    "news": N_("Our magazine and news"),
    "legacy": N_("Information on legacies"),
    "events": N_("Invitations to events"),
    "petitions": N_("Petitions"),
}
"""What the association itself sends; each may be objected to for each channel."""

CHANNELS = {"post": N_("By post"), "email": N_("By e-mail"), "phone": N_("By phone"), "sms": N_("By text message")}

EXCHANGE = "exchange/any"
"""Objection: the address is not handed to other associations."""
COMMERCIAL = "commercial/any"
"""Consent: the address may be passed on for commercial use."""

RHYTHMS = {
    "all": N_("Whenever there is one"),
    "quarterly": N_("At most four times a year"),
    "half_yearly": N_("At most twice a year"),
    "yearly": N_("Once a year"),
}
"""How often appeals come by post."""

OBJECTIONS = (*(f"{purpose}/{channel}" for purpose in PURPOSES for channel in CHANNELS), EXCHANGE)
CONSENTS = (COMMERCIAL,)

ACTS = {
    "objected": N_("No longer wanted"),
    "objection_withdrawn": N_("Wanted again"),
    "consented": N_("Agreed"),
    "consent_withdrawn": N_("Agreement taken back"),
}
SOURCES = {
    "portal": N_("in the donor space"),
    "central": N_("told to the association"),
    "unsubscribe link": N_("with the link in a mail"),
    "complaint": N_("marked as unwanted in the mail program"),
}

NAMES = PURPOSES | {"exchange": N_("Exchange with other associations"), "commercial": N_("Commercial use")}
"""Every purpose that stands in the ledger."""


def way(channel: str) -> str:
    """by post: in the current language, within a sentence; nothing for any channel."""
    words = gettext(CHANNELS.get(channel, ""))
    return words[:1].lower() + words[1:]


def label(purpose: str, *channels: str) -> str:
    """Appeals for gifts, by post, by phone: in the current language."""
    return ", ".join(filter(None, (gettext(NAMES.get(purpose, purpose)), *map(way, channels))))


def labels(codes: Iterable[str]) -> list[str]:
    """A line for each purpose, with all its channels; the codes of one stand together."""
    pairs = (code.split("/") for code in codes)
    return [label(purpose, *(channel for _, channel in same)) for purpose, same in groupby(pairs, itemgetter(0))]


STOP_PROMO = N_("You have asked us to send you no appeals. This holds whatever is chosen here; call us to change it.")
SUSPENSIONS = {
    "PND": N_("Our letters to you came back, so we send you none at present. Correct your address, or call us."),
    "RAD": N_("You have been taken off our mailing lists. Call us if you would like to hear from us again."),
    "DCD": N_("Our records say that this person has died, so we send nothing. If this is wrong, please call us."),
    "DBL": N_("We have two records in your name, and write to the other one only. Call us, and we make them one."),
}
"""What the central base's suspension codes mean; they are the association's own."""
UNKNOWN_SUSPENSION = N_("Sending is suspended on your record. Call us to know why.")


def restrictions(*, stop_promo: bool, suspension_code: str) -> list[str]:
    """What the central base holds back whatever is chosen here, in words."""
    suspended = [SUSPENSIONS.get(suspension_code, UNKNOWN_SUSPENSION)] if suspension_code else []
    return [STOP_PROMO] * stop_promo + suspended


def boxes(codes: Iterable[str]) -> frozenset[str]:
    """The boxes of the form that these objections or consents are about.

    The central base may name a purpose for `any` channel, and an exchange or a commercial use for one channel.
    """
    found: set[str] = set()
    for code in codes:
        purpose, _, channel = code.partition("/")
        found |= {
            box
            for box in (*OBJECTIONS, *CONSENTS)
            if box == code or (box.startswith(f"{purpose}/") and "any" in (channel, box.partition("/")[2]))
        }
    return frozenset(found)


def codes_for(wanted: Collection[str], former: Collection[str]) -> tuple[str, ...]:
    """The objections (or consents) that mean these boxes: the former ones themselves when nothing was changed."""
    if boxes(former) == set(wanted):
        return tuple(former)
    unknown = [code for code in former if not boxes([code])]
    return tuple(sorted({*wanted, *unknown}))


Codes = dict[str, list[str]]
"""By field group, objections and consents, their codes in order."""


@dataclass(frozen=True)
class Choice:
    """All that a member chooses on the page; codes as in the data dictionary."""

    objections: tuple[str, ...]
    consents: tuple[str, ...]
    post_rhythm: str
    paused_until: date | None

    @property
    def value(self) -> list[Any]:
        """What a form names by its fingerprint."""
        return [self.objections, self.consents, self.rhythm]

    @property
    def codes(self) -> Codes:
        return {"objections": in_order(self.objections), "consents": in_order(self.consents)}

    @property
    def rhythm(self) -> dict[str, Any]:
        """The field group of the data dictionary."""
        last_day = self.paused_until.isoformat() if self.paused_until else None
        return {"post_rhythm": self.post_rhythm, "paused_until": last_day}

    def pause(self, today: date) -> date | None:
        """The last day of a pause that is not over yet."""
        return self.paused_until if self.paused_until and self.paused_until >= today else None

    @property
    def channels(self) -> Mapping[str, list[str]]:
        """By purpose, the channels by which we may write."""
        refused = boxes(self.objections)
        return {name: [way for way in CHANNELS if f"{name}/{way}" not in refused] for name in PURPOSES}

    @property
    def objects_to_exchange(self) -> bool:
        return EXCHANGE in boxes(self.objections)

    @property
    def agrees_to_trade(self) -> bool:
        return COMMERCIAL in boxes(self.consents)


def pressed(press: str, former: Choice) -> Choice:
    """What one press leads to. To send everything is no leave to pass the address on, and no agreement."""
    kept = former.post_rhythm, former.paused_until
    if press == "nothing":
        return Choice(codes_for(OBJECTIONS, former.objections), (), *kept)
    wanted = {EXCHANGE} & boxes(former.objections)
    return Choice(codes_for(wanted, former.objections), former.consents, *kept)
