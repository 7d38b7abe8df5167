"""From paper to e-mail: two presses from home, and the association's own base has it a moment later."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.inspection import Inspector
from tests.browser.live import Live, text, wait_until
from tests.browser.test_keyboard import tab_to

ISLANDER = "marie-ange.hoarau@example.org"
BELGIAN = "luc.peeters@example.org"
OFFER = "main a[href='/preferences/receipts?by=email']"
BUTTON = "form[action='/preferences/receipts'] button"


def wish_there(live: Live, address: str) -> list[tuple[str, str]]:
    query = "SELECT receipt_rhythm, receipt_by FROM member m JOIN email e ON e.member_id = m.id WHERE e.address = %s"
    return live.central(query, address)


def test_two_presses_of_the_keyboard_without_script(live: Live, signed_in: Callable[..., Page]) -> None:
    page = signed_in(ISLANDER, java_script_enabled=False)
    mails = len(live.post.to(ISLANDER))
    page.goto("/")
    tab_to(page, OFFER)
    page.keyboard.press("Enter")
    page.wait_for_url("**/preferences/receipts?by=email")
    tab_to(page, BUTTON)
    page.keyboard.press("Enter")
    expect(page.locator(".notice.good")).to_be_visible()
    expect(page.locator("main .card strong")).to_contain_text("par courriel")
    wait_until(lambda: wish_there(live, ISLANDER) == [("per_gift", "email")], "the central base to have it")
    assert "par courriel" in text(live.mail(ISLANDER, mails))
    page.goto("/")
    expect(page.locator(OFFER)).to_have_count(0)


def test_arrow_keys_choose_and_only_the_button_sends(live: Live, signed_in: Callable[..., Page]) -> None:
    page = signed_in(BELGIAN)
    page.goto("/preferences/receipts")
    tab_to(page, "input[value='annual']")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value='per_gift']")).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value='none']")).to_be_checked()
    expect(page.locator("main .card strong")).to_contain_text("toute l’année")
    tab_to(page, BUTTON)
    page.keyboard.press("Enter")
    expect(page.locator("main .card strong")).to_have_text("Aucun reçu")
    wait_until(lambda: wish_there(live, BELGIAN) == [("none", "post")], "the central base to have it")


def test_the_choice_is_accessible_proposed_saved_and_refused(
    live: Live, signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    page = signed_in(BELGIAN)
    page.goto("/preferences/receipts?by=email")
    inspector.look(page, "receipts by e-mail, proposed")
    page.check("input[value='per_gift']")
    page.check("input[value='post']")
    page.click(BUTTON)
    inspector.look(page, "receipts, saved")
    live.central("UPDATE email SET bounced_on = current_date WHERE address = %s RETURNING id", BELGIAN)
    try:
        wait_until(lambda: "revenu" in _reloaded(page), "the returned mail to be known")
        page.check("input[value='email']")
        page.click(BUTTON)
        assert page.title().startswith("Erreur\N{NO-BREAK SPACE}:")
        page.click(".problem a[href='#receipt_by']")
        assert page.locator("#receipt_by").evaluate("field => field === document.activeElement")
        inspector.look(page, "receipts by e-mail, refused")
    finally:
        live.central("UPDATE email SET bounced_on = NULL WHERE address = %s RETURNING id", BELGIAN)


def _reloaded(page: Page) -> str:
    page.goto("/preferences/receipts")
    return page.locator("main").inner_text()
