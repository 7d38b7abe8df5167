"""All that can happen, in any order: Hypothesis chooses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy.engine import URL

from backoffice_sync.connectors.memory import Quirks
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from portal.database import Database
from tests.backoffice_sync.sides import NUMBERS, Here, There
from tests.backoffice_sync.simulation import invariants
from tests.backoffice_sync.simulation.process import MOMENTS
from tests.backoffice_sync.simulation.world import World

DATED = Quirks(stamps=True, overlap=120.0)
SETTINGS = {
    "as one would wish": Quirks(noop_is_news=False),
    "a save that changes nothing is news": Quirks(),
    "its clock is an hour behind": replace(DATED, skew=-3600.0),
    "its clock is an hour ahead": replace(DATED, skew=3600.0),
    "coarse dates": replace(DATED, grain=10.0),
    "dates shown coarser than kept": replace(DATED, shown=10.0),
    "told again, last first": Quirks(told_again=True, told_backwards=True),
    "child rows tell of their member": Quirks(told_by_parent=frozenset({"phone", "address"})),
    "what is deleted is not told": Quirks(tells_deletions=False),
    "phones are told by nobody": Quirks(told_by_nobody=frozenset({"phone"})),
    "no lock": Quirks(locks=False),
    "no lock, whole rows": replace(DATED, locks=False, whole_rows=True),
    "alters": Quirks(trims=True, strips_html=True, empties_zero=True),
    "takes no long texts": Quirks(longest=24),
    "bursts over long texts": Quirks(longest=24, bursts=True),
}
PLAIN = {name for name in SETTINGS if name not in {"alters", "takes no long texts", "bursts over long texts"}}
"""Where nothing goes to people unless staff typed as well."""

WHICH = st.integers(0, 2)
SOON = st.integers(0, 120)
"""How many awaits a process still lives through; more than most of its rounds have."""
CALLS = st.integers(0, 8)
MOMENT = st.sampled_from(MOMENTS)
WORK = st.sampled_from([pull, push])


def names_of(side: type, only: Collection[str]) -> st.SearchStrategy[str]:
    """What one side can do; `only` some of it, so that both meet more often."""
    names = [name for name in vars(side) if name != "read" and not name.startswith("_")]
    return st.sampled_from([name for name in names if name in only or not only])


def machine_of(  # noqa: C901 - a method for each thing that can happen, none of them complex
    runner: asyncio.Runner,
    portal: Database,
    sync_url: URL,
    settings: dict[str, Quirks] = SETTINGS,
    only: Collection[str] = (),
) -> type[RuleBasedStateMachine]:
    keys = count(5000)
    here, there = names_of(Here, only), names_of(There, only)
    anybody = st.one_of(st.tuples(st.just("here"), here, WHICH), st.tuples(st.just("there"), there, WHICH))

    class Machine(RuleBasedStateMachine):
        world: World | None = None
        is_broken = False

        @initialize(setting=st.sampled_from(sorted(settings)))
        def begin(self, setting: str) -> None:
            self.world = World(portal, sync_url, settings[setting], next(keys), is_plain=setting in PLAIN)
            self._run(self.world.begin)

        @rule(what=here, which=WHICH)
        def donor(self, what: str, which: int) -> None:
            self._run(self._world.act, "here", what, which)

        @rule(what=there, which=WHICH)
        def staff(self, what: str, which: int) -> None:
            self._run(self._world.act, "there", what, which)

        @rule(what=there, which=WHICH, other=WHICH)
        def both_at_once(self, what: str, which: int, other: int) -> None:
            self._run(self._world.act, "here", what, which)
            self._run(self._world.act, "there", what, other)

        @rule(what=here, which=WHICH, other=WHICH)
        def two_edits_around_a_lost_answer(self, what: str, which: int, other: int) -> None:
            self._run(self._world.act, "here", what, which)
            self._run(self._world.push_amid, "answers_get_lost")
            self._run(self._world.act, "here", what, other)

        @rule(entity=st.sampled_from(["member", "address", "contact_choice", "memo"]))
        def staff_save_without_a_change(self, entity: str) -> None:
            self._world.save_as_it_is(entity)

        @rule(which=st.integers(0, 1))
        def staff_begin_slowly(self, which: int) -> None:
            self._world.begin_slowly(f"{NUMBERS[which]}9")

        @rule()
        def staff_end(self) -> None:
            self._world.end_slowly()

        @rule()
        def pull(self) -> None:
            self._run(self._world.pull)

        @rule()
        def push(self) -> None:
            self._run(self._world.push)

        @rule(work=WORK, after=SOON)
        def killed(self, work: Callable, after: int) -> None:
            self._world.process.fuse.left = after
            self._run(self._world.sync, work)

        @rule(work=WORK, call=CALLS, moment=MOMENT)
        def line_breaks(self, work: Callable, call: int, moment: str) -> None:
            self._world.process.line.fails = call, moment
            self._run(self._world.sync, work)

        @rule(trouble=st.sampled_from(["questions_get_lost", "answers_get_lost", "answers_are_cut"]))
        def line_is_bad(self, trouble: str) -> None:
            self._run(self._world.push_amid, trouble)

        @rule(work=WORK, call=CALLS, moment=MOMENT, act=anybody)
        def amid(self, work: Callable, call: int, moment: str, act: tuple[str, str, int]) -> None:
            self._world.process.line.interrupted = call, moment, partial(self._world.act, *act)
            self._run(self._world.sync, work)

        @rule(act=anybody)
        def amid_the_write(self, act: tuple[str, str, int]) -> None:
            self._run(self._world.push_while, *act)

        @rule()
        def two_at_once(self) -> None:
            self._run(self._world.two_at_once)

        @rule()
        def started_anew(self) -> None:
            self._run(self._world.start_anew)

        def teardown(self) -> None:
            if self.world is not None:
                try:
                    if not self.is_broken:
                        self._run(invariants.check, self.world)
                finally:
                    runner.run(self.world.process.end(portal))

        @property
        def _world(self) -> World:
            assert self.world is not None
            return self.world

        def _run(self, act: Callable, *args: object) -> None:
            try:
                runner.run(act(*args))
            except BaseException:
                self.is_broken = True
                raise

    return Machine
