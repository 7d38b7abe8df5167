"""The unsubscribe link of a mailing, opened in a browser: without JavaScript, and on every page that it leads to."""

from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from portal.unsubscribe.rules import Link, link_token
from tests.browser.inspection import Inspector
from tests.browser.live import Live
from tests.conftest import SECRET


@pytest.fixture
def path(live: Live) -> str:
    """Of a member who has never objected to anything."""
    query = (
        "SELECT c.member_id FROM contact_choice c JOIN member m ON m.id = c.member_id "
        "WHERE c.objections = '{}' AND NOT m.closed ORDER BY m.number LIMIT 1"
    )
    with psycopg.connect(live.database_url) as portal:
        row = portal.execute(query).fetchone()
    assert row is not None
    return f"/unsubscribe/{link_token(SECRET, Link(row[0], 'appeals'))}"


def test_every_page_of_a_link(visitor: Callable[..., Page], inspector: Inspector, path: str) -> None:
    page = visitor()
    page.goto(path)
    inspector.look(page, "an unsubscribe link")
    page.click("button[value=one]")
    inspector.look(page, "unsubscribed")
    page.click("button[value=all]")
    inspector.look(page, "unsubscribed from everything")
    page.click("button[value=again]")
    inspector.look(page, "unsubscribing taken back")
    page.goto(path)
    inspector.look(page, "a link that was used")
    page.goto(f"{path}x")
    inspector.look(page, "a forged link")


def test_unsubscribing_without_script_in_the_other_language(visitor: Callable[..., Page], path: str) -> None:
    page = visitor(java_script_enabled=False)
    page.goto(path)
    page.click("button[value=one]")
    expect(page.locator("[role=status]")).to_be_visible()
    page.click("button[value=again]")
    page.click("button[value=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Stop our e-mails")
