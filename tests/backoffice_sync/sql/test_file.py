"""The mapping file: its mistakes are told in its own words, and what it leaves out the portal does without."""

import re
from pathlib import Path

import pytest

from backoffice_sync import connectors
from backoffice_sync.connectors.sql.connector import SqlDirectory
from backoffice_sync.connectors.sql.file import load
from backoffice_sync.connectors.sql.vocabulary import CODES, OPTIONAL
from backoffice_sync.mapping import ENTITIES, GROUPS
from portal.settings import SettingsError
from tests.backoffice_sync.sql.staff import BY_STAMPS, EXAMPLE

MISTAKES = {
    ('[member]\ntable = "adherent"', "[member]"): "[member] table: is missing",
    ('table = "adresse"', "table = 7"): "[address] table: must be a text",
    ('member = "adherent_id"\nchanged = "modifie_le"\nwhere = { supprime', "where = { supprime"): "[address] member",
    ('number = "numero"\nkind', "kind"): "[member.columns] number: is missing",
    ('civility = "civilite"', 'civilty = "civilite"'): "[member.columns] civilty: is not known; there are",
    ("[campaign]", "[campagne]"): "file campagne: is not known; there are",
    ('P = "person"', 'P = "persn"'): "[member.columns] kind: persn is none of company, person",
    ('currency = { constant = "EUR" }', "currency = {}"): "[mandate.columns] currency: must be a column",
    ('form = { constant = "manual" }', 'form = { constant = "x" }'): "[gift.columns] form: x is none of",
    ('street = "voie"', 'street = ["voie"]'): "[address.columns] street: must be a column, a column with values, or",
    ("[contact_choice.columns.objections.flags]", "[contact_choice.columns.objections.x]"): "objections: must be flags",
    ('iban = "iban"', ""): "[mandate.columns] iban: is missing",
    ("overlap_seconds = 120", 'overlap_seconds = "2 minutes"'): "[base] overlap_seconds: must be a number of seconds",
    ('zone = "Europe/Paris"', 'zone = "Paris"'): "[base] zone: Paris is no time zone",
    ('at = "quand"', ""): "[log] at: is missing",
    ('changed = "modifie_le"\nmerged', "changed = 3.5\nmerged"): "[member] changed: must be a text, or a list of texts",
    ('where = { type = "E" }', "where = { type = { a = 1 } }"): "[email.where] type: must be a text, or a list",
    ('where = { type = "E" }', "where = 5"): "[email] where: must be a section of its own",
    ('where = { type = "E" }', "write = 5"): "[email] write: must be true or false",
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mapping.toml"


@pytest.mark.parametrize(("change", "told"), MISTAKES.items())
def test_a_mistake_is_told_by_section_and_key(path, change, told) -> None:
    before, after = change
    sections = EXAMPLE[EXAMPLE.index("[base]") :]
    assert before in sections
    path.write_text(sections.replace(before, after, 1))
    with pytest.raises(SettingsError, match=re.escape(told)):
        load(path)


def test_all_mistakes_are_told_at_once(path) -> None:
    path.write_text(EXAMPLE.replace('street = "voie"', "").replace('number = "valeur"', "").replace("[base]", "[bas]"))
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert len(str(caught.value).splitlines()) == 4


@pytest.mark.parametrize(
    ("text", "told"), [("[member", "mapping.toml: "), ("", "nothing without members"), ("member = 3", "a section of")]
)
def test_what_is_no_mapping_file_is_refused(path, text, told) -> None:
    path.write_text(text)
    with pytest.raises(SettingsError, match=told):
        load(path)
    path.unlink()
    with pytest.raises(SettingsError, match="No such file"):
        load(path)


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ('is_main = "principale"\npurpose', "is_main = { constant = true }\npurpose", {"other_addresses"}),
        ('confirmed_on = "confirme_le"\n', "", {"email"}),
        ('where = { genre = "extranet" }', 'where = { genre = "extranet" }\nwrite = false', {"memo"}),
        ('region = "region"', 'region = { constant = "" }', set()),
        ('region = "region"\n', "", {"address", "other_addresses"}),
    ],
    ids=["only main addresses", "no place for a date", "not to be written", "a constant", "no column"],
)
def test_what_donors_change_is_written_where_each_field_has_its_place(path, before, after, lost) -> None:
    assert before in EXAMPLE
    path.write_text(EXAMPLE.replace(before, after))
    can = load(path).capabilities
    assert can.writes == set(GROUPS) - lost
    assert can.reads == set(GROUPS) - (lost & {"other_addresses"} if "is_main" in after else set())


def test_what_the_file_does_not_name_the_base_does_not_have(path) -> None:
    path.write_text(re.sub(r"(?ms)^\[phone\].*?(?=^\[campaign\])|^\[request\].*?(?=^\[memo\])|", "", BY_STAMPS))
    can = load(path).capabilities
    assert set(ENTITIES) - can.entities == {"phone", "request"}
    assert "phones" not in can.reads
    assert not can.keeps_requests
    assert can.tells_deletions == set()


def test_the_words_of_the_file_are_those_of_the_reference_schema() -> None:
    schema = (Path(connectors.__file__).parent / "postgresql" / "schema.sql").read_text()
    for entity, fields in CODES.items():
        for name, words in fields.items():
            column = {"post_rhythm": "appeals_rhythm"}.get(name, name)
            told = {tuple(re.findall(r"'(\w+)'", one)) for one in re.findall(rf"\b{column} IN \(([^)]*)\)", schema)}
            assert tuple(words.split()) in told, f"{entity}.{name}"
    assert all(names <= set(ENTITIES[entity].columns) for entity, names in OPTIONAL.items())


def test_a_driver_that_is_not_installed_is_named(path) -> None:
    path.write_text(EXAMPLE)
    with pytest.raises(SettingsError, match="the driver oracledb is not installed"):
        SqlDirectory("sql+oracle+oracledb://somebody@nowhere/base", path)
    with pytest.raises(SettingsError, match="CENTRAL_URL"):
        SqlDirectory("sql+filemaker://nowhere", path)
    with pytest.raises(SettingsError, match="CENTRAL_URL"):
        SqlDirectory("sql+somewhere", path)
