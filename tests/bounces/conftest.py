"""A mailing tool that reports, with the secret that the settings hold."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from portal.app import build
from portal.database import Database
from portal.settings import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATH = "/webhooks/bounces"


class MailingTool:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.number = 0

    def event(self, address: str, kind: str = "hard", *, days_ago: int = 0, **more: Any) -> dict[str, Any]:
        self.number += 1
        at = datetime.now(UTC) - timedelta(days=days_ago)
        return {"id": f"e{self.number}", "address": address, "kind": kind, "at": at.isoformat()} | more

    async def tell(self, *events: dict[str, Any]) -> httpx2.Response:
        return await self.send(json.dumps({"events": events}))

    async def send(
        self, body: str, *, secret: str = SECRET, at: datetime | None = None, **headers: str
    ) -> httpx2.Response:
        at = at or datetime.now(UTC)
        signature = Webhook(secret).sign("msg_1", at, body)
        signed = {
            "webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature,
            "content-type": "application/json",
        }  # fmt: skip
        return await self.client.post(PATH, content=body.encode(), headers=signed | headers)


@pytest.fixture
def with_webhook(settings: Settings) -> Settings:
    return replace(settings, bounce_secret=SECRET)


@pytest.fixture
async def mailing_tool(with_webhook: Settings, database: Database) -> AsyncIterator[MailingTool]:
    transport = httpx2.ASGITransport(build(with_webhook, database))  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url=with_webhook.base_url) as client:
        yield MailingTool(client)


@pytest.fixture
def stored(owner) -> Callable[[], list[tuple[Any, ...]]]:
    return lambda: owner.execute("SELECT mailbox, kind, status FROM mail_failure ORDER BY failed_at, event").fetchall()
