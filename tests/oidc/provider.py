"""An OpenID Connect provider over real HTTP, written from the specifications; a test can make it lie.

It asks nobody for a password: whoever opens its sign-in page is at once sent back as the person that the test chose.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import Key, OctKey, RSAKey

CLIENT, SECRET = "the-portal", "a secret between the portal & its provider"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LATER = 300
Answer = tuple[int, dict[str, str], bytes]


class Refused(Exception):
    """An OAuth error: the code that RFC 6749 gives it."""


@dataclass
class Someone:
    """A person as the provider knows them."""

    subject: str
    told: dict[str, Any]
    """What userinfo tells: name, email, groups …"""
    proved: dict[str, Any]
    """What the id_token says besides: amr, acr …"""


@dataclass
class Lies:
    """What is said instead of the truth; nothing of it by itself."""

    discovery: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str | None] = field(default_factory=dict)
    """Laid over what the browser brings back; None leaves it out."""
    id_token: dict[str, Any] = field(default_factory=dict)
    """Laid over its claims; None leaves one out."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    signed: str = "rightly"
    """Or `not at all`, `with the secret`, `by a stranger`."""
    without_id_token: bool = False
    nonsense: dict[str, bytes] = field(default_factory=dict)
    """What is answered, word for word, at these paths."""
    broken: bool = False
    """Every question is answered by 500."""

    def __str__(self) -> str:
        none = Lies()
        return ", ".join(f"{name} {value}" for name, value in vars(self).items() if value != getattr(none, name))


@dataclass
class Asked:
    """A sign-in under way: what the browser came with."""

    subject: str
    redirect_uri: str
    nonce: str
    challenge: str
    sid: str


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Provider:
    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.made = [RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}) for _ in range(2)]
        self.forget()

    def forget(self) -> None:
        """As if it had just been set up."""
        self.lies = Lies()
        self.key, self.stranger = self.made
        self.people: dict[str, Someone] = {}
        self.next: Someone | None = None
        self.watch: Callable[[str], None] = lambda _: None
        """Is told of every question while whoever asked it waits."""
        self.questions: list[str] = []
        self.codes: dict[str, Asked] = {}
        self.access: dict[str, Asked] = {}
        self.refreshing: dict[str, Asked] = {}
        self.refreshes = True
        """Does it give refresh tokens, …"""
        self.rotates = True
        """… and a new one with each use?"""
        self.expires_in = LATER
        self.issued: list[str] = []
        """Every secret that ever left the house."""
        self.used_again: list[str] = []
        """Codes and refresh tokens that came a second time."""

    def send(self, subject: str, *, proved: dict[str, Any] | None = None, **told: Any) -> Someone:
        """The next who comes to sign in is this person."""
        self.next = self.people[subject] = Someone(subject, told, proved or {})
        return self.next

    def dismiss(self, subject: str) -> None:
        """The account is closed: its tokens no longer count."""
        for tokens in (self.access, self.refreshing):
            for token in [one for one, asked in tokens.items() if asked.subject == subject]:
                del tokens[token]

    def logout_token(self, **claims: Any) -> str:
        """Says that somebody signed out here (Back-Channel Logout 1.0); None leaves a claim out."""
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        return self._sign(usual | {"events": {LOGOUT_EVENT: {}}} | claims, kind="logout+jwt")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        sent = dict(parse_qsl((body or scope["query_string"]).decode()))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status, answer_headers, content = self._answer(scope["path"], sent, headers)
        raw = [(name.encode(), value.encode()) for name, value in answer_headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, path: str, sent: dict[str, str], headers: dict[str, str]) -> Answer:
        self.questions.append(path)
        self.watch(path)
        if self.lies.broken:
            return 500, {}, b"no"
        if path in self.lies.nonsense:
            return 200, {"content-type": "application/json"}, self.lies.nonsense[path]
        if path == "/authorize":
            return 303, {"location": self._authorize(sent)}, b""
        status, content = 200, {}
        try:
            match path:
                case "/.well-known/openid-configuration":
                    content = self._discovery() | self.lies.discovery
                case "/jwks":
                    content = {"keys": [self.key.as_dict(private=False)]}
                case "/token":
                    _check_client(headers)
                    grants = {"authorization_code": self._exchange, "refresh_token": self._refresh}
                    content = grants[sent["grant_type"]](sent)
                case "/userinfo":
                    content = self._userinfo(headers)
                case _:
                    status = 404
        except Refused as refusal:
            status, content = 401 if path == "/userinfo" else 400, {"error": str(refusal)}
        return status, {"content-type": "application/json"}, json.dumps(content).encode()

    def _discovery(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        return {
            "issuer": self.issuer,
            **{name: self.issuer + path for name, path in places.items()},
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _authorize(self, sent: dict[str, str]) -> str:
        assert (sent["response_type"], sent["client_id"]) == ("code", CLIENT)
        assert sent["code_challenge_method"] == "S256"
        assert "openid" in sent["scope"].split()
        back = sent["redirect_uri"]
        answer: dict[str, str | None] = {"state": sent["state"], "iss": self.issuer}
        if self.next is None:
            answer |= {"error": "access_denied"}
        else:
            answer["code"] = code = self._issue()
            sid = f"sid-{secrets.token_hex(8)}"
            self.codes[code] = Asked(
                self.next.subject, sent["redirect_uri"], sent["nonce"], sent["code_challenge"], sid
            )
        answer |= self.lies.answer
        return f"{back}?{urlencode({name: it for name, it in answer.items() if it is not None})}"

    def _exchange(self, sent: dict[str, str]) -> dict[str, Any]:
        asked = self._take(self.codes, sent["code"])
        proof = base64url(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        if asked.redirect_uri != sent["redirect_uri"] or asked.challenge != proof:
            raise Refused("invalid_grant")
        return self._tokens(asked, self._issue(), nonce=asked.nonce)

    def _refresh(self, sent: dict[str, str]) -> dict[str, Any]:
        known = sent["refresh_token"]
        asked = self._take(self.refreshing, known)
        return self._tokens(asked, self._issue() if self.rotates else known)

    def _take(self, kept: dict[str, Asked], secret: str) -> Asked:
        if secret in self.issued and secret not in kept:
            self.used_again.append(secret)
        if secret not in kept:
            raise Refused("invalid_grant")
        return kept.pop(secret)

    def _tokens(self, asked: Asked, refresh_token: str, **more: str) -> dict[str, Any]:
        tokens = {"access_token": self._issue(), "token_type": "Bearer"}
        self.access[tokens["access_token"]] = asked
        if self.refreshes:
            tokens["refresh_token"] = refresh_token
            self.refreshing[refresh_token] = asked
        now = int(time.time())
        person = self.people[asked.subject]
        claims = {"iss": self.issuer, "sub": person.subject, "aud": CLIENT, "iat": now, "exp": now + LATER}
        claims |= {"sid": asked.sid} | person.proved | more | self.lies.id_token
        id_token = {} if self.lies.without_id_token else {"id_token": self._sign(claims)}
        return tokens | id_token | {"expires_in": self.expires_in}

    def _userinfo(self, headers: dict[str, str]) -> dict[str, Any]:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.access:
            raise Refused("invalid_token")
        person = self.people[self.access[token].subject]
        return {"sub": person.subject} | person.told | self.lies.userinfo

    def _issue(self) -> str:
        self.issued.append(secrets.token_urlsafe(24))
        return self.issued[-1]

    def _sign(self, claims: dict[str, Any], kind: str = "JWT") -> str:
        said = {name: value for name, value in claims.items() if value is not None}
        header = {"typ": kind, "kid": self.key.kid}
        if self.lies.signed == "not at all":
            parts = (json.dumps(part).encode() for part in (header | {"alg": "none"}, said))
            return ".".join(base64url(part) for part in parts) + "."
        keys: dict[str, tuple[str, Key]] = {
            "rightly": ("RS256", self.key),
            "with the secret": ("HS256", OctKey.import_key(SECRET)),
            "by a stranger": ("RS256", self.stranger),
        }
        algorithm, key = keys[self.lies.signed]
        return jwt.encode(header | {"alg": algorithm}, said, key, algorithms=[algorithm])


def _check_client(headers: dict[str, str]) -> None:
    kind, _, pair = headers.get("authorization", "").partition(" ")
    name, _, secret = base64.b64decode(pair).decode().partition(":")
    if (kind, unquote(name), unquote(secret)) != ("Basic", CLIENT, SECRET):
        raise Refused("invalid_client")


@contextmanager
def serving(port: int) -> Iterator[Provider]:
    """A provider that answers on this port until the block ends."""
    provider = Provider(port)
    config = uvicorn.Config(
        provider, host="127.0.0.1", port=port, log_level="critical", lifespan="off", ws="none", loop="asyncio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the provider did not start"
            time.sleep(0.01)
        yield provider
    finally:
        server.should_exit = True
        thread.join()
