import pytest

from tests.personas import MARIE, STRANGER

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
