"""What is an alarm, from when, and what it says to do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backoffice_sync.directory import CertificateRefused, CredentialsRefused, DirectoryUnreachable, SchemaChanged
from backoffice_sync.duty import in_words
from backoffice_sync.inward import absence
from portal.alarms.rules import MOST_PARKED, Duty, Reading, alarms

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PATIENCE = timedelta(minutes=10)
CALM = Reading(NOW, {"push": Duty(NOW), "pull": Duty(NOW), "reconcile": Duty(NOW)}, passes_on=True)


def ago(**units) -> datetime:
    return NOW - timedelta(**units)


def names(reading: Reading) -> list[str]:
    return [alarm.name for alarm in alarms(reading, patience=PATIENCE)]


def with_duty(name: str, duty: Duty) -> Reading:
    return replace(CALM, duties={**CALM.duties, name: duty})


def test_nothing_is_wrong_when_all_is_done() -> None:
    assert names(CALM) == []


def test_a_sync_that_was_never_started_is_not_silent() -> None:
    assert names(Reading(NOW, {}, passes_on=False)) == []


@pytest.mark.parametrize("duty", ["push", "pull"])
@pytest.mark.parametrize(("minutes", "told"), [(9, False), (11, True)])
def test_a_duty_that_is_silent_for_too_long_is_told_with_its_last_moment(duty, minutes, told) -> None:
    found = alarms(with_duty(duty, Duty(ago(minutes=minutes))), patience=PATIENCE)
    assert [alarm.name for alarm in found] == ([f"silent {duty}"] if told else [])
    assert all(alarm.since == ago(minutes=11) and alarm.command == "backoffice-sync run" for alarm in found)


def test_before_changes_may_be_passed_on_they_may_wait() -> None:
    held = replace(with_duty("push", Duty(ago(days=1))), oldest_open=ago(days=1), passes_on=False)
    assert names(held) == []
    assert names(replace(held, passes_on=True)) == ["silent push", "late"]


@pytest.mark.parametrize(("minutes", "told"), [(9, []), (11, ["late"])])
def test_a_change_that_waits_too_long_is_told(minutes, told) -> None:
    assert names(replace(CALM, oldest_open=ago(minutes=minutes))) == told


def test_a_base_that_does_not_answer_is_given_time() -> None:
    problem = in_words(DirectoryUnreachable())
    assert names(with_duty("push", Duty(ago(minutes=9), problem, ago(minutes=9)))) == []
    assert names(with_duty("push", Duty(ago(hours=1), problem, ago(minutes=11)))) == ["trouble: no answer"]


@pytest.mark.parametrize(
    ("problem", "command"),
    [
        (in_words(CredentialsRefused("secret")), "backoffice-sync pull"),
        (in_words(CertificateRefused()), "backoffice-sync pull"),
        (in_words(SchemaChanged("member.last_name")), "backoffice-sync catalogue"),
        (absence.held_back(["gift"]), "backoffice-sync reconcile --remove"),
    ],
)
def test_what_somebody_must_mend_is_told_at_once_with_what_to_type(problem, command) -> None:
    [alarm] = alarms(with_duty("pull", Duty(NOW, problem, NOW)), patience=PATIENCE)
    assert alarm.command == command
    assert alarm.since == NOW


def test_one_trouble_in_the_way_of_two_duties_is_one_alarm_since_the_first() -> None:
    problem = in_words(CredentialsRefused())
    duties = {"push": Duty(NOW, problem, ago(minutes=5)), "pull": Duty(NOW, problem, ago(minutes=8))}
    [alarm] = alarms(replace(CALM, duties=duties), patience=PATIENCE)
    assert alarm.since == ago(minutes=8)


@pytest.mark.parametrize(
    ("figures", "count"), [({"missed": 0, "lost": 0, "gone": 9}, 0), ({"missed": 2, "lost": 1}, 3)]
)
def test_drift_is_told_and_rows_that_went_there_are_none(figures, count) -> None:
    found = alarms(with_duty("reconcile", Duty(ago(hours=9), figures=figures)), patience=PATIENCE)
    assert [alarm.values["count"] for alarm in found] == ([count] if count else [])


def test_a_clock_that_jumped_is_told_for_a_day() -> None:
    for hours, told in ((1, ["clock"]), (25, [])):
        figures = {"clock_offset": -3600, "jumped_at": ago(hours=hours).timestamp()}
        assert names(with_duty("pull", Duty(NOW, figures=figures))) == told
    assert names(with_duty("pull", Duty(NOW, figures={"clock_offset": -3600}))) == [], "it was always so"


@pytest.mark.parametrize(("parked", "told"), [(MOST_PARKED, []), (MOST_PARKED + 1, ["parked"])])
def test_many_parked_changes_are_told(parked, told) -> None:
    assert names(replace(CALM, parked=parked)) == told
