import logging
from typing import Any

import pytest

from portal.gifts import queries
from portal.logs import DiscreetFormatter
from tests.personas import MARIE


async def test_a_page_that_does_not_exist_is_calm_and_in_the_visitors_language(visitor) -> None:
    page = await visitor("fr").get("/nulle-part")
    assert page.status == 404
    assert 'lang="fr"' in page.html
    assert (await visitor("en").get("/nowhere")).text.startswith("This page does not exist")


async def test_our_own_fault_gets_a_number_and_the_log_holds_nothing_private(visitor, monkeypatch, caplog) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError(f"secret: {MARIE.email}")

    monkeypatch.setattr(queries, "overview", broken)
    walker = visitor()
    await walker.enter(MARIE)
    with caplog.at_level(logging.ERROR):
        page = await walker.get("/gifts")
    assert page.status == 500
    assert "Something went wrong on our side" in page.text
    number = page.tree.find(".//p[@class='figure']").text
    (record,) = caplog.records
    logged = DiscreetFormatter().format(record)
    assert f"fault {number} at /gifts\nRuntimeError\n" in logged
    assert MARIE.email not in logged


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_a_wrong_method_is_met_with_a_calm_page(visitor, method) -> None:
    answer = await visitor().client.request(method, "/gifts")
    assert answer.status_code == 405
    assert "<main" in answer.text


async def test_a_handler_that_fails_leaves_nothing_half_done(visitor, owner, monkeypatch) -> None:
    from portal import changes

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.submit(await walker.get("/profile/address"), "/profile/address/check", street="rue neuve")
    monkeypatch.setattr(changes, "record", broken)
    assert (await walker.submit(page, "/profile/address")).status == 500
    assert owner.execute("SELECT count(*) FROM postal_address WHERE street = 'rue neuve'").fetchone() == (0,)
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'profile.address.changed'").fetchone() == (0,)


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "00000000-0000-0000-0000-000000000000.z", "é" * 40, ";;;="])
async def test_a_tampered_cookie_is_nobody(visitor, cookie) -> None:
    answer = await visitor().client.get("/", headers={"Cookie": f"__Host-session={cookie}".encode()})
    assert answer.status_code == 303


@pytest.mark.parametrize("others", ['consent={"a":1}', "a b=1", "x=é", 'q=a"b', "=;=;;"])
async def test_unusual_cookies_of_other_sites_sign_nobody_out(visitor, others) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    cookie = f"{others}; __Host-session={walker.client.cookies['__Host-session']}"
    walker.client.cookies.clear()
    answer = await walker.client.get("/", headers={"Cookie": cookie.encode()})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/sign-in/link/" + "中" * 30, "/static/%00", "/static/" + "x" * 300, "/static/portal.css/x", "/gifts?year=%00"],
)
async def test_an_odd_address_is_no_fault_of_ours(visitor, path) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    assert (await walker.get(path)).status in {400, 404}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (
            "multipart/form-data; boundary=x; charset=zzz",
            b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\r\n--x--',
        ),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"email=%ff&email=%00"),
        ("application/x-www-form-urlencoded", b"email=a&admin=1"),
    ],
)
async def test_a_body_that_is_no_form_of_ours_is_refused(visitor, kind, body) -> None:
    answer = await visitor().client.post("/sign-in", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400


async def test_a_body_that_never_ends_takes_no_connection_and_is_given_up(app, visitor, owner, monkeypatch) -> None:
    import asyncio

    monkeypatch.setattr("portal.web.body.PATIENCE_SECONDS", 0.2)
    sent = []

    async def receive():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    walker = visitor()
    await walker.enter(MARIE)
    cookie = f"__Host-session={walker.client.cookies['__Host-session']}".encode()
    headers = [(b"host", b"portal.test"), (b"sec-fetch-site", b"same-origin"), (b"cookie", cookie)]
    scope: Any = {"type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b""}
    scope |= {"headers": headers, "scheme": "https", "server": ("portal.test", 443), "client": ("192.0.2.1", 1)}
    scope |= {"http_version": "1.1", "root_path": "", "state": {}, "app": app}
    waiting = asyncio.create_task(app(scope, receive, send))
    await asyncio.sleep(0.1)
    query = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE usename = 'portal_web' AND state LIKE 'idle in%%' AND datname = current_database()"
    )
    assert owner.execute(query).fetchone() == (0,)
    await waiting
    assert sent[0]["status"] == 408
