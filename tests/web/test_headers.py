from typing import Any, cast

import pytest

from portal.web.headers import EVERY_ANSWER
from tests.personas import EDITOR, MARIE
from tests.test_routes import table


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/gifts", "/health", "/static/portal.css", "/receipts/x/pdf"])
async def test_every_answer_carries_the_security_headers(visitor, path) -> None:
    answer = await visitor().client.get(path)
    for name in EVERY_ANSWER:
        assert name in answer.headers, name
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


async def test_static_files_may_be_kept_for_ever_because_their_address_changes_with_them(visitor) -> None:
    walker = visitor()
    page = await walker.get("/sign-in")
    address = page.tree.find(".//link[@rel='stylesheet']").get("href")
    assert "?v=" in address
    assert "immutable" in (await walker.client.get(address)).headers["cache-control"]


async def test_the_session_cookie_is_bound_to_our_host(visitor) -> None:
    walker = visitor()
    answer = await walker.client.post("/sign-in", data={"email": MARIE.email})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    for attribute in ("Path=/", "HttpOnly", "SameSite=Lax", "Secure"):
        assert attribute in cookie
    assert "Domain" not in cookie


async def test_no_session_is_made_for_who_only_looks(visitor, owner) -> None:
    await visitor().get("/sign-in")
    assert owner.execute("SELECT count(*) FROM web_session").fetchone() == (0,)


async def test_a_foreign_host_name_is_refused(settings, database, owner) -> None:
    import httpx2

    from portal.web.headers import KnownHosts

    async def ours(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ours"})

    transport = httpx2.ASGITransport(cast("Any", KnownHosts(ours, settings, database)))
    async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/", headers={"Host": "evil.example"})).status_code == 400
    assert owner.execute("SELECT data->>'why' FROM journal WHERE kind = 'request.refused'").fetchall() == [("host",)]


@pytest.mark.parametrize("person", [MARIE, EDITOR])
async def test_no_page_of_who_is_signed_in_may_be_kept(visitor, app, person) -> None:
    walker = visitor()
    await walker.enter(person)
    looked = 0
    for name, handler in table(app).items():
        method, path = name.split(" ")
        if method != "GET" or "{" in path or "static" in path:
            continue
        page = await walker.get(path, follow=False)
        assert page.headers["cache-control"] == "no-store", name
        assert "Cookie" in page.headers["vary"], name
        looked += not handler.opt.get("public")
    assert looked > 10
