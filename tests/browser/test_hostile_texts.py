"""Texts that try to be more than text, all at once, wherever a memo or message is shown: in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.live import Live
from tests.memos.payloads import SCRIPT, TEMPLATES, all_of_them

MARIE = "marie.dupont@example.org"
EDITOR = "editor@association.example"
TEXT = "\n\n".join(one.replace("\x01", "") for one in all_of_them())


@pytest.fixture
def hostile(live: Live) -> Iterator[dict[str, Any]]:
    """Marie's memo from the central base, and a message for everybody whose title and texts are hostile too."""
    with psycopg.connect(live.database_url, autocommit=True) as portal:
        row = portal.execute("SELECT member_id FROM email_address WHERE mailbox = %s", [MARIE]).fetchone()
        assert row is not None
        before = portal.execute("SELECT body FROM memo WHERE member_id = %s", row).fetchone()
        assert before is not None
        portal.execute("UPDATE memo SET body = %s, held = true WHERE member_id = %s", [TEXT, *row])
        message = portal.execute(
            "INSERT INTO message (title, body_fr, body_en, audience, state, author_id, published_at, addressed_at) "
            """SELECT %s, %s, %s, '{"kind": "everybody"}', 'published', id, now(), now() FROM staff_account """
            "WHERE role = 'editor' RETURNING id",
            [f"<img src=x onerror={SCRIPT}>", TEXT, TEXT],
        ).fetchone()
        assert message is not None
        yield {"member": row[0], "message": message[0]}
        portal.execute("UPDATE memo SET body = %s, held = false WHERE member_id = %s", [*before, *row])
        portal.execute("DELETE FROM memo_shown")
        portal.execute("DELETE FROM message WHERE id = %s", message)


@pytest.fixture
def watched() -> Iterator[Callable[[Page], Page]]:
    """A page on which a dialog or a refused resource would be noticed; `visitor` hears the console."""
    happened: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        happened.append(dialog.message)
        dialog.dismiss()

    def watch(page: Page) -> Page:
        page.on("dialog", dismiss)
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => document.title = 'refused: ' + e.blockedURI)"
        )
        return page

    yield watch
    assert not happened


def harmless(page: Page, places: int) -> None:
    """All that was typed is there as text, in so many places, and nothing of it is anything else."""
    assert not page.title().startswith("refused")
    main = page.locator("main")
    words = main.evaluate("e => e.textContent")
    assert words.count(f"<svg/onload={SCRIPT}>") >= places
    assert page.locator("main :is(script, img, iframe, object, embed, style, base, meta, video, svg)").count() == 0
    handlers = "e => [...e.querySelectorAll('*')].flatMap(x => x.getAttributeNames()).filter(n => n.startsWith('on'))"
    assert main.evaluate(handlers) == []
    links = main.evaluate("e => [...e.querySelectorAll('a[href]')].map(a => a.protocol)")
    assert set(links) <= {"https:", "http:", "mailto:", "tel:"}
    assert [typed for typed in TEMPLATES if "*" not in typed and typed not in words] == []


def test_hostile_texts_stay_texts(
    live: Live, signed_in: Callable[..., Page], watched: Callable[[Page], Page], hostile: dict[str, Any]
) -> None:
    home = watched(signed_in(MARIE))
    home.goto("/")
    harmless(home, 2)
    desk = watched(signed_in(EDITOR))
    memo = f"/staff/members/{hostile['member']}/memo"
    desk.goto(memo)
    harmless(desk, 2)
    desk.goto(f"/staff/messages/{hostile['message']}")
    harmless(desk, 2)
    desk.goto("/staff/messages")
    expect(desk.locator("main")).to_contain_text(f"<img src=x onerror={SCRIPT}>")
    desk.goto(memo)
    desk.fill("#body", TEXT[:1900])
    desk.fill("#english", TEXT[2000:3900])
    desk.click("form[action$='/memo/preview'] .actions button")
    expect(desk.locator(".banner")).to_be_visible()
    harmless(desk, 1)
    assert live.base_url in desk.url
