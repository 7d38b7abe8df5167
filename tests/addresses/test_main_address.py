import json

import pytest

from tests.personas import NADIA, STRANGER

NEW = {"house_number": "5", "street": "place Bellecour", "unit": "", "postcode": "69002", "town": "Lyon"}


async def save(walker, **fields):
    page = await walker.get("/profile/address")
    page = await walker.submit(page, "/profile/address/check", **fields)
    return await walker.submit(page, "/profile/address")


async def test_the_form_holds_the_present_address_and_draws_the_envelope(marie) -> None:
    page = await marie.get("/profile/address")
    values = page.form("/profile/address/check")
    assert values["street"] == "rue des Lilas"
    assert values["country"] == "FR"
    assert "MME MARIE DUPONT" in page.text
    assert "12 BIS RUE DES LILAS" in page.text


async def test_a_new_address_is_checked_then_saved_and_recorded_with_old_and_new(marie, owner) -> None:
    page = await marie.get("/profile/address")
    page = await marie.submit(page, "/profile/address/check", **NEW)
    assert "Is this address right?" in page.text
    assert "5 PLACE BELLECOUR" in page.text
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,), "checking saves nothing"
    page = await marie.submit(page, "/profile/address")
    assert page.path == "/profile/changes"
    assert "Your new address is saved" in page.text
    assert "Saved, will be passed on shortly" in page.text
    old, new, status = owner.execute("SELECT old, new, status FROM recorded_change").fetchone()
    assert (old["street"], new["street"], status) == ("rue des Lilas", "place Bellecour", "saved")
    assert owner.execute("SELECT base ->> 'street' FROM field_in_motion").fetchone() == ("rue des Lilas",)


async def test_the_returned_letter_is_no_longer_announced_once_the_address_is_mended(marie) -> None:
    assert "A letter came back" in (await marie.get("/")).text
    await save(marie, **NEW)
    assert "A letter came back" not in (await marie.get("/")).text


async def test_a_save_that_changes_nothing_records_nothing(marie, owner) -> None:
    page = await save(marie, town="  Lyon ")
    assert page.path == "/profile"
    assert "You changed nothing, so nothing was saved." in page.text
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'profile.address.changed'").fetchone() == (0,)


async def test_pressing_save_twice_has_one_effect(marie, owner) -> None:
    page = await marie.submit(await marie.get("/profile/address"), "/profile/address/check", **NEW)
    values = page.form("/profile/address")
    await marie.post("/profile/address", **values)
    await marie.post("/profile/address", **values)
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (1,)


async def test_a_wrong_line_is_met_beside_its_field_with_the_words_kept(marie, owner) -> None:
    page = await marie.get("/profile/address")
    page = await marie.submit(page, "/profile/address/check", postcode="7501", street="rue neuve")
    assert page.status == 422
    assert "There is a problem" in page.text
    assert "A French postcode has five digits" in page.text
    values = page.form("/profile/address/check")
    assert (values["postcode"], values["street"]) == ("7501", "rue neuve")
    assert "Error:" in page.html.split("</title>")[0]
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)


async def test_the_save_itself_checks_again(marie) -> None:
    page = await marie.submit(await marie.get("/profile/address"), "/profile/address/check", **NEW)
    page = await marie.submit(page, "/profile/address", postcode="1")
    assert page.status == 422


async def test_another_country_shows_its_own_form_and_keeps_what_was_typed(marie) -> None:
    page = await marie.get("/profile/address")
    page = await marie.submit(
        page, "/profile/address/check", to="/profile/address/form", country="US", street="1 Main St"
    )
    values = page.form("/profile/address/check")
    assert values["street"] == "1 Main St"
    assert "region" in values
    assert values["house_number"] == "12 bis", "what was typed stays until the donor takes it out"
    page = await marie.submit(
        page, "/profile/address/check", town="Austin", postcode="78701", region="TX", house_number=""
    )
    assert "AUSTIN, TX 78701" in page.text
    assert "ETATS UNIS" in page.text


async def test_from_the_check_one_can_go_back_with_the_words_kept(marie) -> None:
    page = await marie.submit(await marie.get("/profile/address"), "/profile/address/check", **NEW)
    page = await marie.submit(page, "/profile/address/form")
    assert page.form("/profile/address/check")["street"] == "place Bellecour"


async def test_the_preview_draws_the_envelope_of_what_is_being_typed(marie, owner) -> None:
    page = await marie.get("/profile/address")
    page = await marie.submit(page, "/profile/address/check", to="/profile/address/preview", street="rue à moitié")
    assert "12 BIS RUE A MOITIE" in page.html
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)


async def test_a_member_without_address_gives_their_first(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(NADIA)
    assert "We have no postal address for you." in (await walker.get("/profile")).text
    page = await save(walker, **NEW)
    assert "Before nothing" in page.text
    assert owner.execute("SELECT old FROM recorded_change").fetchone() == (None,)


async def test_a_field_that_the_form_does_not_have_is_refused(marie, owner) -> None:
    page = await marie.submit(await marie.get("/profile/address"), "/profile/address/check", **NEW)
    for extra in ("is_main", "member_id", "held", "returned_on"):
        assert (await marie.submit(page, "/profile/address", **{extra: "1"})).status == 400
    assert (await marie.submit(page, "/profile/address", country="XX")).status == 400
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)


async def test_a_change_is_journalled_and_the_journal_is_whole(marie, owner) -> None:
    await save(marie, **NEW)
    kind, actor, data = owner.execute("SELECT kind, actor, data FROM journal WHERE member_id IS NOT NULL").fetchone()
    assert kind == "profile.address.changed"
    assert actor.startswith("member:")
    assert data["new"]["town"] == "Lyon"
    assert "69002" in json.dumps(data)


async def test_strangers_changes_are_never_shown(marie, visitor) -> None:
    await save(marie, **NEW)
    stranger = visitor()
    await stranger.enter(STRANGER)
    assert "Bellecour" not in (await stranger.get("/profile/changes")).html.upper().title()


async def test_an_address_changed_meanwhile_is_not_written_over_unnoticed(marie, owner) -> None:
    page = await marie.submit(await marie.get("/profile/address"), "/profile/address/check", **NEW)
    owner.execute("UPDATE postal_address SET street = 'rue du Secrétariat' WHERE central_id = 'a1001'")
    page = await marie.submit(page, "/profile/address")
    assert page.status == 409
    assert "12 BIS RUE DU SECRETARIAT" in page.text
    assert page.form("/profile/address/check")["street"] == "place Bellecour"
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)
    page = await marie.submit(await marie.submit(page, "/profile/address/check"), "/profile/address")
    assert page.path == "/profile/changes"
    assert owner.execute("SELECT old ->> 'street' FROM recorded_change").fetchone() == ("rue du Secrétariat",)


@pytest.mark.parametrize("country", ["UK", "XX", ""])
async def test_an_address_from_a_country_unknown_to_us_is_shown_and_mended(marie, owner, country) -> None:
    owner.execute("UPDATE postal_address SET country = %s WHERE central_id = 'a1001'", [country])
    assert (await marie.get("/profile")).status == 200
    page = await marie.get("/profile/address")
    assert page.form("/profile/address/check")["country"] == ""
    page = await marie.submit(page, "/profile/address/check")
    assert page.status == 422
    assert "Choose the country." in page.text
    assert (await marie.submit(page, "/profile/address/check", country="FR")).status == 200


async def test_a_stored_house_number_survives_a_change_of_another_field(marie, owner) -> None:
    owner.execute(
        "UPDATE postal_address SET country = 'BE', postcode = '1000', house_number = '16', street = 'rue de la Loi'"
    )
    page = await marie.get("/profile/address")
    page = await marie.submit(page, "/profile/address/check", unit="Boîte 3")
    await marie.submit(page, "/profile/address")
    assert owner.execute("SELECT new ->> 'house_number' FROM recorded_change").fetchone() == ("16",)
