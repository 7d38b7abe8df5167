from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from backoffice_sync.outward.push import push
from portal import clock
from portal.app import build
from portal.database import Database, role_url
from tests.addresses.conftest import LIST, SEA, add, place
from tests.personas import EDITOR, MARIE, NADIA
from tests.walker import Walker

MAIN = ("rue des Lilas", True, "home", None, None)
BY_THE_SEA = ("chemin des Dunes", False, "second_home", "07-01", "08-31")


async def test_a_second_home_is_added_with_its_season_and_drawn_as_on_the_envelope(marie, stored, owner) -> None:
    page = await marie.get(f"{LIST}/new")
    page = await marie.submit(page, f"{LIST}/new/check", **SEA)
    assert "Is this address right?" in page.text
    assert "Second home. Letters go here each year from 1 July to 31 August." in page.text
    assert stored() == [MAIN], "checking saves nothing"
    page = await marie.submit(page, f"{LIST}/new")
    assert page.path == LIST
    assert "The address is saved." in page.text
    assert "MME MARIE DUPONT 3 CHEMIN DES DUNES 29200 BREST" in page.text
    assert stored() == [MAIN, BY_THE_SEA]
    group, old, new = owner.execute("SELECT field_group, old, new FROM recorded_change").fetchone()
    assert (group, old) == ("other_addresses", {"items": []})
    assert [item["street"] for item in new["items"]] == ["chemin des Dunes"]


async def test_an_address_without_a_season_is_known_but_takes_no_letters(marie, stored) -> None:
    page = await add(marie, purpose="work", from_day="", from_month="", to_day="", to_month="")
    assert stored() == [MAIN, ("chemin des Dunes", False, "work", None, None)]
    assert page.text.count("Letters go here today") == 1
    assert page.text.index("Letters go here today") < page.text.index("CHEMIN DES DUNES")


async def test_in_its_season_letters_go_to_the_second_home(marie) -> None:
    today = clock.today()
    end = {"from_day": "1", "from_month": f"{today:%m}", "to_day": "28", "to_month": f"{today:%m}"}
    page = await add(marie, **(end | ({"to_month": f"{today.month % 12 + 1:02}"})))
    assert page.text.index("Letters go here today") > page.text.index("12 BIS RUE DES LILAS")
    assert "Tax receipts on paper always go to your main address." in page.text


async def test_an_address_is_changed_and_the_others_stay(marie, stored) -> None:
    await add(marie)
    page = await add(marie, street="rue du Bureau", purpose="work", from_day="", from_month="", to_day="", to_month="")
    path = place(page)
    form = await marie.get(path)
    values = form.form(f"{path}/check")
    assert (values["street"], values["purpose"], values["from_day"], values["to_month"]) == (
        "chemin des Dunes", "second_home", "1", "08",
    )  # fmt: skip
    page = await marie.submit(form, f"{path}/check", to_day="15", to_month="09")
    page = await marie.submit(page, path)
    assert page.path == LIST
    assert stored() == [
        MAIN,
        ("chemin des Dunes", False, "second_home", "07-01", "09-15"),
        ("rue du Bureau", False, "work", None, None),
    ]


async def test_saving_without_a_change_records_nothing(marie, owner) -> None:
    path = place(await add(marie))
    page = await marie.submit(await marie.get(path), f"{path}/check")
    page = await marie.submit(page, path)
    assert "You changed nothing, so nothing was saved." in page.text
    always = {"street": "rue du Bureau", "from_day": "", "from_month": "", "to_day": "", "to_month": ""}
    await add(marie, **always)
    page = await add(marie, **always)
    assert "You changed nothing, so nothing was saved." in page.text, "the same address twice is one"
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (2,)


async def test_an_address_with_a_season_that_no_calendar_has_is_shown_and_mended(marie, owner, stored) -> None:
    await add(marie)
    owner.execute("UPDATE postal_address SET season_from = '06-31', purpose = '' WHERE NOT is_main")
    page = await marie.get(LIST)
    assert "Other address Letters go here each year from 06-31 to 31 August." in page.text
    path = place(page)
    page = await marie.submit(await marie.get(path), f"{path}/check", from_day="1", from_month="07")
    await marie.submit(page, path)
    assert stored() == [MAIN, BY_THE_SEA]


async def test_an_address_is_removed(marie, stored, owner) -> None:
    path = place(await add(marie))
    page = await marie.submit(await marie.get(LIST), f"{path}/removal")
    assert page.path == LIST
    assert "The address is removed." in page.text
    assert "CHEMIN DES DUNES" not in page.text
    assert stored() == [MAIN]
    new = owner.execute("SELECT new FROM recorded_change ORDER BY seq DESC LIMIT 1").fetchone()
    assert new == ({"items": []},)


async def test_another_address_becomes_the_main_one_and_the_former_is_kept(marie, stored, owner) -> None:
    path = place(await add(marie))
    page = await marie.submit(await marie.get(LIST), f"{path}/main")
    assert "This is your main address now." in page.text
    assert stored() == [("chemin des Dunes", True, "home", None, None), ("rue des Lilas", False, "home", None, None)]
    changes = owner.execute("SELECT field_group, old, new FROM recorded_change ORDER BY seq OFFSET 1").fetchall()
    assert [group for group, *_ in changes] == ["other_addresses", "address"]
    assert (changes[1][1]["street"], changes[1][2]["street"]) == ("rue des Lilas", "chemin des Dunes")
    assert "purpose" not in changes[1][2]
    kinds = {kind for (kind,) in owner.execute("SELECT kind FROM journal WHERE member_id IS NOT NULL")}
    assert kinds == {"profile.address.changed", "profile.addresses.changed"}


async def test_the_main_address_known_a_second_time_and_made_the_main_one_records_nothing(marie, stored, owner) -> None:
    lilas = {"house_number": "12 bis", "street": "rue des Lilas", "unit": "Appartement 4", "postcode": "69003"}
    always = dict.fromkeys(("from_day", "from_month", "to_day", "to_month"), "")
    page = await add(marie, **lilas, **always, town="Lyon", purpose="home")
    assert len(stored()) == 2
    await marie.submit(page, f"{place(page)}/main")
    assert owner.execute("SELECT field_group FROM recorded_change").fetchall() == [("other_addresses",)]
    assert owner.execute("SELECT held FROM postal_address WHERE is_main AND central_id = 'a1001'").fetchone() == (
        False,
    )


async def test_a_member_without_a_main_address_makes_one_of_another(visitor, stored) -> None:
    nadia = visitor()
    await nadia.enter(NADIA)
    page = await add(nadia)
    await nadia.submit(page, f"{place(page)}/main")
    assert stored(NADIA) == [("chemin des Dunes", True, "home", None, None)]


async def test_the_changes_arrive_in_the_central_base_just_as_recorded(
    marie, owner, sync_database, central_directory, stored
) -> None:
    page = await add(marie)
    await push(sync_database, central_directory)
    there = await central_directory.read(MARIE.number, "other_addresses")
    assert [item["season_to"] for item in there["items"]] == ["08-31"]
    page = await marie.submit(page, f"{place(page)}/main")
    await push(sync_database, central_directory)
    assert owner.execute("SELECT DISTINCT status FROM recorded_change").fetchall() == [("confirmed",)]
    assert owner.execute("SELECT count(*) FROM field_in_motion").fetchone() == (0,)
    there = await central_directory.read(MARIE.number, "address")
    assert there["street"] == "chemin des Dunes"
    assert [street for street, *_ in stored()] == ["chemin des Dunes", "rue des Lilas"]


async def test_the_page_of_an_address_stays_when_the_sync_gives_it_another_row(
    marie, owner, sync_database, central_directory
) -> None:
    path = place(await add(marie))
    before = owner.execute("SELECT id FROM postal_address WHERE NOT is_main").fetchone()
    await push(sync_database, central_directory)
    assert owner.execute("SELECT id FROM postal_address WHERE NOT is_main").fetchone() != before
    assert (await marie.get(path)).status == 200


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"postcode": "99999"}, "postcode", "This postcode does not exist in the chosen country."),
        ({"building": "x" * 39}, "building", "This line has 39 characters, an envelope has room for 38."),
        ({"from_day": "31", "from_month": "06"}, "from_day", "There is no such day every year."),
        ({"to_day": "29", "to_month": "02"}, "to_day", "There is no such day every year."),
        ({"to_day": "first"}, "to_day", "There is no such day every year."),
        ({"to_day": ""}, "to_day", "Enter day and month of both ends, or leave all four empty."),
        ({"from_month": ""}, "from_day", "Enter day and month of both ends, or leave all four empty."),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(marie, stored, typed, field, message) -> None:
    page = await add(marie, **typed)
    assert page.status == 422
    assert message in page.text
    [wrong] = [element for element in page.tree.iterfind(".//input") if element.get("aria-invalid")]
    assert wrong.get("name") == field
    values = page.form(f"{LIST}/new/check")
    assert values | SEA | typed == values
    assert stored() == [MAIN]


async def test_two_addresses_never_share_a_season(marie, stored) -> None:
    await add(marie)
    winter = {"street": "rue des Neiges", "from_day": "15", "from_month": "08", "to_day": "15", "to_month": "01"}
    page = await add(marie, **winter)
    assert page.status == 422
    assert "In this part of the year letters go to another of your addresses already." in page.text
    await add(marie, **(winter | {"from_day": "1", "from_month": "09"}))
    assert ("rue des Neiges", False, "second_home", "09-01", "01-15") in stored()


async def test_the_season_of_an_address_may_be_moved_within_itself(marie) -> None:
    path = place(await add(marie))
    page = await marie.submit(await marie.get(path), f"{path}/check", from_day="15")
    assert page.status == 200


async def test_there_is_room_for_six_and_a_seventh_is_refused(marie, owner) -> None:
    form = await marie.get(f"{LIST}/new")
    for number in range(6):
        page = await add(marie, house_number=str(number + 1), from_day="", from_month="", to_day="", to_month="")
    assert f"{LIST}/new" not in page.links
    page = await marie.submit(form, f"{LIST}/new/check", **SEA)
    page = await marie.submit(page, f"{LIST}/new")
    assert "remove one that you no longer use first" in page.text
    assert "remove one that you no longer use first" in (await marie.get(f"{LIST}/new")).text
    assert owner.execute("SELECT count(*) FROM postal_address WHERE NOT is_main").fetchone() == (6,)


async def test_an_address_changed_meanwhile_is_not_written_over_and_the_words_are_kept(marie, owner, stored) -> None:
    path = place(await add(marie))
    page = await marie.submit(await marie.get(path), f"{path}/check", unit="chez Anne")
    owner.execute("UPDATE postal_address SET town = 'Quimper' WHERE NOT is_main")
    page = await marie.submit(page, path)
    assert page.status == 409
    assert "changed or removed by somebody else while you were typing" in page.text
    assert page.form(f"{LIST}/new/check")["unit"] == "chez Anne"
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (1,)


@pytest.mark.parametrize("act", ["main", "removal"])
async def test_what_was_changed_meanwhile_is_neither_removed_nor_made_the_main_one(marie, owner, stored, act) -> None:
    page = await add(marie)
    owner.execute("UPDATE postal_address SET street = 'rue du Port' WHERE NOT is_main")
    page = await marie.submit(page, f"{place(page)}/{act}")
    assert page.status == 409
    assert "so nothing was done" in page.text
    assert "RUE DU PORT" in page.text
    assert stored() == [MAIN, ("rue du Port", False, "second_home", "07-01", "08-31")]


async def test_nobody_reaches_the_address_of_somebody_else(marie, stranger, stored) -> None:
    page = await add(marie)
    path = place(page)
    assert (await stranger.get(path)).status == 404
    theirs = await stranger.get(f"{LIST}/new")
    token = theirs.form(f"{LIST}/new/check")["csrf_token"]
    for act in ("main", "removal"):
        answer = await stranger.post(f"{path}/{act}", csrf_token=token)
        assert answer.status == 404
    assert (await stranger.submit(theirs, f"{LIST}/new/check", to=f"{path}/check")).status == 404
    assert stored() == [MAIN, BY_THE_SEA]


async def test_a_purpose_that_the_form_does_not_offer_is_refused(marie, stored) -> None:
    assert (await add(marie, purpose="castle")).status == 400
    assert (await add(marie, is_main="1")).status == 400
    assert stored() == [MAIN]


async def test_staff_who_look_on_see_the_addresses_and_no_button(visitor, marie, member_id) -> None:
    await add(marie)
    editor = visitor()
    await editor.enter(EDITOR)
    number = member_id(MARIE)
    page = await editor.get(f"/staff/members/{number}")
    await editor.submit(page, f"/staff/members/{number}/viewing", reason="On the phone")
    page = await editor.get(LIST)
    assert "CHEMIN DES DUNES" in page.text
    assert "Remove" not in page.text
    assert f"{LIST}/new" not in page.links


@pytest.fixture
async def with_rules(settings, owner) -> AsyncIterator[Callable[[str], Awaitable[Walker]]]:
    """Marie, at a portal whose donors may do something else than usual with their addresses."""
    databases = []

    async def enter(rules: str) -> Walker:
        changed = replace(settings, profile_fields=rules)
        databases.append(Database(role_url(changed.database_url, changed.secret_key, "portal_web")))
        walker = Walker(build(changed, databases[-1]), changed, owner)
        await walker.enter(MARIE)
        return walker

    yield enter
    for database in databases:
        await database.close()


async def test_addresses_that_are_changed_on_request_show_whom_to_ask(with_rules) -> None:
    walker = await with_rules("address=request,other_addresses=request")
    for path in ("/profile/address", LIST):
        page = await walker.get(path)
        assert "please call us or write to us" in page.text
        assert "12 BIS RUE DES LILAS" in page.text
        assert list(page.tree.iterfind(".//main//form")) == []
    token = page.form("/sign-out")["csrf_token"]
    for path in ("/profile/address", "/profile/address/check", f"{LIST}/new", f"{LIST}/x/main", f"{LIST}/x/removal"):
        assert (await walker.post(path, csrf_token=token)).status == 404


async def test_addresses_that_are_hidden_are_nowhere(with_rules) -> None:
    walker = await with_rules("address=hide,other_addresses=hide")
    for path in ("/profile/address", LIST, f"{LIST}/new"):
        assert (await walker.get(path)).status == 404
    assert "LILAS" not in (await walker.get("/")).text
    assert "LILAS" not in (await (await with_rules("address=hide")).get(LIST)).text
