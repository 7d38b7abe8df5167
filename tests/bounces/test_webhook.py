"""The inbox of a mailing tool: proved, read strictly, all of it or nothing, and once."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.bounces.conftest import PATH, SECRET
from tests.personas import MARIE, NADIA

JOBS = "SELECT task_name, args FROM procrastinate_jobs WHERE task_name LIKE 'bounces.%'"


async def test_what_a_mailing_tool_reports_is_kept_and_judged_later(mailing_tool, stored, owner) -> None:
    answer = await mailing_tool.tell(
        mailing_tool.event("Marie.Dupont@Example.org", days_ago=2, status="5.1.1"),
        mailing_tool.event(NADIA.email, "hard", days_ago=1, status="5.2.2"),
        mailing_tool.event(NADIA.email, "complaint"),
    )
    assert (answer.status_code, answer.json()) == (200, {"stored": 3})
    assert "set-cookie" not in answer.headers
    assert stored() == [(MARIE.email, "hard", "5.1.1"), (NADIA.email, "soft", "5.2.2"), (NADIA.email, "complaint", "")]
    [(task, arguments)] = owner.execute(JOBS).fetchall()
    assert (task, list(arguments)) == ("bounces.judge", ["since"]), "a job names no address"


async def test_told_again_it_changes_nothing(mailing_tool, stored, owner) -> None:
    body = json.dumps({"events": [mailing_tool.event(MARIE.email)]})
    for expected in (1, 0):
        answer = await mailing_tool.send(body)
        assert (answer.status_code, answer.json()) == (200, {"stored": expected})
    assert len(stored()) == len(owner.execute(JOBS).fetchall()) == 1


async def test_an_event_that_comes_twice_in_one_delivery_counts_once(mailing_tool, stored) -> None:
    event = mailing_tool.event(MARIE.email)
    assert (await mailing_tool.tell(event, event)).json() == {"stored": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "whsec_" + "QUFB" * 8},
        {"at": datetime.now(UTC) - timedelta(minutes=6)},
        {"at": datetime.now(UTC) + timedelta(hours=1)},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,%"},
        {"webhook-signature": "v2,AAAA"},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": "nan"},
        {"webhook-id": "another"},
    ],
)  # fmt: skip
async def test_who_cannot_prove_who_they_are_changes_nothing(mailing_tool, stored, owner, wrong) -> None:
    answer = await mailing_tool.send(json.dumps({"events": [mailing_tool.event(MARIE.email)]}), **wrong)
    assert answer.status_code == 401
    assert "Nothing was stored." in answer.json()["error"]
    assert stored() == []
    noted = owner.execute("SELECT data FROM journal WHERE kind = 'request.refused'").fetchone()[0]
    assert noted == {"why": "webhook", "route": PATH}


async def test_a_body_that_was_altered_on_the_way_changes_nothing(mailing_tool, stored) -> None:
    body = json.dumps({"events": [mailing_tool.event(MARIE.email)]})
    signed = await mailing_tool.send(body)
    headers = {name: value for name, value in signed.request.headers.items() if name.startswith("webhook")}
    other = body.replace(MARIE.email, NADIA.email).replace('"e1"', '"e2"')
    assert (await mailing_tool.client.post(PATH, content=other, headers=headers)).status_code == 401
    assert [row[0] for row in stored()] == [MARIE.email]


GOOD = {"id": "g", "address": MARIE.email, "kind": "hard", "at": "2026-11-20T10:00:00Z"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""), ("id", "a\x00b"), ("id", "x" * 201), ("id", 7), ("address", "nobody"), ("address", "a b@c"),
        ("address", "a\x00@b"), ("address", "a@" + "b" * 330), ("kind", "odd"), ("at", "2026-11-20T10:00:00"),
        ("at", "soon"), ("at", "2999-01-01T00:00:00Z"), ("at", "0001-01-01T00:00:00Z"), ("status", "5.1"),
        ("status", "550 no"), ("status", "2.0.0"), ("address", None),
    ],
)  # fmt: skip
async def test_one_bad_event_is_named_and_nothing_is_stored(mailing_tool, stored, field, value) -> None:
    good = mailing_tool.event(MARIE.email)
    answer = await mailing_tool.tell(good, mailing_tool.event(NADIA.email) | {field: value})
    assert answer.status_code == 422
    assert f"$.events[1].{field}" in answer.json()["error"]
    assert stored() == []


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '{"events": 3}', '{"events": [{}]}', "{]"])
async def test_what_is_no_delivery_is_answered_clearly(mailing_tool, stored, body) -> None:
    answer = await mailing_tool.send(body)
    assert answer.status_code == 422
    assert answer.json()["error"].endswith("Nothing was stored.")


async def test_a_thousand_events_are_taken_and_no_more(mailing_tool, stored) -> None:
    events = [mailing_tool.event(f"donor{number}@example.org") for number in range(1_001)]
    assert (await mailing_tool.tell(*events)).status_code == 422
    assert stored() == []
    assert (await mailing_tool.tell(*events[:1_000])).json() == {"stored": 1_000}


async def test_nothing_to_tell_is_no_mistake(mailing_tool) -> None:
    assert (await mailing_tool.tell()).json() == {"stored": 0}


async def test_without_a_secret_there_is_no_such_place(visitor) -> None:
    assert (await visitor().post(PATH)).status == 404


def test_the_secret_is_one_that_the_settings_accept() -> None:
    assert len(SECRET) >= len("whsec_") + 32
