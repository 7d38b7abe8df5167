"""The token of an unsubscribe link: whom it is about and what for, signed, and nothing that names a person.

It can be used again and again and by whoever holds the mail, so all that it is good for is to stop mails (RFC 8058),
and to take that back within the hour.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature, TimestampSigner

from portal.consents.rules import PURPOSES
from portal.i18n import N_
from portal.web.throttle import Limit

CHANNEL = "email"
EVERYTHING = tuple(f"{purpose}/{CHANNEL}" for purpose in PURPOSES)
UNDOING = timedelta(hours=1)
FORGERIES = Limit("forged unsubscribe links", 30, timedelta(hours=1))
CHANGES_OF_MIND = Limit("objections taken back by a link", 5, timedelta(days=1))
"""Of one member: each way to and fro stays in the ledger for ever, and whoever holds the mail can press."""

STOP_ONE = N_("I no longer wish to receive this by e-mail: %(purpose)s.")
STOP_ALL = N_("I no longer wish to receive any of this by e-mail: %(purposes)s.")
WANT_AGAIN = N_("I wish to receive this by e-mail again: %(purposes)s.")


class Forged(Exception):
    """Not signed by us, or cut in two by a mail program."""


class TooOld(Exception):
    """Once a link of ours."""


@dataclass(frozen=True)
class Link:
    member_id: UUID
    purpose: str

    @property
    def code(self) -> str:
        return f"{self.purpose}/{CHANNEL}"


def link_token(secret_key: str, link: Link) -> str:
    return _sign(secret_key, "unsubscribe link", [link.member_id.hex, link.code])


def read_link(secret_key: str, token: str, *, now: datetime, life: timedelta) -> Link:
    """Whom and what a link is about.

    Raises:
        Forged, TooOld: it is not to be trusted, or no longer.
    """
    [member, code] = _read(secret_key, "unsubscribe link", token, now=now, life=life)
    purpose = code.partition("/")[0]
    if purpose not in PURPOSES:
        raise TooOld
    return Link(UUID(member), purpose)


def undo_token(secret_key: str, member_id: UUID, codes: Sequence[str]) -> str:
    """What takes back just the objections that were made a moment ago."""
    return _sign(secret_key, "unsubscribe undo", [member_id.hex, *codes])


def read_undo(secret_key: str, token: str, member_id: UUID, *, now: datetime) -> list[str]:
    """Raises Forged, TooOld: as for the link, or another member's."""
    [member, *codes] = _read(secret_key, "unsubscribe undo", token, now=now, life=UNDOING)
    if member != member_id.hex:
        raise Forged
    return codes


def _signer(secret_key: str, salt: str) -> TimestampSigner:
    return TimestampSigner(secret_key, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)


def _sign(secret_key: str, salt: str, words: Sequence[str]) -> str:
    """Without a dot, so that the link remains one of the addresses to which a form of ours may lead back."""
    return urlsafe_b64encode(_signer(secret_key, salt).sign(" ".join(words))).decode().rstrip("=")


def _read(secret_key: str, salt: str, token: str, *, now: datetime, life: timedelta) -> list[str]:
    """The age is judged here: itsdangerous refuses a link whose signer's clock was some seconds ahead of ours."""
    try:
        signed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        value, made_at = _signer(secret_key, salt).unsign(signed, return_timestamp=True)
    except (BadSignature, ValueError) as error:
        raise Forged from error
    if now - made_at > life:
        raise TooOld
    return value.decode().split(" ")
