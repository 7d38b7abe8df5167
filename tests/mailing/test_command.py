"""`portal unsubscribe-links`, `portal suppression-list` and `portal bounces` as they are typed."""

import csv
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from portal import clock
from portal.cli import main
from portal.settings import Settings
from portal.unsubscribe.rules import Link, read_link
from tests.personas import BAKERY, CLAIRE, GEORGES, MARIE, NADIA

Run = Callable[..., "Done"]
SAMPLES = Path(__file__).parents[1] / "bounces" / "samples"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def portal(settings: Settings, monkeypatch, capsys) -> Run:
    """The command in this process, in a thread of its own because it runs an event loop of its own."""

    def run(*words: object, typed: str = "", **other: str) -> Done:
        environment = {
            "DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key, "BASE_URL": "http://localhost:8000",
        }  # fmt: skip
        for name, value in (environment | other).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["portal", *map(str, words)])
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(typed.encode()), newline=None))
        capsys.readouterr()
        with ThreadPoolExecutor() as threads:
            end = threads.submit(main).exception()
        assert isinstance(end, SystemExit)
        said = capsys.readouterr()
        return Done(int(end.code or 0), said.out, said.err)

    return run


def table(said: str) -> dict[str, dict[str, str]]:
    return {row["number"]: row for row in csv.DictReader(said.splitlines())}


async def test_each_number_gets_a_link_that_works(portal, visitor, member_id, settings) -> None:
    done = portal("unsubscribe-links", "news", typed=f"{MARIE.number}\n{NADIA.number}\n")
    rows = table(done.stdout)
    assert (done.returncode, done.stderr, list(rows)) == (0, "", [MARIE.number, NADIA.number])
    assert done.stdout.startswith("number,link\n")
    address = rows[MARIE.number]["link"]
    assert address.startswith("http://localhost:8000/unsubscribe/")
    token = address.rpartition("/")[2]
    life = clock.now() - clock.now().replace(year=2020)
    assert read_link(settings.secret_key, token, now=clock.now(), life=life) == Link(member_id(MARIE), "news")
    assert "Our magazine and news" in (await visitor().get(f"/unsubscribe/{token}")).text


@pytest.mark.parametrize(
    "content",
    [
        "1001\n1002\n", "1001\r\n\r\n 1002", "number,name\n1001,Dupont\n1002,Benali\n",
        "\ufeffname;Number\nDupont;1001\nBenali;1002\n", 'number\n"1001"\n1002\n',
    ],
)  # fmt: skip
def test_the_numbers_come_one_a_line_or_in_a_table(portal, tmp_path, content) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text(content, encoding="utf-8", newline="")
    done = portal("unsubscribe-links", "appeals", file)
    assert (done.returncode, list(table(done.stdout))) == (0, ["1001", "1002"])


def test_an_unknown_number_is_named_and_the_others_are_written(portal, owner) -> None:
    owner.execute("UPDATE member SET closed = true WHERE number = %s", [CLAIRE.number])
    done = portal("unsubscribe-links", "appeals", typed=f"1001\n999999\n{CLAIRE.number}\n=1+1\n1002\n")
    assert (done.returncode, list(table(done.stdout))) == (1, ["1001", "1002"])
    assert done.stderr.splitlines() == [
        f"no member has the number {number!r}" for number in ("999999", CLAIRE.number, "=1+1")
    ]


@pytest.mark.parametrize("purpose", ["receipts", "security"])
def test_receipts_and_security_notices_are_never_unsubscribed(portal, purpose) -> None:
    done = portal("unsubscribe-links", purpose, typed="1001\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert "tax receipts and security notices are never unsubscribed" in done.stderr


def test_an_unknown_purpose_is_answered_with_the_known_ones(portal) -> None:
    done = portal("suppression-list", "--channel", "email", "--purpose", "lottery")
    assert done.returncode == 2
    assert "the purposes are appeals, news, legacy, events, petitions" in done.stderr


def test_the_help_tells_the_headers_and_the_reasons(portal) -> None:
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n" in portal("unsubscribe-links", "--help").stdout
    assert "stop_promo" in portal("suppression-list", "--help").stdout


def suppressed(portal: Run, channel: str, purpose: str = "appeals") -> dict[str, dict[str, str]]:
    done = portal("suppression-list", "--channel", channel, "--purpose", purpose)
    assert (done.returncode, done.stderr) == (0, "")
    return table(done.stdout)


def test_whom_a_mailing_must_leave_out_and_why(portal, owner) -> None:
    said = (
        "UPDATE contact_choice SET objections = ARRAY[%s] WHERE member_id = (SELECT id FROM member WHERE number = %s)"
    )
    owner.execute(said, ["appeals/email", MARIE.number])
    owner.execute(said, ["appeals/post", NADIA.number])
    owner.execute("UPDATE email_address SET bounced_on = '2026-03-01' WHERE mailbox = %s", [MARIE.email])
    rows = suppressed(portal, "email")
    assert rows[MARIE.number] == {
        "number": MARIE.number, "reason": "objection", "email": MARIE.email,
        "reasons": "objects to this; mails come back (since 2026-03-01)",
    }  # fmt: skip
    assert rows[GEORGES.number]["reason"] == "deceased"
    assert NADIA.number not in rows


def test_each_channel_has_its_own_list(portal, owner) -> None:
    owner.execute("UPDATE postal_address SET returned_on = NULL")
    owner.execute("UPDATE contact_choice SET post_rhythm = 'yearly'")
    post = suppressed(portal, "post")
    assert (post[MARIE.number]["reason"], post[MARIE.number]["rhythm"]) == ("", "yearly")
    assert (post[NADIA.number]["reason"], post[NADIA.number]["rhythm"]) == ("no_address", "yearly")
    assert MARIE.number not in suppressed(portal, "post", "news")
    assert MARIE.number not in suppressed(portal, "sms")
    owner.execute("UPDATE phone SET kind = 'home'")
    assert suppressed(portal, "sms")[MARIE.number]["reason"] == "no_address"
    assert MARIE.number not in suppressed(portal, "phone")
    assert suppressed(portal, "phone")[BAKERY.number]["reason"] == "no_address"


def test_a_letter_that_came_back_is_a_reason_by_post_alone(portal) -> None:
    assert suppressed(portal, "post")[MARIE.number]["reason"] == "returned"
    assert MARIE.number not in suppressed(portal, "email")


def test_a_member_stands_there_once_whatever_rows_they_have(portal, owner) -> None:
    owner.execute(
        "INSERT INTO email_address (member_id, address, is_main, origin, recorded_on, bounced_on) "
        "SELECT member_id, 'other@example.org', true, '', current_date, current_date FROM email_address"
    )
    owner.execute("UPDATE member SET stop_promo = true")
    done = portal("suppression-list", "--channel", "email", "--purpose", "appeals")
    numbers = [line.partition(",")[0] for line in done.stdout.splitlines()[1:]]
    assert len(numbers) == len(set(numbers)) == owner.execute("SELECT count(*) FROM member").fetchone()[0]


def test_no_cell_is_a_formula(portal, owner) -> None:
    owner.execute("UPDATE member SET number = '=1+1', suspension_code = '@x' WHERE number = %s", [MARIE.number])
    assert "'=1+1" in suppressed(portal, "email")


def reports(owner: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = owner.execute("SELECT mailbox, kind FROM mail_failure ORDER BY 1, 2").fetchall()
    return found


def test_messages_are_read_from_files_and_each_counts_once(portal, owner) -> None:
    files = [SAMPLES / f"{name}.eml" for name in ("postfix-unknown-user", "complaint", "postfix-delayed")]
    for new in (2, 0):
        done = portal("bounces", "read", *files)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{new} new reports\n", "")
    assert reports(owner) == [(MARIE.email, "complaint"), (MARIE.email, "hard")]
    assert owner.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)


def test_messages_are_read_from_a_maildir_and_from_a_pipe(portal, owner, tmp_path) -> None:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "box" / part).mkdir(parents=True)
    for number, name in enumerate(("exchange-unknown-user", "gmail-disabled")):
        (tmp_path / "box" / "new" / f"{number}.host").write_bytes((SAMPLES / f"{name}.eml").read_bytes())
    assert portal("bounces", "read", tmp_path / "box").stdout == "2 new reports\n"
    assert portal("bounces", "read", typed=(SAMPLES / "complaint.eml").read_text()).stdout == "1 new reports\n"
    assert [mailbox for mailbox, _ in reports(owner)] == [BAKERY.email, MARIE.email, NADIA.email]


def test_what_is_no_report_is_named_and_the_others_are_kept(portal, owner) -> None:
    odd = SAMPLES / "out-of-office.eml"
    done = portal("bounces", "read", odd, SAMPLES / "complaint.eml")
    assert (done.returncode, done.stdout) == (os.EX_DATAERR, "1 new reports\n")
    assert done.stderr == f"{odd}: no report of a mail that came back\n"
    assert len(reports(owner)) == 1


def test_a_pipe_is_told_to_try_again_when_the_database_is_away(portal) -> None:
    away = "postgresql://nobody@127.0.0.1:9/nothing"
    done = portal("bounces", "read", SAMPLES / "complaint.eml", DATABASE_URL=away)
    assert done.returncode == os.EX_TEMPFAIL
    assert "nothing was stored" in done.stderr
    assert "Traceback" not in done.stderr
