"""A request's life at a base that keeps requests: handed over once, seen, answered, and the answer is here."""

import asyncio
from datetime import date

import pytest

from backoffice_sync.compare.reconcile import reconcile
from backoffice_sync.directory import DirectoryUnreachable, Rejected
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.requests import deliver_requests
from tests.backoffice_sync.bases import ANNE, LUC, Twin

HERE = "SELECT state, answer, central_id IS NOT NULL, undelivered FROM member_request ORDER BY wish"


@pytest.fixture
def wish(owner, sync_database):
    """What a donor asks; the web's role would write the journal."""

    async def do(text: str, *, member: int = ANNE, about: str = "") -> None:
        owner.execute(
            "INSERT INTO member_request (key, member_id, kind, about, wish) "
            "SELECT gen_random_uuid()::text, id, 'other', %s, %s FROM member WHERE central_id = %s",
            [about or text, text, str(member)],
        )

    return do


@pytest.fixture
def hand_over(sync_database, base):
    return lambda: deliver_requests(sync_database, base.directory)


async def there(base) -> list:
    return [row async for rows in base.directory.scan("request") for row in rows]


def decide(base, number: str, **fields) -> None:
    base.edit("request", number if isinstance(base, Twin) else int(number), **fields)


async def test_from_saved_to_answered(base, wish, hand_over, bring, owner) -> None:
    await wish("a copy of the receipt of 2024")
    assert await hand_over() == 1
    assert owner.execute(HERE).fetchall() == [("received", "", True, "")]
    [(number, *_)] = await there(base)
    decide(base, number, state="seen", seen_on=date(2026, 11, 20))
    await bring()
    assert owner.execute(HERE).fetchall() == [("seen", "", True, "")]
    decide(base, number, state="refused", answer="We have no receipt of that year.", decided_on=date(2026, 11, 21))
    await bring()
    assert owner.execute(HERE).fetchall() == [("refused", "We have no receipt of that year.", True, "")]
    assert await hand_over() == 0


async def test_a_lost_answer_doubles_nothing(base, wish, hand_over, owner, monkeypatch) -> None:
    await wish("once")
    submit = base.directory.submit

    async def lost(request):
        await submit(request)
        raise DirectoryUnreachable

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(base.directory, "submit", lost)
        with pytest.raises(DirectoryUnreachable):
            await hand_over()
    assert owner.execute(HERE).fetchall() == [("saved", "", False, "")]
    assert await hand_over() == 1
    assert len(await there(base)) == 1
    assert owner.execute(HERE).fetchall() == [("received", "", True, "")]


async def test_a_pull_that_comes_before_our_note_is_not_taken_back(
    base, wish, hand_over, bring, owner, monkeypatch
) -> None:
    await wish("quickly")
    submit = base.directory.submit

    async def seen_at_once(request):
        number = await submit(request)
        decide(base, number, state="seen", seen_on=date(2026, 11, 20))
        await bring()
        return number

    monkeypatch.setattr(base.directory, "submit", seen_at_once)
    assert await hand_over() == 1
    assert owner.execute(HERE).fetchall() == [("seen", "", True, "")]


async def test_what_our_own_desk_has_answered_meanwhile_is_not_handed_over(
    base, wish, hand_over, owner, monkeypatch
) -> None:
    await wish("first")
    await wish("second", member=LUC)
    submit = base.directory.submit

    async def desk_is_faster(request):
        owner.execute("UPDATE member_request SET state = 'accepted', decided_on = current_date WHERE state = 'saved' "
                      "AND attempts = 0")  # fmt: skip
        return await submit(request)

    monkeypatch.setattr(base.directory, "submit", desk_is_faster)
    assert await hand_over() == 1
    assert len(await there(base)) == 1
    assert sorted(owner.execute(HERE).fetchall()) == [("accepted", "", False, ""), ("received", "", True, "")]


async def test_what_was_decided_here_is_not_opened_again_by_what_is_open_there(
    base, wish, hand_over, bring, owner, sync_database
) -> None:
    """It had arrived though the base said no, and our own desk answered."""
    await wish("both")
    await hand_over()
    owner.execute("UPDATE member_request SET state = 'refused', answer = 'No.', central_id = NULL, undelivered = 'x'")
    [(number, *_)] = await there(base)
    decide(base, number, state="seen", seen_on=date(2026, 11, 20))
    await bring()
    assert owner.execute(HERE).fetchall() == [("refused", "No.", False, "x")]
    assert (await reconcile(sync_database, base.directory)).is_none, "and is no difference"
    decide(base, number, state="accepted", answer="Yes.", decided_on=date(2026, 11, 21))
    await bring()
    assert owner.execute(HERE).fetchall() == [("accepted", "Yes.", True, "x")]


async def test_two_workers_at_once_hand_over_once(base, wish, hand_over) -> None:
    await wish("one")
    await wish("two", member=LUC)
    assert sum(await asyncio.gather(hand_over(), hand_over())) == 2
    assert len(await there(base)) == 2


async def test_one_that_the_base_refuses_stays_with_our_own_desk(base, wish, hand_over, owner, monkeypatch) -> None:
    await wish("first")
    await wish("second", member=LUC)
    submit = base.directory.submit

    async def refuses(request):
        return Rejected("No.") if request.wish == "first" else await submit(request)

    monkeypatch.setattr(base.directory, "submit", refuses)
    assert await hand_over() == 1
    assert owner.execute(HERE).fetchall() == [("saved", "", False, "No."), ("received", "", True, "")]
    assert await hand_over() == 0, "it is not tried again"


async def test_one_at_which_the_base_breaks_is_tried_twice_and_keeps_nobody_out(
    base, wish, hand_over, owner, monkeypatch
) -> None:
    await wish("first")
    await wish("second", member=LUC)
    submit = base.directory.submit

    async def breaks(request):
        if request.wish == "first":
            raise RuntimeError
        return await submit(request)

    monkeypatch.setattr(base.directory, "submit", breaks)
    assert await hand_over() == 1
    assert owner.execute("SELECT undelivered FROM member_request WHERE wish = 'first'").fetchone() == ("",)
    await hand_over()
    why = owner.execute("SELECT undelivered FROM member_request WHERE wish = 'first'").fetchone()
    assert why == ("It could not be passed on. Our team will look at it.",)


async def test_while_the_base_is_down_requests_wait(wish, owner, sync_database, central_directory, base) -> None:
    await wish("later")
    central_directory.reachable = False
    with pytest.raises(DirectoryUnreachable):
        await deliver_requests(sync_database, central_directory)
    assert owner.execute(HERE).fetchall() == [("saved", "", False, "")]
    assert await deliver_requests(sync_database, base.directory) == 1


async def test_an_empty_portal_gets_them_back(base, wish, hand_over, owner, sync_database) -> None:
    await wish("kept")
    await hand_over()
    [(number, *_)] = await there(base)
    decide(base, number, state="accepted", answer="Done.", decided_on=date(2026, 11, 21))
    owner.execute("TRUNCATE member, campaign, sync_cursor, sync_load CASCADE")
    await pull(sync_database, base.directory)
    assert owner.execute(HERE).fetchall() == [("accepted", "Done.", True, "")]
