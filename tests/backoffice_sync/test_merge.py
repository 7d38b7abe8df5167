import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice_sync.mapping import Rule
from backoffice_sync.merge import Decision, decide

A, B, C = {"town": "A"}, {"town": "B"}, {"town": "C"}


@pytest.mark.parametrize(
    ("base", "sent", "ours", "theirs", "rule", "decision"),
    [
        (A, None, B, A, Rule.DONOR_WINS, Decision.WRITE),
        (A, None, B, B, Rule.DONOR_WINS, Decision.AGREED),
        (A, None, B, C, Rule.DONOR_WINS, Decision.WRITE_OVER),
        (A, None, B, C, Rule.CENTRAL_WINS, Decision.GIVE_WAY),
        (A, C, B, C, Rule.CENTRAL_WINS, Decision.WRITE),  # theirs is our own earlier write, whose answer was lost
        (A, B, B, B, Rule.CENTRAL_WINS, Decision.AGREED),
        (None, None, B, None, Rule.DONOR_WINS, Decision.WRITE),  # the first address of all
        (None, None, B, A, Rule.CENTRAL_WINS, Decision.GIVE_WAY),
        (A, None, None, A, Rule.CENTRAL_WINS, Decision.WRITE),  # a removal
        (A, None, None, C, Rule.CENTRAL_WINS, Decision.GIVE_WAY),
        (A, None, None, None, Rule.DONOR_WINS, Decision.AGREED),
    ],
)
def test_the_truth_table(base, sent, ours, theirs, rule, decision) -> None:
    assert decide(base=base, sent=sent, ours=ours, theirs=theirs, rule=rule) is decision


values = st.one_of(st.none(), st.sampled_from([A, B, C]))


@given(values, values, values, values, st.sampled_from(Rule))
def test_nothing_is_written_over_unnoticed(base, sent, ours, theirs, rule) -> None:
    decision = decide(base=base, sent=sent, ours=ours, theirs=theirs, rule=rule)
    if decision is Decision.WRITE:
        assert theirs in (base, sent)
    if theirs == ours:
        assert decision is Decision.AGREED
    if rule is Rule.CENTRAL_WINS:
        assert decision is not Decision.WRITE_OVER
