"""Rights over one's data, from the donor's page to the desk of the officers, in a real browser."""

from collections.abc import Callable

import psycopg
from playwright.sync_api import Page

from tests.browser.inspection import Inspector
from tests.browser.live import Live
from tests.browser.test_requests import live_change
from tests.test_routes import answer_of

DONOR, COMPLIANCE = "marie.dupont@example.org", "compliance@association.example"
NICOLAS = "nicolas.bernard@example.org"


def test_every_page_of_rights_and_of_their_desk(
    live: Live, signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    ask = "INSERT INTO member_request (key, member_id, kind, about, wish, state, seen_on, asked_on) SELECT "
    whose = f"FROM email_address WHERE address = '{DONOR}'"
    for right, days in (("objection", 24), ("restriction", 50)):
        values = f"'{right}', member_id, 'data', '{right}', 'Un vœu', 'seen', current_date, current_date - {days} "
        live_change(live.database_url, ask + values + whose)
    donor, page = signed_in(DONOR), signed_in(COMPLIANCE)
    donor.goto("/rights")
    inspector.look(donor)
    for path in ("?show=late", "?show=closed", "/new", "/new?q=dupont"):
        page.goto(f"/staff/data-requests{path}")
        inspector.look(page)
    page.click("tbody a >> nth=0")
    page.fill("#received_on", "31/12/2999")
    page.click("main form button")
    page.wait_for_selector(".problem")
    inspector.look(page, "a letter with errors")
    page.goto("/staff/data-requests")
    inspector.look(page)
    page.click("tbody tr:has(.status.wait) a")
    inspector.look(page, "a data request")
    page.click("form[action$='/identity-question'] button")
    page.fill("#proof_of_identity", "Rappelée au numéro connu.")
    page.click("form[action$='/identity'] button")
    page.wait_for_selector(".notice.good")
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    page.click("form[action$='/checklist'] button")
    page.wait_for_selector(".notice.good")
    page.click("form[action$='/answer'] button")
    page.wait_for_selector(".problem")
    inspector.look(page, "a data request with errors")
    page.check("input[name=outcome][value=granted]")
    page.fill("#text", "C’est noté.")
    page.click("form[action$='/answer'] button")
    page.wait_for_selector("form[action$='/closing']")
    inspector.look(page, "an answered data request")
    page.click("a[href$='/letter']")
    inspector.look(page, "the letter of a data request")
    donor.goto("/rights")
    inspector.look(donor, "rights with an answer")


def test_an_answer_is_downloaded_again_from_the_same_page(live: Live, signed_in: Callable[..., Page]) -> None:
    page = signed_in(NICOLAS)
    with psycopg.connect(live.database_url, autocommit=True) as owner:
        row = owner.execute("SELECT member_id FROM email_address WHERE mailbox = %s", [NICOLAS]).fetchone()
        assert row is not None
        owner.execute("UPDATE web_session SET proved_at = now() WHERE member_id = %s", row)
        answer = answer_of(owner, row[0])
    page.goto(f"/rights/answers/{answer}")
    for _ in range(2):
        with page.expect_download() as coming:
            page.click("main form button")
        assert coming.value.path().read_bytes() == b"PK"
        page.wait_for_selector("main form:not([data-sent])")
