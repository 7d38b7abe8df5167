"""What a choice means, whatever its codes."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.consents import forms, rules
from portal.consents.rules import COMMERCIAL, CONSENTS, EXCHANGE, OBJECTIONS, Choice, boxes, codes_for, pressed
from portal.web.errors import BadForm
from portal.web.forms import Form
from tests.conftest import SCHEMA

TODAY = date(2026, 3, 10)
FREE = Choice((), (), "all", None)
PURPOSES = [*rules.PURPOSES, "exchange"]
codes = st.lists(st.sampled_from([f"{p}/{c}" for p in PURPOSES for c in (*rules.CHANNELS, "any")]), unique=True)
agreements = st.lists(st.sampled_from(["commercial/any", "commercial/post"]), unique=True)
choices = st.builds(
    lambda objections, consents: Choice(tuple(sorted(objections)), tuple(sorted(consents)), "all", None),
    codes,
    agreements,
)


def test_silence_is_no_objection_and_no_consent() -> None:
    form = forms.filled(FREE, TODAY)
    assert {code for code in forms.BOXES if form[code]} == set(forms.SENDING)
    assert not form[COMMERCIAL]
    assert not form[EXCHANGE]


@pytest.mark.parametrize(("table", "known"), [("objection", OBJECTIONS), ("consent", CONSENTS)])
def test_the_central_base_takes_every_code(table, known) -> None:
    found = re.search(rf"CREATE TABLE {table} \(.*?\n\);", SCHEMA.read_text(), re.DOTALL)
    assert found is not None
    purposes, channels = (set(re.findall("'([a-z]+)'", part)) for part in re.findall(r"CHECK \((.*)\)", found[0]))
    for code in known:
        purpose, channel = code.split("/")
        assert purpose in purposes
        assert channel in channels
    reachable = {purpose for purpose in purposes if boxes([f"{purpose}/any"])}
    assert reachable == purposes, "whatever the base may hold is shown"


@given(choices)
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(choice) -> None:
    assert forms.parse(forms.filled(choice, TODAY), choice, TODAY) == choice


@given(choices, st.sampled_from(forms.SENDING))
def test_one_tick_changes_just_what_it_is_about(choice, code) -> None:
    form = forms.filled(choice, TODAY)
    form.typed = {**form.typed, code: "" if form[code] else "yes"}
    wanted = forms.parse(form, choice, TODAY)
    assert boxes(wanted.objections) == boxes(choice.objections) ^ {code}
    assert wanted.consents == choice.consents, "an objection says nothing about a consent"


@given(choices)
def test_withdrawing_an_objection_gives_no_consent(choice) -> None:
    form = forms.filled(choice, TODAY)
    form.typed = {**form.typed, EXCHANGE: ""} | dict.fromkeys(forms.SENDING, "yes")
    wanted = forms.parse(form, choice, TODAY)
    assert wanted.objections == ()
    assert wanted.consents == choice.consents


@given(choices)
def test_one_press_for_nothing_leaves_nothing(choice) -> None:
    after = pressed("nothing", choice)
    assert boxes(after.objections) == set(OBJECTIONS)
    assert after.consents == ()


@given(choices)
def test_one_press_for_everything_hands_the_address_to_nobody(choice) -> None:
    after = pressed("everything", choice)
    assert boxes(after.objections) == boxes(choice.objections) & {EXCHANGE}
    assert after.consents == choice.consents


def test_an_objection_to_a_purpose_at_all_is_one_to_each_channel() -> None:
    choice = Choice(("petitions/any",), (), "all", None)
    assert choice.channels["petitions"] == []
    assert choice.channels["news"] == list(rules.CHANNELS)
    wanted = boxes(choice.objections) - {"petitions/email"}
    assert codes_for(wanted, choice.objections) == ("petitions/phone", "petitions/post", "petitions/sms")


def test_what_the_page_does_not_know_is_kept() -> None:
    assert codes_for({EXCHANGE}, ("parties/fax",)) == (EXCHANGE, "parties/fax")


@pytest.mark.parametrize(
    ("typed", "last_day"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("31/12/2026", date(2026, 12, 31)),
        ("1.4.2026", date(2026, 4, 1)),
        ("", None),
        ("2026-03-11", date(2026, 3, 11)),
        ("2028-03-09", date(2028, 3, 9)),
    ],
)
def test_a_pause_ends_on_a_day_to_come(typed, last_day) -> None:
    form = paused(typed)
    assert forms.parse(form, FREE, TODAY).paused_until == last_day
    assert form.ok


@pytest.mark.parametrize("typed", ["2026-03-10", "2020-01-01", "2030-01-01", "31/02/2027", "soon", "31/12"])
def test_no_other_pause_is_taken(typed) -> None:
    form = paused(typed)
    forms.parse(form, FREE, TODAY)
    assert set(form.errors) == {"paused_until"}


def test_a_pause_that_is_over_is_not_shown_and_taking_no_notice_of_it_changes_nothing() -> None:
    over = Choice((), (), "all", TODAY - timedelta(days=1))
    assert forms.filled(over, TODAY)["paused_until"] == ""
    assert forms.parse(forms.filled(over, TODAY), over, TODAY) == over


def test_a_pause_that_ends_today_or_in_ten_years_may_stay() -> None:
    for last_day in (TODAY, TODAY + timedelta(days=3650)):
        running = Choice((), (), "all", last_day)
        form = forms.filled(running, TODAY)
        assert forms.parse(form, running, TODAY) == running
        assert form.ok


@pytest.mark.parametrize("field", ["appeals/post", EXCHANGE, COMMERCIAL, "post_rhythm"])
def test_what_no_form_offers_is_no_choice(field) -> None:
    form = forms.filled(FREE, TODAY)
    form.typed = {**form.typed, field: "pigeon"}
    with pytest.raises(BadForm):
        forms.parse(form, FREE, TODAY)


def test_every_suspension_has_its_words_and_so_has_an_unknown_one() -> None:
    said = [
        rules.restrictions(stop_promo=True, suspension_code=code) for code in ("", "PND", "RAD", "DCD", "DBL", "XYZ")
    ]
    assert said[0] == [rules.STOP_PROMO]
    assert len({words for _, words in said[1:]}) == 5
    assert said[-1][1] == rules.UNKNOWN_SUSPENSION
    assert rules.restrictions(stop_promo=False, suspension_code="") == []


def paused(typed: str) -> Form:
    form = forms.filled(FREE, TODAY)
    form.typed = {**form.typed, "paused_until": typed}
    return form
