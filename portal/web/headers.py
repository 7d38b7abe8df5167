"""Security headers on every answer, errors and files included; and the hosts that we answer to."""

from typing import Any

from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, BeforeMessageSendHookHandler, Message, Receive, Scope, Send

from portal.database import Database
from portal.settings import Settings
from portal.web import refusals

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EVERY_ANSWER = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Language",
}
PROBED_BY_ADDRESS = {"/health", "/ready"}
LASTING = "max-age=31536000; includeSubDomains"


def security_headers(settings: Settings) -> BeforeMessageSendHookHandler:
    """The hook that adds them; what a handler set itself stands."""
    every = EVERY_ANSWER | ({"Strict-Transport-Security": LASTING} if settings.secure else {})

    async def add(message: Message, scope: Scope) -> None:  # noqa: ARG001 - the hook's signature
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in every.items():
                headers.setdefault(name, value)

    return add


class KnownHosts:
    """Answers 400 to a request for another host name than ours, before anything else runs."""

    def __init__(self, app: ASGIApp, settings: Settings, database: Database) -> None:
        self.app = app
        self.settings = settings
        self.database = database
        self.names = {settings.host} | ({"127.0.0.1", "localhost"} if not settings.secure else set())

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in PROBED_BY_ADDRESS:
            raw = next((value for name, value in scope["headers"] if name == b"host"), b"")
            if raw.decode("latin-1").rsplit(":", 1)[0] not in self.names:
                await send(
                    {
                        "type": "http.response.start",
                        "status": 400,
                        "headers": [(b"content-type", b"text/plain")],
                    }
                )
                await send({"type": "http.response.body", "body": b"Unknown host.", "more_body": False})
                await refusals.note(self.database, self.settings, scope, "host")
                return
        await self.app(scope, receive, send)
