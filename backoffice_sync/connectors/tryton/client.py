"""Tryton's JSON-RPC: one session, and every failure under a name."""

import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2

from backoffice_sync.directory import CertificateRefused, CredentialsRefused, DirectoryUnreachable

PAGE = 1_000
TIMEOUT_SECONDS = 60
CLOCK = ("year", "month", "day", "hour", "minute", "second", "microsecond")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Record = dict[str, Any]


class SessionEnded(CredentialsRefused):
    """It no longer knows who we are: sessions end, after hours or with the server."""


class Refused(CredentialsRefused):
    """Tryton says that this user may not do this, or nobody with this value (its UserError and UserWarning)."""


class Outpaced(Exception):
    """A record is no longer the one that was read (its ConcurrencyException)."""


class Fault(DirectoryUnreachable):
    """Tryton failed at this very question."""


FIELD = re.compile(r'(?:field|champ) ["«]\s*([\w .-]{1,60}?)\s*["»]')
"""As Tryton's messages name it, in English and in French."""
REFUSALS: dict[str, type[Exception]] = {
    "UserError": Refused,
    "UserWarning": Refused,
    "ConcurrencyException": Outpaced,
    "LoginException": CredentialsRefused,
}


class Client:
    """One user's session on one database; `url` is `tryton+https://user:password@host/database`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url.removeprefix("tryton+"))
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = f":{parts.port}" if parts.port else ""
        self.address = f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}/rpc/"
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._http = httpx2.AsyncClient(timeout=TIMEOUT_SECONDS)
        self._numbers = count(1)
        self._session: str | None = None
        self._context: Record = {}

    async def close(self) -> None:
        await self._http.aclose()

    async def call(self, method: str, *arguments: Any, **context: Any) -> Any:
        """What a model's method gives; archived records count as well.

        Raises:
            Refused, Outpaced, Fault: it did nothing.
            CredentialsRefused: user, password or rights are wrong, or are no longer good.
            DirectoryUnreachable: no answer, or none that tells whether it did it.
        """
        return await self.ask(f"model.{method}", *arguments, **context)

    async def ask(self, method: str, *arguments: Any, **context: Any) -> Any:
        """Likewise, of whatever kind it is: a model's, a wizard's."""
        if self._session is None:
            await self._sign_in()
        try:
            return await self._ask(method, *arguments, self._context | context)
        except SessionEnded:
            await self._sign_in()
            return await self._ask(method, *arguments, self._context | context)

    async def every(self, model: str, domain: list[Any], fields: list[str]) -> AsyncIterator[list[Record]]:
        """All records of a domain in pages, by number: what is added meanwhile moves none of them."""
        last = 0
        while True:
            page = [*domain, ["id", ">", last]]
            records = await self.call(f"{model}.search_read", page, 0, PAGE, [["id", "ASC"]], fields)
            yield records
            if len(records) < PAGE:
                return
            last = records[-1]["id"]

    async def now(self) -> datetime:
        """What the server's clock says, to the second: every answer bears its date."""
        try:
            answer = await self._http.head(self.address)
            return parsedate_to_datetime(answer.headers["Date"])
        except httpx2.HTTPError as error:
            raise _named(error) from error
        except (KeyError, ValueError) as error:
            raise DirectoryUnreachable("it tells no time") from error

    async def _sign_in(self) -> None:
        self._session, self._context = None, {}
        found = await self._ask("common.db.login", self._user, {"password": self._password}, "en")
        name = base64.b64encode(f"{self._user}:{found[0]}:{found[1]}".encode()).decode()
        self._session = f"Session {name}"
        self._context = await self._ask("model.res.user.get_preferences", True, {}) | {"active_test": False}

    async def _ask(self, method: str, *params: Any) -> Any:
        number = next(self._numbers)
        question = json.dumps({"id": number, "method": method, "params": params}, default=_encoded)
        headers = {"Content-Type": "application/json"} | ({"Authorization": self._session} if self._session else {})
        try:
            answer = await self._http.post(self.address, content=question, headers=headers)
        except httpx2.HTTPError as error:
            raise _named(error) from error
        if answer.status_code in {401, 403}:
            raise SessionEnded(f"HTTP {answer.status_code}")
        if not answer.is_success:
            raise DirectoryUnreachable(f"HTTP {answer.status_code}")
        try:
            told = json.loads(answer.content, object_hook=_decoded)
        except (ValueError, TypeError, KeyError, ArithmeticError) as error:
            raise DirectoryUnreachable("the answer is no JSON of Tryton's") from error
        if not isinstance(told, dict) or told.get("id") != number or not told.keys() & {"result", "error"}:
            raise DirectoryUnreachable("the answer is to no question of ours")
        if "error" in told:
            [name, *words] = told["error"]
            raise REFUSALS[name](named_field(name, words)) if name in REFUSALS else Fault("its own log tells why")
        return told["result"]


def named_field(name: str, words: object) -> str:
    """UserError: Postal Code. Only that, for Tryton's words quote values, which are nobody's business elsewhere."""
    found = FIELD.search(str(words))
    return f"{name}: {found[1]}" if found else name


def _named(error: httpx2.HTTPError) -> DirectoryUnreachable:
    return CertificateRefused() if "CERTIFICATE_VERIFY_FAILED" in str(error) else DirectoryUnreachable()


def _encoded(value: object) -> Record:
    if isinstance(value, datetime):
        return {"__class__": "datetime"} | {name: getattr(value, name) for name in CLOCK}
    if isinstance(value, date):
        return {"__class__": "date"} | {name: getattr(value, name) for name in CLOCK[:3]}
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    raise TypeError(type(value).__name__)


def _decoded(told: Record) -> Any:
    match told.get("__class__"):
        case "datetime":
            return EPOCH.replace(**{name: told[name] for name in CLOCK})
        case "date":
            return date(*(told[name] for name in CLOCK[:3]))
        case "Decimal":
            return Decimal(told["decimal"])
    return told
