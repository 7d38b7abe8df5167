"""How many statements a page costs, session included; more gifts cost no more statements."""

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from portal.unsubscribe.rules import Link, link_token
from portal.web.pagination import PER_PAGE
from tests.conftest import SECRET
from tests.personas import EDITOR, MARIE, STRANGER

BUDGET = {
    "/": 4,
    "/gifts": 3,
    "/gifts?means=cheque&state=received": 3,
    "/gifts.csv": 2,
    "/gifts/regular": 3,
    "/gifts/statement": 3,
    "/mandates": 2,
    "/documents": 3,
    "/links": 3,
    "/my-data": 3,
    "/receipts": 2,
    "/tax?year=2026": 3,
    "/profile": 5,
    "/profile/address": 3,
    "/profile/addresses": 3,
    "/profile/addresses/new": 3,
    "/profile/emails": 2,
    "/profile/emails/new": 2,
    "/profile/phones": 3,
    "/profile/phones/new": 3,
    "/profile/changes": 3,
    "/profile/name": 2,
    "/preferences": 3,
    "/preferences/contact": 2,
    "/preferences/contact/history": 3,
    "/preferences/language": 2,
    "/preferences/receipts": 2,
    "/rights": 3,
    "/rights/access-log": 3,
    "/requests": 3,
    "/requests/new": 1,
    "/requests/new/mandate": 2,
    "/requests/new/data": 1,
    "/requests/new/legacy": 1,
}
STATEMENT = "/gifts/statement?first=01/01/2000&last=31/12/2026"


@pytest.fixture
def statements():
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", BUDGET)
@pytest.mark.parametrize("person", [MARIE, STRANGER])
async def test_a_page_keeps_to_its_number_of_statements(visitor, statements, path, person) -> None:
    walker = visitor()
    await walker.enter(person)
    await walker.get(path)
    statements.clear()
    assert (await walker.get(path)).status == 200
    assert len(statements) == BUDGET[path], "\n".join(statements)


@pytest.mark.parametrize(
    ("path", "most_bytes"),
    [("/gifts", 32_000), ("/gifts?means=cheque&number=3", 32_000), ("/gifts.csv", 60_000), (STATEMENT, 250_000)],
)
async def test_five_hundred_gifts_cost_no_more_statements(visitor, owner, statements, path, most_bytes) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    await walker.get(path)
    statements.clear()
    await walker.get(path)
    few = len(statements)
    owner.execute(
        "INSERT INTO gift (central_id, member_id, given_on, amount, currency, means, state, state_reason, campaign_id) "
        "SELECT 'm' || n, m.id, date '2010-01-01' + n * 12, n, 'EUR', 'cheque', 'received', '', c.id "
        "FROM member m, campaign c, generate_series(1, 456) AS n WHERE m.number = %s",
        [MARIE.number],
    )
    statements.clear()
    page = await walker.get(path)
    assert len(statements) == few, "\n".join(statements)
    assert 10_000 < len(page.html.encode()) < most_bytes


@pytest.mark.parametrize(("gift", "budget"), [("g1", 2), ("g-now", 4)])
async def test_one_gift_costs_few_statements(visitor, owner, statements, gift, budget) -> None:
    number = owner.execute("SELECT id FROM gift WHERE central_id = %s", [gift]).fetchone()[0]
    walker = visitor()
    await walker.enter(MARIE)
    await walker.get(f"/gifts/{number}")
    statements.clear()
    assert (await walker.get(f"/gifts/{number}")).status == 200
    assert len(statements) == budget, "\n".join(statements)


@pytest.mark.parametrize(("path", "budget"), [("/staff/receipts", 4), ("/staff/declarations", 3)])
async def test_the_staffs_figures_cost_the_same_with_more_receipts(editor, owner, statements, path, budget) -> None:
    owner.execute(
        "INSERT INTO receipt (member_id, number, fiscal_year, kind, article, issued_on, amount, currency, state, "
        "donor_name, donor_address, lines) SELECT m.id, m.number || '-' || n, 2015 + n % 10, 'gift', '200', "
        "date '2015-01-01' + n * 30, n, 'EUR', 'issued', '', '', '[]' FROM member m, generate_series(1, 100) AS n"
    )
    await editor.get(path)
    statements.clear()
    assert (await editor.get(path)).status == 200
    assert len(statements) == budget, "\n".join(statements)


async def test_what_waits_for_staff_costs_the_same_however_much_it_is(editor, owner, statements) -> None:
    owner.execute(
        "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, parked_at) "
        "SELECT gen_random_uuid(), id, 'language', '{\"language\": \"fr\"}', '{\"language\": \"en\"}', 'tests', "
        "'refused', now() FROM member"
    )
    owner.execute("INSERT INTO sync_conflict (member_id, field_group, rule) SELECT id, 'language', '' FROM member")
    (change_id,) = owner.execute("SELECT id FROM recorded_change LIMIT 1").fetchone()
    for path, budget in (("/staff/reviews", 3), (f"/staff/reviews/{change_id}", 4), ("/staff/dictionary", 2)):
        await editor.get(path)
        statements.clear()
        assert (await editor.get(path)).status == 200
        assert len(statements) == budget, "\n".join(statements)


@pytest.mark.parametrize(("path", "budget"), [("", 3), ("/pdf", 3), ("/duplicate", 3)])
async def test_a_receipt_costs_few_statements(visitor, owner, statements, path, budget) -> None:
    number = owner.execute("SELECT id FROM receipt").fetchone()[0]
    owner.execute(
        "INSERT INTO receipt_file (receipt_id, variant, member_id, content, sha256) "
        "SELECT id, unnest(ARRAY['original', 'duplicate']), member_id, '%PDF', '' FROM receipt"
    )
    walker = visitor()
    await walker.enter(MARIE)
    await walker.get("/receipts")
    statements.clear()
    assert (await walker.get(f"/receipts/{number}{path}")).status == 200
    assert len(statements) == budget, "\n".join(statements)


@pytest.mark.parametrize(("person", "path"), [(MARIE, "/requests"), (EDITOR, "/staff/requests")])
async def test_many_requests_cost_no_more_statements(visitor, owner, statements, person, path) -> None:
    owner.execute(
        "INSERT INTO member_request (key, member_id, kind, about, wish) SELECT 'k' || n, id, 'other', 'n' || n, '' "
        "FROM member, generate_series(1, 100) AS n WHERE number = '1001'"
    )
    walker = visitor()
    await walker.enter(person)
    await walker.get(path)
    statements.clear()
    assert (await walker.get(path)).text.count("Something else") == PER_PAGE
    assert len(statements) == 3, "\n".join(statements)


async def test_one_request_costs_two_statements(visitor, owner, statements) -> None:
    row = "INSERT INTO member_request (key, member_id, kind, wish) SELECT 'k', id, 'other', '' FROM member"
    number = owner.execute(f"{row} WHERE number = '1001' RETURNING id").fetchone()[0]
    walker = visitor()
    await walker.enter(MARIE)
    await walker.get(f"/requests/{number}")
    statements.clear()
    assert (await walker.get(f"/requests/{number}")).status == 200
    assert len(statements) == 2, "\n".join(statements)


async def test_verifying_a_receipt_costs_two_statements(visitor, statements) -> None:
    assert (await visitor().get("/verify?number=2025-000017&code=4F2A91C077BE")).status == 200
    assert len(statements) == 2, "\n".join(statements)


async def test_an_unsubscribe_link_costs_two_statements(visitor, member_id, statements) -> None:
    token = link_token(SECRET, Link(member_id(MARIE), "appeals"))
    assert (await visitor().get(f"/unsubscribe/{token}")).status == 200
    assert len(statements) == 2, "\n".join(statements)


async def test_many_receipts_cost_no_more_statements(visitor, owner, statements) -> None:
    owner.execute(
        "INSERT INTO receipt (member_id, number, fiscal_year, kind, article, issued_on, amount, currency, state, "
        "donor_name, donor_address, lines) SELECT member_id, 'n' || n, 2000 + n % 20, 'gift', '200', issued_on, 1, "
        "'EUR', 'issued', '', '', '[]' FROM receipt, generate_series(1, 300) AS n"
    )
    walker = visitor()
    await walker.enter(MARIE)
    statements.clear()
    page = await walker.get("/receipts")
    assert page.text.count("Download (PDF)") == 301
    assert len(statements) == BUDGET["/receipts"], "\n".join(statements)


@pytest.mark.parametrize(
    ("page", "budget"), [("", 12), ("/giving", 7), ("/changes", 7), ("/links", 5), ("/journal", 5)]
)
async def test_a_member_with_a_long_history_costs_the_desk_no_more(editor, owner, statements, page, budget) -> None:
    (marie,) = owner.execute("SELECT id FROM member WHERE number = %s", [MARIE.number]).fetchone()
    owner.execute(
        "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor) SELECT gen_random_uuid(), %s, "
        "'language', '{\"language\": \"fr\"}', '{\"language\": \"en\"}', 'tests' FROM generate_series(1, 100)",
        [marie],
    )
    owner.execute(
        "INSERT INTO journal (kind, actor, member_id) "
        "SELECT 'profile.checked', 'tests', %s FROM generate_series(1, 100)",
        [marie],
    )
    path = f"/staff/members/{marie}{page}"
    await editor.get(path)
    statements.clear()
    assert (await editor.get(path)).status == 200
    assert len(statements) == budget, "\n".join(statements)


async def test_a_search_costs_two_statements_however_many_are_found(editor, statements) -> None:
    for words in ("dupont", "m"):
        await editor.get(f"/staff?q={words}")
        statements.clear()
        await editor.get(f"/staff?q={words}")
        assert len(statements) <= 3, "\n".join(statements)


async def test_a_search_with_a_letter_wrong_costs_three_more(editor, statements) -> None:
    await editor.get("/staff?q=dupond")
    statements.clear()
    assert "Dupont" in (await editor.get("/staff?q=dupond")).text
    assert len(statements) == 5, "\n".join(statements)


@pytest.mark.parametrize(("path", "budget"), [("/staff/messages", 3), ("/staff/selections", 3)])
async def test_many_messages_cost_no_more_statements(editor, owner, statements, path, budget) -> None:
    owner.execute(
        "INSERT INTO message (title, body_fr, body_en, audience, author_id) SELECT 'x', 'x', 'x', "
        """'{"kind": "everybody"}', id FROM staff_account, generate_series(1, 40) WHERE role = 'editor'"""
    )
    await editor.get(path)
    statements.clear()
    assert (await editor.get(path)).status == 200
    assert len(statements) == budget, "\n".join(statements)
