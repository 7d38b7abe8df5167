"""Whatever happens in whatever order: no edit is lost, none doubled, no false conflict, nothing without an end.

SIMULATION_EXAMPLES=5000 looks longer, SIMULATION_SEED=… elsewhere; a failure prints the steps that lead to it.
"""

import os

import hypothesis
from hypothesis import HealthCheck
from hypothesis.stateful import run_state_machine_as_test

EXAMPLES = int(os.environ.get("SIMULATION_EXAMPLES", "150"))
SEED = int(os.environ.get("SIMULATION_SEED", "1"))
STEPS = 14
PHASES = [hypothesis.Phase.generate, *[hypothesis.Phase.shrink] * ("SIMULATION_SHRINK" in os.environ)]


def test_whatever_happens_nothing_is_lost_or_doubled(machine) -> None:
    print(f"SIMULATION_SEED={SEED} SIMULATION_EXAMPLES={EXAMPLES}")
    chosen = hypothesis.settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None, phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(hypothesis.seed(SEED)(machine()), settings=chosen)
