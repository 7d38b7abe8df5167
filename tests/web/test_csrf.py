import re
from uuid import UUID

import pytest

from tests.personas import EDITOR, MARIE, STRANGER
from tests.test_routes import table

ADDRESS = {"house_number": "5", "street": "place Bellecour", "postcode": "69002", "town": "Lyon", "country": "FR"}


async def token_of(walker):
    return (await walker.get("/profile/address")).form("/profile/address/check")["csrf_token"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    ],
)
async def test_a_request_from_elsewhere_is_refused_even_with_the_token(visitor, owner, headers) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.post("/profile/address", headers=headers, csrf_token=await token_of(walker), **ADDRESS)
    assert page.status == 403
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)


async def test_a_request_without_the_token_or_with_anothers_is_refused(visitor, owner) -> None:
    walker, stranger = visitor(), visitor()
    await walker.enter(MARIE)
    await stranger.enter(STRANGER)
    for token in ({}, {"csrf_token": ""}, {"csrf_token": await token_of(stranger)}):
        assert (await walker.post("/profile/address", **token, **ADDRESS)).status == 403
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)


async def test_nobody_can_be_signed_in_from_another_site(visitor) -> None:
    page = await visitor().post("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}, email=MARIE.email)
    assert page.status == 403


@pytest.mark.parametrize("way", ["no token", "another's token", "another origin", "another site"])
@pytest.mark.parametrize("person", [MARIE, EDITOR])
async def test_no_route_that_changes_anything_takes_a_forged_request(visitor, app, owner, person, way) -> None:
    walker, other = visitor(), visitor()
    await walker.enter(person)
    await other.enter(STRANGER)
    own = (await walker.get("/security")).form("/sign-out")["csrf_token"]
    theirs = (await other.get("/security")).form("/sign-out")["csrf_token"]
    token = {"no token": {}, "another's token": {"csrf_token": theirs}}.get(way, {"csrf_token": own})
    headers = {"another origin": {"Origin": "https://evil.example"}, "another site": {"Sec-Fetch-Site": "cross-site"}}
    tried = 0
    for name, handler in table(app).items():
        method, route = name.split(" ")
        if method in {"GET", "HEAD"} or handler.opt.get("without_csrf"):
            continue
        path = re.sub(
            r"\{\w+:int\}", "1", re.sub(r"\{\w+:uuid\}", str(UUID(int=1)), route.replace("{audience:str}", "staff"))
        )
        page = await walker.post(path, headers=headers.get(way), follow=False, **token)
        assert page.status == 403, (way, name)
        tried += 1
    assert tried > 30
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)


async def test_only_a_display_choice_and_what_brings_its_own_proof_go_without_the_token(app) -> None:
    free = {name for name, handler in table(app).items() if handler.opt.get("without_csrf")}
    assert free == {
        "POST /language",
        "POST /oidc/{audience:str}/logout",
        "POST /unsubscribe/{token:str}",
        "POST /webhooks/bounces",
    }
