"""Every page, for everybody who can see it: accessible, readable, and fit for small screens."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page

from tests.browser.inspection import Inspector
from tests.browser.live import Live

MARIE = "marie.dupont@example.org"
SIMONE = "simone.lefebvre@example.org"
NOTHING_YET = "jean-pierre.le-goff@example.org"
RETURNED = "henri.moreau@example.org"
COMPANY = "contact@boulangerie-durand.example"
COUPLE = "couple.martin@example.org"
EDITOR = "editor@association.example"
DONOR_PAGES = (
    "/", "/gifts", "/gifts/regular", "/gifts/statement", "/mandates", "/receipts", "/profile", "/profile/changes",
    "/security", "/preferences/receipts", "/profile/emails", "/profile/phones", "/profile/phones/new", "/profile/name",
    "/rights/access-log", "/documents", "/links", "/requests/new/legacy", "/profile/address",
)  # fmt: skip


def test_pages_of_a_donor_with_everything(signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(MARIE)
    for path in DONOR_PAGES:
        page.goto(path)
        inspector.look(page)


def test_pages_of_a_donor_with_nothing_yet(signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(NOTHING_YET)
    for path in DONOR_PAGES[:-1]:
        page.goto(path)
        inspector.look(page)


def test_pages_with_very_many_gifts_and_with_returned_mail(
    signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    for address, path in ((SIMONE, "/gifts?number=2"), (RETURNED, "/"), (RETURNED, "/profile/address")):
        page = signed_in(address)
        page.goto(path)
        inspector.look(page)


def test_donor_pages_in_english(signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(MARIE, "en-GB")
    for path in ("/", "/gifts", "/profile", "/security"):
        page.goto(path)
        inspector.look(page, f"English {path}", "en")


def test_address_form_with_errors_with_another_country_and_its_check(
    signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    page = signed_in(MARIE)
    page.goto("/profile/address")
    page.fill("#postcode", "123")
    page.fill("#street", "avenue du Maréchal de Lattre de Tassigny prolongée")
    page.click("form[action$='/check'] .actions button")
    assert page.title().startswith("Erreur\N{NO-BREAK SPACE}:")
    page.click(".problem a[href='#postcode']")
    assert page.locator("#postcode").evaluate("field => field === document.activeElement")
    inspector.look(page, "address form with errors")
    page.select_option("#country", "US")
    page.click("button[formaction='/profile/address/form']")
    page.wait_for_selector("select#region")
    inspector.look(page, "address form of another country")
    page.goto("/profile/address")
    page.click("form[action$='/check'] .actions button")
    page.wait_for_selector("form[action='/profile/address']")
    inspector.look(page, "check of the address")


def test_pages_while_a_change_is_under_way(live: Live, signed_in: Callable[..., Page]) -> None:
    page, inspector = signed_in(COMPANY), Inspector()
    page.goto("/profile/address")
    page.fill("#street", "place de la Mairie")
    page.click("form[action$='/check'] .actions button")
    with live.sync_asleep():
        page.click("form[action='/profile/address'] button")
        page.wait_for_url("**/profile/changes")
        inspector.look(page)
        page.goto("/")
        inspector.look(page)
    assert not inspector.findings


def test_pages_of_the_staff(signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(EDITOR)
    for path in (
        "/staff", "/staff?q=dupont", "/staff?q=nobody-at-all", "/staff/memo", "/staff/messages", "/staff/messages/new",
        "/staff/selections", "/staff/receipts", "/staff/declarations", "/security",
    ):  # fmt: skip
        page.goto(path)
        inspector.look(page)
    page.goto("/staff?q=marie.dupont")
    page.click("tbody a")
    inspector.look(page, "a member at the desk")
    record = page.url
    for path in ("giving", "changes", "links", "journal", "documents", "legacy"):
        page.goto(f"{record}/{path}")
        inspector.look(page, f"{path} of a member")
    page.goto(f"{record}/documents")
    page.click("form[enctype] .actions button")
    inspector.look(page, "a document with errors")
    page.goto(record)
    page.click("a[href$='/memo']:visible >> nth=-1")
    inspector.look(page, "the memo of a member")
    page.fill("#ends_on", "2020-01-01")
    page.fill("#starts_on", "2021-01-01")
    page.click("form[action$='/memo/preview'] .actions button")
    inspector.look(page, "a memo with errors")
    page.fill("#ends_on", "")
    page.click("form[action$='/memo/preview'] .actions button")
    inspector.look(page, "the preview of a memo")


def test_pages_on_the_way_in(live: Live, visitor: Callable[..., Page], inspector: Inspector) -> None:
    page = visitor()
    page.goto("/sign-in")
    inspector.look(page)
    page.click("form[action='/sign-in'] button")
    inspector.look(page, "sign-in with an error")
    mail: EmailMessage = live.ask_for_mail(page, COUPLE)
    inspector.look(page)
    page.click("form[action='/sign-in/code'] button")
    inspector.look(page, "code with an error")
    elsewhere = visitor()
    for one, name in ((elsewhere, "confirm in another browser"), (page, "confirm in the same browser")):
        one.goto(live.link(mail))
        inspector.look(one, name)
    page.click("form[action='/sign-in/confirm'] button")
    page.wait_for_url("**/sign-in/choice")
    inspector.look(page)
    elsewhere.goto(live.link(mail))
    inspector.look(elsewhere, "link that was used")


@pytest.mark.parametrize(("language", "code"), [("fr-FR", "fr"), ("en-GB", "en"), ("de-DE", "fr")])
def test_public_pages_in_the_visitors_language(
    visitor: Callable[..., Page], inspector: Inspector, language: str, code: str
) -> None:
    page = visitor(language)
    for path in ("/signed-out", "/no-such-page", "/sign-in/not-me"):
        page.goto(path)
        inspector.look(page, f"{path} in {code}", code)
