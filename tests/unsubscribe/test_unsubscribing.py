"""Unsubscribing: by a mail program's one click (RFC 8058), and on the page to which the link leads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from litestar import Litestar

from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from portal import clock
from portal.app import build
from portal.consents.rules import PURPOSES
from portal.unsubscribe import rules
from portal.unsubscribe.rules import CHANGES_OF_MIND, EVERYTHING, FORGERIES, Link, link_token
from tests.conftest import SECRET
from tests.personas import MARIE, NADIA, Person
from tests.walker import Page, Walker

ONE_CLICK: dict[str, Any] = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def path(member_id) -> Callable[..., str]:
    def make(person: Person = MARIE, purpose: str = "appeals") -> str:
        return f"/unsubscribe/{link_token(SECRET, Link(member_id(person), purpose))}"

    return make


@pytest.fixture
def mail_program(app: Litestar, settings) -> httpx2.AsyncClient:
    """It keeps no cookies, and says neither where it comes from nor what it reads."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=settings.base_url)  # type: ignore[arg-type]


@pytest.fixture
def objections(owner) -> Callable[..., list[str]]:
    query = "SELECT objections FROM contact_choice c JOIN member m ON m.id = c.member_id WHERE m.number = %s"
    return lambda person=MARIE: owner.execute(query, [person.number]).fetchone()[0]


@pytest.fixture
def ledger(owner) -> Callable[[], list[tuple[Any, ...]]]:
    query = (
        "SELECT purpose, channel, act, source, actor, body FROM consent_entry e "
        "LEFT JOIN choice_text t ON t.id = e.text_id WHERE source <> 'central' ORDER BY e.id"
    )
    return lambda: owner.execute(query).fetchall()


async def press(walker: Walker, page: Page, act: str, **fields: Any) -> Page:
    """A button of the page."""
    return await walker.post(page.path, act=act, **fields)


async def test_a_mail_program_stops_the_mails_with_one_post(mail_program, path, objections, ledger) -> None:
    answer = await mail_program.post(path(), data=ONE_CLICK)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert objections() == ["appeals/email"]
    assert ledger() == [("appeals", "email", "objected", "unsubscribe link", "unsubscribe link", None)]


async def test_a_mail_program_may_send_the_other_kind_of_form(mail_program, path, objections) -> None:
    answer = await mail_program.post(path(), files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert objections() == ["appeals/email"]


async def test_a_mail_program_may_stand_on_another_site(mail_program, path, objections) -> None:
    headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    assert (await mail_program.post(path(), data=ONE_CLICK, headers=headers)).status_code == 200
    assert objections() == ["appeals/email"]


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": "yes"}, {"act": "burn"}, {"other": "One-Click"}])
async def test_a_post_that_asks_for_nothing_we_know_changes_nothing(mail_program, path, objections, data) -> None:
    assert (await mail_program.post(path(), data=data)).status_code == 400
    assert objections() == []


async def test_a_broken_form_changes_nothing(mail_program, path, objections) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for content in (b"--y", b"--x\r\n\r\n", b"\xff\x00"):
        answer = await mail_program.post(path(), content=content, headers=headers)
        assert answer.status_code == 400, content
    assert objections() == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
async def test_looking_changes_nothing_and_leaves_no_cookie(mail_program, path, objections, owner, method) -> None:
    answer = await mail_program.request(method, path())
    assert answer.status_code == (200 if method == "GET" else 405)
    assert "set-cookie" not in answer.headers
    assert objections() == []
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)


async def test_no_search_engine_keeps_the_page(mail_program, path) -> None:
    assert (await mail_program.get(path())).headers["x-robots-tag"] == "noindex"


async def test_the_page_says_whose_mails_and_which_and_nothing_of_the_donor(visitor, path) -> None:
    page = await visitor().get(path())
    assert page.status == 200
    assert "Les Mains Ouvertes" in page.text
    assert "I no longer wish to receive this by e-mail: Appeals for gifts." in page.text
    for secret in ("Dupont", "1001", MARIE.email):
        assert secret not in page.html


async def test_the_page_speaks_the_browsers_language(visitor, path) -> None:
    assert 'lang="fr"' in (await visitor("fr").get(path())).html


async def test_the_button_of_the_page_stops_them_and_proves_what_was_read(visitor, path, objections, ledger) -> None:
    walker = visitor()
    page = await press(walker, await walker.get(path()), "one")
    assert page.status == 200
    assert "This no longer comes to you by e-mail: Appeals for gifts." in page.text
    assert objections() == ["appeals/email"]
    read = "I no longer wish to receive this by e-mail: Appeals for gifts."
    assert ledger() == [("appeals", "email", "objected", "unsubscribe link", "unsubscribe link", read)]


async def test_what_is_proved_is_what_the_page_shows(visitor, path, ledger) -> None:
    walker = visitor("fr")
    page = await walker.get(path())
    done = await press(walker, page, "one")
    await press(walker, page, "all")
    await press(walker, done, "again", undo=done.form(done.path)["undo"])
    proved = {row[-1] for row in ledger()}
    assert len(proved) == 3
    assert proved <= {*page.tree.itertext(), *done.tree.itertext()}


async def test_another_purpose_and_another_channel_stay(mail_program, path, objections, owner) -> None:
    owner.execute("UPDATE contact_choice SET objections = ARRAY['news/email', 'appeals/post']")
    await mail_program.post(path(), data=ONE_CLICK)
    assert objections() == ["appeals/email", "appeals/post", "news/email"]
    assert objections(NADIA) == ["news/email", "appeals/post"]


async def test_twice_is_as_once(mail_program, path, ledger, owner) -> None:
    for _ in range(2):
        assert (await mail_program.post(path(), data=ONE_CLICK)).status_code == 200
    assert len(ledger()) == 1
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (1,)


async def test_who_objected_for_every_channel_is_not_asked_again(mail_program, visitor, path, owner, ledger) -> None:
    owner.execute("UPDATE contact_choice SET objections = ARRAY['appeals/any']")
    assert "This no longer comes to you by e-mail: Appeals for gifts." in (await visitor().get(path())).text
    assert (await mail_program.post(path(), data=ONE_CLICK)).status_code == 200
    assert ledger() == []


async def test_nothing_by_e_mail_any_more(visitor, path, objections) -> None:
    walker = visitor()
    page = await press(walker, await press(walker, await walker.get(path()), "one"), "all")
    assert objections() == sorted(EVERYTHING)
    assert len(EVERYTHING) == len(PURPOSES)
    assert "Stop all of these e-mails" not in page.text


async def test_a_mistake_is_taken_back_on_the_same_page(visitor, path, objections, ledger) -> None:
    walker = visitor()
    done = await press(walker, await walker.get(path()), "one")
    page = await press(walker, done, "again", undo=done.form(done.path)["undo"])
    assert page.status == 200
    assert "This comes to you by e-mail again: Appeals for gifts." in page.text
    assert objections() == []
    assert [row[2] for row in ledger()] == ["objected", "objection_withdrawn"]


async def test_taking_back_leaves_what_was_objected_to_before(visitor, path, objections, owner) -> None:
    owner.execute("UPDATE contact_choice SET objections = ARRAY['news/email']")
    walker = visitor()
    done = await press(walker, await walker.get(path()), "all")
    await press(walker, done, "again", undo=done.form(done.path)["undo"])
    assert objections() == ["news/email"]


async def test_a_link_alone_takes_nothing_back(visitor, path, objections, member_id) -> None:
    walker = visitor()
    page = await press(walker, await walker.get(path()), "one")
    strangers = rules.undo_token(SECRET, member_id(NADIA), ["appeals/email"])
    for undo in ("", "x", strangers, page.path.rpartition("/")[2]):
        assert (await press(walker, page, "again", undo=undo)).status == 404
    assert objections() == ["appeals/email"]


async def test_after_an_hour_it_is_too_late_to_take_it_back(visitor, path, objections, monkeypatch) -> None:
    walker = visitor()
    done = await press(walker, await walker.get(path()), "one")
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    page = await press(walker, done, "again", undo=done.form(done.path)["undo"])
    assert page.status == 410
    assert objections() == ["appeals/email"]


async def test_a_forged_link_is_answered_clearly_and_noted(visitor, path, objections, owner) -> None:
    walker = visitor()
    for answer in (await walker.get(path()[:-3]), await walker.post(path()[:-3], **ONE_CLICK)):
        assert answer.status == 404
        assert "This link is not complete, or we do not know it." in answer.text
        assert "Nothing was changed." in answer.text
    assert objections() == []
    noted = owner.execute("SELECT data FROM journal WHERE kind = 'request.refused'").fetchone()[0]
    assert noted == {"why": "unsubscribe link", "route": "/unsubscribe/{token}"}


async def test_who_tries_many_forged_links_must_wait_and_good_ones_still_work(visitor, path, objections) -> None:
    walker = visitor()
    statuses = [(await walker.get("/unsubscribe/forged")).status for _ in range(FORGERIES.most + 1)]
    assert statuses == [404] * FORGERIES.most + [429]
    assert (await walker.post(path(), **ONE_CLICK)).status == 200
    assert objections() == ["appeals/email"]


async def test_an_old_link_says_how_else(settings, database, owner, path, objections) -> None:
    shorter = replace(settings, unsubscribe_days=0)
    walker = Walker(build(shorter, database), settings, owner)
    for answer in (await walker.get(path()), await walker.post(path(), **ONE_CLICK)):
        assert answer.status == 410
        assert "This link was made long ago" in answer.text
        assert "/sign-in?next=/preferences/contact" in answer.links
    assert objections() == []


async def test_the_link_of_a_closed_record_says_so(visitor, path, owner, objections) -> None:
    owner.execute("UPDATE member SET closed = true WHERE number = %s", [MARIE.number])
    walker = visitor()
    for answer in (await walker.get(path()), await walker.post(path(), **ONE_CLICK)):
        assert answer.status == 410
        assert "is closed, or was joined with another one" in answer.text
    assert objections() == []


async def test_the_link_of_somebody_unknown_says_the_same(visitor) -> None:
    assert (await visitor().get(f"/unsubscribe/{link_token(SECRET, Link(uuid4(), 'appeals'))}")).status == 410


async def test_a_signed_in_donor_may_use_the_link_of_somebody_else(visitor, path, objections) -> None:
    """A couple reads one mailbox: what the link says counts, not who is signed in."""
    walker = visitor()
    await walker.enter(NADIA)
    await walker.post(path(), **ONE_CLICK)
    assert (objections(), objections(NADIA)) == (["appeals/email"], [])
    assert NADIA.number in (await walker.get("/profile")).text


async def test_the_objection_arrives_in_the_central_base_and_the_pull_leaves_it(
    mail_program, path, objections, owner, sync_database, central_directory
) -> None:
    await pull(sync_database, central_directory)
    await mail_program.post(path(), data=ONE_CLICK)
    await push(sync_database, central_directory)
    assert await central_directory.read(MARIE.number, "objections") == {"objections": ["appeals/email"]}
    assert owner.execute("SELECT status FROM recorded_change").fetchall() == [("confirmed",)]
    await pull(sync_database, central_directory)
    assert objections() == ["appeals/email"]


async def test_to_and_fro_has_an_end_and_it_ends_without_mails(visitor, path, objections, ledger) -> None:
    walker, link = visitor(), path()
    for _ in range(CHANGES_OF_MIND.most):
        page = await press(walker, await walker.get(link), "one")
        assert (await press(walker, page, "again", undo=page.form(link)["undo"])).status == 200
    page = await press(walker, await walker.get(link), "one")
    page = await press(walker, page, "again", undo=page.form(link)["undo"])
    assert page.status == 429
    assert "pressed several times today" in page.text
    assert objections() == ["appeals/email"]
    assert len(ledger()) == 2 * CHANGES_OF_MIND.most + 1
