import logging

import pytest

from portal.gifts import queries
from portal.logs import DiscreetFormatter
from tests.personas import MARIE


async def test_a_page_that_does_not_exist_is_calm_and_in_the_visitors_language(visitor) -> None:
    page = await visitor("fr").get("/nulle-part")
    assert page.status == 404
    assert 'lang="fr"' in page.html
    assert (await visitor("en").get("/nowhere")).text.startswith("This page does not exist")


async def test_our_own_fault_gets_a_number_and_the_log_holds_nothing_private(visitor, monkeypatch, caplog) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError(f"secret: {MARIE.email}")

    monkeypatch.setattr(queries, "totals", broken)
    walker = visitor()
    await walker.enter(MARIE)
    with caplog.at_level(logging.ERROR):
        page = await walker.get("/gifts")
    assert page.status == 500
    assert "Something went wrong on our side" in page.text
    number = page.tree.find(".//p[@class='figure']").text
    (record,) = caplog.records
    logged = DiscreetFormatter().format(record)
    assert f"fault {number} at /gifts\nRuntimeError\n" in logged
    assert MARIE.email not in logged


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_a_wrong_method_is_met_with_a_calm_page(visitor, method) -> None:
    answer = await visitor().client.request(method, "/gifts")
    assert answer.status_code == 405
    assert "<main" in answer.text


async def test_a_handler_that_fails_leaves_nothing_half_done(visitor, owner, monkeypatch) -> None:
    from portal import changes

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.submit(await walker.get("/profile/address"), "/profile/address/check", street="rue neuve")
    monkeypatch.setattr(changes, "record", broken)
    assert (await walker.submit(page, "/profile/address")).status == 500
    assert owner.execute("SELECT count(*) FROM postal_address WHERE street = 'rue neuve'").fetchone() == (0,)
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'profile.address.changed'").fetchone() == (0,)


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "00000000-0000-0000-0000-000000000000.z", "é" * 40, ";;;="])
async def test_a_tampered_cookie_is_nobody(visitor, cookie) -> None:
    answer = await visitor().client.get("/", headers={"Cookie": f"__Host-session={cookie}".encode()})
    assert answer.status_code == 303
