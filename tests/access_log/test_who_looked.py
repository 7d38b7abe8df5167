"""A donor reads who of the association looked at their record: when, how often, why; not by name."""

from portal.web.pagination import PER_PAGE
from tests.personas import ADMINISTRATOR, EDITOR, MARIE, NADIA

PAGE = "/rights/access-log"


async def log_of(visitor, person=MARIE, language="en"):
    donor = visitor(language)
    await donor.enter(person)
    return await donor.get(PAGE)


async def test_nobody_looked_is_said_plainly(visitor) -> None:
    assert "Nobody has looked" in (await log_of(visitor)).text


async def test_ten_clicks_of_a_colleague_are_one_line_without_the_name(visitor, editor, member_id) -> None:
    for _ in range(10):
        await editor.get(f"/staff/members/{member_id(MARIE)}")
    page = await log_of(visitor)
    assert page.text.count("A staff member opened the record") == 1
    assert "(10 times)" in page.text
    assert "a person of our donor service" in page.text
    assert "Editor" not in page.html
    assert EDITOR.email not in page.html
    assert "Nobody has looked" in (await log_of(visitor, NADIA)).text, "it is Marie's alone"


async def test_colleagues_have_a_line_each(visitor, editor, member_id) -> None:
    await editor.get(f"/staff/members/{member_id(MARIE)}")
    other = visitor()
    await other.enter(ADMINISTRATOR)
    await other.get(f"/staff/members/{member_id(MARIE)}/giving")
    page = await log_of(visitor)
    assert page.text.count("A staff member opened the record") == 2
    assert "a person who looks after this space" in page.text


async def see_as_marie(editor, member_id, reason):
    page = await editor.get(f"/staff/members/{member_id(MARIE)}")
    return await editor.submit(page, f"/staff/members/{member_id(MARIE)}/viewing", reason=reason)


async def test_each_sight_of_the_space_has_its_reason_its_beginning_and_its_end(
    visitor, editor, owner, member_id
) -> None:
    for reason in ("She is on the phone", "She wrote to us"):
        page = await see_as_marie(editor, member_id, reason)
        for path in ("/gifts", "/receipts"):
            assert (await editor.get(path)).status == 200
        await editor.submit(page, "/staff/viewing-end")
    page = await log_of(visitor)
    assert page.text.count("looked at the portal as the member sees it") == 2
    assert "She is on the phone" in page.text
    assert "She wrote to us" in page.text
    assert "the end was not noted" not in page.text


async def test_a_sight_that_is_never_ended_is_told_all_the_same(visitor, editor, member_id) -> None:
    await see_as_marie(editor, member_id, "She is on the phone")
    assert "the end was not noted" in (await log_of(visitor)).text


async def test_signing_out_ends_a_sight(visitor, editor, member_id) -> None:
    page = await see_as_marie(editor, member_id, "She is on the phone")
    token = page.form("/staff/viewing-end")["csrf_token"]
    await editor.post("/sign-out", csrf_token=token)
    assert "the end was not noted" not in (await log_of(visitor)).text


async def test_what_staff_did_is_there_and_what_the_donor_did_is_not(visitor, owner, member_id) -> None:
    row = 'INSERT INTO journal (kind, actor, member_id, data) VALUES (%s, %s, %s, \'{"reason": "as Mr Other"}\')'
    (staff_id,) = owner.execute("SELECT id FROM staff_account WHERE role = 'compliance'").fetchone()
    owner.execute(row, ["request.answered", f"staff:{staff_id}", member_id(MARIE)])
    owner.execute(row, ["profile.checked", f"member:{member_id(MARIE)}", member_id(MARIE)])
    owner.execute(row, ["memo.set", "staff:00000000-0000-0000-0000-000000000000", member_id(MARIE)])
    page = await log_of(visitor)
    assert "Request answered" in page.text
    assert "a person who looks after data protection" in page.text
    assert "a person of our team" in page.text, "whose account is gone"
    assert "Details said to be right" not in page.text
    assert "Mr Other" not in page.text, "a reason that was not written for the donor"


async def test_a_day_is_a_day_in_paris(visitor, owner, member_id) -> None:
    for at in ("2026-01-31 22:30+00", "2026-01-31 23:30+00"):
        owner.execute("ALTER TABLE journal DISABLE TRIGGER USER")
        owner.execute(
            "INSERT INTO journal (id, at, kind, actor, member_id, chain, hash) "
            "VALUES (nextval('journal_number'), %s, 'staff.member.viewed', 'staff:x', %s, 'x', '')",
            [at, member_id(MARIE)],
        )
        owner.execute("ALTER TABLE journal ENABLE TRIGGER USER")
    page = await log_of(visitor)
    assert "31 January 2026" in page.text
    assert "1 February 2026" in page.text


async def test_long_lists_are_paged(visitor, owner, member_id) -> None:
    owner.execute(
        "INSERT INTO journal (kind, actor, member_id) SELECT 'staff.member.viewed', 'staff:' || n, %s "
        "FROM generate_series(1, 1200) AS n",
        [member_id(MARIE)],
    )
    page = await log_of(visitor)
    assert page.text.count("A staff member opened the record") == PER_PAGE
    assert f"{PAGE}?number=2" in page.links


async def test_the_way_there_is_on_the_security_page(visitor) -> None:
    donor = visitor()
    await donor.enter(MARIE)
    assert PAGE in (await donor.get("/security")).links
    assert PAGE in (await donor.get("/my-data")).links
