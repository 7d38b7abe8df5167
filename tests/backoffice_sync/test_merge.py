import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice_sync.mapping import Rule
from backoffice_sync.merge import Decision, decide

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


@given(values, st.one_of(st.just(NOTHING), values), values, values, st.sampled_from(Rule))
def test_nothing_is_written_over_unnoticed(base, sent, ours, theirs, rule) -> None:
    decision = decide(base=base, sent=tried(sent), ours=ours, theirs=theirs, rule=rule)
    if decision is Decision.WRITE:
        assert theirs in (base, sent)
    if theirs == ours:
        assert decision is Decision.AGREED
    if rule is Rule.CENTRAL_WINS:
        assert decision is not Decision.WRITE_OVER
