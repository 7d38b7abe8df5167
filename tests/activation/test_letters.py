"""Letters with a code for members whom no mail reaches: ordered at the desk, written by the worker, printed once."""

import io
import re

import pytest
from pypdf import PdfReader

from portal import crypto, jobs, pdf, work
from portal.activation import actions, rules
from tests.conftest import SECRET
from tests.personas import ADMINISTRATOR, BAKERY, COMPLIANCE, EDITOR, GEORGES, MARIE, NADIA, PAUL, READER, STRANGER

CODE = re.compile(rf"\b[{rules.ALPHABET}]{{4}}-[{rules.ALPHABET}]{{4}}-[{rules.ALPHABET}]{{4}}\b")


async def order(walker, numbers: str):
    return await walker.submit(await walker.get("/staff/letters"), "/staff/letters", numbers=numbers)


def ordered(owner) -> list[str]:
    (numbers,) = owner.execute("SELECT numbers FROM letter_batch").fetchone()
    return list(numbers)


async def printed(walker, batch) -> list[str]:
    """The text of each page of the file that the page of the batch offers."""
    page = await walker.get(batch.path)
    [address] = [link for link in page.links if link.endswith("/pdf")]
    answer = await walker.client.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "no-store" in answer.headers["cache-control"]
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def code_in(text: str) -> str:
    [found] = CODE.findall(text)
    return str(found)


def everything_stored(owner) -> str:
    tables = [name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return " ".join(str(owner.execute(f"SELECT t::text FROM {name} t").fetchall()) for name in tables)


def give_address(owner, person, **fields) -> None:
    plain = {
        "unit": "", "building": "", "house_number": "1", "street": "rue Neuve", "locality": "", "postcode": "75011",
        "town": "Paris", "region": "", "country": "FR",
    }  # fmt: skip
    values = plain | fields
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    owner.execute(
        f"INSERT INTO postal_address (member_id, is_main, {names}) "
        f"SELECT id, true, {places} FROM member WHERE number = %s",
        [*values.values(), person.number],
    )


@pytest.fixture
def no_renderer(monkeypatch) -> None:
    """For what does not look at the letters: laying them out takes its time."""

    async def render(printer, sheet: pdf.Sheet) -> bytes:
        return sheet.html.encode()

    monkeypatch.setattr(pdf.Printer, "render", render)


# Ordering


@pytest.mark.parametrize(
    "typed",
    [
        "1001 1003", "1001,1003", "1001, 1003", "1001;1003", "1001\r\n1003", "\r\n 1001 \r\n\r\n 1003 \r\n",
        "1001 1003 1001", "1001,,1003,", ",1001,1003", " ; 1001\t1003 ; ",
    ],
)  # fmt: skip
async def test_numbers_are_read_however_they_are_separated(editor, owner, typed) -> None:
    page = await order(editor, typed)
    assert re.fullmatch("/staff/letters/[0-9a-f-]{36}", page.path)
    assert ordered(owner) == ["1001", "1003"]


async def test_one_number_is_enough(editor, owner) -> None:
    await order(editor, " 1001")
    assert ordered(owner) == ["1001"]


@pytest.mark.parametrize("typed", ["", "  \r\n ", ",", " ; , "])
async def test_no_number_at_all_is_met_beside_the_field(editor, owner, typed) -> None:
    page = await order(editor, typed)
    assert page.status == 422
    assert "Enter at least one member number." in page.text
    assert owner.execute("SELECT count(*) FROM letter_batch").fetchone() == (0,)


async def test_two_hundred_letters_are_ordered_at_once_and_no_more(editor, owner) -> None:
    many = "\r\n".join(str(5_000 + number) for number in range(rules.MOST_LETTERS + 1))
    page = await order(editor, many)
    assert page.status == 422
    assert "At most 200 letters at a time." in page.text
    assert page.form("/staff/letters")["numbers"].split() == many.split(), "what was typed is still there"
    assert owner.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)
    page = await order(editor, many.rsplit("\r\n", 1)[0] + ", 5000 5001")
    assert page.status == 200
    assert len(ordered(owner)) == 200


async def test_a_number_in_the_address_stands_in_the_form(editor) -> None:
    page = await editor.get("/staff/letters?numbers=1001")
    assert page.form("/staff/letters")["numbers"] == "1001"


@pytest.mark.parametrize("person", [EDITOR, ADMINISTRATOR])
async def test_editors_and_administrators_order_letters(visitor, person) -> None:
    walker = visitor()
    await walker.enter(person)
    assert (await order(walker, "1001")).status == 200


@pytest.mark.parametrize("person", [READER, COMPLIANCE])
async def test_other_staff_order_none(visitor, owner, person) -> None:
    walker = visitor()
    await walker.enter(person)
    page = await walker.get("/staff")
    assert "/staff/letters" not in page.links
    assert (await walker.get("/staff/letters")).status == 404
    token = page.form("/sign-out")["csrf_token"]
    assert (await walker.post("/staff/letters", csrf_token=token, numbers="1001")).status == 404
    assert owner.execute("SELECT count(*) FROM letter_batch").fetchone() == (0,)


async def test_the_letters_are_for_the_person_who_ordered_them(editor, visitor, work_off, no_renderer) -> None:
    batch = await order(editor, "1001")
    await work_off()
    other = visitor()
    await other.enter(ADMINISTRATOR)
    for path in (batch.path, f"{batch.path}/pdf"):
        assert (await editor.get(path)).status == 200
        assert (await other.get(path)).status == 404


async def test_the_page_waits_and_shows_the_letters_as_soon_as_they_are_ready(editor, work_off, no_renderer) -> None:
    batch = await order(editor, "1001 1003")
    assert "The letters are being written" in batch.text
    assert batch.headers["refresh"] == f"1; url={batch.path}?look=1"
    assert (await editor.get(f"{batch.path}/pdf")).status == 404
    late = await editor.get(f"{batch.path}?look=90")
    assert "This takes longer than usual" in late.text
    assert "refresh" not in late.headers
    await work_off()
    page = await editor.get(batch.path)
    assert "2 letters are ready to print." in page.text
    assert "refresh" not in page.headers


async def test_a_field_that_the_form_does_not_have_is_refused(editor) -> None:
    page = await editor.get("/staff/letters")
    assert (await editor.submit(page, "/staff/letters", numbers="1001", all="yes")).status == 400


# Writing


async def test_each_letter_is_one_page_in_the_members_language(editor, owner, work_off) -> None:
    owner.execute("UPDATE member SET language = 'en', first_name = '<b>&amp;' WHERE number = '1003'")
    batch = await order(editor, "1003 1001")
    await work_off()
    english, french = await printed(editor, batch)
    for words in ("Hello,", "Your member number", "1003", "M. <B>&AMP; ÉTRANGER", "PLACE D ARMES", "29200 BREST"):
        assert words in english
    assert "the amount and the month of your last gift" in " ".join(english.split())
    for words in ("Bonjour", "1001", "MME MARIE DUPONT", "APPARTEMENT 4", "12 BIS RUE DES LILAS", "69003 LYON"):
        assert words in french
    assert "Your" not in french
    for text in (english, french):
        assert "https://portal.test/first-access" in re.sub(r"\s", "", text)
        assert "01 23 45 67 89".replace(" ", "\N{NO-BREAK SPACE}") in text, "in one piece"
        assert "0189" not in text, "the detail is what the letter does not tell"
        assert "77" not in text.replace("75011", "")
    assert code_in(english) != code_in(french)


async def test_the_code_of_the_letter_is_the_one_that_is_known_by_its_hash(editor, owner, settings, work_off) -> None:
    batch = await order(editor, "1001")
    await work_off()
    [text] = await printed(editor, batch)
    plain = rules.read_code(code_in(text))
    stored, detail, days = owner.execute(
        "SELECT code_hash, detail, expires_at::date - made_at::date FROM activation_code"
    ).fetchone()
    assert stored == actions.code_hash(settings, MARIE.number, plain)
    assert (detail, days) == ("account", 60)
    everything = everything_stored(owner)
    for secret in (code_in(text), plain, plain.lower(), plain.encode().hex(), b"%PDF".hex(), "%PDF"):
        assert secret not in everything, "codes are in the sealed file and on paper only"
    (content,) = owner.execute("SELECT content FROM letter_batch").fetchone()
    assert crypto.unseal(SECRET, "letters", content).startswith(b"%PDF")
    assert b"%PDF" not in content


async def test_a_printed_letter_is_noted_in_the_journal(editor, owner, member_id, work_off, no_renderer) -> None:
    await order(editor, "1001 9999")
    await work_off()
    (staff,) = owner.execute("SELECT id FROM staff_account WHERE role = 'editor'").fetchone()
    query = "SELECT actor, member_id, data FROM journal WHERE kind = 'activation.letter.printed'"
    assert owner.execute(query).fetchall() == [(f"staff:{staff}", member_id(MARIE), {})]


async def test_the_member_reads_of_it_under_security(editor, visitor, work_off, no_renderer) -> None:
    await order(editor, "1001")
    await work_off()
    marie = visitor()
    await marie.enter(MARIE)
    assert "Letter with a first-access code printed" in (await marie.get("/security")).text


async def test_whoever_can_have_no_letter_is_left_out_with_the_reason(editor, owner, work_off, no_renderer) -> None:
    give_address(owner, PAUL)
    give_address(owner, GEORGES)
    give_address(owner, BAKERY)
    owner.execute("UPDATE member SET closed = true WHERE number = %s", [BAKERY.number])
    numbers = [person.number for person in (NADIA, PAUL, GEORGES, BAKERY, STRANGER)]
    batch = await order(editor, " ".join([*numbers, "9999", "<b>"]))
    await work_off()
    page = await editor.get(batch.path)
    assert "One letter is ready to print." in page.text
    for reason in (
        f"{NADIA.number} – No postal address is known.",
        f"{PAUL.number} – Nothing is known that could be asked for: no account, no phone, no gift.",
        f"{GEORGES.number} – No open record has this number.",
        f"{BAKERY.number} – No open record has this number.",
        "9999 – No open record has this number.",
        "<b> – No open record has this number.",
    ):
        assert reason in page.text
    assert owner.execute("SELECT count(*) FROM activation_code").fetchone() == (1,)


async def test_when_nobody_can_have_a_letter_there_is_no_file(editor, owner, work_off) -> None:
    batch = await order(editor, "9999")
    await work_off()
    page = await editor.get(batch.path)
    assert "9999 – No open record has this number." in page.text
    assert "ready to print" not in page.text
    assert (await editor.get(f"{batch.path}/pdf")).status == 404


async def test_what_is_hardest_to_guess_is_asked_for(editor, owner, work_off, no_renderer) -> None:
    give_address(owner, PAUL)
    owner.execute(
        "INSERT INTO phone (member_id, number, kind) SELECT id, '06 11 22 33 44', 'mobile' FROM member "
        "WHERE number = %s",
        [PAUL.number],
    )
    await order(editor, f"{MARIE.number} {PAUL.number} {STRANGER.number}")
    await work_off()
    query = "SELECT m.number, a.detail FROM activation_code a JOIN member m ON m.id = a.member_id"
    assert dict(owner.execute(query).fetchall()) == {"1001": "account", "1005": "phone", "1003": "gift"}


async def test_a_new_letter_ends_the_code_of_the_one_before(editor, visitor, owner, work_off, no_renderer) -> None:
    codes = []
    for _ in range(2):
        batch = await order(editor, "1001")
        await work_off()
        codes.append(code_in((await editor.get(f"{batch.path}/pdf")).html))
        owner.execute("UPDATE activation_code SET tries = 3, used_at = now()")
    owner.execute("UPDATE activation_code SET tries = 0, used_at = NULL")
    first, second = [await try_code(visitor(), code) for code in codes]
    assert first.status == 422
    assert second.path == "/first-access/detail"


async def try_code(walker, code: str):
    return await walker.submit(await walker.get("/first-access"), "/first-access", number=MARIE.number, code=code)


async def test_a_new_letter_works_although_the_one_before_was_used_or_tried_out(
    editor, visitor, owner, work_off, no_renderer
) -> None:
    await order(editor, "1001")
    await work_off()
    owner.execute("UPDATE activation_code SET tries = 5, used_at = now(), expires_at = now()")
    batch = await order(editor, "1001")
    await work_off()
    page = await try_code(visitor(), code_in((await editor.get(f"{batch.path}/pdf")).html))
    assert page.path == "/first-access/detail"


async def test_a_renderer_that_fails_once_leaves_letters_whose_codes_work(
    editor, visitor, owner, work_off, monkeypatch
) -> None:
    attempts = []

    async def fails_once(printer, sheet: pdf.Sheet) -> bytes:
        attempts.append(sheet.html)
        if len(attempts) == 1:
            raise TimeoutError
        return sheet.html.encode()

    monkeypatch.setattr(pdf.Printer, "render", fails_once)
    batch = await order(editor, "1001")
    await work_off()
    owner.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    await work_off()
    assert len(attempts) == 2
    page = await try_code(visitor(), code_in((await editor.get(f"{batch.path}/pdf")).html))
    assert page.path == "/first-access/detail"
    assert (await try_code(visitor(), code_in(attempts[0]))).status == 422, "that letter was never printed"


async def test_the_longest_letter_is_one_page(editor, owner, work_off) -> None:
    long = {
        "unit": "Appartement 12, chez Monsieur Lefebvre", "building": "Résidence les Tilleuls, bâtiment B2 bi",
        "house_number": "12 bis", "street": "avenue du Maréchal de Lattre de",
        "locality": "Lieu-dit de la Grande Fontaine aux Oie",
        "postcode": "97400", "town": "Saint-Denis", "country": "RE",
    }  # fmt: skip
    give_address(owner, BAKERY, **long)
    owner.execute("UPDATE member SET company_name = 'Societe des Amis de la Boulangerie Dur' WHERE number = '1006'")
    phone = "INSERT INTO phone (member_id, number, kind) SELECT id, '0199001234', '' FROM member WHERE number = '1006'"
    owner.execute(phone)
    batch = await order(editor, "1006")
    await work_off()
    [text] = await printed(editor, batch)
    lines = [
        "SOCIETE DES AMIS DE LA BOULANGERIE DUR",
        "APPARTEMENT 12, CHEZ MONSIEUR LEFEBVRE",
        "RÉSIDENCE LES TILLEULS, BÂTIMENT B2 BI",
        "12 BIS AVENUE DU MARECHAL DE LATTRE DE",
        "LIEU DIT DE LA GRANDE FONTAINE AUX OIE",
        "97400 SAINT DENIS",
        "LA REUNION",
    ]
    assert "\n".join(lines) in text.upper(), "each line of the envelope is one line"
    assert code_in(text)


async def test_letters_are_deleted_within_a_day_and_codes_when_they_have_expired(
    editor, owner, settings, work_off, no_renderer
) -> None:
    batch = await order(editor, "1001 1003")
    await work_off()
    await purge(settings)
    assert (await editor.get(f"{batch.path}/pdf")).status == 200
    owner.execute("UPDATE letter_batch SET asked_at = now() - interval '25 hours'")
    owner.execute("UPDATE activation_code SET expires_at = now() - interval '1 second' WHERE detail = 'gift'")
    await purge(settings)
    assert (await editor.get(batch.path)).status == 404
    assert (await editor.get(f"{batch.path}/pdf")).status == 404
    assert owner.execute("SELECT count(*) FROM letter_batch").fetchone() == (0,)
    assert owner.execute("SELECT detail FROM activation_code").fetchall() == [("account",)]


async def purge(settings) -> None:
    await work.as_owner(settings, lambda db: jobs.defer(db, "housekeeping.purge", timestamp=0))
    await work.run(settings, until_idle=True)


async def test_who_has_an_address_that_works_needs_no_letter(editor, owner, work_off) -> None:
    """Else whoever prints letters could replace the address of anybody."""
    owner.execute("UPDATE email_address SET bounced_on = NULL WHERE mailbox = %s", [MARIE.email])
    page = await editor.submit(await editor.get("/staff/letters"), "/staff/letters", numbers=MARIE.number)
    await work_off()
    page = await editor.get(page.path)
    assert "A working e-mail address is known" in page.text
    assert owner.execute("SELECT count(*) FROM activation_code").fetchone() == (0,)
