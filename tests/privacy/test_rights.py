"""What a donor sees of their rights, and of what they asked for."""

from datetime import timedelta

import pytest

from portal import clock
from portal.privacy.rules import legal_clock
from portal.privacy.rules.legal_clock import Clock
from tests.personas import MARIE, NADIA


def in_words(day) -> str:
    return f"{day.day} {day:%B %Y}"


async def test_a_right_is_asked_for_in_three_presses(marie, one, member_id) -> None:
    home = await marie.get("/")
    assert "/rights" in home.links
    page = await marie.get("/rights")
    [path] = [link for link in page.links if link.endswith("wish=access")]
    page = await marie.get(path)
    page = await marie.submit(page, "/requests/new/data")
    due = legal_clock.due_on(Clock(clock.today()), clock.today())
    assert f"We answer by {in_words(due)} at the latest." in page.text
    text = (await marie.get("/rights")).text
    assert "Our team is working on it" in text
    assert f"We answer by {in_words(due)} at the latest." in text
    kept = one("SELECT member_id, received_on, channel, identity, entered_by FROM data_case")
    assert kept == (member_id(MARIE), clock.today(), "portal", "signed_in", "")


async def test_a_donor_without_requests_sees_what_can_be_asked(enters) -> None:
    page = await (await enters(NADIA)).get("/rights")
    assert "What I have asked for" not in page.text
    for right in ("access", "erasure", "restriction", "portability", "objection"):
        assert f"/requests/new/data?wish={right}" in page.links


@pytest.mark.parametrize(
    ("days", "columns", "words"),
    [
        (3, {"channel": "letter", "identity": "asked", "paused_on": True}, "the time stands still"),
        (40, {}, "We should have answered by"),
        (70, {"extended_on": True, "extension_reason": "Quarante ans de dons."}, "We should have answered by"),
        (2, {"answered_on": True, "outcome": "granted"}, "We answered on"),
    ],
)
async def test_the_donor_reads_how_the_clock_stands(marie, case, days, columns, words) -> None:
    case(days=days, **{name: clock.today() if value is True else value for name, value in columns.items()})
    assert words in (await marie.get("/rights")).text


async def test_an_extension_is_explained(marie, case) -> None:
    told = clock.now() - timedelta(days=50)
    case(days=70, extended_on=told.date(), extension_reason="Quarante ans de dons.", notice_sent_at=told)
    text = (await marie.get("/rights")).text
    assert "Our reason: Quarante ans de dons." in text
    received = clock.today() - timedelta(days=70)
    due = legal_clock.due_on(Clock(received, notice_on=clock.paris(told).date()), clock.today())
    assert f"We answer by {in_words(due)} at the latest." in text


async def test_an_answer_is_downloaded_from_here_while_it_lies_there(marie, case, built, owner) -> None:
    built(case())
    assert "Download the answer" not in (await marie.get("/rights")).text, "it is not released"
    owner.execute("UPDATE data_export SET state = 'released', released_at = now()")
    page = await marie.get("/rights")
    assert [link for link in page.links if link.startswith("/rights/answers/")]
