"""Nobody alters the ledger, and what holds follows from it alone, whatever happened."""

import asyncio

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from portal.consents.queries import standing
from portal.consents.rules import COMMERCIAL, OBJECTIONS, pressed
from portal.consents.store import choose
from portal.database import ROLES, Database, role_url
from portal.ledger.queries import derived
from tests.backoffice_sync.test_push import type_into_central
from tests.consents.conftest import save
from tests.personas import MARIE, directory

LEDGER = {"consent_entry": "actor", "choice_text": "body"}


@pytest.mark.parametrize("role", [*ROLES, "owner"])
@pytest.mark.parametrize("table", LEDGER)
async def test_nobody_alters_the_ledger_its_owner_included(marie, settings, owner, role, table) -> None:
    await save(marie, untick=["news/post"])
    url = (
        make_url(settings.database_url)
        if role == "owner"
        else role_url(settings.database_url, settings.secret_key, role)
    )
    before = owner.execute(f"SELECT * FROM {table}").fetchall()
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        for statement in (
            f"UPDATE {table} SET {LEDGER[table]} = 'x'",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
            connection.rollback()
    assert owner.execute(f"SELECT * FROM {table}").fetchall() == before
    assert before


async def test_the_proof_outlives_the_member(marie, owner) -> None:
    await save(marie, untick=["news/post"])
    owner.execute("DELETE FROM member WHERE number = '1001'")
    assert owner.execute("SELECT count(*) FROM consent_entry").fetchone() == (1,)


async def test_an_act_without_a_name_is_none(owner) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute(
            "INSERT INTO consent_entry (member_id, purpose, channel, act, source, actor) "
            "SELECT id, 'news', 'post', 'wanted', '', '' FROM member"
        )


some = st.lists(st.sampled_from(OBJECTIONS[:4] + OBJECTIONS[-1:]), unique=True).map(sorted)
agreed = st.sampled_from([[], [COMMERCIAL]])
acts = st.one_of(
    st.tuples(st.just("donor"), some, agreed),
    st.tuples(st.just("press"), st.sampled_from(["nothing", "everything"])),
    st.tuples(st.just("unsubscribe"), st.sampled_from(["appeals/email", "news/email"])),
    st.tuples(st.just("central"), some, agreed),
    st.tuples(st.just("push")),
)


def test_what_holds_follows_from_the_ledger_whatever_was_done(settings, member_id) -> None:
    """By the donor, by the association, by a link in a mail, and on its way between them."""
    marie = member_id(MARIE)

    @examples(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(acts, min_size=1, max_size=8))
    def whatever(story) -> None:
        asyncio.run(told(settings, marie, story))

    whatever()


async def told(settings, member_id, story) -> None:
    central = directory()
    here = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"), pool_size=1)
    sync = Database(role_url(settings.database_url, settings.secret_key, "portal_sync"), pool_size=2)
    try:
        for act, *values in story:
            if act == "central":
                type_into_central(central, "contact_choice", MARIE.number, objections=values[0], consents=values[1])
                await pull(sync, central)
            elif act == "push":
                await push(sync, central)
            else:
                async with here.begin() as db:
                    await said(db, member_id, act, values)
            async with here.begin() as db:
                now = await standing(db, member_id)
                assert now is not None
                assert await derived(db, member_id) == now.choice.codes, (act, values)
    finally:
        await sync.close()
        await here.close()


async def said(db, member_id, act, values) -> None:
    now = await standing(db, member_id)
    assert now is not None
    former = now.choice
    wanted = former.codes
    if act == "donor":
        wanted = {"objections": values[0], "consents": values[1]}
    elif act == "press":
        wanted = pressed(values[0], former).codes
    else:
        wanted["objections"] = [*former.objections, *values]
    for group, codes in wanted.items():
        await choose(db, member_id, group, codes, shown={}, source="portal", actor="member:x")
