"""Secrets: how they are made, and the only form in which they are stored."""

import hashlib
import hmac
import secrets


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
