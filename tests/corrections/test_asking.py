"""A donor says that their name, or their company's registration, is wrong."""

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from portal import crypto
from portal.app import build
from portal.corrections.pages.mine import REQUESTS
from portal.database import Database
from portal.web.session import OPEN, limits
from tests.conftest import SECRET
from tests.corrections.conftest import COMPANY, NAME, PDF, send
from tests.personas import BAKERY, MARIE, NADIA, STRANGER
from tests.walker import Walker


async def test_the_form_holds_what_we_have(marie, bakery) -> None:
    page = await marie.get(NAME)
    values = page.form(NAME)
    assert (values["civility"], values["first_name"], values["last_name"]) == ("Mme", "Marie", "Dupont")
    assert "our team looks at each correction" in page.text
    assert (await bakery.get(NAME)).form(NAME)["company_name"] == "Boulangerie Durand"
    values = (await bakery.get(COMPANY)).form(COMPANY)
    assert (values["legal_form"], values["siren"]) == ("SARL", "123456782")


async def test_a_person_has_no_registration_to_correct(marie) -> None:
    assert (await marie.get(COMPANY)).status == 404


async def test_a_request_waits_for_staff_and_changes_nothing_yet(marie, one) -> None:
    page = await send(marie, PDF, last_name="  Durand-L'Été ")
    assert page.path == "/profile/changes", (page.status, page.text)
    assert "Your request is with our team." in page.text
    assert "Name and registration Being looked at by our team" in page.text
    assert "Before Mme Marie Dupont Wished for Mme Marie Durand-L'Été" in page.text
    old, new, status = one("SELECT old, new, status FROM recorded_change")
    assert (old["last_name"], new["last_name"], status) == ("Dupont", "Durand-L'Été", "review")
    assert old | {"last_name": ""} == new | {"last_name": ""}
    assert one("SELECT count(*) FROM field_in_motion") == (0,), "nothing is passed on"
    assert one("SELECT last_name, held FROM member WHERE number = '1001'") == ("Dupont", False)
    kind, data = one("SELECT kind, data FROM journal WHERE member_id IS NOT NULL")
    assert (kind, data["new"]["last_name"], data["document"]) == ("correction.asked", "Durand-L'Été", True)


async def test_the_document_is_stored_sealed(marie, one) -> None:
    await send(marie, PDF, last_name="Durand")
    reason, sealed = one("SELECT reason, document FROM correction_request")
    assert reason == "Je me suis mariée"
    assert b"acte" not in sealed
    assert crypto.unseal(SECRET, "correction", sealed) == PDF


@pytest.mark.parametrize("document", [None, b"\xff\xd8\xff\xe0 photo", b"\x89PNG\r\n\x1a\n picture"])
async def test_a_document_is_optional_and_may_be_a_picture(marie, one, document) -> None:
    await send(marie, document, last_name="Durand")
    assert one("SELECT document IS NOT NULL FROM correction_request") == (document is not None,)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"<html>%PDF-", "We can open PDF files and pictures (JPEG, PNG) only."),
        (b"PK\x03\x04 a text", "We can open PDF files and pictures (JPEG, PNG) only."),
        (PDF + b" " * 2 * 1024 * 1024, "This file is too large: at most 2 MB."),
    ],
)
async def test_another_kind_of_file_or_a_too_large_one_is_refused_beside_its_field(marie, one, document, words) -> None:
    page = await send(marie, document, last_name="Durand")
    assert page.status == 422
    assert words in page.text
    assert page.form(NAME)["last_name"] == "Durand"
    assert one("SELECT count(*) FROM recorded_change") == (0,)


async def test_a_file_beyond_all_measure_is_not_even_read(marie, one) -> None:
    page = await send(marie, PDF + b" " * 3_000_000, last_name="Durand")
    assert page.status == 413
    assert "A document may have at most 2 MB." in page.text
    assert one("SELECT count(*) FROM recorded_change") == (0,)


async def test_with_another_mistake_the_document_must_be_chosen_again(marie) -> None:
    page = await send(marie, PDF, last_name="")
    assert page.status == 422
    assert "Enter the last name." in page.text
    assert "Please choose the document once more." in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"last_name": " "}, "Enter the last name."),
        ({"last_name": "Dupont2"}, "A name has letters, spaces, hyphens and apostrophes only."),
        ({"first_name": "<b>"}, "A name has letters, spaces, hyphens and apostrophes only."),
        ({"first_name": "M" * 61}, "At most 60 characters fit here."),
        ({"last_name": "Durand", "reason": ""}, "Say in a few words why it must be changed."),
        ({"last_name": "Durand", "reason": "x" * 501}, "At most 500 characters fit here."),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_with_the_words_kept(marie, one, fields, words) -> None:
    page = await send(marie, **fields)
    assert page.status == 422
    assert words in page.text
    assert "Error:" in page.html.split("</title>")[0]
    assert page.form(NAME)["reason"] == fields.get("reason", "Je me suis mariée")
    assert one("SELECT count(*) FROM recorded_change") == (0,)


@pytest.mark.parametrize("name", ["Nguyễn", "Le Goff – d’Arc", "O'Neil", "Зоя", "St. Clair", "d’Ormesson"])
async def test_names_are_as_people_have_them(marie, one, name) -> None:
    page = await send(marie, last_name=name)
    assert page.status == (422 if "–" in name else 200), page.text
    if page.status == 200:
        assert one("SELECT new ->> 'last_name' FROM recorded_change") == (name,)


async def test_a_request_that_changes_nothing_records_nothing(marie, one) -> None:
    page = await send(marie, last_name=" Dupont ", first_name="Marie")
    assert page.path == "/profile"
    assert "You changed nothing, so nothing was saved." in page.text
    assert one("SELECT count(*) FROM recorded_change") == (0,)
    assert one("SELECT count(*) FROM journal WHERE kind = 'correction.asked'") == (0,)


async def test_what_is_odd_in_our_records_stays_when_it_is_not_touched(marie, owner, one) -> None:
    owner.execute("UPDATE member SET civility = 'Colonel', first_name = 'Marie  2' WHERE number = '1001'")
    assert (await marie.get(NAME)).form(NAME)["civility"] == "Colonel"
    await send(marie, last_name="Durand")
    assert one("SELECT new ->> 'civility', new ->> 'first_name' FROM recorded_change") == ("Colonel", "Marie  2")


@pytest.mark.parametrize(("siren", "stored"), [("732 829 320", "732829320"), ("732.829.320", "732829320"), ("", None)])
async def test_a_company_corrects_its_registration(bakery, one, siren, stored) -> None:
    page = await send(bakery, path=COMPANY, legal_form="SAS", siren=siren)
    assert page.path == "/profile/changes", page.text
    assert one("SELECT new -> 'legal_form', new -> 'siren' FROM recorded_change") == ("SAS", stored)


@pytest.mark.parametrize("siren", ["732829321", "73282932", "W123456789", "1234567890"])
async def test_a_wrong_siren_is_met(bakery, siren) -> None:
    page = await send(bakery, path=COMPANY, siren=siren)
    assert page.status == 422
    assert "A SIREN number has nine digits" in page.text


async def test_there_is_one_request_at_a_time(marie, one) -> None:
    form = await marie.get(NAME)
    await send(marie, last_name="Durand")
    page = await marie.get(NAME)
    assert "You have already asked us for a correction" in page.text
    assert "/profile/changes" in page.links
    page = await marie.submit(form, NAME, last_name="Duval", reason="Encore")
    assert page.status == 409
    assert "You have already asked us for a correction" in page.text
    assert one("SELECT count(*) FROM recorded_change") == (1,)


async def test_a_name_changed_meanwhile_is_not_written_over_unnoticed(marie, owner, one) -> None:
    form = await marie.get(NAME)
    owner.execute("UPDATE member SET last_name = 'Duval' WHERE number = '1001'")
    page = await marie.submit(form, NAME, last_name="Durand", reason="Mariage")
    assert page.status == 409
    assert "We now hold: Mme Marie Duval" in page.text
    assert page.form(NAME)["last_name"] == "Durand"
    assert one("SELECT count(*) FROM recorded_change") == (0,)
    assert (await marie.submit(page, NAME)).path == "/profile/changes"


async def test_what_the_form_does_not_offer_is_refused(marie, bakery, one) -> None:
    for extra in ({"company_name": "x"}, {"siren": "1"}, {"held": "1"}, {"document": "text"}, {"civility": "Sir"}):
        assert (await marie.submit(await marie.get(NAME), NAME, **({"reason": "x"} | extra))).status == 400
    assert (await bakery.submit(await bakery.get(COMPANY), COMPANY, reason="x", legal_form="Ltd")).status == 400
    assert one("SELECT count(*) FROM recorded_change") == (0,)


async def test_two_files_or_one_under_another_name_are_refused(marie, one) -> None:
    values = {name: value for name, value in (await marie.get(NAME)).form(NAME).items() if name != "document"}
    file = ("acte.pdf", PDF, "application/pdf")
    for files in ([("document", file), ("document", file)], [("reason", file)], [("photo", file)]):
        answer = await marie.client.post(NAME, data=values | {"last_name": "Durand"}, files=files)
        assert answer.status_code == 400
    assert one("SELECT count(*) FROM recorded_change") == (0,)


async def test_other_forms_still_refuse_files(marie, one) -> None:
    page = await marie.get("/preferences/receipts")
    values = page.form("/preferences/receipts") | {"receipt_by": "email"}
    answer = await marie.client.post("/preferences/receipts", data=values, files={"document": ("a.pdf", PDF)})
    assert answer.status_code == 400
    assert one("SELECT count(*) FROM recorded_change") == (0,)


# What the installation allows


async def test_where_donors_may_edit_their_name_it_holds_at_once(where, one) -> None:
    walker = where("name=edit")
    await walker.enter(MARIE)
    page = await walker.get(NAME)
    assert "reason" not in page.form(NAME)
    page = await walker.submit(page, NAME, last_name="Durand")
    assert "Your correction is saved." in page.text
    assert "Name and registration Saved, will be passed on shortly" in page.text
    assert one("SELECT last_name, held FROM member WHERE number = '1001'") == ("Durand", True)
    assert one("SELECT status, old ->> 'last_name' FROM recorded_change") == ("saved", "Dupont")
    assert one("SELECT base ->> 'last_name' FROM field_in_motion") == ("Dupont",)
    assert one("SELECT kind FROM journal WHERE member_id IS NOT NULL") == ("profile.identity.changed",)
    assert (await walker.submit(await walker.get(NAME), NAME)).path == "/profile"
    assert one("SELECT count(*) FROM recorded_change") == (1,)


async def test_where_it_is_hidden_there_is_no_such_page(where) -> None:
    walker = where("name=hide,company=edit")
    await walker.enter(BAKERY)
    page = await walker.get(COMPANY)
    assert (await walker.get(NAME)).status == 404
    assert (await walker.submit(page, COMPANY, to=NAME)).status == 404
    assert (await walker.submit(page, COMPANY, legal_form="SAS")).path == "/profile/changes"


# Nobody else's


async def test_a_request_is_about_oneself_alone_even_without_the_second_wall(settings, owner) -> None:
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    walker = Walker(build(settings, database), settings, owner)
    await walker.enter(STRANGER)
    await send(walker, last_name="Durand")
    await database.close()
    asked = "SELECT number FROM member JOIN correction_request c ON member.id = c.member_id"
    assert owner.execute(asked).fetchall() == [(STRANGER.number,)]


async def test_the_second_wall_holds_when_the_first_is_taken_away(marie, settings, visitor, database) -> None:
    await send(marie, last_name="Durand")
    nadia = visitor()
    session_id = await nadia.enter(NADIA)
    secret = nadia.client.cookies["__Host-session"].split(".")[1]
    async with database.begin() as db:
        await db.execute(OPEN, {"id": session_id, "hash": crypto.digest(secret)} | limits(settings))
        assert await db.scalar(text("SELECT count(*) FROM correction_request")) == 0


async def test_a_request_sent_too_late_goes_on_after_signing_in_without_its_document(
    marie, visitor, owner, one
) -> None:
    values = (await marie.get(NAME)).form(NAME) | {"last_name": "Durand", "reason": "Mariage"}
    values.pop("document")
    owner.execute("UPDATE web_session SET seen_at = now() - interval '31 minutes'")
    await marie.client.post(NAME, data=values, files={"document": ("acte.pdf", PDF)})
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.submit(await walker.get("/continue"), NAME)
    assert page.path == "/profile/changes", page.text
    assert one("SELECT reason, document FROM correction_request") == ("Mariage", None)


async def test_nobody_fills_our_disk_with_documents(marie, one) -> None:
    for _ in range(REQUESTS.most):
        assert (await send(marie, PDF, last_name="Durand")).path == "/profile/changes"
        (change_id,) = one("SELECT change_id FROM correction_request WHERE decided_at IS NULL")
        await marie.submit(await marie.get("/profile/changes"), None, to=f"/profile/changes/{change_id}/undo")
    page = await send(marie, PDF, last_name="Durand")
    assert page.status == 429
    assert "Please wait a while" in page.text
    assert one("SELECT count(*) FROM correction_request") == (REQUESTS.most,)
