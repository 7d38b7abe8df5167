"""Texts that try to be more than text, all at once, wherever a memo or message is shown: in a real browser."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.live import Live
from tests.memos.payloads import SCRIPT, TEMPLATES, all_of_them

MARIE, SIMONE = "marie.dupont@example.org", "simone.lefebvre@example.org"
EDITOR = "editor@association.example"
HOSTILE = f"<script>{SCRIPT}</script><img src=x onerror={SCRIPT}>"
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


@pytest.fixture
def hostile_names(live: Live) -> Iterator[UUID]:
    """A donor whose name, address, appeal and document are hostile, as a central base may have them."""
    with psycopg.connect(live.database_url, autocommit=True) as portal:
        row = portal.execute("SELECT member_id FROM email_address WHERE mailbox = %s", [SIMONE]).fetchone()
        assert row is not None
        kept = portal.execute("SELECT first_name, last_name FROM member WHERE id = %s", row).fetchone()
        assert kept is not None
        place = portal.execute(
            "SELECT street, town FROM postal_address WHERE member_id = %s AND is_main", row
        ).fetchone()
        assert place is not None
        names = "UPDATE member SET first_name = %s, last_name = %s WHERE id = %s"
        places = "UPDATE postal_address SET street = %s, town = %s WHERE member_id = %s AND is_main"
        portal.execute(names, [HOSTILE, HOSTILE, *row])
        portal.execute(places, [HOSTILE, HOSTILE, *row])
        campaign = portal.execute(
            "INSERT INTO campaign (central_id, name) VALUES ('hostile', %s) RETURNING id", [HOSTILE]
        ).fetchone()
        newest = "(SELECT id FROM gift WHERE member_id = %s ORDER BY given_on DESC LIMIT 1)"
        portal.execute(f"UPDATE gift SET campaign_id = %s WHERE id = {newest}", [*(campaign or ()), *row])
        portal.execute(
            "INSERT INTO document (member_id, title, direction, dated_on, for_member, held) "
            "VALUES (%s, %s, 'sent', '2026-01-01', true, 'x')",
            [*row, HOSTILE],
        )
        yield row[0]
        portal.execute(names, [*kept, *row])
        portal.execute(places, [*place, *row])
        portal.execute("UPDATE gift SET campaign_id = NULL WHERE campaign_id = %s", campaign)
        portal.execute("DELETE FROM campaign WHERE id = %s", campaign)
        portal.execute("DELETE FROM document WHERE member_id = %s AND title = %s", [*row, HOSTILE])


def test_hostile_names_places_and_labels_stay_texts(
    signed_in: Callable[..., Page], watched: Callable[[Page], Page], hostile_names: UUID
) -> None:
    donor, desk, record = watched(signed_in(SIMONE)), watched(signed_in(EDITOR)), f"/staff/members/{hostile_names}"
    for page, paths in (
        (donor, ("/profile", "/gifts", "/documents")),
        (desk, (record, f"{record}/giving", f"{record}/documents", f"{record}/memo", "/staff?q=alert")),
    ):
        for path in paths:
            page.goto(path)
            expect(page.locator("main")).to_contain_text(HOSTILE)
            assert not page.title().startswith("refused")
            assert page.locator("main :is(script, img, iframe)").count() == 0, path
