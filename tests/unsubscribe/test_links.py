"""The token of an unsubscribe link."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from portal.unsubscribe.rules import UNDOING, Forged, Link, TooOld, link_token, read_link, read_undo, undo_token
from portal.web.admission import safe_path
from tests.conftest import SECRET

LINK = Link(UUID(int=7), "appeals")
TOKEN = link_token(SECRET, LINK)
LIFE = timedelta(days=1095)


def read(token: str, *, secret: str = SECRET, late: timedelta = timedelta()) -> Link:
    return read_link(secret, token, now=clock.now() + late, life=LIFE)


def test_a_token_tells_whom_and_what_for_and_names_nobody() -> None:
    assert read(TOKEN) == LINK
    assert len(TOKEN) < 160


def test_a_token_may_stand_in_an_address_to_which_a_form_leads_back() -> None:
    assert safe_path(f"/unsubscribe/{TOKEN}") == f"/unsubscribe/{TOKEN}"


@given(st.text(max_size=200))
def test_what_we_did_not_sign_is_forged(token: str) -> None:
    with pytest.raises(Forged):
        read(token)


@pytest.mark.parametrize("position", range(0, len(TOKEN) - 1, 7))
def test_a_token_that_was_altered_is_forged(position: int) -> None:
    other = "A" if TOKEN[position] != "A" else "B"
    with pytest.raises(Forged):
        read(TOKEN[:position] + other + TOKEN[position + 1 :])


def test_a_token_of_another_installation_is_forged() -> None:
    with pytest.raises(Forged):
        read(TOKEN, secret=SECRET + "!")


def test_a_link_works_for_as_long_as_the_settings_say() -> None:
    assert read(TOKEN, late=LIFE - timedelta(hours=6)) == LINK
    with pytest.raises(TooOld):
        read(TOKEN, late=LIFE + timedelta(hours=1))


def test_a_link_whose_signers_clock_is_ahead_works() -> None:
    assert read(TOKEN, late=-timedelta(minutes=5)) == LINK


def test_a_link_for_a_purpose_that_is_no_more_is_too_old() -> None:
    with pytest.raises(TooOld):
        read(link_token(SECRET, Link(LINK.member_id, "lottery")))


def test_what_takes_back_is_of_this_member_and_of_this_hour() -> None:
    token = undo_token(SECRET, LINK.member_id, ["appeals/email", "news/email"])
    assert read_undo(SECRET, token, LINK.member_id, now=clock.now()) == ["appeals/email", "news/email"]
    with pytest.raises(Forged):
        read_undo(SECRET, token, UUID(int=8), now=clock.now())
    with pytest.raises(TooOld):
        read_undo(SECRET, token, LINK.member_id, now=clock.now() + UNDOING + timedelta(minutes=1))


def test_a_link_takes_nothing_back_and_what_takes_back_is_no_link() -> None:
    with pytest.raises(Forged):
        read_undo(SECRET, TOKEN, LINK.member_id, now=clock.now())
    with pytest.raises(Forged):
        read(undo_token(SECRET, LINK.member_id, ["appeals/email"]))
