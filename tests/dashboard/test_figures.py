"""The figures of staff agree with what plain SQL counts, and each leads to the members behind it."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from portal import ROOT, clock
from portal.changes import DUTY_WORDS
from portal.dashboard.rules.counting import begin
from portal.dashboard.rules.kinds import KINDS
from portal.mandates.rules import months_later
from tests.personas import ADMINISTRATOR, COMPLIANCE, EDITOR, MARIE, NADIA, PAUL, READER, STRANGER

PAGE = "/staff/figures"
TODAY = clock.today()


@pytest.fixture
def journalled(owner, member_id):
    """An entry of some days ago, at noon; the trigger that chains the journal sets the time, so it rests."""

    def put(person, kind: str, days: int, data: str = "{}") -> None:
        at = f"(now() AT TIME ZONE 'Europe/Paris')::date - {days} + time '12:00'"
        with owner.transaction():
            owner.execute("SET LOCAL session_replication_role = replica")
            owner.execute(
                "INSERT INTO journal (id, at, kind, actor, member_id, data, chain, hash) VALUES "
                f"(nextval('journal_number'), ({at}) AT TIME ZONE 'Europe/Paris', %s, 'tests', %s, %s, '', '')",
                [kind, member_id(person), data],
            )

    return put


@pytest.fixture
def population(owner, member_id, journalled) -> None:
    """Made up, with something of everything."""
    for person, days, method in ((MARIE, 400, "mail"), (MARIE, 0, "mail"), (MARIE, 8, "passkey"), (NADIA, 1, "mail")):
        journalled(person, "signin.completed", days, f'{{"method": "{method}"}}')
    journalled(STRANGER, "email.failed", 9, '{"address": "old@example.org"}')
    for days, old in ((10, "old@example.org"), (7, "old@example.org"), (6, "new@example.org")):
        journalled(STRANGER, "profile.email.changed", days, f'{{"old": {{"address": "{old}"}}, "new": {{}}}}')
    journalled(PAUL, "email.failed", 500, '{"address": "paul@example.org"}')
    journalled(PAUL, "email.attached", 3, '{"address": "new@example.org"}')
    journalled(MARIE, "profile.address.changed", 2, '{"returned_on": "2026-01-15"}')
    journalled(NADIA, "profile.address.changed", 2)
    owner.execute("UPDATE receipt SET handed_by = 'email', handed_at = now()")
    owner.execute("UPDATE email_address SET bounced_on = current_date WHERE address = %s", [PAUL.email])
    owner.execute(
        "INSERT INTO member_request (key, member_id, kind, wish, state) SELECT gen_random_uuid(), id, k, '', s "
        "FROM member, (VALUES ('other', 'saved'), ('mandate', 'seen'), ('document', 'refused')) AS asked (k, s) "
        "WHERE number = '1001'"
    )
    owner.execute(
        "INSERT INTO recorded_change (id, member_id, field_group, actor, status, recorded_at, parked_at) "
        "SELECT gen_random_uuid(), id, g, '', s, now() - interval '2 days', p FROM member, (VALUES "
        "('phones', 'sent', NULL), ('language', 'confirmed', NULL), ('address', 'review', now())) AS c (g, s, p) "
        "WHERE number = '1002'"
    )
    first, second = sorted((member_id(MARIE), member_id(NADIA)))
    owner.execute("INSERT INTO suspected_duplicate (member_id, other_id) VALUES (%s, %s)", [first, second])


EXPECTED = {
    "activated": "SELECT count(DISTINCT member_id) FROM journal WHERE kind = 'signin.completed'",
    "sign-ins": "SELECT count(*) FROM journal WHERE kind = 'signin.completed' AND at > now() - interval '70 days'",
    "emailed": "SELECT count(*) FROM receipt WHERE handed_by = 'email' AND state = 'issued'",
    "mended-emails": "SELECT 2",  # of Serge's three changes one, and Paul's
    "mended-places": "SELECT 1",
    "bounced": "SELECT count(*) FROM email_address WHERE bounced_on IS NOT NULL",
    "returned": "SELECT count(*) FROM postal_address WHERE returned_on IS NOT NULL",
    "requests": "SELECT count(*) FROM member_request WHERE state IN ('saved', 'received', 'seen')",
    "under-way": "SELECT count(*) FROM recorded_change WHERE status IN ('saved', 'sent')",
    "parked": "SELECT count(*) FROM recorded_change WHERE parked_at IS NOT NULL",
    "ageing": "SELECT 0",
    "duplicates": "SELECT 1",
}


def shown(page, name: str) -> int:
    [card] = [one for one in page.tree.iterfind(".//section") if one.get("aria-labelledby") == f"figure-{name}"]
    figure = card.find("p[@class='figure']")
    link = figure.find("a")
    return int((figure.text if link is None else link.text).replace(",", ""))


@pytest.mark.usefixtures("population")
async def test_every_figure_is_what_plain_sql_counts_and_its_list_has_as_many(editor, owner) -> None:
    assert EXPECTED.keys() == KINDS.keys()
    page = await editor.get(PAGE)
    for name, query in EXPECTED.items():
        (count,) = owner.execute(query).fetchone()
        assert shown(page, name) == count, name
        listed = await editor.get(f"{PAGE}/{name}")
        assert listed.status == 200
        assert len(list(listed.tree.iterfind(".//tbody/tr"))) == count, name
        assert (f"{PAGE}/{name}" in page.links) is bool(count), name


@pytest.mark.usefixtures("population")
async def test_each_number_of_a_table_leads_to_just_its_members(editor) -> None:
    page = await editor.get(PAGE)
    week = begin(TODAY, "week")
    for since, part, people in (
        (begin(TODAY - timedelta(days=8), "week"), "passkey", ["Marie Dupont"]),
        (begin(TODAY - timedelta(days=1), "week"), "mail", None),
    ):
        path = f"{PAGE}/sign-ins?part={part}&since={since}&until={since + timedelta(days=7)}"
        assert path in page.links
        rows = [" ".join(row.itertext()) for row in (await editor.get(path)).tree.iterfind(".//tbody/tr")]
        assert all(part == "mail" or name in row for row, name in zip(rows, people or rows, strict=True))
    [nobody] = [(await editor.get(f"{PAGE}/sign-ins?since={week + timedelta(days=7)}")).text]
    assert "Nobody is behind this number now." in nobody


@pytest.mark.usefixtures("population")
async def test_share_month_and_savings_are_said_in_words(editor, owner) -> None:
    page = await editor.get(PAGE)
    (members,) = owner.execute("SELECT count(*) FROM member WHERE NOT closed AND deceased_on IS NULL").fetchone()
    assert f"They are {round(200 / members)} % of the {members} members who may sign in." in page.text
    new = 1 if (TODAY - timedelta(days=1)).month == TODAY.month else 0
    assert f"This month: {new}." in page.text
    assert "Postage saved: €" in page.text
    assert "1 from before today" in page.text


@pytest.mark.parametrize(
    ("debit", "signed", "ageing"),
    [
        (months_later(TODAY, -34), "2020-01-02", 1),
        (months_later(TODAY, -32), "2020-01-02", 0),
        (None, "2020-01-02", 1),
        (None, str(TODAY), 0),
    ],
)
async def test_a_mandate_ages_from_its_last_debit_or_its_signature(editor, owner, debit, signed, ageing) -> None:
    owner.execute("UPDATE gift SET mandate_id = NULL")
    owner.execute("UPDATE mandate SET signed_on = %s", [signed])
    if debit:
        owner.execute(
            "UPDATE gift SET given_on = %s, mandate_id = (SELECT id FROM mandate), state = 'refused' "
            "WHERE central_id = 'g1'",
            [debit],
        )
    assert shown(await editor.get(PAGE), "ageing") == ageing
    owner.execute("UPDATE mandate SET state = 'cancelled'")
    assert shown(await editor.get(PAGE), "ageing") == 0


@pytest.mark.usefixtures("population")
async def test_the_lists_are_for_those_whose_desk_it_is(visitor) -> None:
    for person, hidden in (
        (READER, {"requests", "parked", "duplicates"}),
        (COMPLIANCE, {"parked", "duplicates"}),
        (EDITOR, set()),
        (ADMINISTRATOR, set()),
    ):
        walker = visitor()
        await walker.enter(person)
        page = await walker.get(PAGE)
        for name in KINDS:
            assert shown(page, name) >= 0
            answer = await walker.get(f"{PAGE}/{name}")
            assert answer.status == (404 if name in hidden else 200), (person.number, name)
            if name in hidden:
                assert not [link for link in page.links if link.startswith(f"{PAGE}/{name}")]


async def test_an_address_that_names_no_figure_or_no_day_is_refused(editor) -> None:
    assert (await editor.get(f"{PAGE}/anything")).status == 404
    assert (await editor.get(f"{PAGE}/sign-ins?since=yesterday")).status == 400


@pytest.mark.usefixtures("population")
async def test_the_file_holds_the_same_numbers_and_nobodys_name(editor) -> None:
    answer = await editor.client.get(f"{PAGE}.csv")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    totals = {row[0]: int(row[4]) for row in rows[1:] if not row[1]}
    page = await editor.get(PAGE)
    for name, kind in KINDS.items():
        assert totals[kind.title] == shown(page, name)
    assert "Dupont" not in answer.text


@pytest.mark.usefixtures("population")
async def test_the_pictures_are_described_and_have_their_table(editor) -> None:
    page = await editor.get(PAGE)
    pictures = list(page.tree.iterfind(".//{*}svg[@class='bars dense']"))
    assert len(pictures) == 5
    for picture in pictures:
        texts = {element.get("id"): "".join(element.itertext()) for element in picture.iter() if element.get("id")}
        assert all(texts[one].strip() for one in picture.get("aria-labelledby").split())


async def test_each_duty_of_the_sync_is_named_in_words(visitor, owner) -> None:
    sources = "".join(path.read_text() for path in (ROOT / "backoffice_sync").rglob("*.py"))
    assert set(re.findall(r'duty\(\w+(?:\.\w+)?, "(\w+)"', sources)) == set(DUTY_WORDS)
    for duty in DUTY_WORDS:
        owner.execute("INSERT INTO sync_heartbeat (duty, at) VALUES (%s, now()) ON CONFLICT DO NOTHING", [duty])
    reader = visitor()
    await reader.enter(READER)
    page = await reader.get(PAGE)
    assert [words for words in DUTY_WORDS.values() if words not in page.text] == []


async def test_the_page_costs_few_statements(editor) -> None:
    seen: list[str] = []
    await editor.get(PAGE)

    def note(_connection, _cursor, statement, *_) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    await editor.get(PAGE)
    event.remove(Engine, "before_cursor_execute", note)
    assert len(seen) == 4, "\n".join(seen)


async def test_who_mends_an_address_after_returned_mail_is_counted(visitor, editor) -> None:
    marie = visitor()
    await marie.enter(MARIE)
    page = await marie.get("/profile/address")
    page = await marie.submit(page, "/profile/address/check", street="rue Neuve")
    await marie.submit(page, "/profile/address")
    assert shown(await editor.get(PAGE), "mended-places") == 1
