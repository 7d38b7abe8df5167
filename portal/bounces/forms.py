"""What a mailing tool reports: signed after the Standard Webhooks specification, and read strictly."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from standardwebhooks import Webhook, WebhookVerificationError

from portal import clock
from portal.bounces.rules import KEPT

MOST_EVENTS = 1_000
CLOCKS_DIFFER = timedelta(minutes=10)


class Event(msgspec.Struct):
    """One mail that came back, or that its reader called unwanted."""

    id: Annotated[str, Meta(pattern=r"^[^\x00-\x1f]{1,200}\Z")]
    address: Annotated[str, Meta(max_length=320, pattern=r"^[^\s\x00-\x1f@]+@[^\s\x00-\x1f@]+\Z")]
    kind: Literal["hard", "soft", "complaint"]
    at: Annotated[datetime, Meta(tz=True)]
    status: Annotated[str, Meta(pattern=r"^([45]\.[0-9]{1,3}\.[0-9]{1,3})?\Z")] = ""


class Delivery(msgspec.Struct):
    events: Annotated[list[Event], Meta(max_length=MOST_EVENTS)]


class Unproved(Exception):
    """The signature is missing, wrong, or more than five minutes old."""


def read(body: bytes, headers: Mapping[str, str], secret: str) -> list[Event]:
    """The events of a delivery.

    Raises:
        Unproved: nobody knows who sent it.
        msgspec.ValidationError, msgspec.DecodeError: what is wrong, and at which event.
    """
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError) as error:  # ValueError: a header or a body that is not even text
        raise Unproved from error
    events = msgspec.json.decode(body, type=Delivery).events
    now = clock.now()
    for number, event in enumerate(events):
        if not now - KEPT <= event.at <= now + CLOCKS_DIFFER:
            raise msgspec.ValidationError(f"Older than a year, or to come - at `$.events[{number}].at`")
    return events
