"""A request from the donor's form to the association's own base and back, and the desk for what is answered here."""

import re
from collections.abc import Callable

import psycopg
from playwright.sync_api import Page

from tests.browser.inspection import Inspector
from tests.browser.live import Live, wait_until

DONOR, EDITOR, COMPLIANCE = "marie.dupont@example.org", "editor@association.example", "compliance@association.example"


def test_a_request_goes_to_the_central_base_and_its_answer_comes_back(
    live: Live, signed_in: Callable[..., Page]
) -> None:
    donor = signed_in(DONOR, java_script_enabled=False)
    donor.goto("/requests/new")
    donor.click("a[href='/requests/new/data']")
    donor.click("main form button")
    assert donor.locator(".problem a[href='#wish']").is_visible()
    donor.check("input[value='access']")
    donor.click("main form button")
    assert re.search(r"/requests/[0-9a-f-]{36}$", donor.url)
    [(kind, about)] = wait_for(live, "SELECT kind, about FROM request")
    assert (kind, about) == ("data", "access")
    live_change(live.central_url, "UPDATE request SET state = 'accepted', answer = 'C’est fait.', decided_on = now()")

    def donor_sees_it() -> bool:
        donor.reload()
        return "C’est fait." in donor.locator("main").inner_text()

    wait_until(donor_sees_it, "the answer to arrive")


def test_every_page_of_requests(live: Live, signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(DONOR)
    for path in ("/requests/new", "/requests/new/mandate", "/requests/new/document", "/requests/new/other"):
        page.goto(path)
        inspector.look(page)
    page.click("main form button")
    page.wait_for_selector(".problem")
    inspector.look(page, "a request with an error")
    page.goto("/requests/new/data")
    inspector.look(page)
    page.check("input[value='erasure']")
    page.click("main form button")
    page.wait_for_selector("main .facts")
    inspector.look(page, "one request")
    page.goto("/requests")
    inspector.look(page)
    page.goto("/requests/new/data")
    page.check("input[value='erasure']")
    page.click("main form button")
    page.wait_for_selector(".notice[role='alert']")
    inspector.look(page, "a request made before")


def test_a_request_is_made_and_sent_by_keyboard_alone(signed_in: Callable[..., Page]) -> None:
    page = signed_in(DONOR)
    page.goto("/requests/new/document")
    page.focus("#wish")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Le reçu de 2019")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("main .facts")
    assert "Le reçu de 2019" in page.locator("main").inner_text()


def test_the_desk_of_requests(live: Live, signed_in: Callable[..., Page], inspector: Inspector) -> None:
    live_change(
        live.database_url,
        "INSERT INTO member_request (key, member_id, kind, about, wish, undelivered, asked_on) SELECT "
        "'by hand', member_id, 'document', 'letter', 'Une lettre', 'Inconnu', current_date - 27 "
        f"FROM email_address WHERE address = '{DONOR}'",
    )
    page = signed_in(COMPLIANCE)
    page.goto("/staff/requests")
    inspector.look(page)
    page.click("tbody a >> nth=0")
    inspector.look(page, "a request at the desk")
    page.click("form[action$='/seen'] button")
    page.wait_for_selector(".notice.good")
    page.check("input[value='refused']")
    page.click("form[action$='/answer'] button")
    page.wait_for_selector(".problem")
    inspector.look(page, "a request at the desk with an error")
    page.fill("#answer", "Vous l’avez déjà.")
    page.click("form[action$='/answer'] button")
    page.wait_for_url("**/staff/requests")
    donor = signed_in(DONOR)
    donor.goto("/requests")
    assert "Vous l’avez déjà." in donor.locator("main").inner_text()


def live_change(address: str, query: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute(query.encode())


def wait_for(live: Live, query: str) -> list[tuple[object, ...]]:
    wait_until(lambda: live.central(query), "the central base to have it")
    return live.central(query)
