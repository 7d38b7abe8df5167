"""What a central base complains of reaches staff by its name alone: what somebody typed is never quoted."""

import pytest

from backoffice_sync.connectors.complaint import complaint
from backoffice_sync.connectors.tryton.client import named_field


class IntegrityError(Exception):
    """As the drivers of MySQL and SQLite raise it, which say nothing but words."""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("CHECK constraint failed: postcode_format", "IntegrityError: postcode_format"),
        ("NOT NULL constraint failed: donors.name", "IntegrityError: donors.name"),
        ("(1406, \"Data too long for column 'street' at row 1\")", "IntegrityError: street"),
        ("(1062, \"Duplicate entry 'marie@example.org' for key 'emails.address'\")", "IntegrityError: emails.address"),
        ("(3819, \"Check constraint 'known_town' is violated.\")", "IntegrityError: known_town"),
        ("Marie Dupont must not live here", "IntegrityError"),
    ],
)
def test_a_database_names_the_field_and_nothing_else(words, told) -> None:
    assert complaint(IntegrityError(words)) == told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (['The value "x" for field "Postal Code" in "12 rue Haute" is too long.', ""], "UserError: Postal Code"),
        (["La valeur du champ « Ville » de « Marie » n’est pas valide.", ""], "UserError: Ville"),
        (["The phone number 0612 of Marie is not valid.", ""], "UserError"),
        ([], "UserError"),
    ],
)
def test_tryton_names_the_field_and_nothing_else(words, told) -> None:
    assert named_field("UserError", words) == told
