"""Messages that somebody wrote to stop us: each is read or refused, and those behind it are read too."""

import time

import pytest

from portal import clock, work
from portal.bounces.actions import keep
from portal.bounces.messages import Unreadable, read
from portal.bounces.rules import Failure

REPORT = (
    "Date: {date}\nMessage-ID: <1@mx.example>\nContent-Type: multipart/report; boundary=b\n\n"
    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
    "Final-Recipient: rfc822; marie@example.org\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
)
NESTED = [f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3_000)]


@pytest.mark.parametrize(
    "date", ["Mon, 1 Jan 99999999999999 00:00:00 +0000", "Mon, 1 Jan 2026 00:00:00 +99999999999999999"]
)
def test_a_day_that_no_calendar_has_is_today(date: str) -> None:
    now = clock.now()
    [failure] = read(REPORT.format(date=date).encode(), now=now)
    assert (failure.address, failure.at) == ("marie@example.org", now)


@pytest.mark.parametrize("raw", ["".join(NESTED), "Content-Type: message/rfc822\n\n" * 3_000], ids=["parts", "mails"])
def test_boxes_in_boxes_are_no_report(raw: str) -> None:
    with pytest.raises(Unreadable):
        read(raw.encode(), now=clock.now())


@pytest.mark.parametrize("body", ["\n" * 2_000_000, "a" * 10_000_000], ids=["empty lines", "one line"])
def test_a_long_message_takes_no_longer_than_a_short_one(body: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unreadable):
        read(f"From: somebody@example.org\n\n{body}".encode(), now=clock.now())
    assert time.monotonic() - began < 5


async def test_more_recipients_than_a_statement_has_room_for_are_kept(settings, owner) -> None:
    now = clock.now()
    failures = [Failure(f"e{number}", f"a{number}@example.org", "hard", now, "5.1.1") for number in range(12_000)]
    assert await work.as_owner(settings, lambda db: keep(db, failures)) == len(failures)
    assert await work.as_owner(settings, lambda db: keep(db, failures)) == 0
    assert owner.execute("SELECT count(DISTINCT mailbox) FROM mail_failure").fetchone() == (len(failures),)
