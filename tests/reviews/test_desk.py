"""What waits for people stands on one page, the oldest first, and is counted on the staff's first page."""

import pytest

from tests.personas import ADMINISTRATOR, COMPLIANCE, MARIE, NADIA, READER
from tests.reviews.conftest import DESK, REASON, move

CONFLICT = (
    "INSERT INTO sync_conflict (member_id, field_group, base, theirs, ours, rule, decision) "
    'SELECT id, \'language\', \'{"language": "fr"}\', \'{"language": "en"}\', \'{"language": "fr"}\', '
    "'donor wins, the conflict is noted', 'ours' FROM member WHERE number = %s RETURNING id"
)


async def test_a_refused_change_stands_on_the_desk_with_what_was_wished_and_why(editor, parked) -> None:
    assert "Changes to look at (none waits)" in (await editor.get("/staff")).text
    path = await parked()
    assert "Changes to look at (1 waits)" in (await editor.get("/staff")).text
    page = await editor.get(DESK)
    assert "Postal address – Marie Dupont" in page.text
    assert "Before APPARTEMENT 4, 12 BIS RUE DES LILAS, 69003 LYON" in page.text
    assert "Wished for APPARTEMENT 4, 12 BIS ALLEE DES TILLEULS" in page.text
    assert REASON in page.text
    assert path in page.links


async def test_nothing_waits_is_said_plainly(editor) -> None:
    page = await editor.get(DESK)
    assert "No change waits" in page.text
    assert "None that nobody has looked at." in page.text


async def test_what_waits_longest_comes_first_and_a_long_list_has_pages(editor, owner, member_id) -> None:
    owner.execute(
        "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, parked_at) "
        "SELECT gen_random_uuid(), m.id, g, '{\"language\": \"fr\"}', '{\"language\": \"en\"}', 'tests', 'refused', "
        "now() - CASE number WHEN '1002' THEN interval '2 days' ELSE interval '1 day' END "
        "FROM member m, unnest(ARRAY['language']) AS g"
    )
    owner.execute(
        "INSERT INTO member (central_id, number, kind, civility, first_name, last_name, company_name, legal_form, "
        "language, suspension_code, stop_promo, closed) SELECT 'n' || n, 'n' || n, 'person', '', '', 'Testeur ' || n, "
        "'', '', 'fr', '', false, false FROM generate_series(1, 30) AS n"
    )
    owner.execute(
        "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, parked_at) "
        "SELECT gen_random_uuid(), id, 'language', '{\"language\": \"fr\"}', '{\"language\": \"en\"}', 'tests', "
        "'review', now() FROM member WHERE central_id LIKE 'n%'"
    )
    page = await editor.get(DESK)
    assert "37 changes did not reach" in page.text
    assert page.text.index("Nadia Benali") < page.text.index("Marie Dupont") < page.text.index("Testeur")
    assert "Page 1 of 2" in page.text
    assert (await editor.get(f"{DESK}?number=2")).text.count("Decide – Language") == 7


async def test_a_newer_change_of_the_same_group_leaves_nothing_to_decide(editor, marie, parked, one) -> None:
    path = await parked()
    page = await editor.get(path)
    await move(marie, "rue Neuve")
    assert "No change waits" in (await editor.get(DESK)).text
    answer = await editor.submit(page, f"{path}/retry")
    assert "something newer was saved. Nothing was changed now." in answer.text
    assert one("SELECT street FROM postal_address WHERE member_id = (SELECT id FROM member WHERE number = '1001')") == (
        "rue Neuve",
    )


async def test_a_conflict_is_shown_with_both_values_and_whose_holds_until_somebody_notes_it(editor, owner, one) -> None:
    conflict = one(CONFLICT, MARIE.number)[0]
    page = await editor.get(DESK)
    for words in (
        "Language – Marie Dupont",
        "Before Français In the central records English Changed here Français",
        "what was changed here holds",
        "donor wins",
    ):
        assert words in page.text
    page = await editor.submit(page, f"{DESK}/conflicts/{conflict}")
    assert "None that nobody has looked at." in page.text
    looked = one("SELECT looked_by, looked_at IS NOT NULL FROM sync_conflict")
    assert looked[0].startswith("staff:")
    assert looked[1]


async def test_who_noted_a_conflict_first_stays(editor, visitor, one) -> None:
    conflict = one(CONFLICT, NADIA.number)[0]
    other = visitor()
    await other.enter(ADMINISTRATOR)
    mine, theirs = await editor.get(DESK), await other.get(DESK)
    await editor.submit(mine, f"{DESK}/conflicts/{conflict}")
    first = one("SELECT looked_by FROM sync_conflict")
    await other.submit(theirs, f"{DESK}/conflicts/{conflict}")
    assert one("SELECT looked_by FROM sync_conflict") == first


@pytest.mark.parametrize("person", [READER, COMPLIANCE])
async def test_others_of_the_staff_see_neither_the_desk_nor_its_count(visitor, person) -> None:
    walker = visitor()
    await walker.enter(person)
    assert "Changes to look at" not in (await walker.get("/staff")).text
    assert (await walker.get(DESK)).status == 404
