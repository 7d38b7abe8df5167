"""Several postal addresses, in a real browser: with the script and without, on a phone and at a desk."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.inspection import Inspector

SIMONE = "simone.lefebvre@example.org"
NOTHING_YET = "jean-pierre.le-goff@example.org"
LIST = "/profile/addresses"
SUMMER = {
    "#house_number": "3", "#street": "chemin des Dunes", "#unit": "", "#postcode": "29200", "#town": "Brest",
    "#from_day": "1", "#to_day": "31",
}  # fmt: skip


def fill(page: Page) -> None:
    for field, text in SUMMER.items():
        page.fill(field, text)
    page.select_option("#from_month", "07")
    page.select_option("#to_month", "08")


def test_a_second_home_from_adding_to_making_it_the_main_address(
    signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    page = signed_in(SIMONE)
    page.goto(LIST)
    held = page.locator("section.card").count()
    page.click(f"a[href='{LIST}/new']")
    fill(page)
    expect(page.locator("#envelope")).to_contain_text("3 CHEMIN DES DUNES")
    expect(page.locator("#envelope")).to_contain_text("18/38")
    inspector.look(page, "form of another address")
    page.fill("#to_day", "32")
    page.click("form[action$='/check'] .actions button")
    page.click(".problem a[href='#to_day']")
    assert page.locator("#to_day").evaluate("field => field === document.activeElement")
    inspector.look(page, "form of another address with an error")
    page.fill("#to_day", "31")
    page.click("form[action$='/check'] .actions button")
    inspector.look(page, "check of another address")
    page.click(f"form[action='{LIST}/new'] button")
    page.wait_for_url(f"**{LIST}")
    assert page.locator("section.card").count() == held + 1
    inspector.look(page, "list of addresses")
    summer = page.locator("section.card", has_text="CHEMIN DES DUNES")
    summer.locator("form[action$='/main'] button").click()
    page.wait_for_url(f"**{LIST}")
    expect(page.locator("section.card").first).to_contain_text("3 CHEMIN DES DUNES")
    page.goto("/profile/address")
    assert page.input_value("#street") == "chemin des Dunes"


def test_without_script_an_address_is_added_and_removed(signed_in: Callable[..., Page]) -> None:
    page = signed_in(NOTHING_YET, java_script_enabled=False)
    page.goto(f"{LIST}/new")
    fill(page)
    page.click("form[action$='/check'] .actions button")
    page.click(f"form[action='{LIST}/new'] button")
    there = page.locator("section.card", has_text="CHEMIN DES DUNES")
    expect(there).to_have_count(1)
    there.locator("form[action$='/removal'] button").click()
    expect(page.locator("section.card", has_text="CHEMIN DES DUNES")).to_have_count(0)
