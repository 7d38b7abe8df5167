"""The provider tells us, server to server, that somebody has signed out there."""

from typing import Any

import pytest

from tests.oidc.provider import LOGOUT_EVENT, base64url

HERE = "/oidc/staff/logout"


@pytest.fixture
def tell(browser):
    """As the provider's server does: no browser, no cookie, no token of a form."""

    async def post(path: str = HERE, **fields: str):
        client = browser().client
        for name in ("sec-fetch-site", "accept-language"):
            del client.headers[name]
        return (await client.post(path, data=fields)).status_code

    return post


@pytest.fixture
async def three(staff, one):
    """Anna at two devices and Bert at one: their browsers, and the provider's name of Anna's first visit."""
    first = await staff("anna")
    sid = one("SELECT sid FROM oidc_grant")
    return first, await staff("anna"), await staff("bert"), sid


async def test_one_session_of_the_provider_ends_just_that_visit(three, provider, tell, is_in) -> None:
    first, second, bert, sid = three
    assert await tell(logout_token=provider.logout_token(sid=sid, sub="anna")) == 200
    assert [await is_in(walker) for walker in (first, second, bert)] == [False, True, True]
    assert (await first.get("/staff", follow=False)).headers["location"] == "/sign-in?next=/staff"


async def test_a_person_without_a_session_named_ends_all_their_visits(three, provider, tell, is_in, one) -> None:
    first, second, bert, _ = three
    assert await tell(logout_token=provider.logout_token(sub="anna")) == 200
    assert [await is_in(walker) for walker in (first, second, bert)] == [False, False, True]
    assert one("SELECT count(*) FROM oidc_grant") == 1, "no token is kept of a visit that has ended"


async def test_who_is_half_in_is_out_too(browser, provider, go, tell, one) -> None:
    walker = browser()
    provider.send("anna", groups=["writers"], email="anna@x.example")
    assert (await go(walker)).path == "/sign-in/second-factor"
    assert await tell(logout_token=provider.logout_token(sub="anna")) == 200
    assert (await walker.get("/sign-in/second-factor")).path == "/sign-in"


async def test_what_names_nobody_here_is_taken_and_ends_nothing(three, provider, tell, is_in) -> None:
    for claims in ({"sub": "stranger"}, {"sid": "unknown"}, {"sid": "unknown", "sub": "anna"}):
        assert await tell(logout_token=provider.logout_token(**claims)) == 200
    assert [await is_in(walker) for walker in three[:3]] == [True, True, True]


WRONG: list[dict[str, Any]] = [
    {"aud": "somebody-else"},
    {"aud": None},
    {"iss": "https://another.example"},
    {"iss": None},
    {"nonce": "x"},
    {"events": None},
    {"events": {}},
    {"events": LOGOUT_EVENT},
    {"events": {"http://schemas.openid.net/event/another": {}}},
    {"exp": 1_000_000_300, "iat": 1_000_000_000},
    {"exp": None},
    {"iat": 4_000_000_000, "exp": 4_000_000_300},
    {"iat": None},
]


async def test_any_other_token_ends_nothing(staff, provider, tell, is_in) -> None:
    walker = await staff("anna")
    for claims in WRONG:
        assert await tell(logout_token=provider.logout_token(sub="anna", **claims)) == 400, claims
    for signed in ("by a stranger", "with the secret", "not at all"):
        provider.lies.signed = signed
        assert await tell(logout_token=provider.logout_token(sub="anna")) == 400, signed
    assert await is_in(walker)
    provider.lies.signed = "rightly"
    assert await tell(logout_token=provider.logout_token(sub="anna")) == 200
    assert not await is_in(walker), "the same token with nothing wrong in it does"


HEADERS = ["[]", "null", "1", "x", "", "{}", '{"alg": 1}', '{"alg": null}', '{"alg": "RS256", "kid": {}}',
    '{"alg": "RS256", "kid": []}', '{"alg": "RS256", "crit": 1}', '{"alg": "RS256", "crit": ["x"]}',
    '{"alg": "RS256", "b64": false, "crit": ["b64"]}', '{"alg": "RS256", "jwk": {"kty": "oct", "k": "AA"}}',
    '{"alg": "dir", "enc": "A128GCM"}', '{"alg": "RS256", "typ": 1}', "\xff", "{" * 500]  # fmt: skip


async def test_what_is_no_token_ends_nothing(three, provider, tell, is_in, caplog) -> None:
    good = provider.logout_token(sub="anna")
    for fields in ({}, {"logout_token": ""}, {"logout_token": "x"}, {"logout_token": "a.b.c"}, {"token": good}):
        assert await tell(**fields) == 400, fields
    header, content, signature = good.split(".")
    others = [f"{base64url(other.encode())}.{content}.{signature}" for other in HEADERS]
    others += [f"{header}.{content}", f"{header}.{content}.", f"{header}..{signature}", f"{header}.{content}.AAAA"]
    others += [f"{good}.{signature}", f"{good}.{content}.{signature}", f" {header} . {content} . x", "x" * 6000]
    for token in (*others, provider.logout_token()):
        assert await tell(logout_token=token) == 400, token
    assert [await is_in(walker) for walker in three[:3]] == [True, True, True]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_keys_that_are_nonsense_end_nothing(staff, provider, tell, is_in, caplog, forget_keys) -> None:
    walker = await staff("anna")
    token = provider.logout_token(sub="anna")
    for words in (b"", b"<html>", b"{}", b"[]", b"null", b'{"keys": "x"}', b'{"keys": []}', b'{"keys": [{}]}'):
        provider.lies.nonsense["/jwks"] = words
        forget_keys()
        assert await tell(logout_token=token) == 400, words
    assert await is_in(walker)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    provider.lies.nonsense.clear()
    forget_keys()
    assert await tell(logout_token=token) == 200
    assert not await is_in(walker)


async def test_an_id_token_is_no_logout_token(staff, provider, tell, is_in) -> None:
    walker = await staff("anna")
    id_token = provider.logout_token(sub="anna", events=None, sid="x", nonce="y", amr=["mfa"])
    assert await tell(logout_token=id_token) == 400
    assert await is_in(walker)


async def test_the_donors_provider_ends_no_visit_of_the_staff(staff, provider, donors_provider, tell, is_in) -> None:
    walker = await staff("anna")
    theirs = donors_provider.logout_token(sub="anna")
    assert await tell(logout_token=theirs) == 400
    assert await tell("/oidc/donor/logout", logout_token=theirs) == 200
    assert await tell("/oidc/donor/logout", logout_token=provider.logout_token(sub="anna")) == 400
    assert await is_in(walker)


async def test_a_donors_visit_ends_in_the_same_way(browser, donors_provider, go, owner, tell, member_id) -> None:
    from tests.personas import MARIE

    owner.execute(
        "INSERT INTO donor_identity (issuer, subject, member_id) VALUES (%s, 'marie', %s)",
        [donors_provider.issuer, member_id(MARIE)],
    )
    through_provider, by_mail = browser(), browser()
    donors_provider.send("marie")
    assert "Hello Marie" in (await go(through_provider, "donor")).text
    await by_mail.enter(MARIE)
    assert await tell("/oidc/donor/logout", logout_token=donors_provider.logout_token(sub="marie")) == 200
    assert (await through_provider.get("/", follow=False)).status == 303
    assert "Hello Marie" in (await by_mail.get("/")).text, "the provider never vouched for this one"


async def test_a_provider_that_changed_its_key_is_still_understood(staff, provider, tell, is_in) -> None:
    walker = await staff("anna")
    provider.key, provider.stranger = provider.stranger, provider.key
    assert await tell(logout_token=provider.logout_token(sub="anna")) == 200
    assert not await is_in(walker)


async def test_while_its_keys_cannot_be_read_nothing_ends_and_it_is_told_so(
    staff, provider, tell, is_in, caplog, forget_keys
) -> None:
    walker = await staff("anna")
    token = provider.logout_token(sub="anna")
    provider.lies.broken = True
    forget_keys()
    assert await tell(logout_token=token) == 400
    assert not [record for record in caplog.records if record.levelname == "ERROR"], "it is no fault of ours"
    assert await is_in(walker)
    provider.lies.broken = False
    assert await tell(logout_token=token) == 200
    assert not await is_in(walker)


async def test_what_fits_no_key_makes_us_ask_for_new_ones_once_a_minute(provider, tell, forget_keys) -> None:
    forget_keys()
    before = provider.questions.count("/jwks")
    for _ in range(10):
        assert await tell(logout_token="x.y.z") == 400
    assert provider.questions.count("/jwks") - before <= 2


async def test_the_database_waits_for_nobody_while_the_keys_are_asked_for(
    staff, provider, is_in, watched, forget_keys
) -> None:
    walker = await staff("anna")
    forget_keys()
    watched.seen.clear()
    page = await walker.post("/oidc/staff/logout", logout_token=provider.logout_token(sub="anna"))
    assert page.status == 200, "a cookie that comes with it does no harm"
    assert watched.seen == {"/jwks": 0}
    assert not await is_in(walker)
