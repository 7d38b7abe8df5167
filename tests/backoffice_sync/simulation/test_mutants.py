"""A test of the test: taken away or replaced by something simpler, each part of the design is missed at once."""

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.backoffice_sync.simulation.machine import PLAIN, SETTINGS
from tests.backoffice_sync.simulation.mutants import FOUND_AS

MOST, CONTROL, STEPS, SEED = 1000, 100, 8, 2
ONLY = ("address", "phones")
"""So that both sides meet often: a bug that needs two on one field is found with few examples."""


@pytest.mark.parametrize("mutant", FOUND_AS, ids=lambda mutant: mutant.__name__)
def test_the_simulation_finds(mutant, machine, monkeypatch) -> None:
    mutant(monkeypatch)
    with pytest.raises(AssertionError, match=FOUND_AS[mutant]):
        search(machine, MOST)


def test_the_same_search_finds_nothing_in_the_real_design(machine) -> None:
    search(machine, CONTROL)


def search(machine, examples: int) -> None:
    chosen = hypothesis.settings(
        max_examples=examples, stateful_step_count=STEPS, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    tried = machine(settings={name: SETTINGS[name] for name in PLAIN}, only=ONLY)
    run_state_machine_as_test(hypothesis.seed(SEED)(tried), settings=chosen)
