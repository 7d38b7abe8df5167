"""Saying what may be sent, as a donor does it: on a phone, without script, with the keyboard; and what comes of it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.inspection import Inspector
from tests.browser.live import Live, wait_until
from tests.browser.test_keyboard import tab_to

AMINA = "amina.benali@example.org"
ODETTE = "odette.rousseau@example.org"
EDITOR = "editor@association.example"
PATH = "/preferences/contact"
OBJECTIONS = (
    "SELECT count(*) FROM objection o JOIN email e ON e.member_id = o.member_id WHERE e.address = %s "
    "AND o.purpose = ANY(%s)"
)


def test_on_a_phone_without_script_one_press_leaves_nothing_but_receipts(
    live: Live, signed_in: Callable[..., Page]
) -> None:
    page = signed_in(ODETTE, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto(PATH)
    page.click("button[value='nothing']")
    expect(page.locator(".notice.good")).to_be_visible()
    expect(page.locator("fieldset input:checked")).to_have_count(0)
    everything = ["appeals", "news", "legacy", "events", "petitions", "exchange"]
    wait_until(lambda: live.central(OBJECTIONS, ODETTE, everything) == [(21,)], "the objections to arrive")


def test_with_the_keyboard_alone_one_tick_is_taken_away(live: Live, signed_in: Callable[..., Page]) -> None:
    page = signed_in(AMINA)
    page.goto(PATH)
    tab_to(page, "#petitions-sms")
    page.keyboard.press("Space")
    tab_to(page, f"form[action='{PATH}'] .actions button")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.good")).to_be_visible()
    expect(page.locator("#petitions-sms")).not_to_be_checked()
    wait_until(lambda: live.central(OBJECTIONS, AMINA, ["petitions"]) == [(1,)], "the objection to arrive")


def test_every_page_of_the_preferences_and_the_proof(signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(AMINA)
    for path in ("/preferences", PATH, f"{PATH}/history", "/preferences/language"):
        page.goto(path)
        inspector.look(page)
    page.goto(PATH)
    page.fill("#paused_until", "2020-01-01")
    page.click(f"form[action='{PATH}'] .actions button")
    assert page.title().startswith("Erreur\N{NO-BREAK SPACE}:")
    inspector.look(page, "choices with an error")
    staff = signed_in(EDITOR)
    staff.goto(f"/staff?q={AMINA}")
    staff.click("tbody a")
    staff.click("a[href$='/consents']")
    inspector.look(staff, "the proof of a member")


def test_the_proof_comes_as_a_file(signed_in: Callable[..., Page]) -> None:
    page = signed_in(AMINA)
    page.goto(PATH)
    page.click("button[value='nothing']")
    page.goto(f"{PATH}/history")
    with page.expect_download() as coming:
        page.click("a[href$='/history/pdf']")
    assert coming.value.path().read_bytes().startswith(b"%PDF")
