"""What a member reads at home: in their language, with their own values, and what is kept of it."""

from datetime import date
from decimal import Decimal

import pytest
from psycopg.types.json import Jsonb

from portal.i18n import day, money, speaking
from tests.personas import EDITOR, MARIE, NADIA, THIS_YEAR
from tests.test_queries import statements  # noqa: F401 - the fixture that counts
from tests.walker import Walker

ENGLISH = "Dear Marie, thank you."


@pytest.fixture
def save(editor, member_id):
    async def write(person, **fields: str) -> None:
        path = f"/staff/members/{member_id(person)}/memo"
        page = await editor.submit(await editor.get(path), path + "/preview", **fields)
        await editor.submit(page, path)

    return write


@pytest.fixture
def publish(owner):
    """A published message for everybody."""

    def put(title: str, priority: int = 2, **more: object) -> None:
        values = {"state": "published", "starts_on": None, "ends_on": None, "audience": {"kind": "everybody"}} | more
        owner.execute(
            "INSERT INTO message (title, body_fr, body_en, priority, audience, state, starts_on, ends_on, author_id, "
            "published_at, addressed_at) SELECT %s, 'Texte ' || %s, 'Text ' || %s, %s, %s, %s, %s, %s, id, now(), "
            "now() FROM staff_account WHERE role = 'editor'",
            [title, title, title, priority, Jsonb(values["audience"]), values["state"], values["starts_on"],
             values["ends_on"]],
        )  # fmt: skip

    return put


async def home_of(visitor, person, code: str = "en") -> tuple[Walker, str]:
    walker = visitor(code)
    await walker.enter(person)
    return walker, (await walker.get("/")).text


async def test_each_reader_finds_the_text_of_their_language(visitor, save) -> None:
    await save(MARIE, body="Chère Marie, merci.", english=ENGLISH)
    assert ENGLISH in (await home_of(visitor, MARIE))[1]
    french = (await home_of(visitor, MARIE, "fr"))[1]
    assert "Chère Marie, merci." in french
    assert ENGLISH not in french


async def test_a_translation_of_another_text_is_not_shown(visitor, save, owner) -> None:
    """The central base changes its memo field, and knows nothing of our English."""
    await save(MARIE, body="Chère Marie, merci.", english=ENGLISH)
    owner.execute("UPDATE memo SET body = 'Autre chose' WHERE member_id IS NOT NULL")
    found = (await home_of(visitor, MARIE))[1]
    assert "Autre chose" in found
    assert ENGLISH not in found


async def test_values_are_the_readers_own_in_the_language_of_the_text(visitor, save) -> None:
    text = "{civility} {last_name} ({member_number}) : {last_gift} le {last_gift_date}, {year_total} ; {next_debit}."
    await save(MARIE, body=text)
    with speaking("fr"):
        gift, debit = money(Decimal(50)), money(Decimal(15))
        shown = f"Mme Dupont (1001) : {gift} le {day(date(THIS_YEAR, 1, 1))}, {gift} ; {debit}."
    for their_language in ("fr", "en"):
        assert " ".join(shown.split()) in (await home_of(visitor, MARIE, their_language))[1]


async def test_a_french_text_in_the_english_space_says_that_it_is_french(visitor, save) -> None:
    await save(MARIE, body="Chère Marie, merci.")
    walker = visitor("en")
    await walker.enter(MARIE)
    assert '<div lang="fr"><p>Chère Marie, merci.</p>' in (await walker.get("/")).html


async def test_a_place_without_a_value_stays_empty(visitor, save) -> None:
    await save(NADIA, body="Votre don{last_gift} {next_debit_date}, merci {first_name}")
    assert "Votre don , merci Nadia" in (await home_of(visitor, NADIA))[1]


async def test_their_own_memo_comes_first_then_messages_by_priority_and_at_most_three(visitor, publish) -> None:
    for title, priority in (("tard", 3), ("tôt", 1), ("milieu", 2)):
        publish(title, priority)
    publish("pas encore", starts_on="2999-01-01")
    publish("fini", ends_on="2000-01-01")
    publish("retiré", state="withdrawn")
    publish("brouillon", state="draft")
    marie = (await home_of(visitor, MARIE, "fr"))[1]
    assert marie.index("Chère Marie") < marie.index("Texte tôt") < marie.index("Texte milieu")
    for title in ("tard", "pas encore", "fini", "retiré", "brouillon"):
        assert f"Texte {title}" not in marie
    nadia = (await home_of(visitor, NADIA, "fr"))[1]
    assert nadia.index("Texte tôt") < nadia.index("Texte milieu") < nadia.index("Texte tard")


async def test_the_general_memo_gives_way_to_a_message(visitor, owner, publish) -> None:
    owner.execute("INSERT INTO memo (body) VALUES ('À tous')")
    assert "À tous" in (await home_of(visitor, NADIA))[1]
    publish("pour vous")
    found = (await home_of(visitor, NADIA))[1]
    assert "Text pour vous" in found
    assert "À tous" not in found


async def test_what_was_shown_is_kept_once_as_it_was_read(visitor, owner, publish, save) -> None:
    publish("un")
    for _ in range(2):
        walker, _ = await home_of(visitor, MARIE)
        await walker.get("/")
    rows = "SELECT kind, language, body, first_shown_at FROM memo_shown ORDER BY first_shown_at, kind"
    first = owner.execute(rows).fetchall()
    assert [row[:2] for row in first] == [("memo", "fr"), ("message", "en")]
    assert first[1][2] == "Text un"
    await save(MARIE, body="Bonjour {first_name}")
    await walker.get("/")
    later = owner.execute(rows).fetchall()
    assert later[:2] == first, "the moment it was first seen stays"
    assert later[2][2] == "Bonjour Marie", "another text is another thing shown"


async def test_seeing_it_again_writes_nothing_and_costs_no_statement(visitor, statements, publish) -> None:  # noqa: F811
    publish("un")
    publish("deux")
    walker, _ = await home_of(visitor, MARIE)
    statements.clear()
    await walker.get("/")
    assert len(statements) == 4, "\n".join(statements)
    assert not [one for one in statements if "INSERT" in one]


async def test_staff_who_look_as_the_member_have_not_shown_it_to_them(editor, owner, member_id) -> None:
    path = f"/staff/members/{member_id(MARIE)}"
    await editor.submit(await editor.get(path), f"{path}/viewing", reason="Au téléphone")
    assert owner.execute("SELECT count(*) FROM memo_shown").fetchone() == (0,)


async def test_staff_read_what_the_member_was_shown_and_who_wrote_it(editor, visitor, save, member_id) -> None:
    await save(MARIE, body="Bonjour {first_name}", english="Hello {first_name}")
    await home_of(visitor, MARIE)
    page = await editor.get(f"/staff/members/{member_id(MARIE)}/memo")
    assert "Hello Marie" in page.text
    assert "Editor – Personal message written" in page.text
    assert EDITOR.email not in page.text


async def test_the_reminder_stands_beside_every_editor(editor, member_id) -> None:
    for path in (f"/staff/members/{member_id(MARIE)}/memo", "/staff/memo", "/staff/messages/new"):
        assert "members may obtain all that is written about them" in (await editor.get(path)).text, path
