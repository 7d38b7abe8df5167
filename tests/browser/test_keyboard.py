"""With the keyboard alone: everything is reached, and one always sees where one is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import Live

AMINA = "amina.benali@example.org"

# What is wrong with where the focus is, or nothing.
STOP = """selector => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const wrong = [];
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) wrong.push('no outline');
  if (box.top < 0 || box.left < 0 || box.bottom > innerHeight + 1 || box.right > innerWidth + 1)
    wrong.push('out of view');
  const line = e.getClientRects()[0];
  const top = document.elementFromPoint(line.left + line.width / 2, line.top + line.height / 2);
  if (!e.contains(top)) wrong.push('covered');
  return [e.matches(selector), wrong.map(words => words + ': ' + e.outerHTML.slice(0, 100))];
}"""


def tab_to(page: Page, selector: str, most: int = 40) -> None:
    """Press Tab until the focus is there; every stop on the way must be seen."""
    page.wait_for_load_state("load")  # before, the page may have its text and not yet its style
    for _ in range(most):
        page.keyboard.press("Tab")
        there, wrong = page.evaluate(STOP, selector)
        assert wrong == [], page.url
        if there:
            return
    pytest.fail(f"{selector} is not reached on {page.url}")


def test_the_whole_errand_with_the_keyboard_alone(live: Live, visitor: Callable[..., Page]) -> None:
    page = visitor()
    keyboard = page.keyboard
    page.goto("/sign-in")
    tab_to(page, "#email")
    keyboard.type(AMINA)
    keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    code = live.code(live.mail(AMINA))
    tab_to(page, "#code")
    keyboard.type(code)
    keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Bonjour Amina")
    tab_to(page, "nav a[href='/profile']")
    keyboard.press("Enter")
    page.wait_for_url("**/profile")
    tab_to(page, "main a[href='/profile/address']")
    keyboard.press("Enter")
    page.wait_for_url("**/profile/address")
    tab_to(page, "#street")
    keyboard.type("boulevard de la Paix")
    expect(page.locator("#envelope")).to_contain_text("58 BOULEVARD DE LA PAIX")
    keyboard.press("Enter")  # as the first button of a form does, this leads on
    page.wait_for_url("**/profile/address/check")
    tab_to(page, "form[action='/profile/address'] button")
    keyboard.press("Enter")
    page.wait_for_url("**/profile/changes")
    tab_to(page, "form[action='/sign-out'] button")
    keyboard.press("Space")
    page.wait_for_url("**/signed-out")


@pytest.mark.parametrize("width", [390, 1280])
def test_every_stop_on_the_way_through_a_page_is_seen(signed_in: Callable[..., Page], width: int) -> None:
    page = signed_in("marie.dupont@example.org", viewport={"width": width, "height": 844})
    for path in ("/", "/gifts", "/gifts/regular", "/gifts/statement", "/receipts", "/profile/address"):
        page.goto(path)
        tab_to(page, "footer button[value='en']", most=120)


def test_the_first_tab_leads_past_the_menu(signed_in: Callable[..., Page]) -> None:
    page = signed_in("marie.dupont@example.org")
    page.goto("/receipts")
    tab_to(page, "a.skip", most=1)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to(page, "main a[href^='/receipts/']", most=1)


def test_choosing_a_country_with_the_arrow_keys_does_not_turn_the_page(signed_in: Callable[..., Page]) -> None:
    page = signed_in("marie.dupont@example.org")
    page.goto("/profile/address")
    tab_to(page, "#country")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(600)
    assert page.url.endswith("/profile/address")
    assert page.evaluate("document.activeElement.id") == "country"
