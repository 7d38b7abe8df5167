"""OpenID Connect by Authlib, which has no client for our framework and leaves some checks to its callers.

OpenID Connect Core 1.0, Discovery 1.0, Back-Channel Logout 1.0; PKCE (RFC 7636); issuer identification (RFC 9207).
Authlib 1.9 asks for no nonce where it is given none, accepts an `aud` of somebody else when `azp` is ours, and does
not read the `iss` of an answer: all three are asked for here.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import BaseApp
from authlib.integrations.base_client.async_app import AsyncOAuth2Mixin
from authlib.integrations.base_client.async_openid import AsyncOpenIDMixin
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from portal import crypto
from portal.settings import Settings
from portal.web.visitor import LONG_AGO

STAFF, DONOR = "staff", "donor"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures that only the provider can make: neither `none` nor one by a shared secret."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
NONSENSE = (AuthlibBaseError, JoseError, RuntimeError, ValueError, KeyError, TypeError, AttributeError)
"""What the libraries raise about an answer that is wrong, or not even of the right shape."""
SIGNED = ("acr", "amr", "auth_time", "sid")
"""What is believed only where it is signed; the rest is as fresh as the provider tells it."""
TIMEOUT_SECONDS = 10
KEYS_SECONDS = 60.0
"""So often at most do we ask for new keys because somebody sends us what the known ones do not fit."""
LEEWAY_SECONDS = 60


class ProviderRefused(Exception):
    """The provider, or our check of what it said, does not let this person in; the message is for the log."""


class ProviderUnreachable(Exception):
    """The provider gave no answer."""


class _App(AsyncOAuth2Mixin, AsyncOpenIDMixin, BaseApp):  # type: ignore[misc]
    client_cls = AsyncOAuth2Client


@dataclass(frozen=True)
class Person:
    """Whom a provider vouches for."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]
    tokens: dict[str, Any] = field(default_factory=dict)

    @property
    def sid(self) -> str | None:
        found = self.claims.get("sid")
        return str(found) if found else None

    @property
    def factors(self) -> set[str]:
        """How they proved it there (`amr`, RFC 8176, and `acr`)."""
        methods = self.claims.get("amr") or []
        listed = methods if isinstance(methods, list) else str(methods).split()
        return ({str(one) for one in listed} | {str(self.claims.get("acr", ""))}) - {""}

    @property
    def proved_at(self) -> datetime:
        """When they last typed or touched something there; long ago if the provider does not say."""
        moment = self.claims.get("auth_time")
        return datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) else LONG_AGO

    def groups(self, claim: str) -> set[str]:
        """What a claim such as `groups` or `realm_access.roles` lists."""
        found: Any = self.claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return {str(one) for one in found} if isinstance(found, list) else set()


class Provider:
    """One provider, as the settings name it."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, scopes: str, redirect_uri: str) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.redirect_uri = redirect_uri
        self.keys_asked_at = -KEYS_SECONDS
        self.app = _App(
            None,
            client_id=client_id,
            client_secret=client_secret or None,
            server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": scopes,
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_SECONDS,
                "token_endpoint_auth_method": "client_secret_basic" if client_secret else "none",
            },
        )

    async def begin(self, **more: str) -> tuple[str, dict[str, str]]:
        """The address to which the visitor is sent, and what must be remembered until they come back."""
        await self._metadata()
        made = await self._ask(self.app.create_authorization_url(self.redirect_uri, **more))
        return made.pop("url"), made

    async def finish(self, remembered: Mapping[str, str], answer: Mapping[str, str]) -> Person:
        """Turn the provider's answer into a person.

        Raises:
            ProviderRefused: it is not the answer to what this browser asked, or says no, or is not well signed.
            ProviderUnreachable: no answer to our own question.
        """
        metadata = await self._metadata()
        if not crypto.same(answer.get("state", ""), remembered["state"]):
            raise ProviderRefused("another state")
        announced = metadata.get("authorization_response_iss_parameter_supported", False)
        if ("iss" in answer or announced) and answer.get("iss") != self.issuer:
            raise ProviderRefused("the answer is another issuer's")
        if "error" in answer or "code" not in answer:
            raise ProviderRefused("the provider said no")
        tokens = await self._ask(
            self.app.fetch_access_token(
                self.redirect_uri, code=answer["code"], code_verifier=remembered["code_verifier"]
            )
        )
        if "id_token" not in tokens:
            raise ProviderRefused("no id_token")
        claims = await self._claims(tokens, remembered["nonce"])
        return await self._with_userinfo(claims, dict(tokens))

    async def ask_again(self, tokens: dict[str, Any]) -> Person:
        """Who it is now, and in which groups, with the tokens of an earlier sign-in.

        Raises:
            ProviderRefused: the provider no longer vouches for them.
            ProviderUnreachable: no answer.
        """
        metadata = await self._metadata()
        fresh = dict(tokens)
        if "refresh_token" in tokens:
            async with self.app._get_oauth_client(**metadata) as client:  # noqa: SLF001 - Authlib has no public way
                renewed = await self._ask(
                    client.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
                )
            fresh |= dict(renewed)
        claims = await self._claims(fresh) if "id_token" in fresh else {"sub": tokens["sub"]}
        if claims["sub"] != tokens["sub"]:
            raise ProviderRefused("the renewed id_token is somebody else's")
        return await self._with_userinfo(claims, fresh)

    async def read_logout(self, logout_token: str) -> tuple[str | None, str | None]:
        """The provider's session, or the person, that has signed out there.

        Raises:
            ProviderRefused: not a logout token of this provider for us (Back-Channel Logout 1.0, section 2.6).
            ProviderUnreachable: its keys could not be read.
        """
        await self._metadata()
        claims = await self._logout_claims(logout_token)
        events = claims.get("events")
        if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in claims:
            raise ProviderRefused("not a logout token")
        if not (claims.get("sid") or claims.get("sub")):
            raise ProviderRefused("nobody is named")
        return claims.get("sid"), claims.get("sub")

    async def _logout_claims(self, logout_token: str) -> dict[str, Any]:
        """Anybody may send us anything: for what the known keys do not fit we ask for new ones now and then only."""
        try:
            return self._decode(logout_token, await self._ask(self.app.fetch_jwk_set()))
        except NONSENSE as error:
            if time.monotonic() - self.keys_asked_at < KEYS_SECONDS:
                raise ProviderRefused("logout token") from error
        self.keys_asked_at = time.monotonic()
        try:
            return self._decode(logout_token, await self._ask(self.app.fetch_jwk_set(force=True)))
        except NONSENSE as error:
            raise ProviderRefused("logout token") from error

    def _decode(self, logout_token: str, keys: Any) -> dict[str, Any]:
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        claims = jwt.decode(logout_token, KeySet.import_key_set(keys), registry=registry).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            iat={"essential": True},
            exp={"essential": True},
        ).validate(claims)
        return dict(claims)

    async def _claims(self, tokens: Mapping[str, Any], nonce: str | None = None) -> dict[str, Any]:
        """What the id_token says; one that comes with renewed tokens has no nonce."""
        expected = {"iss": self.issuer, "aud": self.client_id} | ({"nonce": nonce} if nonce else {})
        options = {name: {"essential": True, "value": value} for name, value in expected.items()}
        parsed = self.app.parse_id_token(
            tokens, nonce=nonce, claims_cls=CodeIDToken, claims_options=options, leeway=LEEWAY_SECONDS
        )
        try:
            return dict(await self._ask(parsed))
        except ProviderRefused:
            self.app.server_metadata.pop("jwks", None)  # they may have changed, or were nonsense: read them again
            raise

    async def _with_userinfo(self, claims: dict[str, Any], tokens: dict[str, Any]) -> Person:
        """What the provider tells of the person on request is newer than the token, and must be the same person."""
        metadata = await self._metadata()
        subject = str(claims["sub"])
        # Without the moment when they expire: else Authlib renews short-lived ones by itself, and ours are used up.
        kept = {name: tokens[name] for name in ("access_token", "refresh_token", "token_type") if name in tokens}
        if "userinfo_endpoint" in metadata and "access_token" in kept:
            told = dict(await self._ask(self.app.userinfo(token=kept)))
            if told.get("sub") != subject:
                raise ProviderRefused("userinfo is somebody else's")
            claims |= {name: value for name, value in told.items() if name not in SIGNED}
        return Person(self.issuer, subject, claims, kept | {"sub": subject})

    async def _metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = await self._ask(self.app.load_server_metadata())
        if found.get("issuer") != self.issuer:
            found.clear()
            raise ProviderRefused("the discovery document names another issuer")
        offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [one for one in offered if one in ALGORITHMS]
        return found

    async def _ask(self, question: Any) -> Any:
        try:
            return await question
        except httpx2.HTTPStatusError as error:
            if error.response.is_server_error:
                raise ProviderUnreachable from error
            raise ProviderRefused("the provider said no") from error
        except httpx2.HTTPError as error:
            raise ProviderUnreachable from error
        except NONSENSE as error:
            raise ProviderRefused(type(error).__name__) from error


@cache
def provider_of(settings: Settings, audience: str) -> Provider | None:
    """The provider for staff or for donors; None where the settings name none."""
    issuer, client_id, secret, scopes = (
        (settings.staff_oidc_issuer, settings.staff_oidc_client_id, settings.staff_oidc_client_secret,
         settings.staff_oidc_scopes)
        if audience == STAFF
        else (settings.donor_oidc_issuer, settings.donor_oidc_client_id, settings.donor_oidc_client_secret,
              settings.donor_oidc_scopes)
    )  # fmt: skip
    if not issuer:
        return None
    return Provider(issuer, client_id, secret, scopes, f"{settings.base_url}/oidc/{audience}/callback")
