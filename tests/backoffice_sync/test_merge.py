import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice_sync.mapping import GROUPS, Rule
from backoffice_sync.outward.merge import Decision, decide, merged
from portal.items import in_order

NOTHING = object()
A, B, C = {"town": "A"}, {"town": "B"}, {"town": "C"}


@pytest.mark.parametrize(
    ("base", "sent", "ours", "theirs", "rule", "decision"),
    [
        (A, NOTHING, B, A, Rule.DONOR_WINS, Decision.WRITE),
        (A, NOTHING, B, B, Rule.DONOR_WINS, Decision.AGREED),
        (A, NOTHING, B, C, Rule.DONOR_WINS, Decision.WRITE_OVER),
        (A, NOTHING, B, C, Rule.CENTRAL_WINS, Decision.GIVE_WAY),
        (A, C, B, C, Rule.CENTRAL_WINS, Decision.WRITE),  # theirs is our own earlier write, whose answer was lost
        (A, B, B, B, Rule.CENTRAL_WINS, Decision.AGREED),
        (None, NOTHING, B, None, Rule.DONOR_WINS, Decision.WRITE),  # the first address of all
        (None, NOTHING, B, A, Rule.CENTRAL_WINS, Decision.GIVE_WAY),
        (A, NOTHING, None, A, Rule.CENTRAL_WINS, Decision.WRITE),  # a removal
        (A, NOTHING, None, C, Rule.CENTRAL_WINS, Decision.GIVE_WAY),
        (A, NOTHING, None, None, Rule.DONOR_WINS, Decision.AGREED),
        (A, None, B, None, Rule.CENTRAL_WINS, Decision.WRITE),  # theirs is our own removal, whose answer was lost
        (A, NOTHING, B, None, Rule.CENTRAL_WINS, Decision.GIVE_WAY),  # somebody there removed it
    ],
)
def test_the_truth_table(base, sent, ours, theirs, rule, decision) -> None:
    assert decide(base=base, sent=tried(sent), ours=ours, theirs=theirs, rule=rule) is decision


def tried(value):
    return None if value is NOTHING else {"value": value}


values = st.one_of(st.none(), st.sampled_from([A, B, C]))


@given(
    values, st.one_of(st.just(NOTHING), values), values, values, st.sampled_from([Rule.DONOR_WINS, Rule.CENTRAL_WINS])
)
def test_nothing_is_written_over_unnoticed(base, sent, ours, theirs, rule) -> None:
    decision = decide(base=base, sent=tried(sent), ours=ours, theirs=theirs, rule=rule)
    if decision is Decision.WRITE:
        assert theirs in (base, sent)
    if theirs == ours:
        assert decision is Decision.AGREED
    if rule is Rule.CENTRAL_WINS:
        assert decision is not Decision.WRITE_OVER


PHONES = GROUPS["phones"]
lists = st.lists(st.sampled_from("abcde"), unique=True)


def phones(numbers):
    return {"items": in_order({"number": number, "kind": "mobile"} for number in numbers)}


@given(lists, lists, lists)
def test_of_a_list_what_either_side_did_holds(base, ours, theirs) -> None:
    found = merged(PHONES, base=phones(base), ours=phones(ours), theirs=phones(theirs))
    assert found is not None
    held = {item["number"] for item in found["items"]}
    assert set(ours) - set(base) <= held, "what the donor added is there"
    assert set(theirs) - set(base) <= held, "and what the association added"
    assert not held & ((set(base) - set(ours)) - (set(theirs) - set(base))), "what the donor took away is gone"
    assert not held & ((set(base) - set(theirs)) - (set(ours) - set(base))), "and what the association took away"
    assert merged(PHONES, base=phones(base), ours=phones(ours), theirs=found) == found, "twice is once"


@given(lists, lists)
def test_an_objection_that_only_one_side_knows_of_is_never_lost(ours, theirs) -> None:
    here, there = {"objections": sorted(ours)}, {"objections": sorted(theirs)}
    found = merged(GROUPS["objections"], base=None, ours=here, theirs=there)
    assert found == {"objections": sorted({*ours, *theirs})}


@pytest.mark.parametrize(("group", "outcome"), [("objections", ["appeals/post"]), ("consents", [])])
def test_of_a_last_word_and_another_ones_opposite_the_more_restrictive_holds(group, outcome) -> None:
    """Taken back and said again here, while somebody took it away there: no is no, and a doubtful yes is none."""
    said, unsaid = {group: ["appeals/post"]}, {group: list[str]()}
    found = merged(GROUPS[group], base=said, ours=said, theirs=unsaid, since=[said, unsaid, unsaid, said])
    assert found == {group: outcome}


def test_a_list_is_written_wherever_it_differs_and_never_a_conflict() -> None:
    rule = Rule.EACH_ITEM
    assert decide(base=phones("a"), sent=None, ours=phones("ab"), theirs=phones("c"), rule=rule) is Decision.WRITE
    assert decide(base=phones("a"), sent=None, ours=phones("c"), theirs=phones("c"), rule=rule) is Decision.AGREED


@pytest.mark.parametrize(
    ("sent", "theirs", "wanted"),
    [
        (NOTHING, A, A),
        (NOTHING, C, C),  # typed there meanwhile
        (B, B, A),  # what is taken back had arrived
        (B, C, C),
    ],
)
def test_what_was_taken_back_is_no_wish_of_ours(sent, theirs, wanted) -> None:
    found = merged(GROUPS["address"], base=A, ours=A, theirs=theirs, sent=tried(sent))
    assert found == wanted


@given(lists, lists, lists)
def test_of_a_list_that_may_have_arrived_before_the_last_word_holds(base, first, last) -> None:
    """Whether or not the first one did: of what we said in between nothing is left."""
    for theirs in (base, first):
        found = merged(PHONES, base=phones(base), ours=phones(last), theirs=phones(theirs),
                       sent={"value": phones(first)}, since=[phones(first), phones(last)])  # fmt: skip
        assert found == phones(last)
