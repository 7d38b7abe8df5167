"""The seal of a file, and its opening, for whoever hands it over."""

import hashlib

from portal import crypto
from portal.settings import Settings

SEALED_AS = "document"


def seal(settings: Settings, content: bytes) -> bytes:
    return crypto.seal(settings.secret_key, SEALED_AS, content)


def opened(settings: Settings, sealed: bytes) -> bytes:
    """A file as it was sent."""
    return crypto.unseal(settings.secret_key, SEALED_AS, sealed)


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
