"""The two ceremonies of WebAuthn Level 3 as pure functions: options out, an answer in, verified or refused."""

import json
from collections.abc import Sequence
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)  # fmt: skip
from webauthn.registration.verify_registration_response import VerifiedRegistration

LONGEST_NAME = 60
MOST_PASSKEYS = 20

REFUSING = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What the library raises over an answer that lies, or that no device would give."""


class PasskeyRefused(Exception):
    """The answer of the browser does not prove what it should."""


def creation(*, host: str, organisation: str, owner: bytes, name: str, known: Sequence[bytes]) -> str:
    """What the browser needs to make a passkey, as JSON; those that are known are not made twice."""
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=host,
            rp_name=organisation,
            user_id=owner,
            user_name=name,
            user_display_name=name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
    )


def request(*, host: str) -> str:
    """What the browser needs to use any passkey of ours, without a name being typed, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=host, user_verification=UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options)


def verify_creation(answer: str, options: str, *, host: str, origin: str) -> VerifiedRegistration:
    """The new passkey.

    Raises:
        PasskeyRefused: another challenge, origin or host, or the owner was not verified by their device.
    """
    try:
        return webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_challenge(options),
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
        )
    except REFUSING as error:
        raise PasskeyRefused from error


def verify_use(answer: str, options: str, *, host: str, origin: str, public_key: bytes, sign_count: int) -> int:
    """The passkey's new count.

    Raises:
        PasskeyRefused: another challenge, origin, host or key, a count that went back, or no verification of the owner.
    """
    try:
        return webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_challenge(options),
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        ).new_sign_count
    except REFUSING as error:
        raise PasskeyRefused from error


def credential_id(answer: str) -> bytes:
    """Which passkey an answer speaks of; nothing when it is no answer at all."""
    try:
        found: Any = json.loads(answer)["rawId"]
        return base64url_to_bytes(found)
    except REFUSING:
        return b""


def owner_of(answer: str) -> str:
    """The owner's number that the authenticator keeps beside the key, as we gave it; nothing when it tells none."""
    try:
        found: Any = json.loads(answer)["response"].get("userHandle") or ""
    except REFUSING:
        return ""
    return str(found)


def as_handle(owner: bytes) -> str:
    return bytes_to_base64url(owner)


def _challenge(options: str) -> bytes:
    return base64url_to_bytes(json.loads(options)["challenge"])
