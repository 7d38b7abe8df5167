"""The list of defences is true: each stands in the code just once, where the list says."""

import pytest

from tests.defences.catalogue import DEFENCES, Defence


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda defence: defence.name)
def test_a_listed_defence_stands_in_the_code(defence: Defence) -> None:
    assert defence.take_away(defence.source) != defence.source


def test_there_are_as_many_as_were_promised() -> None:
    assert len({defence.name for defence in DEFENCES}) == len(DEFENCES) >= 35
