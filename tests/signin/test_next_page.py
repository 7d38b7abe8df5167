"""After signing in one comes to the page that one wanted, and never to another site."""

from urllib.parse import quote

import pytest

from portal.web.admission import safe_path
from tests.personas import MARIE
from tests.signin.test_signing_in import code_in, link_in

ELSEWHERE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example", "https:evil.com",
    "https://evil.example", "http://evil.example", "HTTPS://EVIL.EXAMPLE", "https:/evil.example", "https:///evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "ftp://evil.example", "evil.com",
    "/%2fevil.example", "/%5cevil.example", "/%09/evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\nX:b",
    "%0d%0aLocation:https://evil.example", "/gifts%0d%0aX:y", "/gifts\r\nX: y", "/.evil.example", "/..//evil.example",
    "/gifts/..//evil.example", "/./evil.example", "/;@evil.example", "/@evil.example", "/gifts?x=//evil.example",
    "/gifts#//evil.example", "//google。com", "/\u2024\u2024/evil.example", "/\u2215evil.example", "/\uff0fevil.com",
    " //evil.example", "/ /evil.example", "/\0/evil.example", "?next=//evil.example", "", ".", "..",
]  # fmt: skip


@pytest.mark.parametrize("payload", ELSEWHERE)
async def test_a_next_page_elsewhere_is_forgotten(visitor, payload) -> None:
    assert safe_path(payload) == "/"
    page = await visitor().get(f"/sign-in?next={quote(payload, safe='')}")
    assert page.form("/sign-in")["next"] == "/"
    assert "evil" not in page.html


@pytest.mark.parametrize("payload", ELSEWHERE[:20])
async def test_who_is_signed_in_already_is_not_led_away_either(visitor, payload) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get(f"/sign-in?next={quote(payload, safe='')}", follow=False)
    assert page.headers["location"] == "/"


async def test_the_wanted_page_is_found_again_with_the_code(visitor, work_off, mails) -> None:
    walker = visitor()
    page = await walker.get("/profile/address")
    assert page.path == "/sign-in"
    page = await walker.submit(page, "/sign-in", email=MARIE.email)
    await work_off()
    page = await walker.submit(page, "/sign-in/code", code=code_in(mails.to(MARIE.email)[-1]))
    assert page.path == "/profile/address"


async def test_the_wanted_page_is_found_again_in_another_browser_by_the_link(visitor, work_off, mails) -> None:
    walker, telephone = visitor(), visitor()
    await walker.submit(await walker.get("/receipts"), "/sign-in", email=MARIE.email)
    await work_off()
    page = await telephone.get(link_in(mails.to(MARIE.email)[-1]))
    page = await telephone.submit(page, "/sign-in/confirm", email=MARIE.email)
    assert page.path == "/receipts"


async def test_an_expired_link_offers_the_same_page_after_a_new_one(visitor, work_off, mails, owner) -> None:
    walker = visitor()
    await walker.submit(await walker.get("/receipts"), "/sign-in", email=MARIE.email)
    await work_off()
    owner.execute("UPDATE sign_in_request SET expires_at = now() - interval '1 second'")
    page = await walker.get(link_in(mails.to(MARIE.email)[-1]))
    assert page.status == 410
    assert "it works for 10 minutes only" in page.text
    await walker.submit(page, "/sign-in/again")
    await work_off()
    page = await walker.get(link_in(mails.to(MARIE.email)[-1]))
    assert (await walker.submit(page, "/sign-in/confirm")).path == "/receipts"


async def test_an_expired_link_on_another_device_leads_back_to_the_page_too(visitor, work_off, mails, owner) -> None:
    walker, telephone = visitor(), visitor()
    await walker.submit(await walker.get("/receipts"), "/sign-in", email=MARIE.email)
    await work_off()
    owner.execute("UPDATE sign_in_request SET expires_at = now() - interval '1 second'")
    page = await telephone.get(link_in(mails.to(MARIE.email)[-1]))
    assert "/sign-in?next=/receipts" in page.links
