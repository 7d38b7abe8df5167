"""Hostile input is refused with a calm page, leaves a line in the journal, and leaks nothing."""

import re
from uuid import UUID

import httpx2
import pytest

from portal.web.headers import KnownHosts
from tests.personas import MARIE
from tests.test_routes import table


def reasons(owner) -> list[str]:
    rows = owner.execute("SELECT data->>'why' FROM journal WHERE kind = 'request.refused' ORDER BY id").fetchall()
    return [why for (why,) in rows]


@pytest.mark.parametrize(
    "cookie",
    ["x", "'; DROP TABLE member; --", "{session}.wrong", "{session}.", "{session}", f"{UUID(int=0)}", "\x7f" * 50],
)
async def test_a_tampered_session_cookie_is_nobody_and_is_noted(visitor, owner, cookie) -> None:
    walker = visitor()
    session_id = await walker.enter(MARIE)
    walker.client.cookies.clear()
    value = cookie.replace("{session}", str(session_id))
    answer = await walker.client.get("/gifts", headers={"Cookie": f"__Host-session={value}"})
    assert answer.status_code == 303
    assert "Dupont" not in answer.text
    assert reasons(owner) == ([] if value == f"{UUID(int=0)}" else ["cookie"])


async def test_a_visit_that_is_over_is_no_attack(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    owner.execute("UPDATE web_session SET seen_at = now() - interval '1 day'")
    await walker.get("/gifts")
    assert reasons(owner) == []


@pytest.mark.parametrize("token", ["x", "x" * 43, "../../etc/passwd", "%00", "a" * 500])
async def test_a_tampered_link_is_met_with_a_calm_page(visitor, owner, token) -> None:
    page = await visitor().get(f"/sign-in/link/{token}")
    assert page.status in {404, 410}
    assert "<h1>" in page.html
    if token.startswith("x"):
        assert reasons(owner) == ["link"]


ADDRESS = {"street", "postcode", "town", "region", "country", "unit", "building", "house_number", "locality"}
OWN = {
    f"/profile/{which}{step}": ADDRESS | {"purpose", "season_from", "season_to"}
    for which in ("address", "addresses/new")
    for step in ("", "/form", "/preview", "/check")
} | {
    "/profile/phones": {"number", "kind"},
    "/profile/name": {"civility", "first_name", "last_name", "company_name", "reason"},
    "/preferences/language": {"language"},
    "/security/passkeys": {"name"},
}
"""Fields of a form that are named like a column."""


async def test_every_form_refuses_fields_that_it_does_not_have(visitor, app, owner, member_id) -> None:
    """Each form with each column of the tables that a donor's forms could reach: 400, and no change."""
    walker = visitor()
    await walker.enter(MARIE)
    token = (await walker.get("/security")).form("/sign-out")["csrf_token"]
    tables = ("member", "email_address", "postal_address", "web_session", "recorded_change", "gift", "passkey")
    columns = owner.execute(
        "SELECT DISTINCT column_name FROM information_schema.columns WHERE table_name = ANY(%s)", [list(tables)]
    ).fetchall()
    before = {
        name: owner.execute(f"SELECT md5(array_agg(t::text ORDER BY t::text)::text) FROM {name} t").fetchone()
        for name in tables[:3]
    }
    tried = 0
    paths = [
        name.split(" ")[1]
        for name, handler in table(app).items()
        if name.startswith("POST")
        and "{" not in name
        and not handler.opt.get("public")
        and not handler.opt.get("for_staff")
        and not name.endswith("/profile/company")  # which a person does not have
    ]
    for path in paths:
        for (column,) in columns:
            if column in OWN.get(path, set()) or column == "seen":
                continue
            page = await walker.post(path, csrf_token=token, **{column: "x"})
            assert page.status == 400, (path, column)
            tried += 1
        owner.execute("DELETE FROM throttle")
    assert tried > 300
    for name, content in before.items():
        assert (
            owner.execute(f"SELECT md5(array_agg(t::text ORDER BY t::text)::text) FROM {name} t").fetchone() == content
        )
    assert set(reasons(owner)) == {"form"}


async def test_a_request_from_another_site_is_noted_with_its_route_only(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    await walker.post("/profile/address", headers={"Sec-Fetch-Site": "cross-site"}, street="rue Secrète")
    rows = owner.execute("SELECT data::text, actor FROM journal WHERE kind = 'request.refused'").fetchall()
    assert rows == [('{"why": "forbidden", "route": "/profile/address"}', "visitor")]


async def test_a_flood_of_refusals_does_not_fill_the_journal(visitor, owner) -> None:
    walker = visitor()
    for _ in range(40):
        await walker.post("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}, email="x@example.org")
    assert len(reasons(owner)) == 30


@pytest.mark.parametrize(
    "header",
    ["Host", "X-Forwarded-Host", "Forwarded", "X-Original-Host", "X-Host", "X-Forwarded-Server", "X-Rewrite-Url"],
)
async def test_a_hostile_host_reaches_no_page_and_no_mail(app, settings, database, work_off, mails, header) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    transport = httpx2.ASGITransport(KnownHosts(app, settings, database))  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        answer = await client.post(
            "/sign-in", data={"email": MARIE.email}, headers={"Sec-Fetch-Site": "same-origin", header: value}
        )
    assert answer.status_code == (400 if header == "Host" else 303)
    assert "evil" not in answer.text + str(answer.headers)
    await work_off()
    assert len(mails.to(MARIE.email)) == (0 if header == "Host" else 1)
    assert "evil" not in str([mail.as_string() for mail in mails.mails])


@pytest.mark.parametrize(
    "typed", ["marie@example.org\r\nBcc: evil@example.org", "a@b.org\nSubject: x", "a@b.org\0", "a@b.org\u2028"]
)
async def test_a_header_cannot_be_slipped_into_a_mail(visitor, work_off, mails, typed) -> None:
    walker = visitor()
    page = await walker.submit(await walker.get("/sign-in"), "/sign-in", email=typed)
    assert page.status in {400, 422}
    await work_off()
    assert mails.mails == []


async def test_a_name_that_is_a_template_is_printed_as_it_is_typed(visitor, owner) -> None:
    for payload in ("{{7*7}}", "{% if 1 %}x{% endif %}", "{0.__class__}", "%(name)s", "${7*7}"):
        owner.execute("UPDATE member SET first_name = %s WHERE number = '1001'", [payload])
        walker = visitor()
        await walker.enter(MARIE)
        assert payload in (await walker.get("/")).text


async def test_the_answer_to_a_refusal_names_nothing_of_the_request(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    for path in ("/gifts/<script>alert(1)</script>", "/receipts/secret-value/pdf"):
        page = await walker.get(path)
        assert page.status == 404
        assert not re.search("alert|secret-value", page.html)


async def test_a_default_secret_or_a_debug_setting_refuses_a_public_address() -> None:
    from portal.settings import EXAMPLE_SECRET, SettingsError, load

    base = {"DATABASE_URL": "postgresql://x/y", "BASE_URL": "https://donors.example.org", "TRUSTED_PROXIES": "10.0.0.1"}
    for wrong in (
        {"SECRET_KEY": EXAMPLE_SECRET},
        {"SECRET_KEY": "k" * 40, "STAFF_EMAIL_SIGN_IN": "1"},
        {"SECRET_KEY": "k" * 40, "DEMO": "1"},
    ):
        with pytest.raises(SettingsError):
            load(base | wrong)
