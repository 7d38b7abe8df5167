"""Finding members at the desk, against the words that the database keeps by itself."""

import threading
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy import text

from portal.database import role_password
from portal.search import queries
from tests.conftest import SECRET
from tests.personas import BAKERY, MARIE, STRANGER, THIS_YEAR

FRESH = (
    "SELECT count(*) FROM member JOIN member_search ON member_id = id WHERE names <> words_of_names(member) "
    "OR places <> words_of_places(id) OR mailboxes <> words_of_mailboxes(id) OR phones <> words_of_phones(id)"
)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Dupont Marie 69", "Postal address"),
        ("69 mar DUP", "12 bis rue des Lilas, 69003 Lyon"),
        ("0612", "06 12 34 56 78"),
        ("06 12 34", "Phone"),
        ("%2B33 6 12 34 56 78", "Phone"),
        (f"{THIS_YEAR - 1}-000017", "Tax receipt"),
        ("don-1001-1", "Direct debit mandate"),
        ("DON 1001", None),
        ("12 bis rue des lilas", "Postal address"),
        ("Marie.Dupont@example", "marie.dupont@example.org"),
        ("1001", "Member number"),
    ],
)
async def test_a_member_is_found_by_what_one_has_at_hand(editor, typed, why) -> None:
    page = await editor.get(f"/staff?q={typed}")
    if why is None:
        assert "Nobody found" in page.text
        return
    assert "Marie Dupont" in page.text
    assert why in page.text
    assert "Serge" not in page.text


@pytest.mark.parametrize("typed", ["Dupond Marie 69", "dupomt", "DUPPONT mari"])
async def test_with_a_letter_wrong_names_that_resemble_it_are_shown(editor, typed) -> None:
    page = await editor.get(f"/staff?q={typed}")
    assert "have a name that resembles it" in page.text
    assert "Marie Dupont" in page.text


@pytest.mark.parametrize("typed", ["Xqzzw", "Dupond 75", "Dupont Nadia", "06 99 99", "' OR 1=1 --", "xq'' \\ :*"])
async def test_what_resembles_nobody_finds_nobody(editor, typed) -> None:
    assert "Nobody found" in (await editor.get(f"/staff?q={quote(typed)}")).text


async def test_a_company_is_found_by_its_name_and_its_registration(editor) -> None:
    for typed in ("durand boulangerie", "123 456 782", "123456782"):
        assert "Boulangerie Durand" in (await editor.get(f"/staff?q={typed}")).text


def test_the_words_follow_whoever_changes_what(owner, member_id) -> None:
    marie, serge = member_id(MARIE), member_id(STRANGER)
    for statement in (
        "UPDATE member SET last_name = 'Durand-Œuvrard' WHERE id = %(marie)s",
        "UPDATE postal_address SET street = 'quai des Bateliers' WHERE member_id = %(marie)s",
        "UPDATE postal_address SET member_id = %(serge)s WHERE member_id = %(marie)s",
        "DELETE FROM phone WHERE member_id = %(marie)s",
        "INSERT INTO phone (member_id, number, kind) VALUES (%(marie)s, '0033 1 99 00 12 34', 'home')",
        "UPDATE email_address SET address = 'New@Example.ORG' WHERE member_id = %(marie)s",
        "UPDATE postal_address SET street = repeat('x', 9000) WHERE member_id = %(serge)s",
        "DELETE FROM postal_address",
    ):
        owner.execute(statement, {"marie": marie, "serge": serge})
        assert owner.execute(FRESH).fetchone() == (0,), statement
    words = owner.execute("SELECT words::text FROM member_search WHERE member_id = %s", [marie]).fetchone()[0]
    assert words == "'+33199001234' '@new@example.org' 'durand' 'marie' 'oeuvrard'"
    owner.execute("DELETE FROM member WHERE id = %s", [marie])
    assert owner.execute("SELECT count(*) FROM member_search WHERE member_id = %s", [marie]).fetchone() == (0,)


def test_what_has_no_words_leaves_the_index_alone(owner, member_id) -> None:
    row = "SELECT xmin, ctid FROM member_search WHERE member_id = %s"
    before = owner.execute(row, [member_id(MARIE)]).fetchone()
    owner.execute("UPDATE member SET held = true, language = 'en'")
    owner.execute("UPDATE email_address SET bounced_on = current_date")
    owner.execute("UPDATE postal_address SET returned_on = current_date")
    assert owner.execute(row, [member_id(MARIE)]).fetchone() == before


def test_who_changes_an_address_and_a_phone_at_the_same_moment_waits_in_no_ring(settings, owner, member_id) -> None:
    """A pull writes one part of a record after the other, while the donor writes one of them."""
    marie, patient = [member_id(MARIE)], "-c lock_timeout=10s"
    with (
        psycopg.connect(settings.database_url, options=patient) as donor,
        psycopg.connect(settings.database_url, options=patient) as pull,
    ):
        pull.execute("UPDATE postal_address SET town = 'Brest' WHERE member_id = %s", marie)
        donor.execute("UPDATE phone SET number = '+33699999999' WHERE member_id = %s", marie)
        waiting = threading.Thread(
            target=pull.execute, args=("UPDATE phone SET kind = 'home' WHERE member_id = %s", marie)
        )
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive(), "it waits for the donor"
        donor.commit()
        waiting.join(5)
        pull.commit()
    assert owner.execute(FRESH).fetchone() == (0,)
    words = owner.execute("SELECT words::text FROM member_search WHERE member_id = %s", marie).fetchone()[0]
    assert "'brest'" in words
    assert "'+33699999999'" in words


async def test_only_staff_find_anybody_and_nobody_reads_the_words(database, settings) -> None:
    asking = text("SELECT count(*) FROM found_members('dupont', 5)")
    alike = text("SELECT count(*) FROM resembling_names('dupond', 5)")
    async with database.begin() as db:
        assert await db.scalar(asking) == 0, "neither signed in nor staff"
        assert await db.scalar(alike) == 0
        found, _ = await queries.find(db, "dupont")
        assert not found
        await db.execute(text("SELECT set_config('portal.staff', 'on', true)"))
        found, _ = await queries.find(db, "dupont")
        assert len(found) == await db.scalar(asking) == await db.scalar(alike) == 1
    web = psycopg.conninfo.make_conninfo(
        settings.database_url, user="portal_web", password=role_password(SECRET, "portal_web")
    )
    with psycopg.connect(web) as plain, pytest.raises(psycopg.errors.InsufficientPrivilege):
        plain.execute("SELECT * FROM member_search")


async def test_of_very_many_some_are_shown_and_the_exact_one_first(editor, owner) -> None:
    owner.execute(
        "INSERT INTO member (central_id, number, kind, civility, first_name, last_name, company_name, legal_form, "
        "language, suspension_code, stop_promo, closed) SELECT 'x' || n, n, 'person', '', 'Zoé', '1001', '', '', 'fr', "
        "'', false, false FROM generate_series(5001, 5080) AS n"
    )
    page = await editor.get("/staff?q=1001")
    assert f"More than {queries.MOST_FOUND} donors" in page.text
    assert page.text.index("Marie Dupont") < page.text.index("Zoé")


async def test_who_is_dead_or_gone_is_marked(editor, owner) -> None:
    owner.execute("UPDATE member SET closed = true WHERE number = %s", [BAKERY.number])
    assert "record closed" in (await editor.get("/staff?q=boulangerie")).text
    assert "deceased" in (await editor.get("/staff?q=georges")).text
