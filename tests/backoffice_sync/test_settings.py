"""Which central bases the settings take."""

import pytest

from backoffice_sync import settings
from portal.settings import SettingsError

OTHERS = {"PORTAL_DATABASE_URL": "postgresql://portal_sync@db/portal"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://crm@db/crm",
        "tryton+https://us:pw@tryton.example.org/base",
        "tryton+http://us:pw@localhost:8000/base",
    ],
)
def test_a_base_of_a_connector_of_ours_is_taken(url) -> None:
    assert settings.load(OTHERS | {"CENTRAL_URL": url}).central_url == url


@pytest.mark.parametrize(
    "url", ["", "mysql://db/crm", "https://tryton.example.org/base", "tryton+http://us:pw@tryton.example.org/base"]
)
def test_any_other_is_refused_and_a_password_is_not_sent_in_the_clear(url) -> None:
    with pytest.raises(SettingsError, match="CENTRAL_URL"):
        settings.load(OTHERS | {"CENTRAL_URL": url})
