"""The sign-in problem desk and the figures, as staff see them."""

from collections.abc import Callable

import psycopg
from playwright.sync_api import Page

from tests.browser.inspection import Inspector
from tests.browser.live import Live

EDITOR = "editor@association.example"


def test_figures_and_the_desk_for_those_who_cannot_sign_in(
    live: Live, signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    page = signed_in(EDITOR)
    for path in (
        "/staff/figures", "/staff/figures/activated", "/staff/sign-in-help", "/staff/sign-in-help?q=dupont",
        "/staff/sign-in-help/lists/no-record", "/staff/sign-in-help/lists/shared", "/staff/sign-in-help/lists/dead",
    ):  # fmt: skip
        page.goto(path)
        inspector.look(page)
    with psycopg.connect(live.database_url) as portal:
        row = portal.execute("SELECT member_id FROM email_address WHERE mailbox LIKE 'couple%' LIMIT 1").fetchone()
        assert row is not None
    page.goto(f"/staff/sign-in-help/members/{row[0]}")
    inspector.look(page, "a member who cannot sign in")
    page.goto(f"/staff/sign-in-help/members/{row[0]}/email")
    page.click("main form[action$='/email'] button")
    inspector.look(page, "an address to attach, with errors")
