"""What is sent just after a visit has ended is not lost."""

import pytest

from tests.personas import EDITOR, MARIE, STRANGER

STREET = "rue du Brouillon"


@pytest.fixture
async def too_late(visitor, owner):
    """Marie's browser after she sent her address a minute too late, and the page that answered."""
    walker = visitor()
    await walker.enter(MARIE)
    form = await walker.get("/profile/address")
    owner.execute("UPDATE web_session SET seen_at = now() - interval '31 minutes'")
    return walker, await walker.submit(form, "/profile/address/check", street=STREET)


async def test_the_sign_in_page_says_that_nothing_is_lost(too_late) -> None:
    _, page = too_late
    assert page.path == "/sign-in"
    assert "What you typed is kept" in page.text
    assert page.form("/sign-in")["next"] == "/continue"


async def test_after_the_next_sign_in_one_press_goes_on_with_what_was_typed(too_late, visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get("/continue")
    assert "What you typed is still here" in page.text
    page = await walker.submit(page, "/profile/address/check")
    assert STREET.upper() in page.text.upper()
    page = await walker.submit(page, "/profile/address")
    assert "Your new address is saved" in page.text
    assert (await walker.get("/continue")).path == "/"


async def test_it_can_be_thrown_away(too_late, visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.submit(await walker.get("/continue"), "/continue-removal")
    assert page.path == "/"
    assert owner.execute("SELECT count(*) FROM draft").fetchone() == (0,)


async def test_nobody_else_sees_it(too_late, visitor) -> None:
    for person in (STRANGER, EDITOR):
        walker = visitor()
        await walker.enter(person)
        page = await walker.get("/continue")
        assert page.path != "/continue"
        assert STREET not in page.html


async def test_it_is_kept_for_an_hour(too_late, visitor, owner) -> None:
    owner.execute("UPDATE draft SET at = now() - interval '61 minutes'")
    walker = visitor()
    await walker.enter(MARIE)
    assert (await walker.get("/continue")).path == "/"


@pytest.mark.parametrize("secret", ["", "wrong", None])
async def test_without_the_visits_secret_nothing_is_kept(visitor, owner, secret) -> None:
    walker = visitor()
    session_id = await walker.enter(MARIE)
    owner.execute("UPDATE web_session SET seen_at = now() - interval '31 minutes'")
    walker.client.cookies.clear()
    if secret is not None:
        walker.client.cookies.set("__Host-session", f"{session_id}.{secret}", domain="portal.test")
    page = await walker.post("/profile/address/check", street=STREET)
    assert page.path == "/sign-in"
    assert owner.execute("SELECT count(*) FROM draft").fetchone() == (0,)


async def test_another_site_cannot_plant_one(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    owner.execute("UPDATE web_session SET seen_at = now() - interval '31 minutes'")
    page = await walker.post("/profile/address", headers={"Sec-Fetch-Site": "cross-site"}, street=STREET)
    assert page.status == 403
    assert owner.execute("SELECT count(*) FROM draft").fetchone() == (0,)


async def test_staff_find_what_they_wrote_too(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(EDITOR)
    form = await walker.get("/staff/memo")
    owner.execute("UPDATE web_session SET seen_at = now() - interval '16 minutes'")
    page = await walker.submit(form, "/staff/memo/preview", body="Un message long à écrire")
    assert page.path == "/sign-in"
    await walker.enter(EDITOR)
    page = await walker.get("/continue")
    page = await walker.submit(page, "/staff/memo/preview")
    assert "Un message long à écrire" in page.text
