"""All that waits for people is one list: the riskiest first, then the oldest; counted on the staff's first page."""

import pytest

from tests.corrections.conftest import send
from tests.personas import ADMINISTRATOR, COMPLIANCE, MARIE, NADIA, READER
from tests.reviews.conftest import DESK, REASON, move

REFUSED = (
    "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, parked_at) "
    "SELECT gen_random_uuid(), id, %s, %s, %s, 'tests', 'refused', now() - %s * interval '1 day' "
    "FROM member WHERE number = %s"
)
FRENCH, ENGLISH = '{"language": "fr"}', '{"language": "en"}'


@pytest.fixture
def everything(owner, marie, member_id):
    """One of each kind waits."""

    async def everything():
        await send(marie, last_name="Durand")
        owner.execute(REFUSED, ["language", FRENCH, ENGLISH, 9, NADIA.number])
        owner.execute(REFUSED, ["objections", '{"objections": []}', '{"objections": ["exchange/any"]}', 1, "1003"])
        owner.execute(
            "INSERT INTO sync_conflict (member_id, field_group, rule, decision, found_at) "
            "VALUES (%s, 'address', '', 'ours', now() - interval '2 days')",
            [member_id(NADIA)],
        )
        owner.execute(
            "INSERT INTO member_request (key, member_id, kind, about, wish, asked_on) "
            "VALUES ('k', %s, 'mandate', 'RUM1', 'Autre compte', current_date - 3)",
            [member_id(NADIA)],
        )
        first, second = sorted((member_id(MARIE), member_id(NADIA)))
        owner.execute(
            "INSERT INTO suspected_duplicate (member_id, other_id, signs) VALUES (%s, %s, '{email,phone}')",
            [first, second],
        )

    return everything


async def test_a_refused_change_stands_on_the_list_with_why_and_what_is_at_risk(editor, parked) -> None:
    path = await parked()
    page = await editor.get(DESK)
    assert "1 waits, the riskiest first" in page.text
    for words in (
        "Postal address",
        "Did not reach the central records",
        "Marie Dupont",
        REASON,
        "Medium",
        "wrong place",
    ):
        assert words in page.text
    assert path in page.links


async def test_nothing_waits_is_said_plainly(editor) -> None:
    assert "Nothing waits" in (await editor.get(DESK)).text


async def test_the_riskiest_comes_first_and_of_the_same_risk_the_oldest(editor, everything) -> None:
    await everything()
    page = await editor.get(DESK)
    listed = page.text.split("the riskiest first")[1]
    order = (
        "Direct debit",
        "What we may send you",
        "Name and registration",
        "Postal address",
        "Perhaps two",
        "Language",
    )
    places = [listed.index(words) for words in order]
    assert places == sorted(places), listed
    assert "All (6)" in page.text


@pytest.mark.parametrize(
    ("kind", "words", "place"),
    [
        ("mandate", "Autre compte", "/staff/requests/"),
        ("identity", "Je me suis mariée", "/staff/corrections/"),
        ("duplicate", "the same e-mail address, the same phone number and last name", "/staff/duplicates/"),
        ("conflict", "Postal address", "/staff/reviews/conflicts/"),
    ],
)
async def test_one_kind_alone_is_shown_with_the_page_of_each(editor, everything, kind, words, place) -> None:
    await everything()
    page = await editor.get(f"{DESK}?kind={kind}")
    assert "1 waits" in page.text
    assert words in page.text
    [path] = [link for link in page.links if link.startswith(place)]
    assert (await editor.get(path)).status == 200


async def test_a_kind_that_is_none_does_not_exist(editor) -> None:
    assert (await editor.get(f"{DESK}?kind=other")).status == 404


async def test_a_long_list_has_pages_that_keep_the_kind(editor, owner) -> None:
    owner.execute(
        "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, parked_at) "
        "SELECT gen_random_uuid(), id, f, %s, %s, 'tests', 'refused', now() FROM member, "
        "unnest(ARRAY['language', 'identity', 'memo', 'phones', 'address', 'receipt_wish']) AS f",
        [FRENCH, ENGLISH],
    )
    page = await editor.get(f"{DESK}?kind=refused")
    assert "Page 1 of 2" in page.text
    assert f"{DESK}?kind=refused&number=2" in page.links


async def test_a_newer_change_of_the_same_group_leaves_nothing_to_decide(editor, marie, parked, one) -> None:
    path = await parked()
    page = await editor.get(path)
    await move(marie, "rue Neuve")
    assert "Nothing waits" in (await editor.get(DESK)).text
    answer = await editor.submit(page, f"{path}/retry")
    assert "something newer was saved. Nothing was changed now." in answer.text
    assert one("SELECT street FROM postal_address WHERE member_id = (SELECT id FROM member WHERE number = '1001')") == (
        "rue Neuve",
    )


async def test_a_change_that_gave_way_is_one_line_not_two(editor, owner, member_id) -> None:
    owner.execute(REFUSED, ["language", FRENCH, ENGLISH, 1, MARIE.number])
    owner.execute(
        "INSERT INTO sync_conflict (member_id, field_group, rule, decision) VALUES (%s, 'language', '', 'theirs')",
        [member_id(MARIE)],
    )
    assert "All (1)" in (await editor.get(DESK)).text


@pytest.mark.parametrize("person", [READER, COMPLIANCE])
async def test_others_of_the_staff_do_not_see_the_queue(visitor, person) -> None:
    walker = visitor()
    await walker.enter(person)
    assert (await walker.get(DESK)).status == 404
    assert DESK not in (await walker.get("/staff")).links


async def test_an_administrator_sees_it_too(visitor) -> None:
    walker = visitor()
    await walker.enter(ADMINISTRATOR)
    assert (await walker.get(DESK)).status == 200
