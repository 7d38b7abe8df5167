"""Messages of mail servers, as the common ones write them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.bounces.messages import Unreadable, read
from portal.bounces.rules import kind_of

SAMPLES = Path(__file__).with_name("samples")
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("postfix-unknown-user", [("marie.dupont@example.org", "hard", "5.1.1")]),
        ("exim-mailbox-full", [("couple@example.org", "soft", "5.2.2"), ("georges@example.org", "soft", "4.4.7")]),
        ("exim-in-words", [("stranger@example.org", "hard", "")]),
        ("exchange-unknown-user", [("bakery@example.org", "hard", "5.1.10")]),
        ("gmail-disabled", [("nadia.benali@example.org", "hard", "5.2.1")]),
        ("international", [("paul@example.org", "hard", "5.1.1")]),
        ("complaint", [("marie.dupont@example.org", "complaint", "")]),
        ("complaint-without-name", [("nadia.benali@example.org", "complaint", "")]),
    ],
)
def test_who_did_not_get_the_mail_and_why(name: str, told: list[tuple[str, str, str]]) -> None:
    found = read(sample(name), now=NOW)
    assert [(one.address, kind_of(one.kind, one.status), one.status) for one in found] == told


@pytest.mark.parametrize("name", ["postfix-delayed", "not-spam"])
def test_what_is_no_failure_is_none(name: str) -> None:
    assert read(sample(name), now=NOW) == []


@pytest.mark.parametrize("raw", [sample("out-of-office"), b"", b"\x00\xff" * 50, b"Subject: hello\n\nhello"])
def test_what_is_no_report_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw, now=NOW)


def test_each_recipient_of_a_message_is_an_event_and_the_same_each_time() -> None:
    events = [one.event for one in read(sample("exim-mailbox-full"), now=NOW)]
    assert len(set(events)) == 2
    assert [one.event for one in read(sample("exim-mailbox-full"), now=NOW + timedelta(days=1))] == events


def test_a_message_without_number_is_known_by_its_content() -> None:
    raw = sample("exim-in-words")
    bare = raw.replace(b"Message-Id: <E1old-0001@old.example.net>\n", b"")
    [one], [same] = read(bare, now=NOW), read(bare, now=NOW)
    [other] = read(bare + b"\n.", now=NOW)
    assert one.event == same.event != other.event


def test_a_failure_is_of_the_day_on_which_our_server_got_the_message() -> None:
    raw = sample("postfix-unknown-user")
    assert read(raw, now=NOW)[0].at == datetime(2026, 3, 3, 8, 12, 44, tzinfo=UTC)
    forged = raw.replace(b"\nDate: Tue, 3 Mar", b"\nDate: Mon, 2 Feb")
    assert read(forged, now=NOW)[0].at == datetime(2026, 3, 3, 8, 12, 44, tzinfo=UTC)


def test_no_failure_is_to_come() -> None:
    early = datetime(2026, 1, 1, tzinfo=UTC)
    assert read(sample("postfix-unknown-user"), now=early)[0].at == early


@given(st.sampled_from(sorted(SAMPLES.glob("*.eml"))), st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_message_is_read_or_refused(path: Path, data: st.DataObject) -> None:
    raw = path.read_bytes()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 200)))
    damaged = raw[:start] + data.draw(st.binary(max_size=40)) + raw[end:]
    with suppress(Unreadable):
        for one in read(damaged, now=NOW):
            assert "\x00" not in one.event + one.address + one.status
            one.event.encode()
            assert one.at <= NOW
