"""What is written into an association's own base: only what differs, and only over what was read."""

import asyncio
import traceback

import psycopg
import pytest

from backoffice_sync.directory import (
    Applied,
    Bounce,
    Conflict,
    DirectoryUnreachable,
    MemberGone,
    Rejected,
    SchemaChanged,
)
from portal import clock
from tests.backoffice_sync.contract.test_contract import SAMPLES, person
from tests.backoffice_sync.sql.staff import EXAMPLE

ADDRESS = SAMPLES["address"][0]


async def write(directory, member, group, value):
    expected = await directory.read(member, group)
    return await directory.write(member, group, value, expected=expected, change_id="1")


async def test_what_staff_save_while_we_write_is_never_written_over(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    await staff.make("address", member)
    before = await directory.read(member, "address")
    async with await psycopg.AsyncConnection.connect(staff.url) as connection:
        await connection.execute("UPDATE adresse SET voie = 'rue Basse' WHERE adherent_id = %s", [member])
        ours = asyncio.create_task(directory.write(member, "address", ADDRESS, expected=before, change_id="1"))
        await asyncio.sleep(0.3)
    assert await ours == Conflict()
    assert staff.ask("SELECT voie, ville FROM adresse") == [("rue Basse", "Lyon")]


async def test_a_code_that_means_the_same_and_what_the_portal_does_not_know_stay_as_they_are(staff) -> None:
    staff.mapping = EXAMPLE.replace('P = "person", M', 'P = "person", X = "person", M')
    directory, member = staff.connect(), await staff.make("member", type="X", langue="fr")
    await staff.make("address", member, npai_le="2026-01-01", npai_motif="unknown", region="Rhône")
    assert await write(directory, member, "identity", SAMPLES["identity"][0]) == Applied()
    assert await write(directory, member, "address", ADDRESS | {"region": "Rhône"}) == Applied()
    assert staff.ask("SELECT type, nom FROM adherent") == [("X", "Durand-Petit")]
    held = staff.ask("SELECT region, npai_le, npai_motif, batiment, usage FROM adresse")
    assert held == [("Rhône", None, None, None, "D")], "a letter that came back says nothing of the new address"


async def test_writing_what_is_there_already_changes_nothing(staff) -> None:
    directory, member = staff.connect(), await person(staff)
    there = {group: await directory.read(member, group) for group in directory.capabilities.writes}
    staff.do("DELETE FROM journal_modif")
    for group, value in there.items():
        if value is not None:
            assert await write(directory, member, group, value) == Applied()
    assert staff.ask("SELECT nom_table FROM journal_modif") == []
    assert {group: await directory.read(member, group) for group in there} == there


async def test_a_known_address_becomes_the_main_one_and_the_former_stays_beside_it(staff) -> None:
    directory, member = staff.connect(), await person(staff)
    await staff.make("email", member, valeur="Second@example.org", principale=0)
    assert await write(directory, member, "email", {"address": "second@example.org", "confirmed_on": None}) == Applied()
    held = staff.ask("SELECT valeur, principale FROM coordonnee WHERE type = 'E' ORDER BY id")
    assert held == [("anne@example.org", 0), ("second@example.org", 1)]
    assert await write(directory, member, "email", None) == Applied()
    assert await directory.read(member, "email") is None
    assert len((await directory.read(member, "other_emails"))["items"]) == 2


async def test_removing_leads_to_nothing_being_there(staff) -> None:
    directory, member = staff.connect(), await person(staff)
    await staff.make("memo", member)
    for group in ("address", "memo"):
        assert await write(directory, member, group, None) == Applied()
        assert await directory.read(member, group) is None
    assert await write(directory, member, "phones", {"items": []}) == Applied()
    assert staff.ask("SELECT type FROM coordonnee") == [("E",)]


async def test_what_a_flag_or_a_constant_cannot_say_is_refused_with_words(staff) -> None:
    staff.mapping = EXAMPLE.replace('locality = "lieu_dit"', 'locality = { constant = "" }')
    directory, member = staff.connect(), await person(staff)
    assert isinstance(await write(directory, member, "objections", {"objections": ["news/sms"]}), Rejected)
    assert isinstance(await write(directory, member, "address", ADDRESS | {"locality": "BP 12"}), Rejected)
    assert await write(directory, member, "address", ADDRESS) == Applied()
    assert isinstance(await write(directory, member, "language", {"language": "much too long"}), Rejected)


async def test_a_closed_member_is_gone(staff) -> None:
    directory, member = staff.connect(), await staff.make("member", actif=0)
    with pytest.raises(MemberGone):
        await directory.read(member, "address")
    assert (await directory.rows("member", [member]))[0][-1] is True


async def test_an_account_number_stays_where_it_is(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    mandate = await staff.make("mandate", member)
    [row] = await directory.rows("mandate", [mandate])
    assert row[4:6] == ("FR•• •••• 0143", "BNP PARIBAS")
    assert "30004000031234567890143" not in repr(row)


async def test_a_code_that_the_file_does_not_explain_is_no_value(staff) -> None:
    """So the portal sets the row aside instead of showing the base's own letter."""
    directory, member = staff.connect(), await staff.make("member")
    gift = await staff.make("gift", member, mode="ZZ")
    [row] = await directory.rows("gift", [gift])
    assert None in row
    assert "ZZ" not in row


async def test_yes_and_no_can_be_letters_and_anything_else_is_no_choice(staff) -> None:
    staff.do("ALTER TABLE adherent ALTER COLUMN refus_echange TYPE char(1) USING 'N'")
    end = 'refus_echange = "exchange/any"\n'
    assert end in EXAMPLE
    staff.mapping = EXAMPLE.replace(
        "[contact_choice.columns.objections.flags]\n",
        "[contact_choice.columns.objections]\nyes = 'O'\nno = 'N'\n[contact_choice.columns.objections.flags]\n",
    ).replace('refus_appel_courriel = "appeals/email"\nrefus_appel_courrier = "appeals/post"\n', "")
    directory, member = staff.connect(), await staff.make("member")
    assert await write(directory, member, "objections", {"objections": ["exchange/any"]}) == Applied()
    assert staff.ask("SELECT refus_echange FROM adherent") == [("O",)]
    assert await write(directory, member, "objections", {"objections": []}) == Applied()
    assert staff.ask("SELECT refus_echange FROM adherent") == [("N",)]
    await staff.edit("member", member, refus_echange="?")
    [row] = await directory.rows("contact_choice", [member])
    assert row[2] is None, "so that the portal sets it aside"


async def test_a_table_beside_the_members_gets_a_row_when_there_is_none(staff) -> None:
    staff.do("CREATE TABLE souhait (adherent_id integer PRIMARY KEY, recu char(1), recu_par char(1))")
    wish = '[receipt_wish]\ntable = "adherent"\nkey = "id"\nmember = "id"\nchanged = "modifie_le"'
    assert wish in EXAMPLE
    beside = '[receipt_wish]\ntable = "souhait"\nkey = "adherent_id"\nmember = "adherent_id"'
    directory, member = staff.connect(EXAMPLE.replace(wish, beside)), await staff.make("member")
    assert await write(directory, member, "receipt_wish", SAMPLES["receipt_wish"][0]) == Applied()
    assert staff.ask("SELECT recu, recu_par FROM souhait") == [("D", "E")]


async def test_a_column_that_the_base_does_not_have_is_named_before_anything_is_read(staff) -> None:
    staff.mapping = EXAMPLE.replace('"ville"', '"commune"').replace('table = "note"', 'table = "remarque"')
    with pytest.raises(SchemaChanged, match=r"adresse\.commune, remarque"):
        await staff.connect().position()
    staff.mapping = EXAMPLE.replace("supprime = [0", 'supprime = ["non"')
    with pytest.raises(SchemaChanged, match=r"adresse\.supprime = non"):
        await staff.connect().position()


async def test_no_value_is_told_by_what_goes_wrong(staff) -> None:
    directory, member = staff.connect(), await person(staff)
    staff.do("ALTER TABLE adresse ADD CHECK (ville <> 'Lyon-sur-Secret')")
    outcome = await write(directory, member, "address", ADDRESS | {"town": "Lyon-sur-Secret"})
    assert isinstance(outcome, Rejected)
    assert "Secret" not in outcome.reason
    staff.do(
        "CREATE OR REPLACE FUNCTION horodate() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE '%%', NEW USING ERRCODE = '40001'; END $$"
    )
    with pytest.raises(DirectoryUnreachable) as caught:
        await write(directory, member, "address", ADDRESS)
    assert "Sables" not in "".join(traceback.format_exception(caught.value))


async def test_a_base_that_went_away_is_found_again(staff) -> None:
    directory = staff.connect()
    await directory.count("member")
    staff.do(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert await directory.count("member") == 0


async def test_a_bounce_that_the_base_does_not_take_keeps_no_other_waiting(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    await staff.make("email", member)
    staff.do("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$")
    staff.do("CREATE TRIGGER no BEFORE UPDATE ON coordonnee FOR EACH ROW EXECUTE FUNCTION no()")
    await directory.put_bounce(Bounce("anne@example.org", clock.today(), None, None))
