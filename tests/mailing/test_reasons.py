"""Why a mailing must leave somebody out."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portal.mailing.rules import REASONS, Record, in_words, reasons, rhythm

TODAY, DAY = date(2026, 11, 20), date(2026, 3, 1)
PLAIN = Record("1001", None, False, "", False, [], None, "all", "marie.dupont@example.org", None, None)


def found(purpose: str = "appeals", channel: str = "email", **known: Any) -> list[str]:
    return list(reasons(replace(PLAIN, **known), purpose, channel, TODAY))


def test_of_whom_nothing_is_known_nothing_is_inferred() -> None:
    assert found() == []
    assert found(objections=None, post_rhythm=None) == []


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"deceased_on": DAY}, "deceased"), ({"closed": True}, "closed"), ({"suspension_code": "PND"}, "suspended"),
        ({"stop_promo": True}, "stop_promo"), ({"objections": ["appeals/email"]}, "objection"),
        ({"objections": ["appeals/any"]}, "objection"), ({"paused_until": TODAY}, "paused"),
        ({"complained_on": DAY}, "complained"), ({"failed_on": DAY}, "bounced"), ({"reached_at": None}, "no_address"),
    ],
)  # fmt: skip
def test_each_thing_known_is_a_reason(known: dict[str, Any], reason: str) -> None:
    assert found(**known) == [reason]


def test_another_purpose_or_channel_is_no_reason() -> None:
    assert found(objections=["appeals/post", "news/email", "exchange/any"]) == []


def test_a_pause_is_of_appeals_and_ends() -> None:
    assert found("news", paused_until=TODAY) == []
    assert found(paused_until=date(2026, 11, 19)) == []


def test_letters_come_back_and_phones_do_not() -> None:
    assert found(channel="post", failed_on=DAY) == ["returned"]
    assert found(channel="phone", failed_on=None, reached_at="") == []


def test_the_strongest_reason_stands_first_and_all_are_told_in_words() -> None:
    known: dict[str, Any] = {
        "suspension_code": "PND",
        "objections": ["appeals/email"],
        "paused_until": TODAY,
        "failed_on": DAY,
    }
    told = reasons(replace(PLAIN, closed=True, **known), "appeals", "email", TODAY)
    assert list(told) == ["closed", "suspended", "objection", "paused", "bounced"]
    assert in_words(told) == (
        "no longer in the central base; sending is suspended (PND); objects to this; "
        "wants no appeal for now (until 2026-11-20); mails come back (since 2026-03-01)"
    )


def test_a_rhythm_is_told_for_appeals_by_post_only() -> None:
    record = replace(PLAIN, post_rhythm="yearly")
    assert rhythm(record, "appeals", "post") == "yearly"
    assert (
        rhythm(record, "news", "post") == rhythm(record, "appeals", "email") == rhythm(PLAIN, "appeals", "post") == ""
    )


def test_the_codes_are_the_ones_that_were_promised() -> None:
    assert list(REASONS) == [
        "deceased", "closed", "suspended", "stop_promo", "objection", "paused", "complained", "bounced", "returned",
        "no_address",
    ]  # fmt: skip
