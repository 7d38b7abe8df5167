"""A whole run with marked values: none of them is found where machines write things down."""

from collections.abc import Callable
from typing import Any

import psycopg
from playwright.sync_api import Page, expect

from tests.browser.live import Live, text, wait_until

EMAIL = "canari-7f3a91@example.org"
STREET = "rue du Canari 7F3A92"
MEMO = "Un mot au canari 7F3A93"
IBAN = "FR7630006000011234567890189"
EDITOR = "editor@association.example"
SPY = """
CREATE TABLE canary (written text);
CREATE FUNCTION watch_jobs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN INSERT INTO canary VALUES (to_jsonb(NEW)::text); RETURN NEW; END $$;
CREATE TRIGGER watch_jobs AFTER INSERT OR UPDATE ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION watch_jobs();
"""
FORGET = "DROP TRIGGER watch_jobs ON procrastinate_jobs; DROP FUNCTION watch_jobs; DROP TABLE canary;"


def test_marked_values_are_in_no_log_no_job_and_no_metric(
    live: Live, visitor: Callable[..., Page], signed_in: Callable[..., Page]
) -> None:
    with psycopg.connect(live.database_url, autocommit=True) as portal:
        portal.execute(SPY)
        try:
            secrets = _live_a_day(live, visitor(), signed_in(EDITOR), portal)
            jobs = "\n".join(row for (row,) in portal.execute("SELECT written FROM canary"))
        finally:
            portal.execute(FORGET)
    metrics = "".join(visitor().request.get(path).text() for path in ("/health", "/ready"))
    logs = "\n".join(path.read_text(errors="replace") for path in live.crew.logs.iterdir())
    assert "signin.send_mail" in jobs, "the spy saw the jobs"
    assert len(secrets) == 7
    for secret in secrets:
        for place, content in {"jobs": jobs, "metrics": metrics, "logs": logs}.items():
            assert secret.lower() not in content.lower(), f"{secret} is in the {place}"


def _live_a_day(live: Live, page: Page, desk: Page, portal: psycopg.Connection[Any]) -> list[str]:
    """A donor signs in, errs, changes their address; staff look for an account number and write a memo."""
    with psycopg.connect(live.central_url) as central:
        row = central.execute(
            "UPDATE email SET address = %s WHERE id = (SELECT max(id) FROM email) RETURNING member_id", [EMAIL]
        )
        (number,) = central.execute("SELECT number FROM member WHERE id = %s", row.fetchone()).fetchone() or ("",)
    known = "SELECT count(*) FROM email_address WHERE mailbox = %s"
    wait_until(lambda: portal.execute(known, [EMAIL]).fetchone() == (1,), "the address to be pulled")

    mail = live.ask_for_mail(page, EMAIL)
    page.fill("#code", "000000")
    page.click("form[action='/sign-in/code'] button")
    page.goto(live.link(mail))
    page.click("form[action='/sign-in/confirm'] button")
    page.goto("/profile/address")
    page.fill("#street", STREET)
    page.fill("#postcode", "69001")
    page.fill("#town", "Lyon")
    page.click("form[action$='/check'] .actions button")
    page.click("form[action='/profile/address'] button")
    expect(page.locator("main")).to_contain_text("7F3A92")
    cookie = next(one["value"] for one in page.context.cookies() if one["name"] == "session")
    page.request.post("/profile/address", form={"street": STREET, "iban": IBAN})
    page.goto(f"/no-such-page/{IBAN}")

    desk.goto(f"/staff?q={IBAN}")
    desk.goto(f"/staff?q={number}")
    desk.click("tbody a")
    desk.click("a[href$='/memo']:visible >> nth=-1")
    desk.fill("#body", MEMO)
    desk.click("form[action$='/memo/preview'] .actions button")
    desk.click("form[action$='/memo'] button")
    expect(desk.locator("main")).to_contain_text(MEMO)
    token = live.link(mail).rsplit("/", 1)[1]
    assert MEMO not in text(mail)
    return [EMAIL, STREET, MEMO, IBAN, token, cookie.split(".")[1], cookie]
