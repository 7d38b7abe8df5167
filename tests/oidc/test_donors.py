"""Donors sign in at a provider too, once they have connected it with the space that is theirs."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.personas import CLAIRE, GEORGES, MARIE, NADIA

CONNECTED = "SELECT count(*) FROM donor_identity"


@pytest.fixture
def by_mail(work_off, mails):
    """Fill in the sign-in page that is there, and open the link that arrives."""

    async def sign_in(walker, page, person, *, opened_in=None):
        before = len(mails.to(person.email))
        await walker.submit(page, "/sign-in", email=person.email)
        await work_off()
        [mail] = mails.to(person.email)[before:]
        found = re.search(r"https://portal\.test(/sign-in/link/\S+)", mail.get_body(("plain",)).get_content())
        assert found
        page = await (opened_in or walker).get(found[1])
        typed = {"email": person.email} if opened_in else {}
        return await (opened_in or walker).submit(page, "/sign-in/confirm", **typed)

    return sign_in


@pytest.fixture
def connected(browser, donors_provider, go, by_mail):
    """A browser in which this person has just connected the provider."""

    async def connect(person=MARIE, subject="marie-at-the-provider"):
        walker = browser()
        donors_provider.send(subject)
        page = await by_mail(walker, await go(walker, "donor"), person)
        assert page.path == "/oidc/donor/link"
        page = await walker.submit(page, "/oidc/donor/link")
        assert page.path == "/security"
        return walker

    return connect


async def test_who_comes_for_the_first_time_signs_in_by_mail_and_connects_the_two(
    browser, donors_provider, go, by_mail, one, member_id
) -> None:
    walker = browser()
    donors_provider.send("pairwise-4711")
    page = await go(walker, "donor")
    assert page.path == "/sign-in"
    assert "You come from TestConnect for the first time" in page.text
    assert (await walker.get("/", follow=False)).status == 303, "nobody is in yet"
    page = await by_mail(walker, page, MARIE)
    assert page.path == "/oidc/donor/link"
    assert "Marie Dupont" in page.text
    assert one(CONNECTED) == 0, "only the button connects"
    page = await walker.submit(page, "/oidc/donor/link")
    assert page.path == "/security"
    assert one("SELECT member_id FROM donor_identity WHERE subject = 'pairwise-4711'") == member_id(MARIE)
    assert one("SELECT member_id FROM journal WHERE kind = 'identity.linked'") == member_id(MARIE)
    assert "Sign-in by another service connected" in page.text


async def test_from_then_on_they_sign_in_directly(connected, browser, go, one) -> None:
    await connected()
    walker = browser()
    page = await go(walker, "donor", wanted="/gifts")
    assert page.path == "/gifts"
    assert "Hello Marie" in (await walker.get("/")).text
    assert one("SELECT count(*) FROM journal WHERE data->>'method' = 'oidc'") == 1
    assert one("SELECT count(*) FROM web_session WHERE method = 'oidc' AND member_id IS NOT NULL") == 1


async def test_an_address_that_the_provider_tells_opens_nothing(browser, donors_provider, go, one) -> None:
    walker = browser()
    donors_provider.send(
        "thief", proved={"email": MARIE.email, "email_verified": True}, email=MARIE.email, email_verified=True,
        given_name="Marie", family_name="Dupont", birthdate="1950-01-01",
    )  # fmt: skip
    page = await go(walker, "donor")
    assert page.path == "/sign-in"
    assert MARIE.email not in page.html
    for path in ("/", "/gifts", "/oidc/donor/link", "/security"):
        assert (await walker.get(path, follow=False)).headers["location"].startswith("/sign-in")
    assert one("SELECT count(*) FROM web_session WHERE mailbox IS NOT NULL OR member_id IS NOT NULL") == 0


async def test_who_does_not_press_the_button_has_connected_nothing(browser, donors_provider, go, by_mail, one) -> None:
    walker = browser()
    donors_provider.send("marie-at-the-provider")
    await by_mail(walker, await go(walker, "donor"), MARIE)
    assert "Hello Marie" in (await walker.get("/")).text
    assert one(CONNECTED) == 0
    assert (await go(browser(), "donor")).path == "/sign-in"


async def test_who_opens_the_mail_in_another_browser_does_not_connect_it(
    browser, donors_provider, go, by_mail, one
) -> None:
    """Else one who comes from the provider could have another's mail connect their identity with another's space."""
    thief, marie = browser(), browser()
    donors_provider.send("thief")
    page = await by_mail(thief, await go(thief, "donor"), MARIE, opened_in=marie)
    assert page.path == "/security", "there is nothing to connect in this browser"
    assert (await thief.get("/oidc/donor/link", follow=False)).headers["location"].startswith("/sign-in")
    token = page.form("/sign-out")["csrf_token"]
    await marie.post("/oidc/donor/link", csrf_token=token)
    assert one(CONNECTED) == 0


async def test_who_is_signed_in_already_connects_it_without_another_mail(browser, donors_provider, go, one) -> None:
    walker = browser()
    page = await walker.get("/sign-in?next=/security")
    await walker.enter(MARIE)
    donors_provider.send("marie-at-the-provider")
    token = (await walker.get("/security")).form("/sign-out")["csrf_token"]
    page = await walker.post("/oidc/donor/start", csrf_token=token, next="/security")
    page = await walker.get(await go.visit(next(link for link in page.links if "/authorize?" in link)))
    assert page.path == "/oidc/donor/link"
    assert (await walker.submit(page, "/oidc/donor/link")).path == "/security"
    assert one(CONNECTED) == 1


async def test_connecting_wants_a_fresh_proof(browser, donors_provider, go, by_mail, owner, one) -> None:
    walker = browser()
    donors_provider.send("marie-at-the-provider")
    page = await by_mail(walker, await go(walker, "donor"), MARIE)
    owner.execute("UPDATE web_session SET proved_at = now() - interval '11 minutes'")
    assert (await walker.submit(page, "/oidc/donor/link")).path == "/security/confirmation"
    assert (await walker.get("/oidc/donor/link")).path == "/security/confirmation"
    assert one(CONNECTED) == 0


async def test_an_identity_is_connected_with_one_member_and_stays_so(
    connected, browser, donors_provider, go, by_mail, owner, one, member_id
) -> None:
    donors_provider.send("marie-at-the-provider")
    early = browser()
    page = await go(early, "donor")
    await connected(MARIE)
    page = await by_mail(early, page, NADIA)
    await early.submit(page, "/oidc/donor/link")
    assert one(CONNECTED) == 1
    assert one("SELECT member_id FROM donor_identity") == member_id(MARIE)
    assert one("SELECT count(*) FROM journal WHERE kind = 'identity.linked'") == 1


async def test_of_a_shared_mailbox_the_one_who_was_chosen_is_connected(
    browser, donors_provider, go, by_mail, owner, one
) -> None:
    walker = browser()
    donors_provider.send("paul-at-the-provider")
    page = await by_mail(walker, await go(walker, "donor"), CLAIRE)
    assert page.path == "/sign-in/choice"
    buttons = [form for form in page.tree.iterfind(".//form") if form.get("action") == "/sign-in/choice"]
    chosen = {field.get("name"): field.get("value") for field in buttons[1].iterfind(".//input")}
    page = await walker.post("/sign-in/choice", **chosen)
    assert page.path == "/oidc/donor/link"
    assert "Paul Martin" in page.text
    await walker.submit(page, "/oidc/donor/link")
    page = await go(browser(), "donor")
    assert "Hello Paul" in page.text


async def test_the_identity_that_waits_goes_with_the_session(browser, donors_provider, go, one) -> None:
    """On a shared computer nobody connects what another left behind."""
    walker = browser()
    donors_provider.send("somebody-before")
    await go(walker, "donor")
    walker.client.cookies.clear()
    await walker.enter(MARIE)
    assert (await walker.get("/oidc/donor/link")).path == "/security"
    page = await walker.submit(await walker.get("/"), "/sign-out")
    assert "You are signed out" in page.text


@pytest.mark.parametrize("what", ["closed = true", "deceased_on = '2026-01-01'"])
async def test_the_identity_of_who_has_died_or_left_opens_nothing(
    connected, browser, go, owner, one, member_id, what
) -> None:
    await connected()
    owner.execute("DELETE FROM web_session")
    owner.execute(f"UPDATE member SET {what} WHERE id = %s", [member_id(MARIE)])
    walker = browser()
    page = await go(walker, "donor")
    assert page.status == 403
    assert "Signing in did not work" in page.text
    assert "Marie" not in page.text
    assert (await walker.get("/", follow=False)).headers["location"] == "/sign-in"
    assert one("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL") == 0
    assert one("SELECT data->>'why' FROM journal WHERE kind = 'request.refused'") == "oidc"


async def test_a_deceased_members_mailbox_connects_nothing(browser, donors_provider, go, work_off, mails, one) -> None:
    walker = browser()
    donors_provider.send("georges-at-the-provider")
    await walker.submit(await go(walker, "donor"), "/sign-in", email=GEORGES.email)
    await work_off()
    assert "sign-in/link" not in mails.to(GEORGES.email)[0].as_string()
    assert one(CONNECTED) == 0


async def test_a_donors_identity_is_nobody_at_the_desk(connected, browser, donors_provider, go, is_in) -> None:
    await connected()
    walker = browser()
    donors_provider.send("marie-at-the-provider", groups=["desk-admins"], amr=["mfa"])
    assert "Hello Marie" in (await go(walker, "donor")).text
    assert not await is_in(walker)


async def test_what_the_settings_ask_for_is_asked_for(browser, go) -> None:
    plain = parse_qs(urlsplit(await go.leave(browser(), "donor")).query)
    assert plain["scope"] == ["openid"]
    assert "acr_values" not in plain
    assert plain["redirect_uri"] == ["https://portal.test/oidc/donor/callback"]
    asked = parse_qs(
        urlsplit(await go.leave(browser(donor_oidc_scopes="openid gender", donor_oidc_acr="eidas1"), "donor")).query
    )
    assert asked["scope"] == ["openid gender"]
    assert asked["acr_values"] == ["eidas1"]


async def test_each_way_in_is_offered_only_where_its_provider_is_named(browser, go) -> None:
    page = await browser(staff_oidc_issuer="").get("/sign-in")
    assert "With TestConnect" in page.text
    assert "/oidc/staff/start" not in page.html
    walker = browser(donor_oidc_issuer="")
    assert "/oidc/donor/" not in (await walker.get("/sign-in")).html
    assert (await walker.post("/oidc/donor/start")).status == 404


async def test_the_database_waits_for_nobody_while_the_provider_is_asked(connected, browser, go, watched) -> None:
    await connected()
    assert "Hello Marie" in (await go(browser(), "donor")).text
    assert watched.seen["/token"] == watched.seen["/userinfo"] == 0
    assert set(watched.seen.values()) == {0}
