"""Secrets: how they are made, and the only form in which they are stored."""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def new_token() -> str:
    """256 random bits, safe in an address."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Six digits to type by hand."""
    return f"{secrets.randbelow(1_000_000):06d}"


def digest(token: str) -> bytes:
    """What is stored of a long random secret: nobody can go back from it."""
    return hashlib.sha256(token.encode()).digest()


def keyed_digest(key: str, *parts: str) -> bytes:
    """What is stored of something short or guessable: useless without the installation's secret key."""
    return hmac.new(key.encode(), "\0".join(parts).encode(), hashlib.sha256).digest()


def same(one: bytes | str, other: bytes | str) -> bool:
    """Compare two secrets in constant time."""
    left = one.encode() if isinstance(one, str) else one
    right = other.encode() if isinstance(other, str) else other
    return hmac.compare_digest(left, right)


def seal(key: str, purpose: str, content: bytes) -> bytes:
    """Encrypt something that we must be able to read again, such as a provider's token."""
    return _fernet(key, purpose).encrypt(content)


def unseal(key: str, purpose: str, sealed: bytes) -> bytes:
    """What was sealed under the same key and purpose.

    Raises:
        cryptography.fernet.InvalidToken: it was not, or it was altered.
    """
    return _fernet(key, purpose).decrypt(sealed)


NONCE = 12
"""Bytes; random, so one key may seal some 2**32 parts (NIST SP 800-38D)."""


def seal_part(key: str, place: str, content: bytes) -> bytes:
    """Encrypt a part of a file; `place` says which part of which file it is, and opens no other (AES-GCM)."""
    nonce = os.urandom(NONCE)
    return nonce + _parts(key).encrypt(nonce, content, place.encode())


def unseal_part(key: str, place: str, sealed: bytes) -> bytes:
    """The part that was sealed for this very place.

    Raises:
        cryptography.exceptions.InvalidTag: it was not, or it was altered.
    """
    return _parts(key).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())


def _parts(key: str) -> AESGCM:
    return AESGCM(keyed_digest(key, "parts"))


def _fernet(key: str, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(keyed_digest(key, "seal", purpose)))
