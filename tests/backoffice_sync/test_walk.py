"""Walks at random between both sides: whatever was done in whatever order, in the end both hold the same.

A member changes things here and takes some back, the association changes the same things there, answers get lost,
and somebody acts while the sync is reading or writing.
"""

import asyncio
from collections import defaultdict
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as chosen
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from backoffice_sync.mapping import GROUPS
from backoffice_sync.pull import pull
from backoffice_sync.push import push
from portal.database import Database, role_url
from portal.members.models import Member
from portal.web import session
from portal.web.donor import Donor
from tests.backoffice_sync.bases import Twin
from tests.backoffice_sync.sides import CODES, STREETS, Here, There

EXAMPLES = 40
LISTS = ("phones", "other_addresses", "objections", "consents")
"""Of these the walk knows who added and who took away what. An e-mail address is also added by another's becoming
the main one, and taken away by replacing the main one."""
LEFT_OPEN = """
    SELECT field_group, status FROM recorded_change WHERE member_id = :member AND status NOT IN ('confirmed', 'undone')
    UNION ALL SELECT field_group, 'in motion' FROM field_in_motion WHERE member_id = :member
    UNION ALL SELECT 'address', 'held' FROM postal_address WHERE member_id = :member AND held
    UNION ALL SELECT 'e-mail', 'held' FROM email_address WHERE member_id = :member AND held
    UNION ALL SELECT 'phone', 'held' FROM phone WHERE member_id = :member AND held
    UNION ALL SELECT 'choice', 'held' FROM contact_choice WHERE member_id = :member AND held"""
LEDGER = """
    SELECT DISTINCT ON (purpose, channel) purpose || '/' || channel, act FROM consent_entry WHERE member_id = :member
    ORDER BY purpose, channel, id DESC"""


class Walk:
    """One member, on both sides, and the sync between them."""

    def __init__(self, portal: Database, sync: Database, base: Twin, key: int) -> None:
        self.portal, self.sync, self.base, self.central = portal, sync, base, base.directory
        self.key, self.here, self.there = key, Here(portal), There(base, key)
        self.said: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
        """By group and element, who added it (True) or took it away, in order."""

    async def begin(self) -> None:
        self.base.add("member", self.key, number=f"W{self.key}", kind="person", last_name="Marche")
        self.base.add("address", f"a{self.key}", member=self.key, **STREETS[0].as_group())
        await pull(self.sync, self.central)
        async with self.portal.begin() as db:
            found = await db.scalars(select(Member.id).where(Member.central_id == str(self.key)))
            self.here.donor = Donor(found.one())

    async def act(self, who: str, what: str, which: int) -> None:
        side = self.here if who == "here" else self.there
        before = {name: await side.read(name) for name in LISTS}
        await getattr(side, what)(which)
        for name in LISTS:
            self._note(who, name, before[name], await side.read(name))

    def _note(self, who: str, name: str, before: Any, after: Any) -> None:
        [part] = GROUPS[name].fields
        for held, other, added in ((after, before, True), (before, after, False)):
            for element in held[part]:
                if element not in other[part]:
                    self.said[name, str(element)].append((who, added))

    async def pull(self) -> None:
        await pull(self.sync, self.central)

    async def push(self, trouble: str = "") -> None:
        self.central.answers_get_lost, self.central.reachable = trouble == "answer lost", trouble != "down"
        await push(self.sync, self.central)
        self.central.answers_get_lost, self.central.reachable = False, True
        async with self.portal.begin() as db:
            await db.execute(text("UPDATE recorded_change SET not_before = now()"))

    async def amid(self, moment: str, who: str, what: str, which: int) -> None:
        """As soon as the sync has read or written something, somebody changes something."""
        original = getattr(self.central, moment)

        async def interrupted(*args: Any, **kwargs: Any) -> Any:
            setattr(self.central, moment, original)
            answer = await original(*args, **kwargs)
            await self.act(who, what, which)
            return answer

        setattr(self.central, moment, interrupted)
        await self.push()
        setattr(self.central, moment, original)

    async def end(self) -> None:
        for _ in range(4):
            await self.push()
        await self.pull()
        for name in GROUPS:
            assert await self.here.read(name) == await self.there.read(name), name
        assert await self._asked(LEFT_OPEN) == []
        for (name, element), acts in self.said.items():
            if len({who for who, _ in acts}) == 1 or len({added for _, added in acts}) == 1:
                [part] = GROUPS[name].fields
                is_there = element in map(str, (await self.there.read(name))[part])
                assert is_there == acts[-1][1], (name, element, acts)
        proved = {code for code, act in await self._asked(LEDGER) if act in {"objected", "consented"}}
        assert proved == {code for name in CODES for code in (await self.here.read(name))[name]}, "as the ledger says"

    async def _asked(self, query: str) -> list[Any]:
        async with self.portal.begin() as db:
            return list(await db.execute(text(query), {"member": self.here.donor.id}))


def acts_of(who: str, side: type) -> st.SearchStrategy[tuple[Any, ...]]:
    names = [name for name in vars(side) if name != "read" and not name.startswith("_")]
    return st.tuples(st.just(who), st.sampled_from(names), st.integers(0, 2))


HERE, THERE = acts_of("here", Here), acts_of("there", There)
# Whoever takes away there what was written a moment ago is a case for people: the change then waits for them.
AMID = st.one_of(st.tuples(st.sampled_from(["read", "write", "rows_of"]), HERE), st.tuples(st.just("read"), THERE))
STEPS = st.one_of(
    st.one_of(HERE, THERE).map(lambda act: ("act", *act)),
    AMID.map(lambda found: ("amid", found[0], *found[1])),
    st.sampled_from([("pull",), ("push",), ("push", "answer lost"), ("push", "down")]),
)


def test_whatever_both_sides_do_in_the_end_they_hold_the_same(settings, central_directory, monkeypatch) -> None:
    async def nothing_to_say(*_: object) -> None: ...

    monkeypatch.setattr(session, "flash", nothing_to_say)
    base, keys = Twin(), count(5000)
    base.directory = central_directory
    with asyncio.Runner() as runner:
        portal = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
        sync = Database(role_url(settings.database_url, settings.secret_key, "portal_sync"))

        async def walk(steps: list[tuple[Any, ...]]) -> None:
            walking = Walk(portal, sync, base, next(keys))
            await walking.begin()
            for step, *args in steps:
                await getattr(walking, step)(*args)
            await walking.end()

        @chosen(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(STEPS, min_size=1, max_size=12))
        def try_out(steps: list[tuple[Any, ...]]) -> None:
            runner.run(walk(steps))

        try_out()
        runner.run(portal.close())
        runner.run(sync.close())
