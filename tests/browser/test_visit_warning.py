"""Before a visit ends there is a warning, and nothing that one typed is lost."""

from collections.abc import Callable

import psycopg
from playwright.sync_api import Page, expect

from tests.browser.inspection import Inspector
from tests.browser.live import Live

ADDRESS = "marie.dupont@example.org"
TYPED = "avenue de la Longue Pause"


def test_one_press_prolongs_the_visit_and_keeps_what_was_typed(
    live: Live, signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    page = signed_in(ADDRESS)
    page.clock.install()
    page.goto("/profile/address")
    page.fill("#street", TYPED)
    page.clock.fast_forward("27:00")
    expect(page.locator("#visit")).to_be_hidden()
    page.clock.fast_forward("01:30")
    expect(page.locator("#visit")).to_be_visible()
    inspector.look(page, "the warning that the visit ends")
    with psycopg.connect(live.database_url, autocommit=True) as portal:
        portal.execute("UPDATE web_session SET seen_at = now() - interval '20 minutes' WHERE mailbox = %s", [ADDRESS])
        with page.expect_response("**/visit/extension") as answer:
            page.keyboard.press("Enter")
        assert answer.value.status == 204
        quiet = "SELECT min(extract(epoch FROM now() - seen_at)) FROM web_session WHERE mailbox = %s AND id::text = %s"
        number = next(one["value"] for one in page.context.cookies() if one["name"] == "session").split(".")[0]
        row = portal.execute(quiet, [ADDRESS, number]).fetchone()
    assert row is not None
    assert row[0] < 60
    expect(page.locator("#visit")).to_be_hidden()
    expect(page.locator("#street")).to_have_value(TYPED)


def test_the_page_that_offers_what_was_typed(live: Live, signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(ADDRESS)
    with psycopg.connect(live.database_url, autocommit=True) as portal:
        portal.execute(
            "INSERT INTO draft (member_id, path, fields) "
            "SELECT member_id, '/profile/address/check', '{}' FROM email_address WHERE mailbox = %s",
            [ADDRESS],
        )
    page.goto("/continue")
    inspector.look(page)
    page.click("form[action='/continue-removal'] button")
    page.wait_for_url(f"{live.base_url}/")


def test_after_the_end_of_a_visit_one_signs_in_and_goes_on_without_script(
    live: Live, visitor: Callable[..., Page]
) -> None:
    page = visitor(java_script_enabled=False)
    live.sign_in(page, "nicolas.bernard@example.org")
    page.goto("/profile/address")
    page.fill("#street", TYPED)
    with psycopg.connect(live.database_url, autocommit=True) as portal:
        portal.execute(
            "UPDATE web_session SET seen_at = seen_at - interval '31 minutes' WHERE mailbox = %s",
            ["nicolas.bernard@example.org"],
        )
    page.click("form[action$='/check'] .actions button")
    expect(page.locator(".notice")).to_contain_text("Votre saisie est conservée")
    before = len(live.post.to("nicolas.bernard@example.org"))
    page.fill("#email", "nicolas.bernard@example.org")
    page.click("form[action='/sign-in'] button")
    page.goto(live.link(live.mail("nicolas.bernard@example.org", before)))
    page.click("form[action='/sign-in/confirm'] button")
    page.wait_for_url("**/continue")
    page.click("form[action='/profile/address/check'] button")
    expect(page.locator(".envelope")).to_contain_text(TYPED.upper().split()[-1])
