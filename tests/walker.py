"""A visitor for tests: gets pages, fills the forms that they really have, follows where they lead."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import httpx2
import psycopg
import tinyhtml5
from litestar import Litestar

from portal import crypto
from portal.settings import Settings
from tests.personas import STAFF, Person

Element = Any
TICKED = {"radio", "checkbox"}


@dataclass
class Page:
    status: int
    path: str
    html: str
    headers: httpx2.Headers

    @property
    def tree(self) -> Element:
        return tinyhtml5.parse(self.html, namespace_html_elements=False)

    @property
    def text(self) -> str:
        return _text(self.tree.find(".//main"))

    @property
    def links(self) -> list[str]:
        return [element.get("href") for element in self.tree.iterfind(".//a[@href]")]

    def form(self, action: str) -> dict[str, str]:
        """The values that a browser would post from the form with this action."""
        found = next((form for form in self.tree.iterfind(".//form") if form.get("action") == action), None)
        assert found is not None, f"no form for {action} on {self.path}"
        values = {
            field.get("name"): field.get("value", "")
            for field in found.iterfind(".//input")
            if field.get("name") and (field.get("type") not in TICKED or field.get("checked") is not None)
        }
        values |= {area.get("name"): (area.text or "").lstrip("\n") for area in found.iterfind(".//textarea")}
        for select in found.iterfind(".//select"):
            options = list(select.iterfind(".//option"))
            chosen = next((option for option in options if option.get("selected") is not None), options[0])
            values[select.get("name")] = chosen.get("value", "")
        return values


class Walker:
    """One browser: its own cookies, its own language."""

    def __init__(self, app: Litestar, settings: Settings, owner: psycopg.Connection[Any], language: str = "en") -> None:
        self.settings = settings
        self.owner = owner
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(cast("Any", app)),
            base_url=settings.base_url,
            headers={"Accept-Language": language, "Sec-Fetch-Site": "same-origin"},
        )

    async def get(self, path: str, *, follow: bool = True) -> Page:
        return _page(await self.client.get(path, follow_redirects=follow))

    async def post(
        self, path: str, /, *, follow: bool = True, headers: dict[str, str] | None = None, **fields: str
    ) -> Page:
        return _page(await self.client.post(path, data=fields, headers=headers, follow_redirects=follow))

    async def submit(
        self, page: Page, action: str, /, *, to: str | None = None, follow: bool = True, **fields: str
    ) -> Page:
        """Fill the page's form and send it; `to` is the address of a button that sends it elsewhere."""
        return await self.post(to or action, follow=follow, headers=None, **(page.form(action) | fields))

    async def enter(self, person: Person) -> UUID:
        """Be signed in as somebody, without the walk through the mailbox."""
        secret = crypto.new_token()
        column = "staff_id" if person in STAFF else "member_id"
        table, key = ("staff_account", "email") if person in STAFF else ("member", "number")
        value = person.email if person in STAFF else person.number
        row = self.owner.execute(
            f"INSERT INTO web_session (secret_hash, mailbox, {column}, user_agent) "
            f"SELECT %s, %s, id, '' FROM {table} WHERE {key} = %s RETURNING id",
            [crypto.digest(secret), person.email, value],
        ).fetchone()
        assert row is not None
        name = "__Host-session" if self.settings.secure else "session"
        self.client.cookies.set(name, f"{row[0]}.{secret}", domain=self.settings.host)
        found: UUID = row[0]
        return found


def _page(answer: httpx2.Response) -> Page:
    return Page(answer.status_code, answer.url.path, answer.text, answer.headers)


def _text(element: Element | None) -> str:
    return "" if element is None else " ".join(" ".join(element.itertext()).split())
