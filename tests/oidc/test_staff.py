"""Staff sign in at their organisation's provider, which also says what they may do here."""

from urllib.parse import parse_qs, urlsplit

from portal import work
from portal.staff.actions import end_account, invite
from tests.oidc.provider import CLIENT, SECRET
from tests.personas import EDITOR, MARIE, READER

MFA = {"amr": ["pwd", "mfa"]}
ROLE = "SELECT role FROM staff_account WHERE subject = 'anna'"
ACCOUNTS = "SELECT count(*) FROM staff_account"
BEFORE = 4  # accounts of the personas


async def test_as_long_as_no_provider_is_named_there_is_no_such_way_in(plain_settings, database, owner) -> None:
    from portal.app import build
    from tests.walker import Walker

    walker = Walker(build(plain_settings, database), plain_settings, owner)
    assert "/oidc/" not in (await walker.get("/sign-in")).html
    for audience in ("staff", "donor", "nobody"):
        assert (await walker.post(f"/oidc/{audience}/start")).status == 404
        assert (await walker.get(f"/oidc/{audience}/callback?code=x&state=y")).status == 404
        assert (await walker.post(f"/oidc/{audience}/logout", logout_token="x")).status == 404


async def test_the_strongest_role_that_a_group_gives_counts(staff, one) -> None:
    for groups, role in (
        (["readers"], "reader"),
        (["everybody", "writers"], "editor"),
        (["readers", "writers", "auditors"], "compliance"),
        (["readers", "desk-admins", "auditors", "writers"], "administrator"),
    ):
        await staff(groups=groups)
        assert one(ROLE) == role


async def test_groups_are_found_inside_another_claim_too(browser, provider, go, one) -> None:
    walker = browser(staff_oidc_groups_claim="realm_access.roles")
    provider.send(
        "anna", proved=MFA, email="anna@x.example", realm_access={"roles": ["auditors"]}, groups=["desk-admins"]
    )
    assert (await go(walker)).path == "/staff"
    assert one(ROLE) == "compliance"


async def test_the_question_is_for_a_code_bound_to_this_browser_alone(browser, provider, go) -> None:
    walker = browser()
    addresses = [await go.leave(walker) for _ in range(2)]
    asked = [{name: value for name, [value] in parse_qs(urlsplit(address).query).items()} for address in addresses]
    assert addresses[0].startswith(f"{provider.issuer}/authorize?")
    assert asked[0]["response_type"] == "code"
    assert asked[0]["code_challenge_method"] == "S256"
    assert asked[0]["redirect_uri"] == "https://portal.test/oidc/staff/callback"
    assert asked[0]["scope"] == "openid profile email groups"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name]) >= 20
        assert asked[0][name] != asked[1][name]


async def test_the_first_sign_in_makes_the_account(staff, one, owner) -> None:
    await staff(groups=["writers"])
    row = owner.execute("SELECT email, name, role FROM staff_account WHERE subject = 'anna'").fetchone()
    assert row == ("anna@association.example", "anna", "editor")
    assert one("SELECT count(*) FROM journal WHERE kind = 'staff.account.created' AND data ? 'role'") == BEFORE + 1
    assert one("SELECT data->>'method' FROM journal WHERE kind = 'signin.completed'") == "oidc"


async def test_who_comes_again_is_the_same_account_whatever_else_has_changed(browser, provider, go, one) -> None:
    for email, name in (("anna@x.example", "Anna Bell"), ("anna.young@y.example", "Anna Young"), (None, None)):
        provider.send("anna", proved=MFA, groups=["writers"], email=email, name=name)
        assert (await go(browser())).path == "/staff"
    assert one(ACCOUNTS) == BEFORE + 1
    assert one("SELECT name FROM staff_account WHERE subject = 'anna'") == "Anna Bell"


async def test_the_same_name_at_another_provider_is_somebody_else(staff, browser, donors_provider, go, one) -> None:
    await staff("anna", groups=["readers"])
    elsewhere = browser(staff_oidc_issuer=donors_provider.issuer)
    donors_provider.send("anna", proved=MFA, groups=["writers"], email="anna@association.example")
    assert (await go(elsewhere)).status == 403, "an address is no key"
    donors_provider.send("anna", proved=MFA, groups=["writers"], email="other.anna@association.example")
    assert (await go(elsewhere)).path == "/staff"
    assert one("SELECT count(*) FROM staff_account WHERE subject = 'anna'") == 2


async def test_an_e_mail_address_is_never_a_key(browser, provider, go, is_in, one) -> None:
    walker = browser()
    for email in (EDITOR.email, EDITOR.email.upper()):
        provider.send("thief", proved=MFA, groups=["desk-admins"], email=email, email_verified=True)
        assert (await go(walker)).status == 403
        assert not await is_in(walker)
    assert one("SELECT count(*) FROM staff_account WHERE issuer IS NOT NULL") == 0
    assert one("SELECT role FROM staff_account WHERE email = %s", EDITOR.email) == "editor"


async def test_a_donors_address_gives_staff_nothing_of_the_donor(browser, provider, go) -> None:
    walker = browser()
    provider.send("anna", proved=MFA, groups=["readers"], email=MARIE.email, email_verified=True)
    assert (await go(walker)).path == "/staff"
    assert (await walker.get("/profile")).path == "/staff"


async def test_without_an_address_no_account_is_made(browser, provider, go, one) -> None:
    for told in ({}, {"email": ""}, {"email": None}):
        provider.send("anna", proved=MFA, groups=["writers"], name="Anna", **told)
        assert (await go(browser())).status == 403, told
    assert one(ACCOUNTS) == BEFORE


async def test_who_is_in_no_group_of_ours_is_not_let_in(browser, provider, go, is_in, one) -> None:
    walker = browser()
    for groups in ([], ["everybody"], "writers", {"writers": True}, None):
        provider.send("anna", proved=MFA, email="anna@x.example", groups=groups)
        page = await go(walker)
        assert page.status == 403, groups
        assert "you have no access to the desk" in page.text
    assert not await is_in(walker)
    assert one(ACCOUNTS) == BEFORE


async def test_who_has_lost_the_group_loses_the_open_visits_at_the_next_sign_in(
    staff, go, browser, provider, is_in
) -> None:
    before, stranger = await staff(), await staff("bert")
    assert await is_in(before)
    provider.send("anna", proved=MFA, groups=["everybody"])
    assert (await go(browser())).status == 403
    assert not await is_in(before)
    assert await is_in(stranger), "nobody else"


async def test_another_role_ends_the_visits_with_the_old_one(staff, is_in, one) -> None:
    before = await staff(groups=["desk-admins"])
    after = await staff(groups=["readers"])
    assert not await is_in(before)
    assert await is_in(after)
    assert one(ROLE) == "reader"
    assert one("SELECT data->>'role' FROM journal WHERE kind = 'staff.role.changed'") == "reader"
    again = await staff(groups=["readers"])
    assert await is_in(after), "the same role ends nothing"
    assert await is_in(again)


async def test_without_a_list_of_groups_only_who_was_invited_gets_in(browser, provider, go, oidc_settings, one) -> None:
    provider.send("anna", proved=MFA, email="anna@x.example", groups=["desk-admins"])
    assert (await go(browser(staff_oidc_groups=""))).status == 403
    assert one(ACCOUNTS) == BEFORE
    walker = await invited(browser(staff_oidc_groups=""), oidc_settings)
    assert (await back_again(walker, go)).path == "/staff"
    assert one(ROLE) == "reader", "the role that `portal staff create` gave"


async def test_a_second_factor_at_the_provider_is_enough(browser, provider, go) -> None:
    named = {"staff_oidc_second_factor": "mfa, phrh"}
    for proved in ({"amr": ["mfa"]}, {"amr": ["pwd", "otp"]}, {"amr": ["hwk", "fpt"]}, {"amr": ["pwd"], "acr": "phrh"}):
        provider.send("anna", proved=proved, email="anna@x.example", groups=["writers"])
        assert (await go(browser(**named))).path == "/staff", proved


async def test_one_factor_however_strong_is_not_two(browser, provider, go) -> None:
    for proved in ({"amr": ["hwk"]}, {"amr": ["otp"]}, {"amr": ["swk", "hwk"]}, {"amr": ["pwd", "kba"]}):
        provider.send("anna", proved=proved, email="anna@x.example", groups=["writers"])
        assert (await go(browser())).path == "/sign-in/second-factor", proved


async def test_what_only_the_userinfo_says_of_factors_is_not_believed(browser, provider, go) -> None:
    provider.send("anna", proved={"amr": ["pwd"]}, email="anna@x.example", groups=["writers"], amr=["mfa"])
    assert (await go(browser())).path == "/sign-in/second-factor"


async def test_a_fresh_proof_at_the_provider_is_one_only_if_it_says_so(browser, provider, go, owner) -> None:
    """Single sign-on would answer without asking anybody."""
    import time

    walker = browser()
    for said, fresh in ((None, False), (int(time.time()) - 7 * 3600, False), (int(time.time()), True)):
        proved = {"amr": ["mfa"]} | ({"auth_time": said} if said else {})
        provider.send("anna", proved=proved, email="anna@x.example", groups=["writers"])
        await go(walker)
        page = await walker.get("/security")
        asked = await walker.submit(page, "/security/passkeys/start")
        assert (asked.path == "/security/passkeys/new") is fresh, said
        if fresh:
            continue
        page = await walker.submit(asked, "/oidc/staff/start")
        [address] = [link for link in page.links if "/authorize?" in link]
        assert "prompt=login" in address
        assert "max_age=0" in address
        page = await walker.get(await go.visit(address))
        assert page.status == 403, "the provider did not ask them again"
        owner.execute("DELETE FROM web_session")


async def test_the_passkey_of_who_is_vouched_for_is_a_second_factor_and_no_way_in(browser, provider, go, owner) -> None:
    """Else it would outlive the group that the provider takes away."""
    from tests.passkeys.authenticator import Authenticator

    walker, device = browser(), Authenticator()
    provider.send("anna", email="anna@x.example", groups=["writers"])
    page = await walker.submit(await go(walker), "/security/passkeys/start")
    answer = device.create(page.tree.find(".//form[@data-passkey]").get("data-options"))
    assert (await walker.submit(page, "/security/passkeys", name="x", answer=answer)).path == "/staff"
    late = browser()
    page = await late.submit(await late.get("/sign-in"), "/passkey/start")
    answer = device.get(page.tree.find(".//form[@data-passkey]").get("data-options"))
    assert (await late.submit(page, "/passkey", answer=answer)).status == 422
    page = await late.submit(await go(late), "/passkey/start")
    answer = device.get(page.tree.find(".//form[@data-passkey]").get("data-options"))
    assert (await late.submit(page, "/passkey", answer=answer)).path == "/staff"


async def test_whatever_else_the_provider_says_is_none(browser, provider, go, is_in) -> None:
    walker = browser(staff_oidc_second_factor=" mfa,, otp ,")
    for proved in ({}, {"amr": ["pwd"]}, {"amr": [""], "acr": ""}, {"acr": "1"}, {"acr": None}, {"acr": "mfa otp"}):
        provider.send("anna", proved=proved, email="anna@x.example", groups=["writers"])
        assert (await go(walker)).path == "/sign-in/second-factor", proved
        assert not await is_in(walker)


async def test_without_a_second_factor_nothing_of_the_desk_opens(browser, provider, go, member_id, one) -> None:
    walker = browser()
    provider.send("anna", email="anna@x.example", groups=["desk-admins"])
    page = await go(walker)
    assert page.path == "/sign-in/second-factor"
    assert "Add a passkey" in page.text
    marie = f"/staff/members/{member_id(MARIE)}"
    for path in ("/staff", "/staff?q=dupont", marie, "/staff/memo", "/security", "/profile", "/", "/gifts"):
        page = await walker.get(path)
        assert page.path == "/sign-in/second-factor", path
        assert "Dupont" not in page.text
    token = page.form("/sign-out")["csrf_token"]
    page = await walker.post(f"{marie}/viewing", csrf_token=token, reason="on the phone")
    assert page.path == "/sign-in/second-factor"
    assert one("SELECT count(*) FROM journal WHERE kind IN ('signin.completed', 'staff.member.viewed')") == 0
    assert one("SELECT count(*) FROM web_session WHERE viewing_id IS NOT NULL") == 0


async def test_another_word_for_a_second_factor_can_be_named(browser, provider, go) -> None:
    proved = {"acr": "urn:two-factors"}
    for accepted, path in (("mfa", "/sign-in/second-factor"), ("mfa,urn:two-factors", "/staff")):
        provider.send("anna", proved=proved, email="anna@x.example", groups=["writers"])
        assert (await go(browser(staff_oidc_second_factor=accepted))).path == path


async def test_signing_in_leads_to_the_page_that_was_wanted_if_it_is_one_of_the_desk(
    browser, provider, go, member_id
) -> None:
    provider.send("anna", proved=MFA, email="anna@x.example", groups=["writers"])
    wanted = f"/staff/members/{member_id(MARIE)}"
    walker = browser()
    assert (await walker.get(wanted, follow=False)).headers["location"] == f"/sign-in?next={wanted}"
    assert (await go(walker, wanted=wanted)).path == wanted
    for elsewhere in ("/gifts", "//evil.example/staff", "https://evil.example/staff", "/staff/../../x"):
        assert (await go(browser(), wanted=elsewhere)).path == "/staff"


async def test_signing_in_gives_a_new_session_number(browser, provider, go, one) -> None:
    walker = browser()
    provider.send("anna", proved=MFA, email="anna@x.example", groups=["writers"])
    address = await go.leave(walker)
    before = walker.client.cookies["__Host-session"]
    await walker.get(await go.visit(address))
    assert walker.client.cookies["__Host-session"] != before
    assert one("SELECT count(*) FROM web_session WHERE id = %s", before.split(".")[0]) == 0


async def invited(walker, settings, email: str = READER.email):
    link = await work.as_owner(settings, lambda db: invite(db, settings, email))
    page = await walker.get(urlsplit(link).path)
    page = await walker.submit(page, "/sign-in/confirm", email=email)
    assert page.path == "/sign-in/second-factor"
    assert "Connect my account at work instead" in page.text
    return walker


async def back_again(walker, go):
    """From the page of the second factor to the provider and back."""
    page = await walker.submit(await walker.get("/sign-in/second-factor"), "/oidc/staff/start")
    return await walker.get(await go.visit(next(link for link in page.links if "/authorize?" in link)))


async def test_who_was_invited_connects_their_account_at_work_and_signs_in_with_it(
    browser, provider, go, oidc_settings, is_in, one
) -> None:
    walker = await invited(browser(), oidc_settings)
    assert not await is_in(walker)
    provider.send("anna", proved=MFA, groups=["readers"], email="another.address@x.example")
    assert (await back_again(walker, go)).path == "/staff"
    assert await is_in(walker)
    assert one(ACCOUNTS) == BEFORE
    assert one("SELECT email FROM staff_account WHERE subject = 'anna'") == READER.email
    assert one("SELECT count(*) FROM journal WHERE kind = 'identity.linked'") == 1
    assert (await go(browser())).path == "/staff", "directly from now on"
    assert one(ACCOUNTS) == BEFORE


async def test_who_was_invited_still_owes_a_second_factor_when_the_provider_asks_for_none(
    browser, provider, go, oidc_settings, is_in
) -> None:
    walker = await invited(browser(), oidc_settings)
    provider.send("anna", groups=["readers"])
    assert (await back_again(walker, go)).path == "/sign-in/second-factor"
    assert not await is_in(walker)


async def test_an_invitation_connects_nobody_who_may_not_come_in(
    browser, provider, go, oidc_settings, is_in, one
) -> None:
    walker = await invited(browser(), oidc_settings)
    provider.send("somebody", proved=MFA, groups=["everybody"])
    assert (await back_again(walker, go)).status == 403
    assert not await is_in(walker)
    assert one("SELECT count(*) FROM staff_account WHERE issuer IS NOT NULL") == 0
    assert one("SELECT count(*) FROM journal WHERE kind = 'identity.linked'") == 0
    provider.send("anna", proved=MFA, groups=["readers"])
    assert (await back_again(walker, go)).path == "/staff", "the right account can still be connected"


async def test_an_account_is_connected_once(browser, provider, go, oidc_settings, one) -> None:
    provider.send("anna", proved=MFA, groups=["readers"])
    await back_again(await invited(browser(), oidc_settings), go)
    provider.send("bert", proved=MFA, groups=["readers"], email=READER.email)
    assert (await back_again(await invited(browser(), oidc_settings), go)).status == 403
    assert one("SELECT subject FROM staff_account WHERE email = %s", READER.email) == "anna"


async def test_who_is_known_already_does_not_become_the_invited(browser, staff, provider, go, oidc_settings, one):
    await staff("anna", groups=["writers"])
    walker = await invited(browser(), oidc_settings)
    assert (await back_again(walker, go)).path == "/staff"
    assert one("SELECT subject FROM staff_account WHERE email = %s", READER.email) is None
    assert one("SELECT email FROM staff_account WHERE id = (SELECT staff_id FROM web_session ORDER BY created_at "
               "DESC LIMIT 1)") == "anna@association.example"  # fmt: skip


async def test_an_account_that_was_ended_stays_out(staff, browser, go, is_in, oidc_settings, one) -> None:
    before = await staff()
    end = {"email": "anna@association.example", "actor": "tests"}
    assert await work.as_owner(oidc_settings, lambda db: end_account(db, **end))
    assert not await is_in(before)
    walker = browser()
    page = await go(walker)
    assert page.status == 403
    assert "Signing in did not work" in page.text
    assert not await is_in(walker)
    assert one("SELECT data->>'why' FROM journal WHERE kind = 'request.refused'") == "oidc"


async def test_who_says_no_at_the_provider_is_back_at_a_calm_page(browser, provider, go, is_in) -> None:
    walker = browser()
    page = await go(walker)
    assert page.status == 403
    assert "Signing in did not work" in page.text
    assert not await is_in(walker)


async def test_a_provider_that_does_not_answer_is_told_so_and_asked_again_later(browser, provider, go, is_in) -> None:
    walker = browser()
    provider.send("anna", proved=MFA, email="anna@x.example", groups=["writers"])
    provider.lies.broken = True
    page = await walker.submit(await walker.get("/sign-in"), "/oidc/staff/start")
    assert page.status == 502
    assert "does not answer at the moment" in page.text
    provider.lies.broken = False
    back = await go.visit(await go.leave(walker))
    provider.lies.broken = True
    page = await walker.get(back)
    assert page.status == 502
    assert not await is_in(walker)
    provider.lies.broken = False
    assert (await go(walker)).path == "/staff"


async def test_nobody_at_the_providers_address_is_told_so_too(browser) -> None:
    from tests.conftest import free_port

    walker = browser(staff_oidc_issuer=f"http://127.0.0.1:{free_port()}")
    assert (await walker.submit(await walker.get("/sign-in"), "/oidc/staff/start")).status == 502


async def test_no_secret_of_the_provider_stands_anywhere_in_clear(staff, go, browser, provider, owner, caplog) -> None:
    caplog.set_level("DEBUG")
    await staff()
    provider.lies.signed = "by a stranger"
    assert (await go(browser())).status == 403
    assert len(provider.issued) == 6
    tables = [name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert {"oidc_grant", "journal", "web_session", "procrastinate_jobs", "procrastinate_events"} <= set(tables)
    for table in tables:
        rows = str(owner.execute(f"SELECT t::text FROM {table} AS t").fetchall())
        for secret in (*provider.issued, SECRET):
            assert secret not in rows, table
            assert secret.encode().hex() not in rows, table
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("portal"))
    assert not any(secret in said for secret in provider.issued)
    assert owner.execute("SELECT count(*), count(tokens) FROM oidc_grant").fetchone() == (1, 1)
    assert CLIENT not in said


async def test_the_database_waits_for_nobody_while_the_provider_is_asked(staff, database, watched) -> None:
    async with database.begin() as db:
        from sqlalchemy import text

        await db.execute(text("SELECT 1"))
        assert watched.look() == 1, "an open transaction would be seen"
    await staff()
    assert set(watched.seen) == {"/.well-known/openid-configuration", "/authorize", "/token", "/jwks", "/userinfo"}
    assert set(watched.seen.values()) == {0}
