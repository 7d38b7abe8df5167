"""The portal with a provider for its staff and another for donors, and the walk from the one to the other and back."""

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest

from portal.app import build
from portal.database import Database
from portal.oidc.provider import STAFF, provider_of
from portal.settings import Settings
from tests.conftest import free_port
from tests.oidc.provider import CLIENT, SECRET, Provider, serving
from tests.walker import Page, Walker

GROUPS = "desk-admins=administrator, auditors=compliance, writers=editor, readers=reader"


@pytest.fixture(scope="session")
def houses() -> Iterator[tuple[Provider, Provider]]:
    with serving(free_port()) as one, serving(free_port()) as two:
        yield one, two


@pytest.fixture
def provider(houses: tuple[Provider, Provider]) -> Provider:
    """Where the staff sign in."""
    houses[0].forget()
    return houses[0]


@pytest.fixture
def donors_provider(houses: tuple[Provider, Provider]) -> Provider:
    houses[1].forget()
    return houses[1]


@pytest.fixture
def plain_settings(settings: Settings) -> Settings:
    """As long as nobody has named a provider."""
    return replace(settings, staff_email_sign_in=False)


@pytest.fixture
def oidc_settings(plain_settings: Settings, provider: Provider, donors_provider: Provider) -> Settings:
    provider_of.cache_clear()  # what a process remembers of a provider, which each test sets up anew
    return replace(
        plain_settings,
        staff_oidc_issuer=provider.issuer,
        staff_oidc_client_id=CLIENT,
        staff_oidc_client_secret=SECRET,
        staff_oidc_groups=GROUPS,
        donor_oidc_issuer=donors_provider.issuer,
        donor_oidc_client_id=CLIENT,
        donor_oidc_client_secret=SECRET,
        donor_oidc_name="TestConnect",
    )


@pytest.fixture
def browser(oidc_settings: Settings, database: Database, owner: psycopg.Connection[Any]) -> Callable[..., Walker]:
    """A new browser at each call, in front of the portal with these settings."""
    built = cache(lambda settings: build(settings, database))

    def open_one(**changes: Any) -> Walker:
        settings = replace(oidc_settings, **changes)
        return Walker(built(settings), settings, owner)

    return open_one


class Traveller:
    """Takes browsers to the provider and back, step by step."""

    async def leave(self, walker: Walker, audience: str = "staff", *, wanted: str = "/") -> str:
        """Press the button on the sign-in page; the address to which the next page leads."""
        page = await walker.submit(await walker.get(f"/sign-in?next={wanted}"), f"/oidc/{audience}/start")
        assert page.status == 200, page.text
        [button] = [link for link in page.tree.iterfind(".//a") if link.get("class") == "button"]
        assert page.headers["refresh"] == f"0; url={button.get('href')}"
        return str(button.get("href"))

    async def visit(self, address: str) -> str:
        """Open the provider's page; path and query with which it sends the browser back to us."""
        async with httpx2.AsyncClient() as client:
            answer = await client.get(address)
        assert answer.status_code == 303
        back = urlsplit(answer.headers["location"])
        assert f"{back.scheme}://{back.netloc}" == "https://portal.test"
        return f"{back.path}?{back.query}"

    async def __call__(self, walker: Walker, audience: str = "staff", *, wanted: str = "/") -> Page:
        """The whole way there and back."""
        return await walker.get(await self.visit(await self.leave(walker, audience, wanted=wanted)))


@pytest.fixture
def go() -> Traveller:
    return Traveller()


@pytest.fixture
def staff(browser: Callable[..., Walker], provider: Provider, go: Traveller) -> Callable[..., Awaitable[Walker]]:
    """A browser in which this person of the staff is signed in, with a second factor if nothing else is said."""

    async def enter(subject: str = "anna", groups: tuple[str, ...] = ("writers",), **more: Any) -> Walker:
        walker = browser(**more)
        provider.send(
            subject, proved={"amr": ["mfa"]}, groups=list(groups), email=f"{subject}@association.example", name=subject
        )
        assert (await go(walker)).path == "/staff"
        return walker

    return enter


@pytest.fixture
def is_in() -> Callable[[Walker], Awaitable[bool]]:
    """Does the desk open?"""

    async def ask(walker: Walker) -> bool:
        return (await walker.get("/staff", follow=False)).status == 200

    return ask


@pytest.fixture
def one(owner: psycopg.Connection[Any]) -> Callable[..., Any]:
    """The single value that a query finds, seen by the owner of the tables."""

    def ask(query: str, *values: object) -> Any:
        row = owner.execute(query.encode(), values).fetchone()
        assert row is not None
        return row[0]

    return ask


@dataclass
class Watch:
    """How many transactions of ours lay open and idle while each question of ours waited for its answer."""

    owner: psycopg.Connection[Any]
    seen: dict[str, int] = field(default_factory=dict)

    def look(self) -> int:
        time.sleep(0.1)
        row = self.owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename IN ('portal_web', 'portal_worker') AND state LIKE 'idle in transaction%' "
            "AND state_change < clock_timestamp() - interval '0.08 seconds'"
        ).fetchone()
        assert row is not None
        found: int = row[0]
        return found

    def __call__(self, question: str) -> None:
        self.seen[question] = max(self.seen.get(question, 0), self.look())


@pytest.fixture
def watched(provider: Provider, donors_provider: Provider, owner: psycopg.Connection[Any]) -> Watch:
    provider.watch = donors_provider.watch = watch = Watch(owner)
    return watch


@pytest.fixture
def forget_keys(oidc_settings: Settings) -> Callable[[], None]:
    """As if the process had just started: the provider's keys are asked for again."""

    def forget() -> None:
        known = provider_of(oidc_settings, STAFF)
        assert known is not None
        known.app.server_metadata.pop("jwks", None)
        known.keys_asked_at = -60.0

    return forget
