"""A telephone for tests: makes and uses passkeys as WebAuthn says, and can be told to lie."""

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


@dataclass(frozen=True, kw_only=True)
class Lie:
    """What an answer says instead of the truth."""

    origin: str = ""
    host: str = ""
    challenge: bytes = b""
    owner: bytes = b""
    is_verified: bool = True
    count: int | None = None
    kind: str = ""
    other_key: bool = False


TRUTH = Lie()


@dataclass
class Key:
    private: EllipticCurvePrivateKey
    owner: bytes
    count: int = 1


@dataclass
class Authenticator:
    """Answers the options of a page as the browser's script would post them."""

    origin: str = "https://portal.test"
    counts: bool = True
    keys: dict[bytes, Key] = field(default_factory=dict)

    def create(self, options: str, lie: Lie = TRUTH) -> str:
        wish = json.loads(options)
        assert wish["authenticatorSelection"]["userVerification"] == "required"
        assert wish["authenticatorSelection"]["residentKey"] == "required"
        assert -7 in [kind["alg"] for kind in wish["pubKeyCredParams"]]
        number, key = os.urandom(32), Key(generate_private_key(SECP256R1()), decoded(wish["user"]["id"]))
        self.keys[number] = key
        point = key.private.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(number).to_bytes(2, "big") + number + cbor2.dumps(cose)
        data = self._data(wish["rp"]["id"], key, lie, WITH_KEY) + attested
        response = {
            "clientDataJSON": self._client_data("webauthn.create", wish, lie),
            "attestationObject": encoded(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return _answer(number, response)

    def get(self, options: str, lie: Lie = TRUTH) -> str:
        """With the newest key of this device: no list of allowed ones is expected, the device chooses."""
        wish = json.loads(options)
        assert wish["userVerification"] == "required"
        assert not wish.get("allowCredentials")
        number, key = list(self.keys.items())[-1]
        key.count += 1
        data = self._data(wish["rpId"], key, lie)
        client_data = self._client_data("webauthn.get", wish, lie)
        signing = generate_private_key(SECP256R1()) if lie.other_key else key.private
        signed = data + hashlib.sha256(decoded(client_data)).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": encoded(data),
            "signature": encoded(signing.sign(signed, ECDSA(SHA256()))),
            "userHandle": encoded(lie.owner or key.owner),
        }
        return _answer(number, response)

    def _client_data(self, kind: str, wish: dict[str, Any], lie: Lie) -> str:
        challenge = encoded(lie.challenge) if lie.challenge else wish["challenge"]
        said = {"type": lie.kind or kind, "challenge": challenge, "origin": lie.origin or self.origin}
        return encoded(json.dumps(said | {"crossOrigin": False}).encode())

    def _data(self, host: str, key: Key, lie: Lie, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if lie.is_verified else 0)
        count = (key.count if self.counts else 0) if lie.count is None else lie.count
        return hashlib.sha256((lie.host or host).encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")


def _answer(number: bytes, response: dict[str, Any]) -> str:
    about = {"id": encoded(number), "rawId": encoded(number), "type": "public-key", "response": response}
    return json.dumps(about | {"authenticatorAttachment": "platform", "clientExtensionResults": {}})


def encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
