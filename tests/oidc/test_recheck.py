"""The worker asks the provider again and again who is still in which group; a visit never outlives the answer."""

import time
from datetime import datetime, timedelta

import pytest

from portal import jobs, work
from portal.oidc.tasks import AFTER
from portal.web.session import RECHECK_MINUTES
from tests.oidc.provider import Lies

CHECKED = "SELECT checked_at FROM oidc_grant WHERE subject = 'anna'"
VISITS = "SELECT count(*) FROM web_session WHERE staff_id IS NOT NULL"
ROLE = "SELECT role FROM staff_account WHERE subject = 'anna'"


@pytest.fixture
def later(owner):
    """So many minutes go by for what the provider last said."""

    def move(minutes: float) -> None:
        owner.execute("UPDATE oidc_grant SET checked_at = now() - make_interval(secs => %s)", [minutes * 60])

    return move


@pytest.fixture
def recheck(oidc_settings):
    """The worker looks, as it does every minute."""

    async def look(**changes) -> None:
        from dataclasses import replace

        settings = replace(oidc_settings, **changes)
        await work.as_owner(settings, lambda db: jobs.defer(db, "oidc.recheck", timestamp=0))
        await work.run(settings, until_idle=True)

    return look


@pytest.fixture
def failed(one):
    """How many jobs came to a bad end."""
    return lambda: one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")


async def test_who_is_still_in_the_group_stays_in(staff, is_in, later, recheck, one) -> None:
    walker = await staff()
    later(4)
    before: datetime = one(CHECKED)
    await recheck()
    assert one(CHECKED) - before > timedelta(minutes=3)
    assert await is_in(walker)


async def test_a_fresh_answer_is_not_asked_for_again(staff, provider, later, recheck) -> None:
    await staff()
    provider.questions.clear()
    later(AFTER.total_seconds() / 60 - 0.5)
    await recheck()
    assert provider.questions == []


async def test_whose_group_was_taken_away_is_out(staff, provider, is_in, later, recheck, one, failed) -> None:
    walker, other_device, bert = await staff("anna"), await staff("anna"), await staff("bert")
    provider.people["anna"].told["groups"] = ["everybody"]
    later(4)
    await recheck()
    assert [await is_in(one) for one in (walker, other_device, bert)] == [False, False, True]
    assert one(VISITS) == 1
    assert not failed()


async def test_another_group_ends_the_visits_with_the_old_role(staff, provider, is_in, later, recheck, one) -> None:
    walker = await staff(groups=["desk-admins"])
    provider.people["anna"].told["groups"] = ["readers"]
    later(4)
    await recheck()
    assert not await is_in(walker)
    assert one(ROLE) == "reader"
    assert one("SELECT data->>'role' FROM journal WHERE kind = 'staff.role.changed'") == "reader"


async def test_whose_account_the_provider_closed_is_out(staff, provider, is_in, later, recheck, one) -> None:
    walker = await staff()
    provider.dismiss("anna")
    later(4)
    await recheck()
    assert not await is_in(walker)
    assert one(VISITS) == 0


async def test_whoever_the_provider_now_says_it_is_the_visit_ends_unless_it_is_the_same(
    staff, provider, is_in, later, recheck
) -> None:
    walker = await staff()
    provider.lies.userinfo = {"sub": "somebody-else"}
    later(4)
    await recheck()
    assert not await is_in(walker)


async def test_who_is_half_in_is_asked_for_too(browser, provider, go, later, recheck, one) -> None:
    walker = browser()
    provider.send("anna", groups=["writers"], email="anna@x.example")
    assert (await go(walker)).path == "/sign-in/second-factor"
    provider.people["anna"].told["groups"] = []
    later(4)
    await recheck()
    assert one(VISITS) == 0


async def test_without_an_answer_the_desk_closes_after_five_minutes_and_opens_again_with_one(
    staff, provider, is_in, later, recheck, one, failed
) -> None:
    walker = await staff()
    provider.lies.broken = True
    later(RECHECK_MINUTES - 0.2)
    await recheck()
    assert await is_in(walker), "a short silence harms nobody"
    later(RECHECK_MINUTES + 0.1)
    await recheck()
    assert not await is_in(walker)
    assert one(VISITS) == 1
    assert not failed()
    provider.lies.broken = False
    await recheck()
    assert await is_in(walker)


async def test_with_nobody_at_the_providers_address_it_is_the_same(staff, is_in, later, recheck, failed) -> None:
    from tests.conftest import free_port

    walker = await staff()
    later(RECHECK_MINUTES - 0.2)
    await recheck(staff_oidc_issuer=f"http://127.0.0.1:{free_port()}")
    assert await is_in(walker)
    later(RECHECK_MINUTES + 0.1)
    assert not await is_in(walker)
    assert not failed()


async def test_while_the_worker_sleeps_nobody_stays_in(staff, browser, is_in, later, member_id) -> None:
    from tests.personas import MARIE

    walker = await staff()
    page = await walker.get(f"/staff/members/{member_id(MARIE)}")
    await walker.submit(page, f"/staff/members/{member_id(MARIE)}/viewing", reason="on the phone")
    assert "Hello Marie" in (await walker.get("/")).text
    later(RECHECK_MINUTES + 0.1)
    page = await walker.get("/")
    assert page.path == "/sign-in", "nor as somebody who looks at a member's pages"
    assert "Marie" not in page.html


async def test_tokens_that_change_with_each_use_are_used_once(staff, provider, is_in, later, recheck) -> None:
    walker = await staff()
    for _ in range(3):
        later(4)
        await recheck()
        assert await is_in(walker)
    assert provider.questions.count("/token") == 4
    assert provider.used_again == []
    assert len(provider.refreshing) == 1


async def test_two_looks_at_the_same_moment_do_not_use_a_token_twice(
    staff, provider, is_in, later, oidc_settings, one
) -> None:
    """A look that lasts longer than a minute, or a second worker: the next look waits for it."""
    walker = await staff()
    later(4)
    provider.watch = lambda _: time.sleep(0.3)

    async def two(db) -> None:
        for name in ("one", "two"):
            await jobs.defer(db, "oidc.recheck", once=name, timestamp=0)

    await work.as_owner(oidc_settings, two)
    assert one("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'oidc.recheck'") == 2
    await work.run(oidc_settings, until_idle=True)
    assert provider.used_again == []
    assert await is_in(walker)


async def test_a_session_number_that_changes_meanwhile_loses_no_token(
    staff, provider, later, recheck, owner, one
) -> None:
    """As when somebody begins to look at a member's pages in that moment."""
    await staff()
    provider.watch = lambda _: owner.execute("UPDATE web_session SET id = gen_random_uuid()")
    for _ in range(2):
        later(4)
        await recheck()
        assert one("SELECT count(*) FROM oidc_grant WHERE checked_at > now() - interval '1 minute'") == 1
    assert provider.used_again == []
    provider.people["anna"].told["groups"] = []
    later(4)
    await recheck()
    assert one(VISITS) == 0


async def test_tokens_that_do_not_change_are_kept(staff, provider, is_in, later, recheck) -> None:
    provider.rotates = False
    walker = await staff()
    for _ in range(2):
        later(4)
        await recheck()
        assert await is_in(walker)
    assert provider.questions.count("/token") == 3


async def test_tokens_that_live_a_minute_only_are_renewed_when_we_ask_not_behind_our_back(
    staff, provider, is_in, later, recheck
) -> None:
    provider.expires_in = 60
    walker = await staff()
    assert provider.questions.count("/token") == 1
    for _ in range(2):
        later(4)
        await recheck()
        assert await is_in(walker)
    assert provider.used_again == []
    assert provider.questions.count("/token") == 3


async def test_a_provider_without_refresh_tokens_is_asked_with_the_first_one(
    browser, provider, go, is_in, later, recheck
) -> None:
    provider.refreshes = False
    walker = browser()
    provider.send("anna", proved={"amr": ["mfa"]}, groups=["writers"], email="anna@x.example")
    await go(walker)
    later(4)
    await recheck()
    assert await is_in(walker)
    provider.dismiss("anna")
    later(4)
    await recheck()
    assert not await is_in(walker)


async def test_groups_that_stand_in_the_id_token_only_are_read_there(
    browser, provider, go, is_in, later, recheck, one
) -> None:
    """As with Entra ID, whose userinfo tells none."""
    walker = browser()
    proved = provider.send("anna", proved={"amr": ["mfa"], "groups": ["writers"]}, email="anna@x.example").proved
    assert (await go(walker)).path == "/staff"
    later(4)
    await recheck()
    assert await is_in(walker)
    proved["groups"] = ["readers"]
    later(4)
    await recheck()
    assert not await is_in(walker)
    assert one(ROLE) == "reader"


async def test_the_id_token_of_a_renewal_is_not_believed_blindly(browser, provider, go, is_in, later, recheck) -> None:
    stranger = {"sub": "somebody-else"}
    for in_token, in_userinfo in (
        ({"aud": "somebody-else"}, {}),
        ({"iss": "https://another.example"}, {}),
        ({"exp": 1_000_000_300, "iat": 1_000_000_000}, {}),
        (stranger, {}),
        (stranger, stranger),
    ):
        walker = browser()
        provider.lies = Lies()
        provider.send("anna", proved={"amr": ["mfa"], "groups": ["writers"]}, email="anna@x.example")
        assert (await go(walker)).path == "/staff"
        provider.lies = Lies(id_token=in_token, userinfo=in_userinfo)
        later(4)
        await recheck()
        assert not await is_in(walker), (in_token, in_userinfo)


async def test_tokens_stay_sealed_through_every_renewal(staff, provider, later, recheck, owner) -> None:
    await staff()
    [first] = owner.execute("SELECT tokens FROM oidc_grant").fetchone()
    later(4)
    await recheck()
    [second] = owner.execute("SELECT tokens FROM oidc_grant").fetchone()
    assert first != second
    for table in ("oidc_grant", "web_session", "procrastinate_jobs", "procrastinate_events", "journal"):
        rows = str(owner.execute(f"SELECT t::text FROM {table} AS t").fetchall())
        for secret in provider.issued:
            assert secret not in rows
            assert secret.encode().hex() not in rows


async def test_tokens_that_can_no_longer_be_opened_end_their_visit_and_hold_up_no_other(
    staff, provider, is_in, later, recheck, owner, failed
) -> None:
    anna, bert = await staff("anna"), await staff("bert")
    owner.execute("UPDATE oidc_grant SET tokens = 'spoilt' WHERE subject = 'anna'")
    later(4)
    await recheck()
    assert not await is_in(anna)
    assert await is_in(bert)
    assert not failed()


async def test_many_visits_are_asked_for_in_one_go(staff, provider, later, recheck, owner, one) -> None:
    for _ in range(12):
        await staff("anna")
    later(4)
    await recheck()
    assert one("SELECT count(*) FROM oidc_grant WHERE checked_at > now() - interval '1 minute'") == 12
    assert provider.used_again == []


async def test_donors_are_not_asked_for(browser, donors_provider, go, owner, later, recheck, member_id) -> None:
    from tests.personas import MARIE

    owner.execute(
        "INSERT INTO donor_identity (issuer, subject, member_id) VALUES (%s, 'marie', %s)",
        [donors_provider.issuer, member_id(MARIE)],
    )
    walker = browser()
    donors_provider.send("marie")
    assert "Hello Marie" in (await go(walker, "donor")).text
    donors_provider.questions.clear()
    later(60)
    await recheck()
    assert donors_provider.questions == []
    assert "Hello Marie" in (await walker.get("/")).text


async def test_the_database_waits_for_nobody_while_the_worker_asks(staff, later, recheck, watched) -> None:
    await staff("anna")
    await staff("bert")
    watched.seen.clear()
    later(4)
    await recheck()
    assert watched.seen == {"/token": 0, "/userinfo": 0}
