"""Objections and consents between both sides: nothing is lost, and the ledger notes each act once."""

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from backoffice_sync.directory import Rejected
from backoffice_sync.outward.push import push
from portal.consents import store
from portal.database import Database
from portal.members.models import Member
from tests.backoffice_sync.bases import ANNE, Twin
from tests.backoffice_sync.test_push import due_now, statuses


@pytest.fixture
def choose(settings):
    """Anne says it here: her objections (or consents) are to be just these."""

    async def choose(codes, group="objections") -> None:
        here = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"), pool_size=1)
        async with here.begin() as db:
            member_id = (await db.scalars(select(Member.id).where(Member.central_id == str(ANNE)))).one()
            actor = f"member:{member_id}"
            await store.choose(db, member_id, group, codes, shown={}, source="portal", actor=actor)
        await here.close()

    return choose


@pytest.fixture
def tell_them(base):
    """Anne says it to the association, on the phone: besides what is there already."""

    def tell(code, kind="objection") -> None:
        purpose, channel = code.split("/")
        if isinstance(base, Twin):
            there = base._row("contact_choice", str(ANNE))
            base.edit("contact_choice", ANNE, **{f"{kind}s": sorted([*there[f"{kind}s"], code])})
        else:
            base._do(f"INSERT INTO {kind} (member_id, purpose, channel) VALUES (%s, %s, %s)", ANNE, purpose, channel)

    return tell


@pytest.fixture
def holds(owner):
    """What holds here for Anne, and whether it is on its way."""
    query = (
        "SELECT objections, consents, c.held FROM contact_choice c JOIN member m ON m.id = c.member_id "
        "WHERE m.central_id = %s"
    )
    return lambda: owner.execute(query, [str(ANNE)]).fetchone()


@pytest.fixture
def ledger(owner):
    query = "SELECT act, purpose || '/' || channel, source FROM consent_entry ORDER BY id"
    return lambda: owner.execute(query).fetchall()


async def there(base, group="objections"):
    return (await base.directory.read(str(ANNE), group))[group]


async def test_an_objection_arrives_and_coming_back_adds_nothing_to_the_ledger(
    base, bring, choose, holds, ledger, owner, sync_database
) -> None:
    await choose(["appeals/post", "exchange/any"])
    assert holds() == (["appeals/post", "exchange/any"], [], True)
    await push(sync_database, base.directory)
    assert await there(base) == ["appeals/post", "exchange/any"]
    assert statuses(owner) == ["confirmed"]
    await bring()
    assert holds() == (["appeals/post", "exchange/any"], [], False)
    said = [("objected", "appeals/post", "portal"), ("objected", "exchange/any", "portal")]
    assert ledger() == said
    await choose(["exchange/any"])
    await push(sync_database, base.directory)
    await bring()
    assert await there(base) == ["exchange/any"]
    assert ledger() == [*said, ("objection_withdrawn", "appeals/post", "portal")]


async def test_what_was_told_to_the_association_stands_in_the_ledger_exactly_once(
    base, bring, tell_them, holds, ledger
) -> None:
    tell_them("petitions/sms")
    tell_them("commercial/any", "consent")
    for _ in range(3):
        await bring()
    assert holds() == (["petitions/sms"], ["commercial/any"], False)
    assert sorted(ledger()) == [("consented", "commercial/any", "central"), ("objected", "petitions/sms", "central")]


async def test_when_both_sides_object_both_objections_hold(
    base, bring, choose, tell_them, holds, ledger, owner, sync_database
) -> None:
    await choose(["appeals/post"])
    tell_them("news/email")
    await bring()
    assert holds()[0] == ["appeals/post"], "not yet: the own change is under way"
    await push(sync_database, base.directory)
    assert await there(base) == ["appeals/post", "news/email"]
    assert holds() == (["appeals/post", "news/email"], [], False)
    assert ledger() == [("objected", "appeals/post", "portal"), ("objected", "news/email", "central")]
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)


async def test_withdrawing_one_objection_here_leaves_the_one_that_is_new_there(
    base, bring, choose, tell_them, holds, sync_database
) -> None:
    tell_them("appeals/post")
    await bring()
    await choose([])
    tell_them("exchange/any")
    await push(sync_database, base.directory)
    assert await there(base) == ["exchange/any"]
    assert holds() == (["exchange/any"], [], False)


async def test_a_consent_taken_back_here_is_taken_back_there_and_is_no_objection(
    base, bring, choose, tell_them, holds, sync_database
) -> None:
    tell_them("commercial/any", "consent")
    await bring()
    await choose([], "consents")
    await push(sync_database, base.directory)
    assert await there(base, "consents") == []
    assert holds() == ([], [], False)


async def test_an_objection_holds_here_when_it_could_not_be_passed_on(
    base, bring, choose, holds, ledger, owner, sync_database, monkeypatch
) -> None:
    async def broken(member, group):
        raise RuntimeError

    await choose(["appeals/post"])
    monkeypatch.setattr(base.directory, "read", broken)
    for _ in range(2):
        await push(sync_database, base.directory)
        due_now(owner)
    assert statuses(owner) == ["review"]
    await bring()
    assert holds()[0] == ["appeals/post"]
    assert ledger() == [("objected", "appeals/post", "portal")]


async def test_an_objection_holds_here_when_the_central_base_refuses_it(
    base, bring, choose, holds, ledger, owner, sync_database, monkeypatch
) -> None:
    async def refuses(*_args, **_more):
        return Rejected("no")

    await choose(["appeals/post"])
    monkeypatch.setattr(base.directory, "write", refuses)
    await push(sync_database, base.directory)
    assert statuses(owner) == ["review"], "people look at it"
    await bring()
    assert holds()[0] == ["appeals/post"]
    assert ledger() == [("objected", "appeals/post", "portal")]
