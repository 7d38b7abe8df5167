"""Every way into the application, from its own table."""

import re
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from sqlalchemy.engine import make_url

from portal.app import build
from portal.database import Database
from tests.personas import EDITOR, MARIE, NADIA, READER, STRANGER
from tests.walker import Walker

PUBLIC = {
    "GET /sign-in", "POST /sign-in", "POST /sign-in/again", "GET /sign-in/code", "POST /sign-in/code",
    "GET /sign-in/link/{token:str}", "GET /sign-in/confirm", "POST /sign-in/confirm", "GET /sign-in/choice",
    "POST /sign-in/choice", "POST /sign-out", "GET /signed-out", "POST /language", "GET /health", "GET /ready",
    "GET /static/{file_path:path}", "HEAD /static/{file_path:path}",
}  # fmt: skip
FOR_STAFF = {
    "GET /staff", "GET /staff/members/{member_id:uuid}", "POST /staff/members/{member_id:uuid}/viewing",
    "POST /staff/viewing-end", "GET /staff/memo", "POST /staff/memo", "POST /staff/memo/form",
    "POST /staff/memo/preview", "POST /staff/memo-removal", "GET /staff/members/{member_id:uuid}/memo",
    "POST /staff/members/{member_id:uuid}/memo", "POST /staff/members/{member_id:uuid}/memo/form",
    "POST /staff/members/{member_id:uuid}/memo/preview", "POST /staff/members/{member_id:uuid}/memo-removal",
}  # fmt: skip
FOR_DONORS = {
    "GET /", "GET /gifts", "GET /gifts.csv", "GET /mandates", "GET /receipts", "GET /receipts/{receipt_id:uuid}/pdf",
    "GET /profile", "GET /profile/address", "POST /profile/address", "POST /profile/address/form",
    "POST /profile/address/preview", "POST /profile/address/check", "GET /profile/changes",
}  # fmt: skip


def table(app: Litestar) -> dict[str, HTTPRouteHandler]:
    found = {}
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                found[f"{method} {route.path_format if ':' not in route.path else route.path}"] = handler
    return found


def sort_of(handler: HTTPRouteHandler) -> str:
    return "public" if handler.opt.get("public") else "staff" if handler.opt.get("for_staff") else "donor"


async def test_every_route_stands_in_the_reviewed_lists(app) -> None:
    handlers = table(app)
    listed = {"public": PUBLIC, "staff": FOR_STAFF, "donor": FOR_DONORS}
    for sort, routes in listed.items():
        assert {name for name, handler in handlers.items() if sort_of(handler) == sort} == routes


@pytest.fixture
def private(app, owner) -> list[tuple[str, str]]:
    """Method and path of every route that is not public, with ids of Marie's filled in."""
    (marie,) = owner.execute("SELECT id FROM member WHERE number = %s", [MARIE.number]).fetchone()
    (receipt,) = owner.execute("SELECT id FROM receipt").fetchone()
    ids = {"member_id": marie, "receipt_id": receipt}
    names = [name for name, handler in table(app).items() if sort_of(handler) != "public"]
    filled = [re.sub(r"\{(\w+):uuid\}", lambda found: str(ids[found[1]]), name) for name in names]
    return [(name.split(" ")[0], name.split(" ")[1]) for name in filled]


async def test_nobody_gets_anywhere_without_signing_in(visitor, private) -> None:
    for method, path in private:
        answer = await visitor().client.request(method, path)
        expected = 303 if method == "GET" else 403
        assert answer.status_code in {303, expected}, (method, path)
        assert "Dupont" not in answer.text


async def test_a_stranger_sees_nothing_of_marie_on_any_path(visitor, private) -> None:
    await sweep(visitor(), private)


async def test_the_first_wall_holds_when_the_second_is_taken_away(settings, owner, private) -> None:
    """The application on the owner's connection, which row-level security does not bind."""
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    await sweep(Walker(build(settings, database), settings, owner), private)
    await database.close()


async def sweep(stranger, private) -> None:
    await stranger.enter(STRANGER)
    token = (await stranger.get("/profile/address")).form("/profile/address/check")["csrf_token"]
    for method, path in private:
        data = {"csrf_token": token} if method == "POST" else None
        answer = await stranger.client.request(method, path, data=data)
        for secret in ("Dupont", "DON-1001", "fidélité", "0189", "LILAS", "06 12 34"):
            assert secret not in answer.text, (method, path, secret)
        if str(path).startswith("/staff") or re.search(r"[0-9a-f]{8}-", path):
            assert answer.status_code == 404, (method, path)


async def test_what_is_not_yours_looks_just_like_what_does_not_exist(visitor, owner) -> None:
    stranger = visitor()
    await stranger.enter(STRANGER)
    (receipt,) = owner.execute("SELECT id FROM receipt").fetchone()
    theirs = await stranger.get(f"/receipts/{receipt}/pdf")
    nobodys = await stranger.get(f"/receipts/{UUID(int=1)}/pdf")
    assert (theirs.status, theirs.html) == (nobodys.status, nobodys.html)


async def test_staff_who_look_can_change_nothing_on_any_path(visitor, app, owner) -> None:
    editor = visitor()
    await editor.enter(EDITOR)
    (marie,) = owner.execute("SELECT id FROM member WHERE number = %s", [MARIE.number]).fetchone()
    page = await editor.get(f"/staff/members/{marie}")
    page = await editor.submit(page, f"/staff/members/{marie}/viewing")
    token = page.form("/staff/viewing-end")["csrf_token"]
    posts = [
        name.split(" ")[1] for name, handler in table(app).items() if sort_of(handler) == "donor" and "POST" in name
    ]
    assert len(posts) == 4
    for path in posts:
        assert (await editor.post(path, csrf_token=token)).status == 403


async def test_only_editors_reach_the_memo_desk(visitor, app) -> None:
    reader = visitor()
    await reader.enter(READER)
    token = (await reader.get("/staff")).form("/sign-out")["csrf_token"]
    for name, handler in table(app).items():
        if "memo" in name and sort_of(handler) == "staff":
            method, path = name.replace("{member_id:uuid}", str(UUID(int=1))).split(" ")
            data = {"csrf_token": token} if method == "POST" else None
            assert (await reader.client.request(method, path, data=data)).status_code == 404, name


async def test_the_second_wall_holds_when_the_first_is_taken_away(settings, visitor) -> None:
    """The web's database role, asked for everybody's rows, sees those of the signed-in donor alone."""
    from sqlalchemy import text

    from portal import crypto
    from portal.database import role_url
    from portal.web.session import OPEN

    walker = visitor()
    session_id = await walker.enter(NADIA)
    secret = walker.client.cookies["__Host-session"].split(".")[1]
    database = Database(role_url(settings.database_url, settings.secret_key, "portal_web"))
    walled = ("gift", "mandate", "receipt", "postal_address", "phone", "email_address", "journal", "recorded_change")
    async with database.begin() as db:
        for name in (*walled, "member", "memo"):
            assert await db.scalar(text(f"SELECT count(*) FROM {name}")) == 0, f"a visitor sees {name}"
        await db.execute(OPEN, {"id": session_id, "hash": crypto.digest(secret), "idle": 30, "hours": 12})
        assert (await db.scalars(text("SELECT number FROM member"))).all() == [NADIA.number]
        assert (await db.scalars(text("SELECT address FROM email_address"))).all() == [NADIA.email]
        assert await db.scalar(text("SELECT count(*) FROM gift")) == 0
    await database.close()
