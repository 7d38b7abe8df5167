"""The page on which anybody verifies a receipt: a state, and nothing about the donor."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from litestar import Litestar
from sqlalchemy import text

from portal.receipts import paper
from portal.settings import Settings
from tests.personas import MARIE, THIS_YEAR
from tests.receipts.papers import receipt
from tests.walker import Page, Walker

NUMBER, CODE = f"{THIS_YEAR - 1}-000017", "4F2A91C00BBE"
ABOUT_THE_DONOR = ("Dupont", "Marie", "LILAS", "69003", "180", "1001", "gift", "debit", "Reason")
HOSTILE = (
    "' OR 1=1 --", "%", "_", "\\", '"><script>alert(1)</script>', "{{7*7}}", "../../etc/passwd", "٣٤", "\U0001f600" * 9,
    "W" * 4_000, "null", "0", "ＮＵＭ", "a,b", "%(code)s", "javascript:alert(1)",
)  # fmt: skip


@pytest.fixture(autouse=True)
def known_code(owner) -> None:
    owner.execute("UPDATE receipt SET code = %s", [CODE])


@pytest.fixture
def ask(visitor: Callable[..., Walker]) -> Callable[..., Any]:
    """Type number and code as somebody who is not signed in."""
    walker = visitor()

    async def look(number: str = NUMBER, code: str = CODE) -> Page:
        return await walker.get("/verify?" + urlencode({"number": number, "code": code}))

    return look


async def test_a_valid_receipt_is_valid(ask) -> None:
    page = await ask()
    assert page.status == 200
    assert f"Valid Receipt {NUMBER} was issued by Les Mains Ouvertes and is valid." in page.text


async def test_a_cancelled_receipt_is_cancelled(ask, owner) -> None:
    owner.execute("UPDATE receipt SET state = 'cancelled', cancel_reason = 'Reason of the donor'")
    page = await ask()
    assert f"Cancelled Receipt {NUMBER} is cancelled." in page.text
    assert "Valid" not in page.text


async def test_of_a_replaced_receipt_the_successor_is_named(ask, owner) -> None:
    owner.execute("UPDATE receipt SET state = 'cancelled', replaced_by = '2031-000123'")
    assert f"Receipt {NUMBER} is cancelled, and replaced by receipt 2031-000123." in (await ask()).text


@pytest.mark.parametrize("state", ["issued", "cancelled"])
async def test_nothing_about_the_donor_is_told(ask, owner, state: str) -> None:
    owner.execute("UPDATE receipt SET state = %s, cancel_reason = 'Reason of the donor'", [state])
    page = await ask()
    for word in ABOUT_THE_DONOR:
        assert word not in page.html, word


async def test_a_wrong_number_and_a_wrong_code_have_the_same_answer(ask) -> None:
    """Whoever has no code does not learn which numbers there are."""
    wrong_number, wrong_code = await ask("2031-999999"), await ask(code="4F2A91C00BBF")
    assert "Unknown We know no receipt with this number and this code." in wrong_code.text
    assert wrong_number.html.replace("2031-999999", NUMBER) == wrong_code.html.replace("4F2A91C00BBF", CODE)
    assert wrong_number.status == wrong_code.status == 200


async def test_half_a_code_is_no_code(ask) -> None:
    for code in ("", CODE[:6], CODE + "0", CODE[::-1], "%"):
        assert "Unknown" in (await ask(code=code)).text
    assert "Unknown" in (await ask("")).text


@pytest.mark.parametrize(
    "code", ["4f2a 91c0 0bbe", " 4F2A-91C0-0BBE ", "4F2A 91CO OBBE", "4f2a91coObbe", "4F2A\u00a091C0 0BBE"]
)
async def test_a_code_is_taken_however_it_is_typed(ask, code: str) -> None:
    assert "is valid" in (await ask(f" {NUMBER} ", code)).text


@pytest.mark.parametrize("number", ["R-2025/b", "REÇU 7", "Nº&7+%"])
async def test_a_number_in_the_central_bases_own_spelling_is_found(ask, owner, number: str) -> None:
    owner.execute("UPDATE receipt SET number = %s", [number])
    assert "is valid" in (await ask(number)).text


async def test_a_number_in_capitals_is_found_in_small_letters_too(ask, owner) -> None:
    owner.execute("UPDATE receipt SET number = 'AS-2025-000001'")
    assert "is valid" in (await ask("as-2025-000001")).text


@pytest.mark.parametrize("value", HOSTILE)
async def test_whatever_else_is_typed_is_unknown_and_shown_as_typed(ask, value: str) -> None:
    for page in (await ask(number=value), await ask(code=value)):
        assert page.status == 200
        assert "Unknown" in page.text
        assert not page.tree.findall(".//main//script")
    shown = (await ask(number=value)).tree.find(".//input[@name='number']")
    assert shown is not None
    assert shown.get("value") == value


@pytest.mark.parametrize("value", ["a\x00b", "\u202e", "W" * 6_000])
async def test_what_nobody_types_is_refused(ask, value: str) -> None:
    assert (await ask(number=value)).status == 400
    assert (await ask(code=value)).status == 400


async def test_broken_addresses_are_refused_calmly(visitor) -> None:
    walker = visitor()
    for query in ("number=%ff%fe&code=%00", "number=a&number=b&code=c", "code[]=1&number=", "number=%ED%A0%80&code=A"):
        assert (await walker.get(f"/verify?{query}")).status in {200, 400}, query


async def test_without_number_and_code_there_is_only_the_form(visitor) -> None:
    page = await visitor().get("/verify")
    assert "Unknown" not in page.text
    assert set(page.form("/verify")) == {"number", "code"}


async def test_the_form_of_the_page_works_and_keeps_what_was_typed(visitor) -> None:
    walker = visitor("fr")
    fields = (await walker.get("/verify")).form("/verify") | {"number": NUMBER, "code": "4f2a 91c0 0bbe"}
    page = await walker.get("/verify?" + urlencode(fields))
    assert page.form("/verify") == fields
    assert NUMBER in page.text


async def test_the_square_on_the_receipt_leads_to_the_answer(visitor, settings: Settings) -> None:
    of = paper.freeze(receipt(number=NUMBER, code=CODE), paper.issuing_body(settings))
    address = paper.verification_address(of)
    assert address.startswith("https://portal.test/verify?")
    parts = urlsplit(address)
    assert "is valid" in (await visitor().get(f"{parts.path}?{parts.query}")).text


async def test_a_number_with_odd_letters_survives_the_square(visitor, owner, settings: Settings) -> None:
    owner.execute("UPDATE receipt SET number = %s", ["R&D n° 7+8#é"])
    of = paper.freeze(receipt(number="R&D n° 7+8#é", code=CODE), paper.issuing_body(settings))
    parts = urlsplit(paper.verification_address(of))
    assert not parts.fragment
    assert "is valid" in (await visitor().get(f"{parts.path}?{parts.query}")).text


async def test_it_is_the_same_for_who_is_signed_in(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get(f"/verify?number={NUMBER}&code={CODE}")
    assert "is valid" in page.text


async def test_the_thirty_first_look_from_a_network_is_refused_and_another_network_is_not(
    app: Litestar, settings: Settings
) -> None:
    one, neighbour, other = (client(app, settings, address) for address in ("192.0.2.1", "192.0.2.200", "198.51.100.7"))
    for number in range(30):
        answer = await (one if number % 2 else neighbour).get(f"/verify?number={number}&code={CODE}")
        assert answer.status_code == 200
    refused = await one.get(f"/verify?number={NUMBER}&code={CODE}")
    assert refused.status_code == 429
    assert "Valid" not in refused.text
    assert "Please wait a little" in refused.text
    assert (await neighbour.get(f"/verify?number={NUMBER}&code={CODE}")).status_code == 429
    assert "is valid" in (await other.get(f"/verify?number={NUMBER}&code={CODE}")).text
    assert (await one.get("/verify")).status_code == 200, "the form itself costs nothing"


async def test_after_ten_minutes_the_network_may_look_again(app: Litestar, settings: Settings, owner) -> None:
    one = client(app, settings, "2001:db8:1:2::3")
    for _ in range(31):
        answer = await one.get(f"/verify?number={NUMBER}&code={CODE}")
    assert answer.status_code == 429
    owner.execute("UPDATE throttle SET started_at = started_at - interval '10 minutes 1 second'")
    assert (await one.get(f"/verify?number={NUMBER}&code={CODE}")).status_code == 200


async def test_the_web_role_learns_no_more_than_the_page(database) -> None:
    async with database.begin() as db:
        row = (await db.execute(text("SELECT * FROM verify_receipt(:n, :c)"), {"n": NUMBER, "c": CODE})).one()
        assert row._fields == ("state", "replaced_by")
        for table in ("receipt", "receipt_file", "receipt_gift"):
            assert await db.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def client(app: Litestar, settings: Settings, address: str) -> httpx2.AsyncClient:
    """A browser at this address."""
    transport = httpx2.ASGITransport(app, client=(address, 40_000))  # type: ignore[arg-type]
    return httpx2.AsyncClient(transport=transport, base_url=settings.base_url, headers={"Accept-Language": "en"})
