"""Every combination of what both sides may hold: three values and nothing, for each rule; and what always holds."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice_sync.mapping import GROUPS, Rule
from backoffice_sync.outward.merge import Decision, decide, merged
from portal.items import in_order

A, B, C = {"town": "A"}, {"town": "B"}, {"town": "C"}
HELD = (None, A, B, C)
SENT = (None, *({"value": value} for value in HELD))
ONE_VALUE = (Rule.DONOR_WINS, Rule.CENTRAL_WINS)


def expected(rule, base, sent, ours, theirs) -> Decision:
    """The table in words, written down apart from the code."""
    if ours == theirs:
        return Decision.AGREED
    nobody_there_changed_it = theirs == base
    it_is_our_own_write = sent is not None and theirs == sent["value"]
    if nobody_there_changed_it or it_is_our_own_write:
        return Decision.WRITE
    return {Rule.DONOR_WINS: Decision.WRITE_OVER, Rule.CENTRAL_WINS: Decision.GIVE_WAY}[rule]


@pytest.mark.parametrize("rule", ONE_VALUE)
def test_each_of_the_320_cases_of_one_value_is_decided_as_the_table_says(rule) -> None:
    for base, sent, ours, theirs in product(HELD, SENT, HELD, HELD):
        found = decide(base=base, sent=sent, ours=ours, theirs=theirs, rule=rule)
        assert found is expected(rule, base, sent, ours, theirs), (base, sent, ours, theirs)


def test_each_case_of_a_list_is_agreed_or_written_and_never_a_conflict() -> None:
    for base, sent, ours, theirs in product(HELD, SENT, HELD, HELD):
        found = decide(base=base, sent=sent, ours=ours, theirs=theirs, rule=Rule.EACH_ITEM)
        assert found is (Decision.AGREED if ours == theirs else Decision.WRITE)


def test_of_one_value_what_was_taken_back_before_it_was_sent_is_no_wish() -> None:
    for base, sent, ours, theirs in product(HELD, SENT, HELD, HELD):
        found = merged(GROUPS["address"], base=base, sent=sent, ours=ours, theirs=theirs)
        taken_back = ours == base and not (sent is not None and theirs == sent["value"])
        assert found == (theirs if taken_back else ours)


SETS: list[set[str]] = [set(), {"x"}, {"y"}, {"x", "y"}]
OBJECTIONS = GROUPS["objections"]


def said(codes):
    return {"objections": in_order(codes)}


def test_each_case_of_two_objections_before_anything_was_sent() -> None:
    """An element holds when it is there and we did not take it away, or when we added it."""
    for base, ours, theirs in product(SETS, SETS, SETS):
        found = merged(OBJECTIONS, base=said(base), ours=said(ours), theirs=said(theirs))
        assert found == said((theirs - (base - ours)) | (ours - base)), (base, ours, theirs)


codes = st.sets(st.sampled_from("abcd"))
tried = st.one_of(st.none(), codes)


@given(codes, codes, codes, tried)
def test_after_a_write_both_agree_and_once_more_changes_nothing(base, ours, theirs, sent) -> None:
    how = {"base": said(base), "ours": said(ours), "since": [said(base), said(ours)]}
    how["sent"] = None if sent is None else {"value": said(sent)}
    wanted = merged(OBJECTIONS, theirs=said(theirs), **how)
    assert merged(OBJECTIONS, theirs=wanted, **how) == wanted
    assert (
        decide(base=how["base"], sent=how["sent"], ours=wanted, theirs=wanted, rule=Rule.EACH_ITEM) is Decision.AGREED
    )


def objections(base, ours, theirs) -> set[str]:
    value = merged(OBJECTIONS, base=said(base), ours=said(ours), theirs=said(theirs))
    assert value is not None
    return set(value["objections"])


@given(codes, codes, codes)
def test_an_objection_that_one_side_knows_of_is_lost_only_when_a_side_took_it_away(base, ours, theirs) -> None:
    found = objections(base, ours, theirs)
    for code in ours | theirs:
        taken_away = code in base and (code not in ours or code not in theirs)
        assert code in found or taken_away, code


@given(codes, codes, codes)
def test_what_neither_side_touched_stays(base, ours, theirs) -> None:
    found = objections(base, ours, theirs)
    assert base & ours & theirs <= found
    assert not found - (ours | theirs), "and nothing comes from nowhere"


@given(st.sampled_from(HELD), st.sampled_from(HELD), st.sampled_from(HELD), st.sampled_from(ONE_VALUE))
def test_our_own_write_whose_answer_was_lost_is_never_a_conflict(base, sent, ours, rule) -> None:
    assert not decide(base=base, sent={"value": sent}, ours=ours, theirs=sent, rule=rule).is_conflict
