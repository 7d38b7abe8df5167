"""Every answer of a provider that is not wholly right is refused: a calm page, no session, a line in the journal."""

from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from joserfc.jwk import RSAKey

from tests.oidc.provider import CLIENT, Lies

NOBODY = "SELECT count(*) FROM web_session WHERE staff_id IS NOT NULL OR member_id IS NOT NULL"
NOTED = "SELECT data->>'why', data->>'route' FROM journal WHERE kind = 'request.refused' ORDER BY id DESC"
STATE, ISSUER, UNASKED = "another state", "the answer is another issuer's", "nobody asked"
WRONG, MISSING, UNKNOWN = "InvalidClaimError", "MissingClaimError", "userinfo is somebody else's"
SIGNED, OAUTH, NO = "UnsupportedAlgorithmError", "OAuthError", "the provider said no"


@pytest.fixture
async def on_the_way(browser, provider, go):
    """Anna's browser, and the address with which the provider sends it back."""
    walker = browser()
    address = await go.leave(walker)
    come(provider)
    return walker, await go.visit(address)


@pytest.fixture
def refused(owner, is_in, caplog):
    """This page refuses whom it answers, for this reason; `visits` of others go on."""
    caplog.set_level("INFO", "portal")

    async def check(walker, page, why: str, *, visits: int = 0) -> None:
        assert page.status == 403
        assert "Signing in did not work" in page.text
        assert "Back to signing in" in page.text
        assert caplog.messages[-1] == f"sign-in of staff by OpenID Connect: ProviderRefused {why}"
        assert owner.execute(NOTED).fetchone() == ("oidc", "/oidc/{audience}/callback")
        assert owner.execute(NOBODY).fetchone() == (visits,)
        assert visits or not await is_in(walker)

    return check


def come(provider) -> None:
    provider.send("anna", proved={"amr": ["mfa"]}, groups=["writers"], email="anna@x.example")


def other(back: str, **changes: str | None) -> str:
    """The same address with other values; None leaves one out."""
    parts = urlsplit(back)
    values = dict(parse_qsl(parts.query)) | changes
    return f"{parts.path}?{urlencode({name: value for name, value in values.items() if value is not None})}"


async def test_the_right_answer_lets_in(on_the_way, is_in, owner) -> None:
    """The walk of all the tests below, without their lie."""
    walker, back = on_the_way
    assert (await walker.get(back)).path == "/staff"
    assert await is_in(walker)
    assert owner.execute(NOBODY).fetchone() == (1,)
    assert owner.execute(NOTED).fetchone() is None


ANSWERS: list[tuple[str, dict[str, str | None]]] = [
    (STATE, {"state": None}),
    (STATE, {"state": ""}),
    (STATE, {"state": "x" * 30}),
    (ISSUER, {"iss": "https://another.example"}),
    (ISSUER, {"iss": None}),
    (ISSUER, {"iss": ""}),
    (NO, {"code": None}),
    (NO, {"code": None, "error": "access_denied"}),
    (OAUTH, {"code": "x" * 30}),
]


async def test_another_answer_than_the_providers_is_refused(browser, provider, go, refused) -> None:
    walker = browser()
    come(provider)
    for why, changes in ANSWERS:
        back = await go.visit(await go.leave(walker))
        await refused(walker, await walker.get(other(back, **changes)), why)


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        (Lies(answer={"iss": "https://another.example"}), ISSUER),
        (Lies(answer={"iss": None}), ISSUER),
        (Lies(answer={"state": "another"}), STATE),
        (Lies(id_token={"iss": "https://another.example"}), WRONG),
        (Lies(id_token={"nonce": "another"}), WRONG),
        (Lies(id_token={"nonce": None}), MISSING),
        (Lies(id_token={"aud": "somebody-else", "azp": CLIENT}), WRONG),
        (Lies(id_token={"aud": ["somebody-else"], "azp": CLIENT}), WRONG),
        (Lies(id_token={"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"}), WRONG),
        (Lies(id_token={"aud": None}), MISSING),
        (Lies(id_token={"exp": 1_000_000_300, "iat": 1_000_000_000}), "ExpiredTokenError"),
        (Lies(id_token={"exp": None}), MISSING),
        (Lies(id_token={"sub": None}), MISSING),
        (Lies(signed="not at all"), SIGNED),
        (Lies(signed="with the secret"), SIGNED),
        (Lies(signed="by a stranger"), "BadSignatureError"),
        (Lies(without_id_token=True), "no id_token"),
        (Lies(userinfo={"sub": "somebody-else"}), UNKNOWN),
        (Lies(userinfo={"sub": None}), UNKNOWN),
    ],
    ids=lambda value: str(value) if isinstance(value, Lies) else "",
)
async def test_a_provider_that_lies_is_not_believed(browser, provider, go, refused, lies, why) -> None:
    walker = browser()
    come(provider)
    provider.lies = lies
    await refused(walker, await go(walker), why)
    provider.lies = Lies()
    assert (await go(walker)).path == "/staff", "the next answer is judged by itself"


async def test_a_list_of_audiences_is_accepted_with_us_in_it(browser, provider, go) -> None:
    come(provider)
    provider.lies.id_token = {"aud": [CLIENT, "somebody-else"], "azp": CLIENT}
    assert (await go(browser())).path == "/staff"


async def test_a_provider_that_does_not_announce_its_name_in_answers_need_not_give_it(
    browser, provider, go, refused
) -> None:
    walker = browser()
    come(provider)
    provider.lies.discovery = {"authorization_response_iss_parameter_supported": False}
    provider.lies.answer = {"iss": "https://another.example"}
    await refused(walker, await go(walker), ISSUER)
    provider.lies.answer = {"iss": None}
    assert (await go(walker)).path == "/staff"


async def test_a_provider_that_signs_with_shared_secrets_only_is_not_believed(browser, provider, go, refused) -> None:
    walker = browser()
    come(provider)
    provider.lies.discovery = {"id_token_signing_alg_values_supported": ["HS256", "none"]}
    for how in ("with the secret", "not at all"):
        provider.lies.signed = how
        await refused(walker, await go(walker), SIGNED)


async def test_a_description_that_names_another_issuer_is_not_followed(browser, provider, go, owner) -> None:
    walker = browser()
    come(provider)
    provider.lies.discovery = {"issuer": "https://another.example"}
    page = await walker.submit(await walker.get("/sign-in"), "/oidc/staff/start")
    assert page.status == 403
    assert "/authorize" not in page.html
    assert owner.execute(NOTED).fetchone() == ("oidc", "/oidc/{audience}/start")
    provider.lies.discovery = {}
    assert (await go(walker)).path == "/staff", "it is read again the next time"


async def test_nonsense_is_refused_as_calmly_as_a_lie(browser, provider, go, is_in, caplog) -> None:
    come(provider)
    for path in ("/.well-known/openid-configuration", "/token", "/jwks", "/userinfo"):
        for words in (b"", b"<html>", b"{}", b"[]", b"null", b'"x"', b"1", b'{"keys": "x"}', b"\xff"):
            walker = browser()
            provider.lies = Lies()
            provider.lies.nonsense[path] = words
            page = await walker.submit(await walker.get("/sign-in"), "/oidc/staff/start")
            if page.status == 200:
                page = await walker.get(await go.visit(next(link for link in page.links if "/authorize?" in link)))
            assert page.status == 403, (path, words)
            assert not await is_in(walker)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_keys_that_changed_without_a_new_name_are_read_again(on_the_way, browser, provider, go, refused) -> None:
    walker, back = on_the_way
    assert (await walker.get(back)).path == "/staff"
    provider.key, provider.stranger = provider.stranger, provider.key
    late = browser()
    await refused(late, await go(late), "BadSignatureError", visits=1)
    assert (await go(late)).path == "/staff"


async def test_a_key_with_a_new_name_is_read_at_once(on_the_way, browser, provider, go) -> None:
    walker, back = on_the_way
    assert (await walker.get(back)).path == "/staff"
    provider.key = RSAKey.generate_key(2048, {"kid": "2", "use": "sig"})
    assert (await go(browser())).path == "/staff"


async def test_a_code_is_used_once_even_by_another_browser_with_a_state_of_its_own(
    on_the_way, browser, provider, go, refused, is_in
) -> None:
    walker, back = on_the_way
    thief = browser()
    state = parse_qs(urlsplit(await go.leave(thief)).query)["state"][0]
    assert (await walker.get(back)).path == "/staff"
    await refused(thief, await thief.get(other(back, state=state)), OAUTH, visits=1)
    assert not await is_in(thief)
    assert len(provider.used_again) == 1


async def test_a_stolen_code_does_not_work_before_its_owner_used_it_either(on_the_way, browser, go, refused) -> None:
    _, back = on_the_way
    thief = browser()
    state = parse_qs(urlsplit(await go.leave(thief)).query)["state"][0]
    await refused(thief, await thief.get(other(back, state=state)), OAUTH)


async def test_the_answer_counts_in_the_browser_alone_that_asked(on_the_way, browser, go, refused) -> None:
    walker, back = on_the_way
    without, asking = browser(), browser()
    await go.leave(asking)
    await refused(without, await without.get(back), UNASKED)
    await refused(asking, await asking.get(back), STATE)
    assert (await walker.get(back)).path == "/staff", "and still does there"


async def test_the_answer_counts_once(on_the_way, provider, refused, is_in) -> None:
    walker, back = on_the_way
    assert (await walker.get(back)).path == "/staff"
    await refused(walker, await walker.get(back), UNASKED, visits=1)
    assert await is_in(walker), "the visit goes on"
    assert provider.questions.count("/token") == 1


async def test_a_wrong_answer_uses_the_question_up(on_the_way, provider, refused) -> None:
    walker, back = on_the_way
    await refused(walker, await walker.get(other(back, state="guess")), STATE)
    await refused(walker, await walker.get(back), UNASKED)
    assert "/token" not in provider.questions


async def test_two_answers_at_the_same_moment_give_one_visit(on_the_way, provider, owner) -> None:
    import asyncio

    walker, back = on_the_way
    pages = await asyncio.gather(*(walker.get(back, follow=False) for _ in range(4)))
    assert sorted(page.status for page in pages) == [303, 403, 403, 403]
    assert provider.questions.count("/token") == 1
    assert owner.execute(NOBODY).fetchone() == (1,)


async def test_the_code_of_one_provider_is_never_told_to_the_other(
    browser, provider, donors_provider, go, refused
) -> None:
    """The mix-up attack: the browser asked one, and comes back from the other."""
    walker = browser()
    state = parse_qs(urlsplit(await go.leave(walker)).query)["state"][0]
    come(donors_provider)
    address = await go.leave(browser(), "donor")
    back = other(await go.visit(address), state=state).replace("/donor/", "/staff/")
    await refused(walker, await walker.get(back), ISSUER)
    assert "/token" not in provider.questions + donors_provider.questions


async def test_who_asked_as_a_donor_does_not_come_back_as_staff(browser, provider, donors_provider, go, refused):
    walker = browser()
    come(donors_provider)
    back = await go.visit(await go.leave(walker, "donor"))
    await refused(walker, await walker.get(back.replace("/donor/", "/staff/")), UNASKED)
    assert "/token" not in provider.questions + donors_provider.questions


async def test_nobody_is_signed_in_by_another_site_that_starts_the_way(browser, provider) -> None:
    page = await browser().post("/oidc/staff/start", headers={"Sec-Fetch-Site": "cross-site"}, next="/")
    assert page.status == 403
    assert provider.questions == []
