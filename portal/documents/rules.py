"""What a document may be, and what its file is called when it is saved."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from portal.i18n import N_

LARGEST_MIRRORED = 10 * 1024 * 1024
"""Bytes of a file that is taken from the central base."""
LARGEST_ADDED = 2 * 1024 * 1024
LONGEST_TITLE, LONGEST_NOTE, LONGEST_NAME = 120, 500, 60
KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
"""What a file begins with, and its ending; what its sender calls it proves nothing."""
MEDIA_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
UNKNOWN = "application/octet-stream"
DIRECTIONS = {"sent": N_("We sent it to you"), "received": N_("You sent it to us")}
DESK_DIRECTIONS = {"sent": N_("Sent to the donor"), "received": N_("Received from the donor")}


@dataclass(frozen=True)
class Added:
    """A document that staff add, without its file."""

    title: str
    direction: str
    dated_on: date
    note: str
    for_member: bool


def kind_of(content: bytes) -> str | None:
    """By its first bytes; None for any other kind, which a browser may only save."""
    return next((ending for start, ending in KINDS.items() if content.startswith(start)), None)


def media_type(content: bytes) -> str:
    return MEDIA_TYPES.get(kind_of(content) or "", UNKNOWN)


def file_name(title: str, dated_on: date, content: bytes) -> str:
    """Ours, whatever the title holds: the day and letters, digits and hyphens of the title, without accents."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].rstrip("-")
    return f"{dated_on.isoformat()}-{words or 'document'}.{kind_of(content) or 'bin'}"
