from dataclasses import fields

import pytest

from portal import ROOT
from portal.settings import EXAMPLE_SECRET, Settings, SettingsError, load

GOOD = {
    "DATABASE_URL": "postgresql://portal@db/portal",
    "SECRET_KEY": "s" * 40,
    "BASE_URL": "https://donors.example.org",
    "TRUSTED_PROXIES": "10.0.0.2",
}


def test_good_settings_are_taken() -> None:
    settings = load(GOOD | {"LINK_MINUTES": "15"})
    assert settings.link_minutes == 15
    assert settings.secure


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL must start"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "at least 32"),
        ({"SECRET_KEY": EXAMPLE_SECRET}, "still the example"),
        ({"BASE_URL": "http://donors.example.org"}, "must be https"),
        ({"BASE_URL": "https://donors.example.org/"}, "no final slash"),
        ({"BASE_URL": "donors.example.org"}, "BASE_URL must be like"),
        ({"BASE_URL": "https://Donors.example.org"}, "small letters"),
        ({"BASE_URL": "https://donors.example.org:443"}, "browsers leave out"),
        ({"TRUSTED_PROXIES": ""}, "TRUSTED_PROXIES is missing"),
        ({"SMTP_URL": "mail.example.org"}, "SMTP_URL must start"),
        ({"LINK_MINUTES": "60"}, "between 5 and 30"),
        ({"LINK_MINUTES": "ten"}, "whole number"),
        ({"STAFF_EMAIL_SIGN_IN": "maybe"}, "must be 1 or 0"),
        ({"STAFF_EMAIL_SIGN_IN": "1"}, "for this very machine only"),
        ({"DEMO": "1", "MAILBOX": "/x"}, "for this very machine only"),
        ({"DEMO": "1", "BASE_URL": "http://localhost:8000"}, "MAILBOX is needed"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_starts(change, named) -> None:
    with pytest.raises(SettingsError, match=named):
        load(GOOD | change)


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        load({"LINK_MINUTES": "x"})
    assert all(name in str(refusal.value) for name in ("DATABASE_URL", "SECRET_KEY", "LINK_MINUTES"))


def test_every_setting_is_documented_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for item in fields(Settings):
        assert item.metadata["doc"]
        assert f"`{item.name.upper()}`" in readme, f"{item.name.upper()} is not in the README"
    for name in ("PORTAL_DATABASE_URL", "CENTRAL_URL", "PULL_SECONDS"):
        assert f"`{name}`" in readme
