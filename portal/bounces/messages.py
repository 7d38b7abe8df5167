"""Reading the messages by which mail servers tell what became of a mail.

Delivery status notifications (RFC 3464, also the international ones of RFC 6533) and complaints (ARF, RFC 5965) are
read here; what old or odd servers write in words of their own is recognised by flufl.bounce. Anybody can send such a
message, so it only ever makes us write less, and it counts on the day on which our own server received it.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.parser import HeaderParser
from email.utils import getaddresses, parsedate_to_datetime

from flufl.bounce import all_failures

from portal.bounces.rules import COMPLAINT, HARD, SOFT, Failure

STATUS = re.compile(r"\b[45]\.[0-9]{1,3}\.[0-9]{1,3}\b")
LETTER = r"[^\s<>@;\x00-\x1f\x7f\ud800-\udfff]"
ADDRESS = re.compile(f"{LETTER}{{1,100}}@{LETTER}{{1,255}}")
MESSAGE_ID = re.compile(r"<[\x21-\x7e]{1,300}>")
LARGEST = 100_000
"""Bytes that are read: a report stands at the beginning, the mail that it sends back may be as long as it likes."""
NO_FAILURE = ("delayed", "delivered", "relayed", "expanded")


class Unreadable(Exception):
    """It is no report of a mail that came back, or names no address."""


def read(raw: bytes, *, now: datetime) -> list[Failure]:
    """The failures that a message tells of; none for one that only says that a server still tries.

    Raises:
        Unreadable: as it says.
    """
    try:
        message = message_from_bytes(raw[:LARGEST])
        found = list(_reports(message))
    except RecursionError as error:  # parts within parts within parts
        raise Unreadable from error
    name = _name(message, raw)
    at = min(_received_at(message) or now, now)
    if not found:
        raise Unreadable
    kept = {address.lower(): (kind, status) for kind, address, status in found if kind}
    return [Failure(f"message {name} {address}", address, kind, at, status) for address, (kind, status) in kept.items()]


def _reports(message: Message) -> Iterator[tuple[str, str, str]]:
    """Kind, address, status of each recipient; no kind where nothing failed."""
    parts = {part.get_content_type(): part for part in message.walk()}
    for kind in ("message/delivery-status", "message/global-delivery-status"):
        if kind in parts:
            yield from _delivery_status(_blocks(parts[kind]))
            return
    if "message/feedback-report" in parts:
        yield from _complaint(_blocks(parts["message/feedback-report"]), message)
        return
    yield from _in_words(message)


def _in_words(message: Message) -> Iterator[tuple[str, str, str]]:
    """What stumbles over a damaged head has found nothing; its log would only tell of the stumbling."""
    logging.getLogger("flufl.bounce").disabled = True
    try:
        for_now, for_good = all_failures(message)
    except Exception:  # noqa: BLE001 - the detectors are many, and each raises what it likes
        return
    for addresses, kind in ((for_good, HARD), (for_now, SOFT)):
        for address in addresses:
            if match := ADDRESS.fullmatch(address.decode("utf-8", "replace")):
                yield kind, match[0], ""


def _delivery_status(blocks: list[Message]) -> Iterator[tuple[str, str, str]]:
    for block in blocks:
        address = _address(block, "Original-Recipient") or _address(block, "Final-Recipient")
        if not address:
            continue
        status = STATUS.search(str(block["Status"] or "")) or STATUS.search(str(block["Diagnostic-Code"] or ""))
        failed = not str(block["Action"] or "").strip().lower().startswith(NO_FAILURE)
        yield HARD if failed else "", address, status[0] if status else ""


def _complaint(blocks: list[Message], message: Message) -> Iterator[tuple[str, str, str]]:
    """Some providers hide who complained; the mail that they send back may still name its recipient."""
    [report] = blocks[:1] or [message]
    kind = COMPLAINT if str(report["Feedback-Type"] or "").strip().lower() != "not-spam" else ""
    named = [str(value) for value in report.get_all("Original-Rcpt-To", [])]
    if not named:
        returned = [part for part in message.walk() if part is not message and part["To"]]
        named = [address for part in returned for _, address in getaddresses([str(part["To"])])]
    for value in named:
        if match := ADDRESS.search(value):
            yield kind, match[0], ""


def _blocks(part: Message) -> list[Message]:
    """The groups of fields, which are parted by empty lines; the standard library knows that of one kind only."""
    payload = part.get_payload()
    text = "\n\n".join(str(one) for one in payload) if isinstance(payload, list) else str(payload)
    found = re.split(r"\r?\n[ \t]*\r?\n", text.strip())
    return [HeaderParser().parsestr(block.strip()) for block in found if block.strip()]


def _address(block: Message, field: str) -> str:
    """`rfc822; somebody@example.org`, with or without the type and the brackets."""
    match = ADDRESS.search(str(block[field] or "").rpartition(";")[2])
    return match[0] if match else ""


def _name(message: Message, raw: bytes) -> str:
    """By which a message that is read twice counts once."""
    match = MESSAGE_ID.search(str(message["Message-ID"] or ""))
    return match[0] if match else hashlib.sha256(raw).hexdigest()


def _received_at(message: Message) -> datetime | None:
    """Our own server wrote the topmost line on its way; the date at the head is the sender's."""
    for value in (str(message["Received"] or "").rpartition(";")[2], str(message["Date"] or "")):
        try:
            at = parsedate_to_datetime(value.strip())
        except (ValueError, OverflowError):
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None
