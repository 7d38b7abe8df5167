"""Telling a Tryton that mails come back, whatever it thinks of it. Nothing is asked of a real one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backoffice_sync.connectors.tryton.client import Fault, Refused
from backoffice_sync.connectors.tryton.writer import Writer
from backoffice_sync.directory import Bounce
from portal import clock


class Stubborn:
    """Takes no change of contact 1."""

    def __init__(self, refusal: type[Exception]) -> None:
        self.refusal = refusal
        self.written: list[int] = []

    async def every(self, *_: object) -> AsyncIterator[list[dict[str, Any]]]:
        yield [{"id": number, "value": "a@example.org", "comment": "", "_timestamp": "1"} for number in (1, 2)]

    async def call(self, _: str, numbers: list[int], *__: object, **___: object) -> None:
        if numbers == [1]:
            raise self.refusal
        self.written += numbers


@pytest.mark.parametrize("refusal", [Refused, Fault])
async def test_a_contact_that_takes_no_note_keeps_the_others_from_nothing(refusal) -> None:
    stubborn: Any = Stubborn(refusal)
    await Writer(stubborn, stubborn).note_bounce(Bounce("a@example.org", clock.today(), None, None))
    assert stubborn.written == [2]
